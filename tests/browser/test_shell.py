"""The frame around every page: login, sessions, theme, language, messages, double clicks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from browserkit import PHONE, Visitor, counted, toast
from crm.common.demo import DEMO_PASSWORD
from crm.customers.models import ConsultantLoad, Customer, FollowUp, ImportBatch
from crm.customers.states import ImportState
from crm.org.models import User
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db.models import F
from playwright.sync_api import expect

NOTE = "Wants to see a class first; comes on Saturday with a friend."


def end_sessions() -> None:
    """Every session has expired."""
    Session.objects.all().delete()
    cache.clear()


def customer_of(username: str) -> Customer:
    customer = Customer.objects.filter(owner__username=username).order_by("pk").first()
    assert customer is not None
    return customer


def save_follow_up(page: Any, **how: Any) -> None:
    page.get_by_label("Note").fill(NOTE)
    page.get_by_role("button", name="Save follow-up").click(**how)


def test_a_wrong_password_is_told_and_the_right_one_leads_where_one_wanted_to_go(
    visit: Callable[..., Visitor],
) -> None:
    visitor = visit()
    page = visitor.page
    visitor.goto("/stark/customers/customer_my/")
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    for password in ("wrong", DEMO_PASSWORD):
        page.get_by_label("E-mail or staff number").fill("wangshan")
        page.get_by_label("Password", exact=True).fill(password)
        page.get_by_role("button", name="Log in").click()
        if password == "wrong":
            expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_role("heading", name="My customers")).to_be_visible()


def test_the_password_can_be_looked_at(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.goto("/login/")
    field = visitor.page.get_by_label("Password", exact=True)
    button = visitor.page.get_by_role("button", name="Show password")
    button.click()
    expect(field).to_have_attribute("type", "text")
    expect(button).to_have_attribute("aria-pressed", "true")
    button.click()
    expect(field).to_have_attribute("type", "password")


def test_an_expired_session_leads_to_the_login_and_back(visit: Callable[..., Visitor]) -> None:
    consultant = visit("wangshan")
    page = consultant.page
    consultant.goto("/stark/customers/customer_pool/")
    end_sessions()
    page.get_by_role("link", name=counted("My customers")).click()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    page.get_by_label("E-mail or staff number").fill("wangshan")
    page.get_by_label("Password", exact=True).fill(DEMO_PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="My customers")).to_be_visible()


def test_a_chip_pressed_after_the_session_expired_leads_to_the_login_and_back(
    visit: Callable[..., Visitor],
) -> None:
    consultant = visit("wangshan")
    page = consultant.page
    consultant.goto("/stark/customers/customer_pool/")
    chips = page.get_by_role("list", name="Source")
    expect(chips.get_by_role("link", name="All 32")).to_be_visible()
    end_sessions()
    chips.get_by_role("link", name="QQ group").click()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    page.get_by_label("E-mail or staff number").fill("wangshan")
    page.get_by_label("Password", exact=True).fill(DEMO_PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Pool")


def test_the_theme_is_kept_for_the_account(visit: Callable[..., Visitor]) -> None:
    consultant = visit("wangshan")
    page = consultant.page
    consultant.goto("/stark/customers/customer_my/?intent=within_week")
    html = page.locator("html")
    expect(html).to_have_attribute("data-bs-theme", "light")
    page.get_by_role("button", name="Dark mode").click()
    expect(html).to_have_attribute("data-bs-theme", "dark")
    expect(page).to_have_url(f"{consultant.base}/stark/customers/customer_my/?intent=within_week")
    expect(page.get_by_role("button", name="Dark mode")).to_have_attribute("aria-pressed", "true")
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert max(int(part) for part in background.strip("rgb()").split(",")) < 60
    assert User.objects.get(username="wangshan").theme == "dark"


def test_the_language_is_switched_in_both_directions(visit: Callable[..., Visitor]) -> None:
    consultant = visit("wangshan")
    page = consultant.page
    consultant.goto("/stark/customers/customer_my/")
    page.get_by_role("banner").get_by_role("button", name="中文").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("我的客户")
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    page.get_by_role("banner").get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("My customers")
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_the_off_canvas_menu_opens_closes_and_keeps_its_place(
    visit: Callable[..., Visitor],
) -> None:
    consultant = visit("wangshan", size=PHONE)
    page = consultant.page
    consultant.goto("/")
    menu = page.get_by_role("navigation", name="Main navigation")
    expect(menu).to_be_hidden()
    for closing in ("button", "key"):
        page.get_by_role("button", name="Open navigation").click()
        expect(page.get_by_role("dialog", name="Main navigation")).to_be_visible()
        expect(menu).to_be_visible()
        if closing == "button":
            page.get_by_role("button", name="Close navigation").click()
        else:
            page.keyboard.press("Escape")
        expect(menu).to_be_hidden()
        expect(page.get_by_role("button", name="Open navigation")).to_be_focused()


def test_a_double_click_on_save_writes_one_note(visit: Callable[..., Visitor]) -> None:
    customer = customer_of("wangshan")
    before = customer.follow_ups.count()
    consultant = visit("wangshan")
    consultant.goto(customer.get_absolute_url())
    save_follow_up(consultant.page, click_count=2)
    expect(toast(consultant.page)).to_contain_text("Saved.")
    expect(consultant.page.get_by_text(NOTE)).to_have_count(1)
    assert customer.follow_ups.count() == before + 1


def test_going_back_and_saving_again_without_script_writes_one_note(
    visit: Callable[..., Visitor],
) -> None:
    customer = customer_of("wangshan")
    consultant = visit("wangshan", script=False)
    page = consultant.page
    consultant.goto(customer.get_absolute_url())
    submission = page.locator("input[name=submission]").get_attribute("value")
    save_follow_up(page)
    expect(toast(page)).to_contain_text("Saved.")
    page.locator("input[name=submission]").evaluate(
        "(field, old) => { field.value = old }", submission
    )
    save_follow_up(page)
    expect(page.get_by_text(NOTE)).to_have_count(1)
    assert FollowUp.objects.filter(text=NOTE).count() == 1


def test_good_news_passes_and_a_refusal_stays(visit: Callable[..., Visitor]) -> None:
    customer = customer_of("wangshan")
    consultant = visit("wangshan")
    page = consultant.page
    page.clock.install()
    consultant.goto(customer.get_absolute_url())
    save_follow_up(page)
    news = toast(page).get_by_role("status")
    expect(news).to_contain_text("Saved.")
    page.clock.fast_forward(10_000)
    expect(news).to_have_count(0)
    pool = Customer.objects.in_pool().order_by("-pk").first()
    consultant.goto(pool.get_absolute_url())
    Customer.objects.filter(pk=pool.pk).update(follow_due_at=None)
    ConsultantLoad.objects.filter(user__username="wangshan").update(cap=F("open_count"))
    page.get_by_role("button", name="Claim").click()
    refusal = toast(page).get_by_role("alert")
    expect(refusal).to_be_visible()
    page.clock.fast_forward(60_000)
    expect(refusal).to_be_visible()
    refusal.get_by_role("button", name="Close").click()
    expect(refusal).to_have_count(0)


def test_a_short_note_is_refused_with_what_was_typed(visit: Callable[..., Visitor]) -> None:
    customer = customer_of("wangshan")
    consultant = visit("wangshan")
    page = consultant.page
    consultant.goto(customer.get_absolute_url())
    page.get_by_label("Note").fill("too short")
    page.get_by_role("button", name="Save follow-up").click()
    note = page.get_by_label("Note")
    expect(note).to_have_attribute("aria-invalid", "true")
    expect(note).to_have_value("too short")


def test_the_import_page_follows_the_work_by_itself(visit: Callable[..., Visitor]) -> None:
    batch = ImportBatch.objects.create(
        filename="leads.xls",
        created_by=User.objects.get(username="operations"),
        state=ImportState.RUNNING,
        data_rows=200,
        valid=200,
        settled_rows=40,
    )
    operations = visit("operations")
    page = operations.page
    operations.goto(batch.get_absolute_url())
    expect(page.get_by_role("region", name="Importing")).to_contain_text("40 of 200 rows")
    page.evaluate("document.body.dataset.same = 'yes'")
    ImportBatch.objects.update(settled_rows=150)
    expect(page.get_by_role("region", name="Importing")).to_contain_text("150 of 200 rows")
    ImportBatch.objects.update(state=ImportState.CANCELLED)
    expect(page.get_by_text("Dropped. No customer was imported.")).to_be_visible()
    assert page.evaluate("document.body.dataset.same === 'yes'")
