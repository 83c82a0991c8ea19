"""The school of the demo behind a real server, and browsers that nobody else uses.

Chromium is the one in CHROMIUM, else the first of the usual names in PATH. Without one the
whole folder is skipped; in CI that would be a failure (tools/test.py).
"""

from __future__ import annotations

import itertools
import os
import shutil
import socket
import subprocess
import sys
import tempfile
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

TOOLS = Path(__file__).parents[2] / "tools"
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


@pytest.fixture(scope="session")
def demo() -> Iterator[str]:
    """Address of the site as ``make demo`` starts it: with a worker and beat, all its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = tempfile.mkdtemp(prefix="crm-demo-")
    command = [sys.executable, "demo.py", "--port", str(port), "--var", folder]
    ours = {"REDIS_URL", "DATABASE_URL", "CRM_VAR", "DJANGO_SETTINGS_MODULE"}
    clean = {name: value for name, value in os.environ.items() if name not in ours}
    process = subprocess.Popen(
        command, cwd=TOOLS, env=clean, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        words = list(
            itertools.takewhile(lambda line: not line.startswith("Ctrl-C"), process.stdout)
        )
        assert process.poll() is None, "".join(words)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def visit_demo(demo: str, browser: object) -> Iterator[Callable[..., Visitor]]:
    """``visit_demo()`` opens a browser on the demo; nobody is logged in."""
    yield from _visits(browser, demo)


@pytest.fixture
def visit(school: None, browser: object, live_server: object) -> Iterator[Callable[..., Visitor]]:
    """``visit("wangshan")`` opens a browser in which he is logged in; nobody without a name.

    At the end of the test no page may have complained: no error on the console, no script
    that failed, no violation of the content security policy, no resource that is missing.
    """
    yield from _visits(browser, live_server.url)


def _visits(browser: object, address: str) -> Iterator[Callable[..., Visitor]]:
    watch = Watch()
    opened: list[Visitor] = []

    def open_browser(username: str = "", **wishes: object) -> Visitor:
        visitor = Visitor.enter(browser, address, watch, username, **wishes)
        opened.append(visitor)
        return visitor

    yield open_browser
    for visitor in opened:
        visitor.leave()
    assert not watch.complaints
