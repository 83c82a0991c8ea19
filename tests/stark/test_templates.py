"""A project's own base and its own templates take stark's place where it wants."""

import pytest
from conftest import LIST
from stark_testproject.warehouse.models import Supplier


@pytest.fixture
def own_base(settings):
    settings.STARK = {**settings.STARK, "BASE_TEMPLATE": "own_base.html"}


def test_every_page_extends_the_projects_base(own_base, keeper, product):
    for url in (
        LIST,
        f"{LIST}add/",
        f"{LIST}{product.pk}/change/",
        f"{LIST}{product.pk}/detail/",
        f"{LIST}{product.pk}/delete/",
        f"{LIST}?nonsense=1",
        "/stark/",
    ):
        page = keeper.get(url).content.decode()
        assert "<body data-own>" in page
        assert "<h1>" not in page.split("<main>")[1]


def test_crumbs_hold_only_what_lies_under_the_list(own_base, keeper, product):
    assert "<nav></nav>" in keeper.get(LIST).content.decode()
    assert "<nav><b>Add product</b></nav>" in keeper.get(f"{LIST}add/").content.decode()
    change = keeper.get(f"{LIST}{product.pk}/change/")
    assert "<nav><b>Lamp</b></nav>" in change.content.decode()
    assert change.context["list_crumb"] == {"title": "Products", "url": LIST}


def test_an_action_asks_and_reports_in_the_projects_base(own_base, keeper, product):
    url = f"{LIST}action/reprice/"
    assert "<body data-own>" in keeper.post(url, {"pk": product.pk}).content.decode()
    product.state = "gone"
    product.save()
    data = {"keys": product.pk, "confirmed": "1", "percent": "5"}
    assert "It is gone." in keeper.post(url, data).content.decode()


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_a_models_own_list_replaces_single_blocks_on_page_and_part(keeper, db, headers):
    url = "/stark/warehouse/supplier/"
    assert "Ask the buyer for suppliers." in keeper.get(url, headers=headers).content.decode()
    Supplier.objects.create(name="Acme")
    assert "Own pages" in keeper.get(url, headers=headers).content.decode()
