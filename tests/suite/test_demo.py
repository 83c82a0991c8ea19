"""``make demo`` from an empty folder: it says where it is, answers, and leaves nothing behind."""

import re
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from suitekit import ROOT


@pytest.fixture(scope="module")
def var(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("demo")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def started(var: Path, port: int) -> tuple[subprocess.Popen[str], str]:
    """The demo and all it printed until it was ready."""
    command = [sys.executable, "demo.py", "--port", str(port), "--var", str(var)]
    process = subprocess.Popen(
        command, cwd=ROOT / "tools", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if line.startswith("Ctrl-C"):
            break
    return process, "".join(lines)


def processes_of(var: Path) -> list[str]:
    """Command lines of the processes whose environment names the demo's folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if (
                str(var).encode()
                in (entry / "environ").read_bytes() + (entry / "cmdline").read_bytes()
            ):
                found.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue
    return [line for line in found if line]


def test_the_demo_starts_answers_and_leaves_no_process(var):
    port = free_port()
    process, words = started(var, port)
    try:
        assert f"CRM ready at http://127.0.0.1:{port}/" in words
        assert "for the demo only" in words
        assert re.search(r"^  admin ", words, re.MULTILINE)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/login/") as page:
            assert "csrfmiddlewaretoken" in page.read().decode()
    finally:
        process.send_signal(signal.SIGTERM)
        code = process.wait(30)
    assert code == 0
    assert processes_of(var) == []


def test_a_broken_database_is_a_fault_with_its_cure(var):
    (var / "db.sqlite3").write_bytes(b"this is no database" * 100)
    process, words = started(var, free_port())
    assert process.wait(30) == 1
    assert "The database could not be prepared" in words
    assert "make demo-reset" in words
    assert processes_of(var) == []
