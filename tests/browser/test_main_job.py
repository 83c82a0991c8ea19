"""The main job (issue 2): a workbook becomes customers, and each consultant works with his."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from browserkit import PHONE, WIDE, Visitor, counts_on, open_menu, toast
from crm.common.demo import DEMO_PASSWORD
from crm.customers.clocks import deal_due_at, follow_due_at
from crm.customers.models import ConsultantLoad, Customer, Tenure
from crm.org.models import User
from django.core.management import call_command
from playwright.sync_api import expect

WORKBOOK = Path(__file__).parents[2] / "site" / "demo" / "workbooks" / "leads-october.xls"
EXPECTED = json.loads(WORKBOOK.with_name("leads-october.xls.expected.json").read_text())
NOTE = "Asked for the evening class and the fee in two parts; calls back on Friday."
#: How the consultant looks at the site: the window, and whether scripts run.
WAYS = [
    pytest.param({"size": WIDE}, id="desktop"),
    pytest.param({"size": PHONE}, id="phone"),
    pytest.param({"size": WIDE, "script": False}, id="without script"),
    pytest.param({"size": PHONE, "script": False}, id="phone without script"),
]


def days_pass(customer: Customer, days: int) -> None:
    """Everything about this customer happened that much earlier."""
    received_at = customer.received_at - timedelta(days=days)
    customer.received_at = received_at
    customer.follow_due_at = follow_due_at(since=received_at)
    customer.deal_due_at = deal_due_at(received_at=received_at)
    customer.due_at = customer.follow_due_at
    customer.save()
    Tenure.objects.filter(customer=customer).update(started_at=received_at)


def import_october(operations: Visitor) -> None:
    """Operations, logged in: through the pages from the menu to the finished import."""
    page = operations.page
    open_menu(operations, "Customers", "Imports")
    page.get_by_role("link", name="Upload a workbook").click()
    page.get_by_label("Workbook").set_input_files(WORKBOOK)
    page.get_by_role("button", name="Upload and check").click()
    expect(page.get_by_role("heading", name=WORKBOOK.name)).to_be_visible()
    expect(page.get_by_role("region", name="Import?")).to_contain_text("Nothing has been written")
    assert counts_on(page, "Check") == {
        "New": EXPECTED["valid"],
        "Skipped": 0,
        "Duplicate": EXPECTED["duplicate_in_file"],
        "Invalid": EXPECTED["invalid"],
        "Sum": EXPECTED["data_rows"],
    }
    assert not Customer.objects.filter(import_batch__isnull=False).exists()
    page.get_by_role("button", name=f"Import {EXPECTED['valid']} rows").click()
    expect(page.get_by_role("heading", name="Result")).to_be_visible(timeout=60_000)
    assert counts_on(page, "Result")["New"] == EXPECTED["valid"]


def customer_of(username: str) -> Customer:
    """The imported customer whose time runs out first on this consultant's list."""
    customer = (
        Customer.objects.filter(owner__username=username, import_batch__isnull=False)
        .order_by("due_at", "pk")
        .first()
    )
    assert customer is not None
    return customer


def read_message(consultant: Visitor, new: int) -> None:
    """The bell says there is one message, and the message says how many customers came."""
    page = consultant.page
    page.get_by_role("link", name="Messages, 1 unread").click()
    messages = page.get_by_role("region", name="Messages")
    expect(messages).to_contain_text(f"{new} new customers from {WORKBOOK.name}")
    page.get_by_role("button", name="Mark all as read").click()
    expect(page.get_by_role("link", name="Messages", exact=True)).to_be_visible()


def follow_up(consultant: Visitor, customer: Customer) -> None:
    """From the private list to the customer, and a note that moves his clock."""
    page = consultant.page
    open_menu(consultant, "Customers", "My customers")
    page.get_by_role("link", name="No follow-up yet").click()
    row = page.get_by_role("rowheader", name=customer.name)
    row.get_by_role("link").first.click()
    clocks = page.get_by_role("region", name="Two clocks")
    expect(clocks).to_contain_text("no follow-up yet")
    before = clocks.inner_text()
    page.get_by_label("Note").fill(NOTE)
    # The radio lies under its label, as in the theme: a person presses the words.
    page.get_by_role("radiogroup", name="Channel").get_by_text("WeChat message").click()
    page.get_by_label("Intent").select_option(label="Enrols within a week")
    page.get_by_role("button", name="Save follow-up").click()
    expect(toast(page)).to_contain_text("Saved. The follow-up clock runs until")
    newest = page.get_by_role("region", name="Timeline").get_by_role("listitem").first
    expect(newest).to_contain_text(NOTE)
    expect(newest).to_contain_text("WeChat message")
    expect(clocks).not_to_contain_text("no follow-up yet")
    assert clocks.inner_text() != before
    note = customer.follow_ups.get()
    customer.refresh_from_db()
    assert note.text == NOTE
    assert customer.follow_due_at == follow_due_at(since=note.written_at)


