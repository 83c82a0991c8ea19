"""The school of the demo behind a real server, and browsers that nobody else uses.

Chromium is the one in CHROMIUM, else the first of the usual names in PATH. Without one the
whole folder is skipped; in CI that would be a failure (tools/test.py).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path

import pytest
from browserkit import Visitor, Watch
from crm.org.models import User
from django.core.cache import cache
from django.core.management import call_command
from django_redis import get_redis_connection

# Playwright keeps an event loop in the tests' thread; the ORM is used there all the same.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "chrome")
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
NO_CHROMIUM = "needs Chromium: apt-get install chromium, or CHROMIUM=/path/to/chromium pytest"


def chromium() -> str | None:
    """Path of the browser, if there is one."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUMS)), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if chromium() is None:
        for item in items:
            item.add_marker(pytest.mark.skip(reason=NO_CHROMIUM))


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    """One Chromium for the run; each visitor has a context of his own in it."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGS)
        yield browser
        browser.close()


@pytest.fixture
def school(transactional_db: None, settings: object, tmp_path: Path) -> None:
    """The demo school with 40 customers, everybody reading English.

    Files and cached things are this test's own.
    """
    settings.MEDIA_ROOT = tmp_path / "private"
    cache.clear()
    get_redis_connection().flushdb()
    call_command("load_demo", customers=40, verbosity=0, stdout=StringIO())
    User.objects.update(language="en")


@pytest.fixture
def visit(school: None, browser: object, live_server: object) -> Iterator[Callable[..., Visitor]]:
    """``visit("wangshan")`` opens a browser in which he is logged in; nobody without a name.

    At the end of the test no page may have complained: no error on the console, no script
    that failed, no violation of the content security policy, no resource that is missing.
    """
    watch = Watch()
    opened: list[Visitor] = []

    def open_browser(username: str = "", **wishes: object) -> Visitor:
        visitor = Visitor.enter(browser, live_server.url, watch, username, **wishes)
        opened.append(visitor)
        return visitor

    yield open_browser
    for visitor in opened:
        visitor.leave()
    assert not watch.complaints
