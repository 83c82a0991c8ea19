"""A consultant's morning in Chinese, the language that the school works in."""

from __future__ import annotations

import re
from collections.abc import Callable

from browserkit import Visitor, toast
from crm.common.demo import DEMO_PASSWORD
from crm.customers.models import Customer
from crm.org.models import User
from playwright.sync_api import expect

NOTE = "问了周末班的上课时间，想先试听一次，周五晚上再联系。"
#: Whole English words: file names, brands and courses may be Latin, sentences may not.
ENGLISH = re.compile(
    r"\b(the|of|to|is|and|no|yet|name|customers?|places?|save|follow|all|today|message)\b", re.I
)


def reads_chinese(visitor: Visitor) -> None:
    """No sentence or label of the page is English."""
    text = visitor.page.locator("body").inner_text()
    left = [line for line in text.splitlines() if ENGLISH.search(line)]
    assert left == []


def test_a_consultant_logs_in_and_writes_a_follow_up_in_chinese(
    visit: Callable[..., Visitor],
) -> None:
    User.objects.update(language="")  # as in the demo: nobody has chosen yet
    customer = Customer.objects.filter(owner__username="wangshan").order_by("due_at").first()
    consultant = visit(language="")
    page = consultant.page
    consultant.goto("/")
    reads_chinese(consultant)
    page.get_by_label("邮箱或工号").fill("wangshan")
    page.get_by_label("密码", exact=True).fill(DEMO_PASSWORD)
    page.get_by_role("button", name="登录").click()
    menu = page.get_by_role("navigation", name="主导航")
    menu.get_by_text("客户", exact=True).click()
    reads_chinese(consultant)
    menu.get_by_role("link", name="我的客户").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("我的客户")
    reads_chinese(consultant)
    page.get_by_role("rowheader", name=customer.name).get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(customer.name)
    reads_chinese(consultant)
    page.get_by_label("跟进内容").fill(NOTE)
    page.get_by_role("button", name="保存跟进").click()
    expect(toast(page)).to_contain_text("已保存")
    expect(page.get_by_role("list").get_by_text(NOTE)).to_be_visible()
    for path in ("/inbox/", "/customers/add/", "/stark/customers/customer_pool/", "/nowhere/"):
        consultant.goto(path)
        reads_chinese(consultant)
