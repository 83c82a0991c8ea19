"""Every page of every role: it opens, complains of nothing, and fits its window."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from browserkit import PHONE, WIDE, Visitor
from crm.customers.models import Customer
from crm.customers.states import CustomerState
from playwright.sync_api import expect

ROLES = [
    "admin",
    "director",
    "wangshan",
    "operations",
    "finance",
    "lecturer",
    "tutor",
    "student@example.com",
]
#: Pages that no menu names, by the role that uses them.
BESIDES = {
    "director": ["/stark/customers/consultantload/add/", "/stark/customers/customer/?view=due"],
    "wangshan": ["/stark/customers/customer_my/?view=never&q=zzz"],
    "operations": ["/customers/imports/upload/"],
}
EVERYBODY = ["/", "/inbox/", "/password/"]
NARROWEST = 320
#: A pixel of rounding is no sideways scrolling.
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def pages_of(visitor: Visitor, username: str) -> list[str]:
    """What the menu leads to, and what it does not name."""
    visitor.goto("/")
    links = visitor.page.locator(".menu a[href]").all()
    found = [str(link.get_attribute("href")) for link in links]
    found += EVERYBODY + BESIDES.get(username, [])
    if username == "wangshan":
        mine = Customer.objects.filter(owner__username=username).first()
        pool = Customer.objects.filter(state=CustomerState.POOL).first()
        found += [mine.get_absolute_url(), f"/customers/{mine.pk}/release/"]
        found.append(pool.get_absolute_url())
    return list(dict.fromkeys(found))


def look(visitor: Visitor, path: str) -> str:
    """What is wrong with this page, in one line; empty for a good one."""
    page: Any = visitor.page
    if visitor.goto(path) != 200:
        return f"{path} answers {visitor.page.title()}"
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    widths = [page.viewport_size["width"]]
    if widths == [PHONE["width"]]:
        widths.append(NARROWEST)
    for width in widths:
        page.set_viewport_size({"width": width, "height": PHONE["height"]})
        if (wider := page.evaluate(OVERFLOW)) > 1:
            return f"{path} is {wider} px wider than {width}"
    page.set_viewport_size({"width": widths[0], "height": PHONE["height"]})
    return ""


@pytest.mark.parametrize("username", ROLES)
def test_every_page_opens_and_fits(visit: Callable[..., Visitor], username: str) -> None:
    wide = visit(username, size=WIDE)
    paths = pages_of(wide, username)
    phone = visit(username, size=PHONE)
    faults = [f"desktop: {fault}" for path in paths if (fault := look(wide, path))]
    faults += [f"phone: {fault}" for path in paths if (fault := look(phone, path))]
    assert faults == []


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["desktop", "phone"])
def test_the_pages_fit_in_chinese_too(visit: Callable[..., Visitor], size: dict[str, int]) -> None:
    consultant = visit("wangshan", size=size, language="zh-hans")
    faults = [look(consultant, path) for path in pages_of(consultant, "wangshan")]
    assert [fault for fault in faults if fault] == []
