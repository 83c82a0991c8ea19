"""Who gets in where: every route for every role, own and other people's rows."""

from __future__ import annotations

import re

import pytest
from crm.customers.models import Customer, ImportBatch
from crm.customers.services.intake import customer_create_own
from crm.customers.services.tenures import customer_claim
from django.urls import get_resolver, reverse
from factories import CustomerFactory
from rbac.testing import access_table, assert_declared

PEOPLE = [
    "director",
    "operations",
    "finance",
    "lecturer",
    "tutor",
    "wang",
    "student",
]
EVERYBODY = set(PEOPLE)
SALES = {"director", "operations", "wang"}

#: URL name → who of PEOPLE may GET or POST it. The administrator is tested by himself.
TABLE: dict[str, tuple[set[str], set[str]]] = {
    "home": (EVERYBODY, EVERYBODY),
    "inbox": (EVERYBODY, EVERYBODY),
    "inbox_read": (EVERYBODY, EVERYBODY),
    "logout": (EVERYBODY, EVERYBODY),
    "password_change": (EVERYBODY, EVERYBODY),
    "theme": (EVERYBODY, EVERYBODY),
    "stark:index": (EVERYBODY, EVERYBODY),
    "customers:add": ({"operations", "wang"}, {"operations", "wang"}),
    "customers:detail": ({"director", "wang"}, set()),
    "customers:follow_up_add": (set(), {"wang"}),
    "customers:claim": (set(), {"wang"}),
    "customers:release": ({"wang"}, {"wang"}),
    "customers:import_upload": ({"director", "operations"}, {"director", "operations"}),
    "customers:import_template": ({"director", "operations"}, {"director", "operations"}),
    "customers:import_detail": ({"director", "operations"}, set()),
    "customers:import_errors": ({"director", "operations"}, set()),
    "customers:import_start": (set(), {"director", "operations"}),
    "customers:import_cancel": (set(), {"director", "operations"}),
    "stark:customers_customer_my_list": ({"wang"}, set()),
    "stark:customers_customer_pool_list": (SALES, set()),
    "stark:customers_customer_pool_action_claim": (set(), {"wang"}),
    "stark:customers_customer_pool_action_distribute": (set(), {"director"}),
    "stark:customers_customer_list": ({"director"}, set()),
    "stark:customers_customer_export": ({"director"}, set()),
    "stark:customers_importbatch_list": ({"director", "operations"}, set()),
    "stark:customers_consultantload_list": ({"director"}, set()),
    "stark:customers_consultantload_add": ({"director"}, {"director"}),
    "stark:customers_consultantload_change": ({"director"}, {"director"}),
    "stark:org_user_list": ({"director"}, set()),
    "stark:org_user_add": (set(), set()),
    "stark:org_user_change": (set(), set()),
    "stark:org_user_detail": ({"director"}, set()),
    "stark:enrolment_course_list": (EVERYBODY - {"student"}, set()),
    "stark:enrolment_course_detail": (EVERYBODY - {"student"}, set()),
    "stark:enrolment_course_add": (set(), set()),
    "stark:enrolment_course_change": (set(), set()),
    "stark:enrolment_course_delete": (set(), set()),
}
for _model in ("department", "campus", "leaveperiod"):
    for _verb in ("list", "add", "change", "delete"):
        TABLE[f"stark:org_{_model}_{_verb}"] = (set(), set())
PUBLIC = {"login", "language", "healthz", "readyz"}


def test_every_route_is_declared(roles):
    assert_declared()


def test_every_route_stands_in_the_table():
    names = set()

    def walk(resolver, namespace=""):
        for pattern in resolver.url_patterns:
            if hasattr(pattern, "url_patterns"):
                inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
                walk(pattern, inner)
            else:
                names.add(f"{namespace}{pattern.name}")

    walk(get_resolver())
    assert names == set(TABLE) | PUBLIC


def test_each_role_gets_in_exactly_where_the_table_says(cast):
    people = {name: getattr(cast, name) for name in PEOPLE}
    got = {
        (line.url_name, line.method, line.who)
        for line in access_table(people, methods=("GET", "POST"))
        if line.outcome == "allowed" and line.url_name not in PUBLIC
    }
    want = {
        (name, method, who)
        for name, columns in TABLE.items()
        for method, column in zip(("GET", "POST"), columns, strict=True)
        for who in column
    }
    assert sorted(got - want) == []
    assert sorted(want - got) == []


def test_nobody_unknown_gets_in_anywhere(cast, client):
    for name in TABLE:
        arguments = _arguments(name)
        response = client.get(reverse(name, kwargs=arguments))
        assert response.status_code == 302, name
        assert response.url.startswith("/login/"), name


def _arguments(name: str) -> dict[str, int]:
    for candidate in ({}, {"pk": 1}):
        try:
            reverse(name, kwargs=candidate)
        except Exception:  # noqa: BLE001 - whichever fits
            continue
        return candidate
    raise AssertionError(name)


