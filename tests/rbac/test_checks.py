"""Every system check, by its whole message; none of them asks the database."""

import pytest
import rbac
from django.core import checks
from django.core.checks import Error
from django.core.checks import Warning as CheckWarning
from rbac.checks import declared, routed
from rbac.checks import settings as settings_checks
from rbac.testing import separate_declarations
from rbac_testapp.models import Brochure, Tour

KNOWN = (
    "DEPARTMENTS_OF, ICON_SPRITE, LOGIN_ONLY, LOG_DECISIONS, MENU_BADGES, PUBLIC, STARK, "
    "SUPERUSER_BYPASS"
)


@pytest.fixture
def empty():
    with separate_declarations() as registry:
        yield registry


@pytest.fixture
def rbac_is(settings):
    def set_to(**values):
        settings.RBAC = values

    return set_to


def ids(messages):
    return [message.id for message in messages]


@pytest.mark.django_db  # a check of Django's own asks SQLite whether it knows JSON
def test_the_sample_project_has_no_errors_and_one_warning():
    assert ids(checks.run_checks()) == ["rbac.W020"]


def test_an_unknown_key_lists_the_known_ones(rbac_is):
    rbac_is(PUBLICS=["login"])
    assert settings_checks.check_settings() == [
        Error(
            "RBAC has the unknown key 'PUBLICS'.",
            hint=f"Did you mean 'PUBLIC'? Known are: {KNOWN}.",
            id="rbac.E001",
        )
    ]


def test_a_value_of_the_wrong_type_is_named(rbac_is, settings):
    rbac_is(PUBLIC="login")
    assert settings_checks.check_settings() == [
        Error("RBAC['PUBLIC'] is 'login'; it must be a list or tuple.", id="rbac.E002")
    ]
    settings.RBAC = ["PUBLIC"]
    assert settings_checks.check_settings() == [Error("RBAC must be a dict.", id="rbac.E002")]


@pytest.mark.parametrize("name", ["*", ":*", "axes*", "a*:b", "axes:*:*"])
def test_a_star_anywhere_but_after_a_namespace_is_an_error(rbac_is, name):
    rbac_is(PUBLIC=[name])
    assert settings_checks.check_settings() == [
        Error(
            f"RBAC['PUBLIC'] holds {name!r}, which matches nothing.",
            hint="A * stands only for all names of a namespace: 'axes:*'.",
            id="rbac.E003",
        )
    ]


@pytest.mark.parametrize("name", ["*", ":*", "ven*", "*:ping"])
def test_a_misplaced_star_opens_nothing(client, db, settings, name):
    settings.RBAC = settings.RBAC | {"PUBLIC": [name]}
    assert client.get("/tours/").status_code == 302
    assert client.get("/vendor/ping/").status_code == 302


def test_a_path_that_leads_nowhere_is_named(rbac_is):
    rbac_is(DEPARTMENTS_OF="rbac_testapp.org.nothing", MENU_BADGES="rbac_testapp.models.models")
    messages = settings_checks.check_settings()
    assert ids(messages) == ["rbac.E004", "rbac.E004"]
    assert "rbac_testapp.org.nothing" in messages[0].msg
    assert "cannot be called" in messages[1].msg


def test_the_middleware_is_missing_or_too_early(settings):
    name = "rbac.middleware.RbacMiddleware"
    others = [path for path in settings.MIDDLEWARE if path != name]
    settings.MIDDLEWARE = others
    assert ids(settings_checks.check_middleware()) == ["rbac.W005"]
    settings.MIDDLEWARE = [name, *others]
    assert settings_checks.check_middleware() == [
        Error(
            f"{name} must come after "
            "django.contrib.auth.middleware.AuthenticationMiddleware in MIDDLEWARE.",
            id="rbac.E006",
        )
    ]


