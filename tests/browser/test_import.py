"""An import from the upload to the last row, as the person at the screen sees it."""

from pathlib import Path

from playwright.sync_api import expect

WORKBOOK = Path(__file__).resolve().parents[2] / "site" / "demo" / "workbooks" / "leads-october.xls"
A_WHILE = 60_000  # milliseconds: a worker does it, on a machine that may be busy


def test_a_workbook_is_checked_confirmed_and_imported_while_the_page_looks_on(log_in, tmp_path):
    page = log_in("operations")
    page.goto("/customers/imports/upload/")
    page.locator("input[type=file]").set_input_files(WORKBOOK)
    page.locator("main button[type=submit], .savebar button[type=submit]").last.click()
    start = page.locator("form[action*='/start'] button")
    expect(start).to_contain_text("547", timeout=A_WHILE)
    counts = page.locator("dl.counts")
    for number in ("547", "21", "32", "600"):
        expect(counts).to_contain_text(number)
    with page.expect_download() as download:
        page.locator("a[href*='errors']").click()
    download.value.save_as(tmp_path / "errors.xlsx")
    assert (tmp_path / "errors.xlsx").read_bytes().startswith(b"PK")
    start.click()
    expect(page.get_by_role("heading", name="Result")).to_be_visible(timeout=A_WHILE)
    expect(page.locator("#import-state[hx-trigger]")).to_have_count(0)
    expect(counts).to_contain_text("600")
