"""``make demo`` stops everything it started, however it ends."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from suitekit import ROOT

TOOLS = ROOT / "tools"
#: A parent with two children, one of which has a child of its own; prints their ids.
FAMILY = """
import sys, time
from pathlib import Path
from supervisor import Child, ChildDiedError, StoppedError, Supervisor
folder = Path({folder!r})
sleeper = "import os, time, pathlib; pathlib.Path('{{}}').write_text(str(os.getpid())); {{}}"
sleep = "time.sleep(60)"
nested = "import subprocess, sys; subprocess.run([sys.executable, '-c', " + repr(
    sleeper.format(folder / "grandchild", sleep)) + "])"
def child(name, then):
    return Child(name, [sys.executable, "-c", sleeper.format(folder / name, then)], folder / "log")
try:
    with Supervisor() as supervisor:
        supervisor.start(child("one", sleep))
        supervisor.start(child("two", nested))
        supervisor.start(child("three", {three!r}))
        print("started", flush=True)
        supervisor.wait()
except ChildDiedError as death:
    print(death, flush=True)
    sys.exit(1)
except StoppedError:
    sys.exit(0)
"""


def family(folder: Path, *, three: str = "time.sleep(60)") -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", FAMILY.format(folder=str(folder), three=three)],
        cwd=TOOLS,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "started\n"
    return process


def process_ids(folder: Path) -> list[int]:
    """Ids of all four, once all four run."""
    names = ("one", "two", "three", "grandchild")
    until(lambda: all((folder / name).exists() and (folder / name).read_text() for name in names))
    return [int((folder / name).read_text()) for name in names]


def is_alive(process_id: int) -> bool:
    try:
        state = Path(f"/proc/{process_id}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def until(condition, *, seconds: float = 20.0) -> None:
    """Poll: there is no event to wait for across processes that are not ours."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_stops_every_process_and_counts_as_a_proper_end(tmp_path, number):
    parent = family(tmp_path)
    ids = process_ids(tmp_path)
    parent.send_signal(number)
    assert parent.wait(20) == 0
    assert [process_id for process_id in ids if is_alive(process_id)] == []


def test_the_death_of_one_child_stops_the_others_and_is_a_fault(tmp_path):
    parent = family(tmp_path, three="(time.sleep(1), os._exit(3))")
    ids = process_ids(tmp_path)
    assert parent.wait(20) == 1
    assert parent.stdout is not None
    assert parent.stdout.read() == "three ended with code 3\n"
    assert [process_id for process_id in ids if is_alive(process_id)] == []


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel's help is Linux's")
def test_killing_the_parent_outright_leaves_no_child(tmp_path):
    parent = family(tmp_path)
    direct = process_ids(tmp_path)[:3]
    parent.kill()
    parent.wait()
    until(lambda: not any(map(is_alive, direct)))
    # What a child leaves behind is its own affair; ours must not linger after this test.
    grandchild = int((tmp_path / "grandchild").read_text())
    if is_alive(grandchild):
        os.kill(grandchild, signal.SIGKILL)


def test_a_port_in_use_is_said_so_before_anything_is_started(tmp_path):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "demo.py", "--port", str(port), "--var", str(tmp_path / "var")],
            cwd=TOOLS,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert f"Port {port} is in use" in done.stderr
    assert "PORT=" in done.stderr
    assert not (tmp_path / "var").exists()
