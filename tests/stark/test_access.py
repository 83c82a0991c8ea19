"""Every right × every role × what the server answers."""

import pytest
import stark
from conftest import LIST, make_person, make_product
from django.test import Client
from django.urls import reverse
from stark.access import AccessPolicy
from stark_testproject.warehouse.models import Product

#: Verb of Django's permission -> rights of the config that it opens.
OPENS = {
    "view": {"list", "detail", "export", "count"},
    "add": {"add"},
    "change": {"list", "detail", "export", "change", "reprice"},
    "delete": {"delete", "archive"},
    "none": set(),
}
RIGHTS = ["list", "add", "change", "delete", "detail", "export", "archive", "reprice", "count"]


def test_the_table_of_rights_is_complete(config):
    assert [route.right for route in config.iter_routes()] == RIGHTS


def ask(client, config, right, obj):
    route = next(each for each in config.iter_routes() if each.right == right)
    url = config.url(right, obj)
    if "GET" in route.methods:
        return client.get(url)
    return client.post(url, {"pk": obj.pk})


@pytest.mark.parametrize("right", RIGHTS)
@pytest.mark.parametrize("verb", OPENS)
def test_a_right_answers_to_those_who_hold_it_and_403_to_others(product, config, right, verb):
    client = Client()
    client.force_login(make_person("someone@example.com", verb))
    allowed = right in OPENS[verb]
    response = ask(client, config, right, product)
    assert response.status_code in ({200, 302} if allowed else {403})


@pytest.mark.parametrize("right", RIGHTS)
def test_a_stranger_is_sent_to_the_log_in(client, product, config, right):
    response = ask(client, config, right, product)
    assert response.status_code == 302
    assert response.url.startswith("/login/?next=")


def test_htmx_is_told_where_the_log_in_is(client, product):
    response = client.get(LIST, headers={"HX-Request": "true"})
    assert response.status_code == 401
    assert response["HX-Redirect"].startswith("/login/")


@pytest.mark.parametrize("right", ["change", "delete", "detail"])
def test_without_the_right_it_is_403_whatever_the_key(db, config, right):
    client = Client()
    client.force_login(make_person("someone@example.com"))
    assert client.get(f"{LIST}999999/{right}/").status_code == 403
    assert client.get(f"{LIST}nonsense/{right}/").status_code == 403


@pytest.mark.parametrize("right", ["change", "delete", "detail"])
@pytest.mark.parametrize("key", ["999999", "nonsense", "1/2", "99999999999999999999999"])
def test_with_the_right_an_unknown_key_is_404(keeper, product, right, key):
    assert keeper.get(f"{LIST}{key}/{right}/").status_code == 404


@pytest.mark.parametrize("right", RIGHTS)
def test_methods_that_a_url_does_not_have_are_405(keeper, product, config, right):
    url = config.url(right, product)
    methods = next(each.methods for each in config.iter_routes() if each.right == right)
    for method in ("get", "post", "put", "delete", "patch"):
        if method.upper() not in methods:
            assert getattr(keeper, method)(url).status_code == 405


def test_a_page_has_no_button_whose_url_would_refuse(reader, product):
    page = reader.get(LIST).content.decode()
    for hidden in ("Add product", "Archive", "Reprice"):
        assert hidden not in page
    assert "Count" in page
    detail = reader.get(f"{LIST}{product.pk}/detail/").content.decode()
    assert "Delete" not in detail
    assert "/change/" not in detail


class NoCost(AccessPolicy):
    """Everybody may do everything with products worth less than 100, but cost is secret."""

    def allows(self, request, config, role, obj=None):
        return obj is None or obj.stock != 13

    def scope(self, request, config, role, queryset):
        return queryset.filter(price__lt=100) if config.model is Product else queryset

    def fields(self, request, config, role):
        hidden = {"cost", "supplier", "state", "warehouse.product:field.cost"}
        return config.field_names() - hidden


@pytest.fixture
def no_cost(settings, db, client):
    settings.STARK = {**settings.STARK, "ACCESS_POLICY": "test_access.NoCost"}
    client.force_login(make_person("someone@example.com"))
    return client


def test_an_object_out_of_scope_is_404_and_in_no_list(no_cost):
    hidden = make_product(name="Hidden", price=500)
    assert "Hidden" not in no_cost.get(LIST).content.decode()
    assert b"Hidden" not in no_cost.get(f"{LIST}export/").getvalue()
    for right in ("change", "delete", "detail"):
        assert no_cost.get(f"{LIST}{hidden.pk}/{right}/").status_code == 404
    no_cost.post(f"{LIST}action/archive/", {"pk": hidden.pk})
    assert not Product.objects.get(pk=hidden.pk).archived


def test_a_hidden_field_is_gone_from_list_sort_filter_search_export_and_form(no_cost, product):
    page = no_cost.get(LIST).content.decode()
    assert "Margin" not in page
    assert "Supplier" not in page.replace(">Suppliers<", "")
    for query in ("sort=margin", "sort=supplier__name", "supplier=1", "state=new", "view=fresh"):
        assert no_cost.get(f"{LIST}?{query}").status_code == 400
    table = no_cost.get(f"{LIST}export/").getvalue().decode()
    assert "Margin" not in table
    form = no_cost.get(f"{LIST}{product.pk}/change/").content.decode()
    assert 'name="cost"' not in form
    assert 'name="sku"' in form
    detail = no_cost.get(f"{LIST}{product.pk}/detail/").content.decode()
    assert "Cost" not in detail


def test_a_hidden_field_cannot_be_written(no_cost, product):
    data = {"sku": "LAMP", "name": "Lamp", "category": product.category_id, "price": 9}
    data |= {"stock": 1, "cost": 99, "state": "gone"}
    response = no_cost.post(f"{LIST}{product.pk}/change/", data)
    assert response.status_code == 302
    product.refresh_from_db()
    assert (product.price, product.cost, product.state) == (9, 4, "new")


def test_a_row_the_policy_refuses_is_reported_and_left_alone(no_cost, product):
    unlucky = make_product(name="Unlucky", stock=13)
    response = no_cost.post(f"{LIST}action/archive/", {"pk": [product.pk, unlucky.pk]})
    page = response.content.decode()
    assert "Unlucky" in page
    assert "You may not do this with this one." in page
    assert Product.objects.get(pk=product.pk).archived
    assert not Product.objects.get(pk=unlucky.pk).archived


class Undecided(AccessPolicy):
    def allows(self, request, config, role, obj=None):
        return None


def test_an_answer_that_is_neither_true_nor_false_is_an_error(settings, client, db):
    settings.STARK = {"ACCESS_POLICY": "test_access.Undecided"}
    client.force_login(make_person("someone@example.com"))
    with pytest.raises(TypeError, match="only True and False"):
        client.get(LIST)


def test_the_base_policy_refuses_everything(settings, client, db):
    settings.STARK = {"ACCESS_POLICY": "stark.AccessPolicy"}
    client.force_login(make_person("someone@example.com", "view", "change"))
    assert client.get(LIST).status_code == 403


def test_every_route_reverses_to_a_url_that_is_guarded(product):
    for config in stark.site.configs:
        for route in config.iter_routes():
            takes = {"pk": "1"} if route.right in {"change", "delete", "detail"} else {}
            assert reverse(route.url_name, kwargs=takes)
            assert (
                Client()
                .generic(route.methods[0], reverse(route.url_name, kwargs=takes))
                .status_code
                == 302
            )
