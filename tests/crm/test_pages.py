"""Every page for the one who uses it: it opens, stays within its queries, says the right words."""

from __future__ import annotations

import re

import pytest
from crm.customers.models import ConsultantLoad
from crm.customers.services.intake import customer_create_own
from django.test import Client
from django.urls import reverse
from factories import CustomerFactory

PAGES = [
    ("wang", "home"),
    ("wang", "inbox"),
    ("wang", "password_change"),
    ("wang", "customers:add"),
    ("wang", "stark:customers_customer_my_list"),
    ("wang", "stark:customers_customer_pool_list"),
    ("wang", "stark:enrolment_course_list"),
    ("director", "home"),
    ("director", "stark:customers_customer_list"),
    ("director", "stark:customers_customer_pool_list"),
    ("director", "stark:customers_consultantload_list"),
    ("director", "stark:customers_consultantload_add"),
    ("director", "stark:org_user_list"),
    ("operations", "home"),
    ("operations", "customers:import_upload"),
    ("operations", "stark:customers_importbatch_list"),
    ("finance", "home"),
    ("student", "home"),
]
MAX_QUERIES = 15


def fill(cast, count: int) -> None:
    ConsultantLoad.objects.update(cap=10_000)
    for index in range(count):
        customer_create_own(
            actor=cast.wang,
            fields={"name": f"N{index}"},
            contacts={"phone": f"138{index:08d}", "qq": f"{10_000 + index}"},
        )
        CustomerFactory(name=f"Pool {index}")


def queries_of(client: Client, url: str, counter) -> int:
    client.get(url)  # warm: content types, the compiled policy
    with counter(50, exact=False) as captured:
        response = client.get(url)
    assert response.status_code == 200
    return len(captured)


@pytest.mark.parametrize(("who", "name"), PAGES)
def test_a_page_costs_few_queries_whatever_the_rows(
    cast, login, who, name, django_assert_max_num_queries
):
    client = login(getattr(cast, who))
    url = reverse(name)

    def count() -> int:
        client.get(url)
        with django_assert_max_num_queries(MAX_QUERIES) as captured:
            assert client.get(url).status_code == 200
        return len(captured)

    fill(cast, 1)
    few = count()
    fill_more(cast)
    assert count() <= few + 1


def fill_more(cast) -> None:
    for index in range(100, 120):
        customer_create_own(
            actor=cast.wang, fields={"name": f"N{index}"}, contacts={"phone": f"139{index:08d}"}
        )
        CustomerFactory(name=f"Pool {index}")


def test_a_customers_page_costs_few_queries(cast, login, django_assert_max_num_queries):
    customer = customer_create_own(
        actor=cast.wang, fields={"name": "An"}, contacts={"phone": "13800138000"}
    )
    client = login(cast.wang)
    client.get(customer.get_absolute_url())
    with django_assert_max_num_queries(MAX_QUERIES):
        client.get(customer.get_absolute_url())


@pytest.mark.parametrize(("who", "name"), PAGES)
def test_no_page_carries_inline_script_or_style(cast, login, who, name):
    page = login(getattr(cast, who)).get(reverse(name))
    html = page.content.decode()

    assert not re.search(r"<script(?![^>]*\bsrc=)", html)
    assert not re.search(r"<[^>]+\sstyle=", html)
    assert "<style" not in html
    assert not re.search(r"<[^>]+\son[a-z]+=", html)
    policy = page.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "script-src 'self'" in policy


@pytest.mark.parametrize(("language", "word"), [("zh-hans", "我的客户"), ("en", "My customers")])
def test_a_page_speaks_the_language_of_the_account(cast, login, language, word):
    cast.wang.language = language
    cast.wang.save()

    page = login(cast.wang).get(reverse("stark:customers_customer_my_list"))

    assert word in page.content.decode()
    assert page.headers["Content-Language"] == language


def test_the_site_is_chinese_whatever_the_browser_wants(client):
    page = client.get(reverse("login"), headers={"accept-language": "en"})

    assert '<html lang="zh-Hans"' in page.content.decode()


def test_the_language_switch_stays_with_the_account(cast, login):
    client = login(cast.wang)

    response = client.post(reverse("language"), {"language": "en", "next": "/inbox/"})

    assert response.url == "/inbox/"
    cast.wang.refresh_from_db()
    assert cast.wang.language == "en"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:1"])
def test_a_switch_never_leads_to_another_site(client, target):
    response = client.post(reverse("language"), {"language": "en", "next": target})

    assert response.url == "/"


def test_the_theme_stays_with_the_account(cast, login):
    client = login(cast.wang)

    client.post(reverse("theme"), {"theme": "dark"})

    assert 'data-bs-theme="dark"' in client.get(reverse("home")).content.decode()


@pytest.mark.parametrize("theme", ["", "<script>", "neon"])
def test_an_unknown_theme_changes_nothing(cast, login, theme):
    client = login(cast.wang)

    client.post(reverse("theme"), {"theme": theme})

    assert 'data-bs-theme="light"' in client.get(reverse("home")).content.decode()


def test_the_problem_pages_belong_to_the_product(cast, login, client):
    inside = login(cast.wang)

    refused = inside.get(reverse("customers:import_upload"))
    missing = inside.get("/nothing/")
    outside = client.get("/nothing/")

    assert (refused.status_code, missing.status_code, outside.status_code) == (403, 404, 404)
    assert 'class="sidebar' in refused.content.decode()
    assert 'class="sidebar' in missing.content.decode()
    assert 'class="sidebar' not in outside.content.decode()


def test_a_failed_page_gives_a_reference_and_no_details(cast, login, monkeypatch):
    from crm.common import views

    def fail(_user):
        raise RuntimeError("secret detail")

    monkeypatch.setattr(views, "workbench_for", fail)
    client = login(cast.wang)
    client.raise_request_exception = False

    response = client.get(reverse("home"))

    assert response.status_code == 500
    assert "secret detail" not in response.content.decode()
    assert re.search(r"[0-9a-f]{8}", response.content.decode())


def test_health_needs_no_login_and_says_what_is_away(client, settings, db):
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").json() == {"database": "ok", "redis": "ok"}
    settings.CACHES = {
        "default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}
    }
    degraded = client.get("/readyz")
    assert (degraded.status_code, degraded.json()["redis"]) == (200, "away")


def test_pages_work_on_without_redis(cast, login, settings):
    client = login(cast.wang)
    settings.CACHES = {
        "default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}
    }

    assert client.get(reverse("stark:customers_customer_my_list")).status_code == 200