def claim_from_pool(consultant: Visitor) -> None:
    """A pool customer's contacts are masked until he is the consultant's."""
    page = consultant.page
    open_menu(consultant, "Customers", "Pool")
    name = page.get_by_role("rowheader").first
    name.get_by_role("link").first.click()
    profile = page.get_by_role("region", name="Profile")
    expect(profile).to_contain_text("199****")
    title = page.get_by_role("heading", level=1).inner_text()
    page.get_by_role("button", name="Claim").click()
    expect(toast(page)).to_contain_text(f"{title} is yours now.")
    expect(profile).to_contain_text("199 0000")


def is_refused(visitor: Visitor, path: str, status: int, title: str) -> None:
    """This address answers with the product's own page of that status."""
    assert visitor.goto(path) == status
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text(title)
    expect(visitor.page.get_by_role("link", name="To the start page")).to_be_visible()


def no_right(visitor: Visitor, path: str) -> None:
    is_refused(visitor, path, 403, "You have no right to open this page")


def not_there(visitor: Visitor, path: str) -> None:
    is_refused(visitor, path, 404, "There is nothing here for you")


@pytest.mark.usefixtures("school")
def test_a_workbook_becomes_customers_and_everybody_sees_his_part(
    visit: Callable[..., Visitor],
) -> None:
    operations = visit()
    operations.log_in("operations", DEMO_PASSWORD)
    import_october(operations)
    batch = operations.page.url
    wangshan = User.objects.get(username="wangshan")
    new = Customer.objects.filter(owner=wangshan, import_batch__isnull=False).count()
    customer = customer_of("wangshan")
    days_pass(customer, 2)

    consultant = visit()
    consultant.log_in("wangshan", DEMO_PASSWORD)
    read_message(consultant, new)
    follow_up(consultant, customer)
    no_right(consultant, "/customers/imports/upload/")

    colleague = visit()
    colleague.log_in("lijianguo", DEMO_PASSWORD)
    not_there(colleague, customer.get_absolute_url())
    no_right(colleague, batch)

    director = visit()
    director.log_in("director", DEMO_PASSWORD)
    sees_the_loads(director.page)

    student = visit()
    student.log_in("student@example.com", DEMO_PASSWORD)
    sees_nothing(student, customer, batch)


def sees_the_loads(page: Any) -> None:
    """One row for each consultant, with the numbers that the database has."""
    team = page.get_by_role("region", name="Team")
    for load in ConsultantLoad.objects.select_related("user"):
        row = team.get_by_role("row", name=load.user.name)
        count = row.get_by_role("link", name=f"{load.open_count:,} / {load.cap:,}")
        expect(count).to_be_visible()
        assert load.open_count > 0


def sees_nothing(student: Visitor, customer: Customer, batch: str) -> None:
    """Neither on the start page nor in the menu, nor by address."""
    page = student.page
    expect(page.get_by_text("Nothing is waiting for you")).to_be_visible()
    menu = page.get_by_role("navigation", name="Main navigation")
    expect(menu).not_to_contain_text("Customers")
    expect(menu.get_by_role("link")).to_have_count(2)  # the brand and the start page
    expect(page.get_by_text(customer.name)).to_have_count(0)
    for path in (customer.get_absolute_url(), batch, "/stark/customers/customer/"):
        no_right(student, path)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.usefixtures("school")
def test_a_consultants_day(visit: Callable[..., Visitor], way: dict[str, Any]) -> None:
    call_command("import_customers", str(WORKBOOK), json=True, stdout=StringIO())
    new = Customer.objects.filter(owner__username="wangshan", import_batch__isnull=False).count()
    customer = customer_of("wangshan")
    days_pass(customer, 2)
    consultant = visit(**way)
    consultant.log_in("wangshan", DEMO_PASSWORD)
    read_message(consultant, new)
    follow_up(consultant, customer)
    claim_from_pool(consultant)
    not_there(consultant, customer_of("lijianguo").get_absolute_url())
    no_right(consultant, "/customers/imports/upload/")
    consultant.log_out()
    expect(consultant.page.get_by_role("heading", name="Log in")).to_be_visible()
