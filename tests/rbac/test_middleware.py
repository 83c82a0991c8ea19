"""What a request is answered: by URL name and method, refused unless something opens it."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import AsyncClient
from django.urls import reverse
from rbac import services, versions
from rbac.models import Permission

HTML = "text/html,application/xhtml+xml,*/*;q=0.8"


def test_a_member_opens_the_page_his_role_grants(as_guide):
    response = as_guide.get("/tours/")
    assert response.status_code == 200
    assert response.wsgi_request.rbac.permission == "tours.tour:list"


def test_somebody_without_the_right_gets_403_and_no_login_loop(as_stranger):
    response = as_stranger.get("/tours/")
    assert response.status_code == 403
    assert "Location" not in response


def test_nobody_logged_in_is_sent_to_the_login_page_and_back(client, synced):
    response = client.get("/tours/?page=2", headers={"Accept": HTML})
    assert response.status_code == 302
    assert response["Location"] == "/login/?next=/tours/%3Fpage%3D2"


def test_a_post_without_login_does_not_come_back_to_an_address_that_takes_only_posts(
    client, synced
):
    response = client.post("/tours/7/rename/")
    assert response.status_code == 302
    assert response["Location"] == "/login/"


def test_an_api_client_without_login_gets_401_as_json(client, synced):
    response = client.get("/tours/", headers={"Accept": "application/json"})
    assert response.status_code == 401
    assert response.json() == {"detail": "Log in first."}


def test_an_api_client_without_the_right_gets_403_as_json(as_stranger):
    response = as_stranger.get("/tours/", headers={"Accept": "application/json"})
    assert response.status_code == 403
    assert response["Content-Type"] == "application/json"


def test_htmx_without_login_gets_401_and_the_way_to_the_login_page(client, synced):
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/tours/?page=2"}
    response = client.get("/tours/7/", headers=headers)
    assert response.status_code == 401
    assert response["HX-Redirect"] == "/login/?next=/tours/%3Fpage%3D2"


@pytest.mark.parametrize(
    "page", ["https://evil.example/tours/", "//evil.example/x", "javascript:1"]
)
def test_htmx_never_sends_anybody_back_to_a_foreign_page(client, synced, page):
    response = client.get("/tours/7/", headers={"HX-Request": "true", "HX-Current-URL": page})
    assert response["HX-Redirect"] == "/login/"


def test_an_unlisted_route_is_denied_whoever_asks(as_clerk):
    assert as_clerk.get("/forgotten/").status_code == 403


def test_a_nameless_route_is_denied_even_if_its_function_path_is_a_known_name(as_clerk, settings):
    settings.RBAC = settings.RBAC | {"LOGIN_ONLY": ["rbac_testapp.views.page"]}
    assert as_clerk.get("/nameless/").status_code == 403


def test_a_nameless_route_belongs_to_its_namespace_and_to_no_pattern(client, clerk, settings):
    Permission.objects.filter(code="tours.import:run").update(url="vendor:.*|.*")
    versions.change_policy()
    assert client.get("/vendor/raw/").status_code == 200
    settings.RBAC = settings.RBAC | {"PUBLIC": ["login", "vendor:ping"]}
    assert client.get("/vendor/raw/").status_code == 302
    client.force_login(clerk)
    assert client.get("/vendor/raw/").status_code == 403
    assert client.get("/nameless/").status_code == 403
    assert client.get("/forgotten/").status_code == 200  # the pattern does match names


def test_a_route_nobody_knows_stays_404(as_stranger):
    assert as_stranger.get("/nowhere/").status_code == 404


def test_a_method_the_permission_does_not_name_is_denied(as_guide):
    assert as_guide.get("/tours/").status_code == 200
    for method in ("post", "put", "patch", "delete"):
        assert getattr(as_guide, method)("/tours/").status_code == 403, method
    assert as_guide.generic("PROPFIND", "/tours/").status_code == 403


def test_head_is_asked_like_get(as_guide):
    assert as_guide.head("/tours/7/").status_code == 200
    assert as_guide.head("/tours/7/rename/").status_code == 403


def test_options_tells_the_methods_held_and_never_runs_the_view(as_guide):
    response = as_guide.options("/tours/7/rename/")
    assert response.status_code == 200
    assert response["Allow"] == "POST, OPTIONS"
    assert response.content == b""


def test_options_shows_a_stranger_no_method_and_an_anonymous_one_nothing(client, as_stranger):
    assert as_stranger.options("/tours/")["Allow"] == "OPTIONS"
    client.logout()
    assert client.options("/tours/").status_code == 302


def test_options_on_an_unlisted_route_is_denied(as_clerk):
    assert as_clerk.options("/forgotten/").status_code == 403


def test_public_views_need_nobody_by_setting_namespace_or_decorator(client, synced):
    assert client.get("/login/").status_code == 200
    assert client.post("/vendor/ping/").status_code == 200
    assert client.get("/news/").status_code == 200


def test_login_only_views_open_to_every_login_and_to_no_other(client, as_stranger):
    assert as_stranger.get("/").status_code == 200
    assert as_stranger.get("/profile/").status_code == 200
    client.logout()
    assert client.get("/profile/").status_code == 302
    assert client.get("/").status_code == 302


def test_a_view_that_requires_a_code_opens_to_its_holders_without_any_url_entry(
    client, guide, clerk
):
    client.force_login(clerk)
    response = client.get("/export/")
    assert response.status_code == 200
    assert response.wsgi_request.rbac.permission == "tours.report:export"
    client.force_login(guide)
    assert client.get("/export/").status_code == 403


def test_a_pattern_matches_whole_url_names_only(as_clerk):
    assert as_clerk.get("/tours/import/").status_code == 200
    assert as_clerk.get("/tours/import/progress/").status_code == 200
    assert as_clerk.get("/tours/import/secret/").status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "/tours/files/x.js",
        "/tours/files/login/",
        "/tours/files/..%2F..%2Flogin/",
        "/tours/files/%2e%2e/login",
        "/tours/files/a%0a",
        "/tours/files/a%00b",
        "/tours/report/?next=/login/",
        "/tours/report/;/login/",
        "/tours/report/x.js",
        "/TOURS/REPORT/",
        "/Tours/report/",
        "//tours/report/",
        "/tours//report/",
        "/tours/report/%0a",
        "/tours/report%2f",
        "/tours/%72eport/",
        "/login/../tours/report/",
        "/vendor/ping/../../tours/report/",
        "/news/%2e%2e/tours/report/",
    ],
)
def test_no_spelling_of_a_path_opens_what_the_role_does_not_grant(as_guide, path):
    """The decision never sees the path: what Django resolves is refused, the rest is no page."""
    response = as_guide.generic("GET", path)
    assert response.status_code in (403, 404, 301)
    if response.status_code == 301:
        assert as_guide.get(response["Location"]).status_code in (403, 404)


def test_what_django_resolves_to_the_route_is_decided_as_that_route(as_clerk):
    assert as_clerk.generic("GET", "/tours/%72eport/").status_code == 200
    assert as_clerk.generic("POST", "/tours/%72eport/").status_code == 403


@pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-Original-URL", "X-Rewrite-URL"])
def test_headers_that_pretend_another_request_change_nothing(as_guide, header):
    response = as_guide.post("/tours/", headers={header: "GET"})
    assert response.status_code == 403


def test_form_field_cannot_change_the_method(as_guide):
    assert as_guide.post("/tours/", {"_method": "GET"}).status_code == 403


def test_an_inactive_account_is_nobody(as_guide, guide):
    guide.is_active = False
    guide.save()
    assert as_guide.get("/tours/").status_code == 302


def test_a_superuser_opens_everything_unless_the_project_says_otherwise(client, chief, settings):
    client.force_login(chief)
    assert client.post("/tours/").status_code == 200
    assert client.get("/forgotten/").status_code == 200
    settings.RBAC = settings.RBAC | {"SUPERUSER_BYPASS": False}
    assert client.post("/tours/").status_code == 403
    assert client.get("/forgotten/").status_code == 403


def test_a_refusal_is_logged_with_its_reason(as_stranger, caplog, settings):
    with caplog.at_level("INFO", "rbac.decisions"):
        as_stranger.get("/tours/")
    assert [r.getMessage() for r in caplog.records if r.name == "rbac.decisions"] == [
        "GET /tours/ refused: no role opens GET tours:list"
    ]
    caplog.clear()
    settings.RBAC = settings.RBAC | {"LOG_DECISIONS": False}
    as_stranger.get("/tours/")
    assert not [r for r in caplog.records if r.name == "rbac.decisions"]


def test_a_path_cannot_write_a_second_log_line(client, synced, caplog):
    with caplog.at_level("INFO", "rbac.decisions"):
        client.get("/tours/files/a%0aGET%20/fake")
    (message,) = [r.getMessage() for r in caplog.records if r.name == "rbac.decisions"]
    assert "\n" not in message


def test_without_authentication_before_it_the_middleware_says_so(rf):
    from rbac.middleware import RbacMiddleware

    with pytest.raises(ImproperlyConfigured, match="AuthenticationMiddleware"):
        RbacMiddleware(lambda request: None)(rf.get("/"))


def test_request_rbac_answers_for_the_user_of_the_request(as_guide):
    access = as_guide.get(reverse("tours:list")).wsgi_request.rbac
    assert access.user_roles == ("guide",)
    assert access.can("tours.tour:add")
    assert not access.can("tours.report:read")


@pytest.mark.django_db(transaction=True)
def test_the_answer_is_the_same_under_asgi(synced):
    from asgiref.sync import async_to_sync
    from conftest import make_account

    account = make_account("async")
    client = AsyncClient()
    client.force_login(account)
    assert async_to_sync(client.get)("/tours/").status_code == 403
    services.user_role_assign(user=account, role="guide")
    assert async_to_sync(client.get)("/tours/").status_code == 200
