"""rbac as stark's access policy, with the real stark."""

import pytest
import rbac
from conftest import make_account
from django.core import checks
from django.core.management import call_command
from django.test import Client, override_settings
from django.urls import reverse
from rbac import menus, services
from rbac.models import Permission, PermissionGroup, Role
from rbac.testing import separate_declarations, undeclared_routes
from rbac_testapp.models import Brochure, Tour


@pytest.fixture
def with_stark(db, settings):
    """The project with stark beside rbac, its rights declared and written."""
    with (
        separate_declarations() as declared,
        override_settings(
            INSTALLED_APPS=[*settings.INSTALLED_APPS, "stark"],
            ROOT_URLCONF="rbac_project.urls_stark",
            STARK={"ACCESS_POLICY": "rbac.contrib.stark.RbacAccess"},
            RBAC=settings.RBAC | {"LOGIN_ONLY": ["home", "stark:index"]},
        ),
    ):
        rbac.declare_menu("tours", title="Tours")
        call_command("rbac_sync", verbosity=0)
        yield declared


@pytest.fixture
def member(with_stark, django_user_model):
    def make(**scopes):
        """A client whose role holds the given verbs of tours, in the given scopes."""
        user = django_user_model.objects.create_user(key="m", email="m@example.org", password="x")
        role = Role.objects.create(code="r", title="R")
        for verb, scope in scopes.items():
            services.role_grant(
                actor=None, role=role, permission=f"rbac_testapp.tour:{verb}", scope=scope
            )
        services.user_role_assign(user=user, role=role)
        client = Client()
        client.force_login(user)
        client.user = user
        return client

    return make


def test_every_right_of_every_config_is_declared_with_its_url(with_stark):
    codes = set(Permission.objects.values_list("code", flat=True))
    assert codes == {
        *(
            f"rbac_testapp.tour:{verb}"
            for verb in ("list", "add", "change", "delete", "detail", "export", "cancel")
        ),
        "rbac_testapp.tour:field.guide",
        "rbac_testapp.brochure_archive:list",
    }
    cancel = Permission.objects.get(code="rbac_testapp.tour:cancel")
    assert (cancel.url, cancel.methods) == ("stark:rbac_testapp_tour_action_cancel", ["POST"])
    assert cancel.parent.code == "rbac_testapp.tour:list"
    guide = Permission.objects.get(code="rbac_testapp.tour:field.guide")
    assert (guide.url, guide.group.code) == ("", "rbac_testapp.tour")
    assert PermissionGroup.objects.get(code="rbac_testapp.tour").menu.code == "tours"


def test_no_route_of_stark_is_left_undeclared(with_stark):
    assert [label for label in undeclared_routes() if label.startswith("stark:")] == []
    errors = [m for m in checks.run_checks() if m.level >= checks.ERROR]
    assert [m for m in errors if m.id.startswith("rbac.")] == []


def test_the_list_is_the_menu_entry_and_the_rest_hangs_under_it(member):
    client = member(list="all", add="all")
    request = client.get("/stark/rbac_testapp/tour/").wsgi_request
    request = client.get(_url("add")).wsgi_request
    (tours,) = menus.menu_for(request)
    assert [(c.title, c.is_active) for c in tours.children] == [("All tours", True)]


def _url(right, pk=None):
    return reverse(f"stark:rbac_testapp_tour_{right}", kwargs={"pk": pk} if pk else None)


def test_each_right_opens_its_own_url_only(member):
    tour = Tour.objects.create(name="pier")
    urls = {
        "list": _url("list"),
        "add": _url("add"),
        "change": _url("change", tour.pk),
        "delete": _url("delete", tour.pk),
        "detail": _url("detail", tour.pk),
        "export": _url("export"),
    }
    client = member(list="all")
    for right, url in urls.items():
        assert client.get(url).status_code == (200 if right == "list" else 403), right
    assert client.post(urls["list"]).status_code == 403
    for right in urls:
        services.role_grant(actor=None, role="r", permission=f"rbac_testapp.tour:{right}")
        assert client.get(urls[right]).status_code == 200, right


def test_an_object_outside_the_scope_is_404_and_not_in_the_list(member):
    client = member(list="own", change="own")
    mine = Tour.objects.create(name="my pier", guide=client.user)
    other = Tour.objects.create(name="other pier")
    page = client.get(_url("list")).content.decode()
    assert "my pier" in page
    assert "other pier" not in page
    assert client.get(_url("change", mine.pk)).status_code == 200
    assert client.get(_url("change", other.pk)).status_code == 404


def test_a_column_needs_its_own_right(member):
    client = member(list="all")
    Tour.objects.create(name="pier", guide=make_account("captain"))
    assert "captain" not in client.get(_url("list")).content.decode()
    services.role_grant(actor=None, role="r", permission="rbac_testapp.tour:field.guide")
    assert "captain" in client.get(_url("list")).content.decode()


def test_a_batch_action_is_permitted_by_itself(member):
    client = member(list="all")
    Tour.objects.create(name="pier")
    assert client.post(_url("action_cancel"), {"ids": "1"}).status_code == 403
    assert Tour.objects.get().name == "pier"


def test_nobody_logged_in_sees_nothing(with_stark, client):
    Brochure.objects.create(name="b")
    assert client.get(_url("list")).status_code == 302


def test_stark_can_be_left_out_by_a_setting(db, settings):
    with (
        separate_declarations() as declared,
        override_settings(
            INSTALLED_APPS=[*settings.INSTALLED_APPS, "stark"], RBAC={"STARK": False}
        ),
    ):
        assert declared.complete().permissions == {}
