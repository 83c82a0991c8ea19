"""What a list does in a browser beyond its markup: swaps, addresses, keys, batch actions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from browserkit import Visitor, open_menu, toast
from crm.customers.models import Customer
from crm.customers.states import CustomerState
from crm.org.models import User
from playwright.sync_api import expect

ALL = "/stark/customers/customer/"
POOL = "/stark/customers/customer_pool/"


def rows(page: Any) -> Any:
    return page.get_by_role("table").locator("tbody").get_by_role("row")


def chip(page: Any, dimension: str, value: str) -> Any:
    """The chip of a value, as soon as it has its count."""
    chips = page.get_by_role("region", name="Combined search").get_by_role("list", name=dimension)
    return chips.get_by_role("link", name=value)


def mark(page: Any) -> None:
    """Leave a sign that a reload of the page would wipe away."""
    page.evaluate("document.body.dataset.same = 'yes'")


def is_same_document(page: Any) -> bool:
    return bool(page.evaluate("document.body.dataset.same === 'yes'"))


def test_chips_swap_the_list_and_back_brings_the_filters_back(
    visit: Callable[..., Visitor],
) -> None:
    private = Customer.objects.filter(state=CustomerState.PRIVATE)
    of_wang = private.filter(owner__username="wangshan")
    everybody = Customer.objects.count()
    director = visit("director")
    page = director.page
    director.goto(ALL)
    mark(page)
    expect(rows(page)).to_have_count(min(20, everybody))
    chip(page, "State", f"Private {private.count()}").click()
    expect(page).to_have_url(f"{director.base}{ALL}?state=private")
    expect(rows(page)).to_have_count(private.count())
    chip(page, "Consultant", f"王珊 {of_wang.count()}").click()
    expect(rows(page)).to_have_count(of_wang.count())
    expect(page.get_by_role("group", name="Active filters")).to_contain_text("State: Private")
    expect(page.get_by_role("status").first).to_have_text(f"All customers: {of_wang.count()}")
    assert is_same_document(page)
    page.go_back()
    expect(page).to_have_url(f"{director.base}{ALL}?state=private")
    expect(rows(page)).to_have_count(private.count())
    expect(chip(page, "State", "Private")).to_have_attribute("aria-current", "true")
    page.go_back()
    expect(page).to_have_url(f"{director.base}{ALL}")
    expect(rows(page)).to_have_count(min(20, everybody))
    expect(page.get_by_role("group", name="Active filters")).to_have_count(0)


def test_a_pill_removes_its_filter_and_the_focus_stays_with_the_list(
    visit: Callable[..., Visitor],
) -> None:
    director = visit("director")
    page = director.page
    director.goto(f"{ALL}?state=private")
    page.get_by_role("link", name="Remove State: Private").click()
    expect(page).to_have_url(f"{director.base}{ALL}")
    expect(rows(page)).to_have_count(20)
    assert page.evaluate("document.querySelector('#list').contains(document.activeElement)")


def test_slash_goes_to_the_search_and_is_a_letter_inside_it(visit: Callable[..., Visitor]) -> None:
    customer = Customer.objects.in_pool().order_by("pk").first()
    consultant = visit("wangshan")
    page = consultant.page
    consultant.goto(POOL)
    page.keyboard.press("/")
    search = page.get_by_role("searchbox", name="Search Pool")
    expect(search).to_be_focused()
    expect(search).to_have_value("")
    page.keyboard.press("/")
    expect(search).to_have_value("/")
    search.fill(customer.name)
    page.keyboard.press("Enter")
    expect(page.get_by_role("rowheader", name=customer.name).first).to_be_visible()
    expect(rows(page)).to_have_count(Customer.objects.in_pool().filter(name=customer.name).count())


def test_keys_walk_the_rows_select_and_show_the_help(visit: Callable[..., Visitor]) -> None:
    consultant = visit("wangshan")
    page = consultant.page
    consultant.goto(POOL)
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(rows(page).nth(1).get_by_role("checkbox")).to_be_checked()
    expect(page.get_by_role("group", name="Batch actions")).to_contain_text("Selected 1")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_selected_pool_customers_are_claimed_together(visit: Callable[..., Visitor]) -> None:
    consultant = visit("wangshan")
    page = consultant.page
    consultant.goto(POOL)
    bar = page.get_by_role("group", name="Batch actions")
    expect(bar).to_be_hidden()
    names = [rows(page).nth(index).get_by_role("rowheader").inner_text() for index in (0, 2)]
    for index in (0, 2):
        rows(page).nth(index).get_by_role("checkbox").check()
    expect(bar).to_contain_text("Selected 2")
    bar.get_by_role("button", name="Claim").click()
    expect(toast(page)).to_contain_text("2 customers are yours now.")
    open_menu(consultant, "Customers", "My customers")
    for name in names:
        expect(page.get_by_role("rowheader", name=name).first).to_be_visible()
    mine = Customer.objects.private_to(User.objects.get(username="wangshan"))
    assert {customer.name for customer in mine} >= set(names)


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_search_and_chips_work_the_same_without_script(
    visit: Callable[..., Visitor], script: bool
) -> None:
    private = Customer.objects.filter(state=CustomerState.PRIVATE).order_by("pk")
    director = visit("director", script=script)
    page = director.page
    director.goto(ALL)
    chip(page, "State", "Private").click()
    expect(rows(page)).to_have_count(private.count())
    page.get_by_role("searchbox").fill(private.first().name)
    page.get_by_role("searchbox").press("Enter")
    expect(page.get_by_role("rowheader", name=private.first().name).first).to_be_visible()
    expect(page.get_by_role("group", name="Active filters")).to_contain_text("State: Private")
