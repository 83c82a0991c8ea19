"""``rbac_sync``: plan, apply, prune, check, roles."""

from io import StringIO
from threading import Event, Thread

import pytest
import rbac
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from rbac import sync, versions
from rbac.declarations import registry
from rbac.exceptions import SyncRefused
from rbac.models import Menu, Permission, PermissionGroup, Role, RolePermission
from rbac.testing import separate_declarations


@pytest.fixture
def empty(db):
    """No declarations but the test's own."""
    with separate_declarations() as declared:
        yield declared


def _declare_small():
    rbac.declare_menu("docks", title=_("Tours"), icon="map", order=1)
    rbac.declare_menu("docks.help", title="Help", parent="docks", link="home")
    rbac.declare_group("docks.all", title="All", menu="docks")
    # The child comes before its parent, as it may across apps.
    rbac.declare("docks.ship:edit", title="Edit", group="docks.all", parent="docks.ship:list")
    rbac.declare(
        "docks.ship:list",
        title="Ships",
        url="home",
        methods=["GET"],
        also=[("news", ["GET", "POST"])],
        group="docks.all",
        menu="docks",
        order=3,
        icon="water",
    )
    rbac.declare_role(
        "mate",
        title="Mate",
        permissions=["docks.ship:*"],
        scopes={"docks.*": "department", "docks.ship:edit": "own"},
    )


def _rows():
    return {
        "menus": list(Menu.objects.order_by("code").values_list("code", "parent__code", "link")),
        "groups": list(PermissionGroup.objects.values_list("code", "menu__code")),
        "permissions": list(
            Permission.objects.order_by("code").values_list(
                "code", "parent__code", "menu__code", "group__code", "url", "methods", "also"
            )
        ),
    }


def test_the_first_sync_writes_what_is_declared(empty):
    _declare_small()
    sync.apply()
    assert _rows() == {
        "menus": [("docks", None, ""), ("docks.help", "docks", "home")],
        "groups": [("docks.all", "docks")],
        "permissions": [
            ("docks.ship:edit", "docks.ship:list", None, "docks.all", "", [], []),
            (
                "docks.ship:list",
                None,
                "docks",
                "docks.all",
                "home",
                ["GET"],
                [["news", ["GET", "POST"]]],
            ),
        ],
    }
    assert not Role.objects.exists()


def test_a_second_sync_has_nothing_to_do_and_touches_nothing(empty):
    _declare_small()
    sync.apply(roles=True)
    version = versions.read()
    assert sync.apply(roles=True, prune=True) == []
    assert versions.read() == version


def test_the_database_stores_the_english_source_whatever_the_language(empty):
    _declare_small()
    with translation.override("zh-hans"):
        sync.apply()
        assert sync.plan() == []
    assert Menu.objects.get(code="docks").title == "Tours"


def test_a_plan_writes_nothing(empty):
    _declare_small()
    assert [str(change) for change in sync.plan(roles=True)] == [
        "+ menu docks",
        "+ menu docks.help",
        "+ group docks.all",
        "+ permission docks.ship:edit",
        "+ permission docks.ship:list",
        "+ role mate",
        "+ grant mate docks.ship:edit (scope: None → 'own')",
        "+ grant mate docks.ship:list (scope: None → 'department')",
    ]
    assert not Menu.objects.exists()


def test_roles_are_expanded_with_their_narrowest_scope(empty):
    _declare_small()
    sync.apply(roles=True)
    assert dict(RolePermission.objects.values_list("permission__code", "scope")) == {
        "docks.ship:edit": "own",
        "docks.ship:list": "department",
    }


def test_a_changed_declaration_updates_its_row_only(empty):
    _declare_small()
    sync.apply()
    Permission.objects.filter(code="docks.ship:list").update(title="Old", order=9, menu=None)
    (change,) = sync.apply()
    assert dict(change.fields) == {
        "title": ("Old", "Ships"),
        "order": (9, 3),
        "menu": (None, "docks"),
    }
    assert sync.plan() == []


def test_only_prune_deletes_and_only_what_code_once_declared(empty):
    _declare_small()
    sync.apply(roles=True)
    Permission.objects.create(code="docks.ship:by_hand", title="By hand")
    del registry.permissions["docks.ship:edit"]
    del registry.menus["docks.help"]
    registry.roles.clear()
    assert sync.plan() == []
    assert {str(change) for change in sync.apply(prune=True)} == {
        "- menu docks.help",
        "- permission docks.ship:edit",
    }
    assert set(Permission.objects.values_list("code", flat=True)) == {
        "docks.ship:list",
        "docks.ship:by_hand",
    }
    assert RolePermission.objects.count() == 1


