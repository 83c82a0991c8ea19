"""The demo as a person gets it, and a Chromium to use it with."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "demo1234"
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "chrome")


@pytest.fixture(scope="session")
def site(tmp_path_factory) -> Iterator[str]:
    """Address of the demo site, with its worker and beat, on a fresh database."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "demo.py", "--port", str(port)]
    command += ["--var", str(tmp_path_factory.mktemp("demo"))]
    process = subprocess.Popen(
        command, cwd=ROOT / "tools", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert process.stdout is not None
    words = []
    for line in process.stdout:
        words.append(line)
        if line.startswith("Ctrl-C"):
            break
    try:
        assert process.poll() is None, "".join(words)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUMS)), None)
    assert program, "install Chromium, or name it: CHROMIUM=/path/to/chromium"
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-background-networking"]
        )
        yield found
        found.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser's console said; empty unless a test expects otherwise."""
    return []


@pytest.fixture
def log_in(site: str, browser: Browser, complaints: list[str]) -> Iterator[Callable[..., Page]]:
    """Open the site as one of the demo's people, in English; complaints fail the test."""
    contexts = []

    def open_as(username: str, **options: object) -> Page:
        context = browser.new_context(base_url=site, **options)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: complaints.append(f"error: {error}"))
        page.goto("/login/")
        page.get_by_role("button", name="English").first.click()
        page.get_by_label("E-mail or user name").or_(page.locator("#id_username")).first.fill(
            username
        )
        page.locator("#id_password").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{site}/")
        return page

    yield open_as
    for context in contexts:
        context.close()
    assert complaints == []
