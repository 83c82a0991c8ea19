"""``user.has_perm``, ``perms`` in templates and ``with_perm`` agree with the roles."""

from asgiref.sync import async_to_sync
from conftest import make_account
from django.contrib.auth import authenticate
from django.contrib.auth.context_processors import PermWrapper
from django.template import Context, Template
from django.utils import timezone
from rbac import services
from rbac.backends import RoleBackend
from rbac_testapp.models import Tour


def holders(perm, **kwargs):
    return set(RoleBackend().with_perm(perm, **kwargs))


def test_has_perm_all_permissions_and_the_async_question_agree(guide, clerk, stranger):
    codes = ["tours.tour:list", "tours.report:read", "tours.report:export"]
    for user, expected in ((guide, codes[:1]), (clerk, codes), (stranger, [])):
        assert [code for code in codes if user.has_perm(code)] == expected
        assert sorted(set(codes) & user.get_all_permissions()) == sorted(expected)
        assert [c for c in codes if async_to_sync(user.ahas_perm)(c)] == expected


def test_for_an_object_the_scope_counts(guide, clerk):
    mine, other = Tour(guide=guide), Tour(guide=clerk)
    assert guide.has_perm("tours.tour:detail", mine)
    assert not guide.has_perm("tours.tour:detail", other)
    assert "tours.tour:detail" in guide.get_all_permissions(mine)
    assert "tours.tour:detail" not in guide.get_all_permissions(other)


def test_a_code_of_another_backend_is_no_error(guide):
    assert not guide.has_perm("auth.add_group")


def test_module_perms_and_templates(guide, stranger):
    assert guide.has_module_perms("tours")
    assert not guide.has_module_perms("tour")
    assert not stranger.has_module_perms("tours")
    text = "{% if 'tours.tour:list' in perms %}yes{% endif %}"
    assert Template(text).render(Context({"perms": PermWrapper(guide)})) == "yes"
    assert Template(text).render(Context({"perms": PermWrapper(stranger)})) == ""


def test_with_perm_finds_the_holders(guide, clerk, stranger, chief):
    assert holders("tours.tour:list") == {guide, clerk, chief}
    assert holders("tours.report:read", include_superusers=False) == {clerk}
    services.user_role_assign(user=clerk, role="clerk", expires_at=timezone.now())
    assert holders("tours.report:read", include_superusers=False) == set()


def test_with_perm_respects_is_active(guide, synced):
    guide.is_active = False
    guide.save()
    assert holders("tours.tour:list") == set()
    assert holders("tours.tour:list", is_active=False) == {guide}
    assert holders("tours.tour:list", is_active=None) == {guide}


def test_with_perm_for_an_object_respects_the_scope(guide, clerk):
    assert holders("tours.tour:detail", obj=Tour(guide=guide)) == {guide, clerk}
    assert holders("tours.tour:detail", obj=Tour(guide=clerk)) == {clerk}


def test_with_perm_leaves_superusers_out_where_they_are_nothing_special(chief, settings):
    settings.RBAC = settings.RBAC | {"SUPERUSER_BYPASS": False}
    assert holders("tours.tour:list") == set()


def test_the_backend_logs_nobody_in_but_knows_its_active_users(db):
    account = make_account("somebody")
    assert RoleBackend().authenticate(None, email=account.email, password="x") is None
    assert authenticate(email=account.email, password="x").backend.endswith("ModelBackend")
    assert RoleBackend().get_user(account.pk) == account
    account.is_active = False
    account.save()
    assert RoleBackend().get_user(account.pk) is None
    assert RoleBackend().get_user("nobody") is None
