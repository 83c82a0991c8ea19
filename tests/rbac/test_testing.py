"""The helpers for a project's own access tests."""

import pytest
from rbac import services
from rbac.testing import access_table, assert_declared, undeclared_routes

MISSING = ["/nameless/ (no name)", "forgotten", "tours:file", "tours:import_upload_secret"]


def test_undeclared_routes_are_listed():
    assert undeclared_routes() == MISSING
    with pytest.raises(AssertionError, match="forgotten"):
        assert_declared()
    with pytest.raises(AssertionError, match="tours:file"):
        assert_declared(ignore=MISSING[:2])
    assert_declared(ignore=MISSING)


def test_the_table_says_who_gets_in_where(guide, stranger, chief):
    users = {"guide": guide, "stranger": stranger, "chief": chief, "nobody": None}
    rows = access_table(users)
    table = {(row.url_name, row.method, row.who): row.outcome for row in rows}
    assert table["tours:list", "GET", "guide"] == "allowed"
    assert table["tours:list", "POST", "guide"] == "denied"
    assert table["tours:rename", "POST", "guide"] == "allowed"
    assert table["tours:list", "GET", "stranger"] == "denied"
    assert table["tours:list", "GET", "nobody"] == "login"
    assert table["news", "GET", "nobody"] == "allowed"
    assert table["profile", "GET", "stranger"] == "allowed"
    assert table["/nameless/ (no name)", "GET", "guide"] == "denied"
    assert table["forgotten", "POST", "chief"] == "allowed"


def test_the_table_answers_as_the_server_does(client, guide, clerk, stranger):
    """Every route × GET and POST × user: the table against real requests."""
    paths = {
        "home": "/",
        "forgotten": "/forgotten/",
        "tours:list": "/tours/",
        "tours:add": "/tours/add/",
        "tours:detail": "/tours/1/",
        "tours:map": "/tours/1/map/",
        "tours:rename": "/tours/1/rename/",
        "tours:import_upload": "/tours/import/",
        "tours:import_progress": "/tours/import/progress/",
        "tours:import_upload_secret": "/tours/import/secret/",
        "tours:report": "/tours/report/",
        "tours:file": "/tours/files/x",
        "login": "/login/",
        "news": "/news/",
        "profile": "/profile/",
        "export": "/export/",
        "vendor:ping": "/vendor/ping/",
        "/nameless/ (no name)": "/nameless/",
        "/vendor/raw/ (no name)": "/vendor/raw/",
    }
    status = {"allowed": 200, "denied": 403, "login": 302}
    users = {"guide": guide, "clerk": clerk, "stranger": stranger, "nobody": None}
    rows = access_table(users)
    assert {row.url_name for row in rows} == set(paths)
    for row in rows:
        client.logout()
        if users[row.who] is not None:
            client.force_login(users[row.who])
        response = client.generic(row.method, paths[row.url_name])
        assert response.status_code == status[row.outcome], row


def test_the_table_follows_the_grants(guide):
    services.role_revoke(actor=None, role="guide", permission="tours.tour:list")
    table = {(r.url_name, r.method): r.outcome for r in access_table({"guide": guide})}
    assert table["tours:list", "GET"] == "denied"
