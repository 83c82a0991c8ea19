"""An import on the demo as it is started for people: a worker does it, the page looks on."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from browserkit import Visitor, counts_on, open_menu
from crm.common.demo import DEMO_PASSWORD
from playwright.sync_api import expect

WORKBOOK = Path(__file__).parents[2] / "site" / "demo" / "workbooks" / "leads-october.xls"
EXPECTED = json.loads(WORKBOOK.with_name("leads-october.xls.expected.json").read_text())
A_WHILE = 60_000  # milliseconds: a worker does it, on a machine that may be busy


def test_a_workbook_is_checked_confirmed_and_imported_while_the_page_looks_on(
    visit_demo: Callable[..., Visitor], tmp_path: Path
) -> None:
    operations = visit_demo()
    page = operations.page
    operations.log_in("operations", DEMO_PASSWORD)
    open_menu(operations, "Customers", "Imports")
    page.get_by_role("link", name="Upload a workbook").first.click()
    page.get_by_label("Workbook").set_input_files(WORKBOOK)
    page.get_by_role("button", name="Upload and check").click()
    start = page.get_by_role("button", name=f"Import {EXPECTED['valid']} rows")
    expect(start).to_be_visible(timeout=A_WHILE)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the error workbook").click()
    download.value.save_as(tmp_path / "errors.xlsx")
    assert (tmp_path / "errors.xlsx").read_bytes().startswith(b"PK")
    start.click()
    expect(page.get_by_role("heading", name="Result")).to_be_visible(timeout=A_WHILE)
    counts = counts_on(page, "Result")
    assert counts["New"] == EXPECTED["valid"]
    assert counts["Sum"] == EXPECTED["data_rows"]
    expect(page.locator("#import-state[hx-trigger]")).to_have_count(0)
