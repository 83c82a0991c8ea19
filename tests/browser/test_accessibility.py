"""axe finds nothing serious or critical on the main pages, light and dark."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from browserkit import PHONE, WIDE, Visitor
from crm.customers.models import Customer, ImportBatch
from django.core.management import call_command

WORKBOOK = Path(__file__).parents[2] / "site" / "demo" / "workbooks" / "leads-october.xls"
GRAVE = {"serious", "critical"}


def customer_page() -> str:
    return Customer.objects.filter(owner__username="wangshan").first().get_absolute_url()


def import_page() -> str:
    call_command("import_customers", str(WORKBOOK), json=True, stdout=StringIO())
    return ImportBatch.objects.get().get_absolute_url()


#: Who looks at which page.
PAGES = {
    "login": ("", "/login/"),
    "home of a consultant": ("wangshan", "/"),
    "home of the director": ("director", "/"),
    "my customers": ("wangshan", "/stark/customers/customer_my/"),
    "filtered list": ("director", "/stark/customers/customer/?state=private&due=week"),
    "customer": ("wangshan", customer_page),
    "add": ("wangshan", "/customers/add/"),
    "import upload": ("operations", "/customers/imports/upload/"),
    "import batch": ("operations", import_page),
    "pool": ("wangshan", "/stark/customers/customer_pool/"),
    "no right": ("wangshan", "/customers/imports/upload/"),
}


def grave_findings(page: Any) -> list[str]:
    """Rule, what is wrong and where, one line each."""
    found = Axe().run(page).response["violations"]
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in found
        if violation["impact"] in GRAVE
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_serious(visit: Callable[..., Visitor], name: str) -> None:
    username, path = PAGES[name]
    address = path() if callable(path) else path
    findings = []
    for theme, size in (("light", WIDE), ("dark", WIDE), ("light", PHONE)):
        visitor = visit(username, theme=theme, size=size)
        visitor.goto(address)
        found = grave_findings(visitor.page)
        findings += [f"{theme} {size['width']}: {each}" for each in found]
    assert findings == []