@pytest.fixture
def wangs(cast):
    return customer_create_own(
        actor=cast.wang,
        fields={"name": "张晓雯"},
        contacts={"phone": "13800138012", "qq": "104882913"},
    )


def test_a_consultant_opens_his_own_customer_with_the_whole_contact(cast, wangs, login):
    page = login(cast.wang).get(wangs.get_absolute_url())

    assert page.status_code == 200
    assert "138 0013 8012" in page.content.decode()


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("route", ["detail", "follow_up_add", "release", "claim"])
def test_a_colleagues_customer_answers_404(cast, wangs, login, route, method):
    url = reverse(f"customers:{route}", args=[wangs.pk])
    allowed = {"detail": ["get"], "release": ["get", "post"]}.get(route, ["post"])

    response = getattr(login(cast.li), method)(url)

    assert response.status_code == (404 if method in allowed else 403)
    wangs.refresh_from_db()
    assert wangs.owner == cast.wang


def test_another_ones_customer_and_a_missing_one_look_the_same(cast, wangs, login):
    client = login(cast.li)

    other = client.get(wangs.get_absolute_url())
    missing = client.get(reverse("customers:detail", args=[999_999]))

    assert (other.status_code, missing.status_code) == (404, 404)


def test_a_colleagues_customer_is_in_no_list_and_no_search(cast, wangs, login):
    client = login(cast.li)
    for url in (
        reverse("stark:customers_customer_my_list"),
        reverse("stark:customers_customer_pool_list"),
        reverse("stark:customers_customer_my_list") + "?q=1380013",
        reverse("stark:customers_customer_my_list") + "?q=zhangxiaowen",
        reverse("home"),
    ):
        page = client.get(url)
        assert page.status_code == 200
        assert "张晓雯" not in page.content.decode()
        assert "13800138012" not in page.content.decode()


def test_pool_customers_show_no_contact_before_the_claim(cast, login):
    customer = CustomerFactory(name="安宁")
    customer.contacts.create(kind="phone", value="13800138012", identity="phone:13800138012")
    client = login(cast.li)

    for url in (reverse("stark:customers_customer_pool_list"), customer.get_absolute_url()):
        page = client.get(url).content.decode()
        assert "安宁" in page
        assert "13800138012" not in page
        assert "138 0013 8012" not in page
    found = client.get(reverse("stark:customers_customer_pool_list") + "?q=1380013")
    assert "安宁" not in found.content.decode()

    client.post(reverse("customers:claim", args=[customer.pk]))

    assert "138 0013 8012" in client.get(customer.get_absolute_url()).content.decode()


def test_a_claim_from_the_list_answers_for_each_row(cast, login):
    free, taken = CustomerFactory(name="Free"), CustomerFactory(name="Taken")
    client = login(cast.li)
    customer_claim(actor=cast.wang, customer=taken)

    response = client.post(
        reverse("stark:customers_customer_pool_action_claim"),
        {"pk": [free.pk, taken.pk], "state": ""},
    )

    assert response.status_code == 200
    assert set(Customer.objects.filter(owner=cast.li)) == {free}


def test_the_menu_counts_the_consultants_own_customers(cast, wangs, login):
    entry = re.compile(r'customer_my/"[^>]*>[^<]*<span class="n">(\d+)</span>')

    assert entry.findall(login(cast.wang).get(reverse("home")).content.decode()) == ["1"]
    assert entry.findall(login(cast.li).get(reverse("home")).content.decode()) == []


def test_the_student_sees_none_of_it(cast, wangs, login):
    client = login(cast.student)
    page = client.get(reverse("home")).content.decode()

    assert "/customers/" not in page
    assert 'href="/stark/' not in page
    for url in (
        reverse("stark:customers_customer_list"),
        reverse("customers:import_upload"),
        wangs.get_absolute_url(),
    ):
        assert client.get(url).status_code == 403


@pytest.mark.parametrize("who", ["wang", "student", "finance"])
def test_the_import_page_is_closed_to_everybody_else(cast, login, who):
    client = login(getattr(cast, who))

    assert client.get(reverse("customers:import_upload")).status_code == 403
    assert client.post(reverse("customers:import_upload"), {}).status_code == 403
    assert not ImportBatch.objects.exists()


@pytest.mark.parametrize(
    "url", ["/customers/import_upload\n", "/customers/imports/upload/x.js", "/%2e%2e/"]
)
def test_tricks_with_the_path_open_nothing(cast, login, url):
    assert login(cast.student).get(url).status_code in {301, 302, 400, 403, 404}


def test_hostile_ids_are_no_server_errors(cast, login):
    client = login(cast.wang)
    for pk in ("0", "99999999999999999999999", "-1", "1e9", "１", "a", "%00"):
        assert client.get(f"/customers/{pk}/").status_code in {404, 301}


def test_a_lookup_through_a_relation_is_a_400(cast, login):
    url = reverse("stark:customers_customer_list")

    assert login(cast.director).get(f"{url}?owner__password__startswith=a").status_code == 400
