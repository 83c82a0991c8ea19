"""Lists in a browser: what a swap changes, what the address says, what Back brings."""

import re

from playwright.sync_api import expect

POOL = "/stark/customers/customer_pool/"


def test_a_chip_narrows_the_list_in_place_and_back_widens_it_again(site, log_in):
    page = log_in("operations")
    page.goto(POOL)
    page.evaluate("window.isSamePage = true")
    chip = page.locator("a.chip:not([data-all]):not([data-zero])").nth(1)
    expect(chip.locator(".n")).to_have_text(re.compile(r"\d"))
    count = chip.locator(".n").inner_text().strip()
    chip.click()
    expect(page).to_have_url(re.compile(r"\?\w+="))
    expect(page.locator("a.chip[aria-current=true]:not([data-all])").first).to_be_visible()
    expect(page.locator(".listfoot")).to_contain_text(count)
    assert page.evaluate("window.isSamePage"), "the page was not loaded anew"
    page.go_back()
    expect(page).to_have_url(f"{site}{POOL}")
    expect(page.locator("a.chip[aria-current=true]:not([data-all])")).to_have_count(0)
    expect(page.get_by_role("table")).to_be_visible()
    expect(page.get_by_role("navigation").first).to_be_visible()


def test_the_slash_key_goes_to_the_search_and_a_pinyin_name_is_found(log_in):
    page = log_in("operations")
    page.goto(POOL)
    name = page.locator("tbody th[scope=row]").first.inner_text().strip()
    page.keyboard.press("/")
    expect(page.locator("input[name=q]")).to_be_focused()
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("q="))
    expect(page.locator("tbody th[scope=row]").first).to_have_text(re.compile(name))


def test_a_phone_shows_the_list_without_scrolling_sideways(log_in):
    page = log_in("operations", viewport={"width": 360, "height": 740})
    for address in ("/", POOL, "/customers/add/"):
        page.goto(address)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= 360, f"{address} is {width} wide"


def test_without_script_the_chips_are_links_that_work(log_in, complaints):
    page = log_in("operations", java_script_enabled=False)
    page.goto(POOL)
    page.locator("a.chip:not([data-all])").nth(1).click()
    expect(page).to_have_url(re.compile(r"\?\w+="))
    expect(page.locator("a.chip[aria-current=true]:not([data-all])").first).to_be_visible()


def test_a_stranger_to_a_page_is_refused_in_words(log_in, complaints):
    page = log_in("lecturer")
    answer = page.goto(POOL)
    assert answer is not None
    assert answer.status == 403
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert all("403" in words for words in complaints)
    complaints.clear()