def test_a_dangling_reference_names_the_nearest(empty):
    rbac.declare_menu("docks", title="Docks")
    rbac.declare("a.b:c", title="C", url="home", methods=["GET"], menu="dock")
    assert declared.check_declarations() == [
        Error(
            "The permission 'a.b:c' names the menu 'dock', which nobody declares.",
            hint="Did you mean 'docks'?",
            id="rbac.E010",
        )
    ]


DECLARATIONS = {
    "group": (lambda: rbac.declare("a.b:c", title="C", group="no"), "rbac.E010"),
    "parent": (lambda: rbac.declare("a.b:c", title="C", parent="a.b:d"), "rbac.E010"),
    "own parent": (lambda: rbac.declare("a.b:c", title="C", parent="a.b:c"), "rbac.E010"),
    "menu of a group": (lambda: rbac.declare_group("g", title="G", menu="no"), "rbac.E010"),
    "no methods": (lambda: rbac.declare("a.b:c", title="C", url="home"), "rbac.E011"),
    "no url": (lambda: rbac.declare("a.b:c", title="C", methods=["GET"]), "rbac.E011"),
    "no further methods": (
        lambda: rbac.declare("a.b:c", title="C", also=[("home", [])]),
        "rbac.E011",
    ),
    "method": (
        lambda: rbac.declare("a.b:c", title="C", url="home", methods=["FETCH"]),
        "rbac.E011",
    ),
    "pattern": (
        lambda: rbac.declare("a.b:c", title="C", url="(", regex=True, methods=["GET"]),
        "rbac.E012",
    ),
    "parent menu": (
        lambda: rbac.declare_menu("m", title="M", parent="no", link="home"),
        "rbac.E010",
    ),
    "child without link": (
        lambda: (rbac.declare_menu("m", title="M"), rbac.declare_menu("n", title="N", parent="m")),
        "rbac.E016",
    ),
    "link that runs": (
        lambda: rbac.declare_menu("m", title="M", link="javascript:alert(1)"),
        "rbac.E017",
    ),
    "link of no scheme": (lambda: rbac.declare_menu("m", title="M", link="//x.org"), "rbac.E017"),
    "role names nobody": (
        lambda: rbac.declare_role("r", title="R", permissions=["a.b:c"]),
        "rbac.E010",
    ),
    "role names no match": (
        lambda: rbac.declare_role("r", title="R", permissions=["a.b:*"]),
        "rbac.E018",
    ),
    "unknown scope": (
        lambda: (
            rbac.declare("a.b:c", title="C"),
            rbac.declare_role("r", title="R", permissions=["a.b:c"], scopes={"a.b:c": "mine"}),
        ),
        "rbac.E019",
    ),
    "scope of nothing granted": (
        lambda: (
            rbac.declare("a.b:c", title="C"),
            rbac.declare_role("r", title="R", scopes={"a.b:c": "own"}),
        ),
        "rbac.E019",
    ),
}


@pytest.mark.parametrize("name", DECLARATIONS)
def test_a_contradiction_in_the_declarations_is_an_error(empty, name):
    declare, expected = DECLARATIONS[name]
    declare()
    messages = declared.check_declarations()
    assert ids(messages) == [expected]
    assert all(message.level == checks.ERROR for message in messages)


def test_a_menu_entry_is_one_url_on_level_one(empty):
    rbac.declare_menu("m", title="M")
    rbac.declare_menu("m.link", title="L", parent="m", link="home")
    rbac.declare("a.b:c", title="C", url="h.*", regex=True, methods=["GET"], menu="m")
    rbac.declare("a.b:d", title="D", menu="m")
    rbac.declare("a.b:e", title="E", url="home", methods=["GET"], menu="m.link")
    assert ids(declared.check_declarations()) == ["rbac.E012", "rbac.E012", "rbac.E016"]


def test_a_third_level_is_an_error(empty):
    rbac.declare_menu("a", title="A")
    rbac.declare_menu("b", title="B", parent="a", link="home")
    rbac.declare_menu("c", title="C", parent="b", link="home")
    assert ids(declared.check_declarations()) == ["rbac.E016"]