def test_granted_roles_stay_untouched_without_roles(empty):
    _declare_small()
    sync.apply(roles=True)
    RolePermission.objects.update(scope="own")
    Role.objects.update(title="Renamed")
    assert sync.apply() == []
    assert set(RolePermission.objects.values_list("scope", flat=True)) == {"own"}
    sync.apply(roles=True)
    assert RolePermission.objects.get(permission__code="docks.ship:list").scope == "department"


def test_a_grant_given_by_hand_survives_roles_and_only_prune_takes_it(empty):
    _declare_small()
    rbac.declare("docks.crane:use", title="Crane")
    sync.apply(roles=True)
    role = Role.objects.get()
    RolePermission.objects.create(
        role=role, permission=Permission.objects.get(code="docks.crane:use")
    )
    assert sync.apply(roles=True) == []
    assert [str(c) for c in sync.apply(roles=True, prune=True)] == ["- grant mate docks.crane:use"]


def test_a_row_made_by_hand_is_adopted_when_code_declares_it(empty):
    Permission.objects.create(code="docks.ship:list", title="By hand")
    _declare_small()
    sync.apply()
    assert Permission.objects.get(code="docks.ship:list").is_declared


def test_contradicting_declarations_write_nothing(empty):
    _declare_small()
    rbac.declare("docks.ship:sink", title="Sink", group="docks.al")
    with pytest.raises(SyncRefused, match=r"rbac\.E010.*'docks\.al'"):
        sync.apply()
    assert not Menu.objects.exists()


@pytest.mark.parametrize(
    ("declare", "code"),
    [
        (rbac.declare, "docks.ship:list"),
        (rbac.declare_menu, "docks"),
        (rbac.declare_group, "docks.all"),
        (rbac.declare_role, "mate"),
    ],
)
def test_a_duplicate_code_is_an_error(empty, declare, code):
    _declare_small()
    with pytest.raises(ImproperlyConfigured, match="twice"):
        declare(code, title="Again")


@pytest.mark.parametrize(
    "code", ["ship:list", "docks.ship", "docks.ship:", "docks.ship:a b", "x.é:y"]
)
def test_a_permission_code_has_app_entity_and_verb(empty, code):
    with pytest.raises(ImproperlyConfigured, match="form"):
        rbac.declare(code, title="Bad")


def _command(*arguments):
    out = StringIO()
    call_command("rbac_sync", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_applies_and_then_has_nothing_to_do(empty):
    _declare_small()
    assert _command("--plan", "--roles").endswith("8 changes to do.\n")
    assert not Menu.objects.exists()
    assert _command("--roles").endswith("8 changes written.\n")
    assert _command("--roles") == "Nothing to do.\n"


def test_check_exits_1_for_differences_and_is_silent_otherwise(empty):
    _declare_small()
    with pytest.raises(CommandError, match="differences") as caught:
        _command("--check")
    assert caught.value.returncode == 1
    assert not Menu.objects.exists()
    _command()
    assert _command("--check") == "Nothing to do.\n"


def test_contradictions_exit_2(empty):
    rbac.declare("docks.ship:list", title="Ships", menu="docks")
    with pytest.raises(CommandError, match=r"rbac\.E010") as caught:
        _command()
    assert caught.value.returncode == 2


def test_sources_that_declare_late_are_asked_once(empty):
    calls = []

    def source():
        calls.append(1)
        rbac.declare("docks.ship:late", title="Late")

    registry.add_source(source)
    sync.apply()
    assert sync.apply() == []
    assert calls == [1]
    assert Permission.objects.filter(code="docks.ship:late").exists()


def test_a_second_thread_waits_for_a_source_that_is_still_declaring(empty):
    started, go_on, seen = Event(), Event(), []

    def source():
        started.set()
        go_on.wait(10)
        rbac.declare("docks.ship:late", title="Late")

    def look():
        seen.append("docks.ship:late" in registry.complete().permissions)

    registry.add_source(source)
    first, second = Thread(target=look), Thread(target=look)
    first.start()
    started.wait(10)
    second.start()
    second.join(0.2)
    go_on.set()
    first.join(10)
    second.join(10)
    assert seen == [True, True]


def test_a_source_may_look_at_what_is_declared(empty):
    def source():
        if not registry.complete().permissions:
            rbac.declare("docks.ship:late", title="Late")

    registry.add_source(source)
    assert list(registry.complete().permissions) == ["docks.ship:late"]
