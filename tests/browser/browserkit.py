"""A person in front of a browser: who he is, how wide his window is, what his console says."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from crm.org.models import User
from django.conf import settings
from django.test import Client
from playwright.sync_api import expect

WIDE = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
PATIENCE_MS = 15_000
expect.set_options(timeout=PATIENCE_MS)
#: Answers that a page may give on purpose; the tests that provoke them look at them.
EXPECTED = {403, 404, 409, 422}


@dataclass
class Watch:
    """What the pages of one test complained about."""

    complaints: list[str] = field(default_factory=list)
    answers: dict[str, int] = field(default_factory=dict)

    def over(self, page: Any) -> None:
        """Listen to this page."""
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.complaints.append(f"script failed: {error}"))
        page.on("response", self._answered)

    def _answered(self, response: Any) -> None:
        if response.request.is_navigation_request():
            self.answers[response.url] = response.status

    def _said(self, message: Any) -> None:
        if message.type not in {"error", "warning"}:
            return
        address = message.location.get("url", "")
        is_refusal = message.text.startswith("Failed to load resource")
        if is_refusal and (self.answers.get(address) in EXPECTED or "401" in message.text):
            return  # 401: htmx after the session ended, on its way to the login page
        self.complaints.append(f"{message.type}: {message.text} ({address})")


@dataclass
class Visitor:
    """One browser context; ``page`` is Playwright's."""

    page: Any
    base: str

    @classmethod
    def enter(
        cls,
        browser: Any,
        base: str,
        watch: Watch,
        username: str,
        *,
        size: dict[str, int] | None = None,
        language: str = "en",
        theme: str = "light",
        script: bool = True,
    ) -> Visitor:
        """Open a window; with a name, as this person with these preferences."""
        context = browser.new_context(
            base_url=base,
            viewport=size or WIDE,
            java_script_enabled=script,
            reduced_motion="reduce",
            has_touch=size == PHONE,
        )
        context.set_default_timeout(PATIENCE_MS)
        cookies = {"theme": theme}
        if language:
            cookies[settings.LANGUAGE_COOKIE_NAME] = language
        if username:
            User.objects.filter(username=username).update(language=language, theme=theme)
            cookies[settings.SESSION_COOKIE_NAME] = _session_of(username)
        context.add_cookies([{"name": n, "value": v, "url": base} for n, v in cookies.items()])
        page = context.new_page()
        watch.over(page)
        return cls(page, base)

    def goto(self, path: str) -> int:
        """Open an address, with the counts that come after it; the status of the answer."""
        status = int(self.page.goto(path).status)
        expect(self.page.locator(".skeleton:visible")).to_have_count(0)
        return status

    def log_in(self, username: str, password: str) -> None:
        """Log in through the page, in English."""
        self.goto("/login/")
        self.page.get_by_label("E-mail or staff number").fill(username)
        self.page.get_by_label("Password", exact=True).fill(password)
        self.page.get_by_role("button", name="Log in").click()

    def log_out(self) -> None:
        """Log out from the account menu."""
        self.page.get_by_role("banner").get_by_text("王珊").click()
        self.page.get_by_role("button", name="Log out").click()

    def leave(self) -> None:
        """Close the window."""
        self.page.context.close()


def _session_of(username: str) -> str:
    client = Client()
    client.force_login(User.objects.get(username=username), backend="crm.org.backends.LoginBackend")
    return str(client.cookies[settings.SESSION_COOKIE_NAME].value)


def path_of(url: str) -> str:
    """The address without scheme and host."""
    return re.sub(r"^https?://[^/]+", "", url)


def open_menu(visitor: Visitor, group: str, entry: str) -> None:
    """Follow an entry of the main menu, opening what hides it."""
    page = visitor.page
    if page.viewport_size["width"] < 992:
        page.get_by_role("button", name="Open navigation").click()
    menu = page.get_by_role("navigation", name="Main navigation")
    link = menu.get_by_role("link", name=counted(entry))
    if not link.is_visible():
        menu.get_by_text(group, exact=True).click()
    link.click()


def counted(entry: str) -> re.Pattern[str]:
    """Name of a menu's link, with or without the count beside it."""
    return re.compile(rf"^{re.escape(entry)}( [\d,]+)?$")


def toast(page: Any) -> Any:
    """What the site says about the last action."""
    return page.locator("#toasts")


def counts_on(page: Any, region: str) -> dict[str, int]:
    """The counts of an import as they stand on its page, by their names."""
    lines = page.get_by_role("region", name=region, exact=True).locator(".counts > div").all()
    return {
        line.locator("dt").inner_text(): int(line.locator("b").inner_text().replace(",", ""))
        for line in lines
    }