def test_undeclared_routes_are_named(empty, rbac_is):
    rbac_is(PUBLIC=["login", "vendor:*"], LOGIN_ONLY=["home", "forgotten"])
    messages = [m for m in routed.check_routes() if m.id == "rbac.W020"]
    assert messages == [
        CheckWarning(
            "Nobody gets into 11 routes, for nothing declares them: /nameless/ (no name), "
            "tours:add, tours:detail, tours:file, tours:import_progress, tours:import_upload, "
            "tours:import_upload_secret, tours:list, tours:map, tours:rename and 1 more.",
            hint="Declare a permission, or list them in RBAC['PUBLIC'] or RBAC['LOGIN_ONLY'].",
            id="rbac.W020",
        )
    ]


def _routed_ids():
    return [i for i in ids(routed.check_routes()) if i != "rbac.W020"]


def test_urls_that_do_not_exist_are_named(empty):
    rbac.declare("a.b:c", title="C", url="gone", methods=["GET"])
    rbac.declare("a.b:d", title="D", url="gone:.*", regex=True, methods=["GET"])
    rbac.declare("a.b:e", title="E", also=[("gone", ["GET"])])
    assert _routed_ids() == ["rbac.W015", "rbac.W015", "rbac.W015", "rbac.W022"]


def test_a_menu_entry_that_does_not_reverse_is_an_error(empty):
    rbac.declare_menu("m", title="M")
    rbac.declare_menu("n", title="N", link="gone")
    rbac.declare("a.b:c", title="C", url="tours:detail", methods=["GET"], menu="m")
    assert _routed_ids() == ["rbac.E013", "rbac.E013"]


def test_a_route_both_protected_and_open_is_an_error(empty):
    for number, name in enumerate(["login", "home", "news", "profile", "vendor:ping"]):
        rbac.declare(f"a.b:c{number}", title="C", url=name, methods=["GET"])
    assert _routed_ids() == ["rbac.E021"] * 5


def test_a_route_opened_by_two_permissions_is_a_warning(empty):
    rbac.declare("a.b:c", title="C", url="forgotten", methods=["GET", "POST"])
    rbac.declare("a.b:d", title="D", url="forgotten", methods=["POST"])
    (message,) = [m for m in routed.check_routes() if m.id == "rbac.W022"]
    assert message.msg == "POST forgotten is opened by each of: a.b:c, a.b:d."


def test_a_login_page_behind_the_login_is_an_error(empty, rbac_is):
    rbac_is(PUBLIC=[])
    assert "rbac.E025" in _routed_ids()


def test_a_project_without_urls_is_checked_all_the_same(empty, settings):
    del settings.ROOT_URLCONF
    assert routed.check_routes() == []


def test_a_scope_path_that_leads_nowhere_is_an_error(empty, monkeypatch):
    monkeypatch.setattr(Tour, "rbac_department", "guide__crew")
    monkeypatch.setattr(Brochure, "rbac_owner", "name__x", raising=False)
    messages = declared.check_scope_paths()
    assert ids(messages) == ["rbac.E024", "rbac.E024"]
    assert "Account has no field named 'crew'" in messages[0].msg


def test_a_narrow_grant_on_a_model_without_owner_is_a_warning(empty, rbac_is):
    rbac.declare("rbac_testapp.brochure:list", title="Brochures")
    rbac.declare("rbac_testapp.tour:list", title="Tours")
    rbac.declare_role(
        "r",
        title="R",
        permissions=["rbac_testapp.*"],
        scopes={"rbac_testapp.*": "own", "rbac_testapp.brochure:list": "department"},
    )
    rbac_is()
    assert ids(declared.check_scope_paths()) == ["rbac.W023", "rbac.W023", "rbac.W026"]


@pytest.mark.django_db
def test_the_checks_ask_no_database(django_assert_num_queries):
    ours = [c for c in checks.registry.registry.get_checks() if c.__module__.startswith("rbac.")]
    assert len(ours) == 5
    with django_assert_num_queries(0):
        for check in ours:
            check(app_configs=None)
