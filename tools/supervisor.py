"""Runs several programs as one: all of them, or none.

Each child has a process group of its own. When one ends, or this process is told to stop, the
others are stopped too. On Linux the kernel stops them even if this process is killed outright.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

#: Time a child has to end by itself, in seconds, before it is killed.
GRACE_SECONDS = 8.0
_PR_SET_PDEATHSIG = 1


@dataclass(slots=True)
class Child:
    """One program; its output goes to ``log``."""

    name: str
    command: Sequence[str]
    log: Path
    env: dict[str, str] = field(default_factory=dict)
    cwd: Path | None = None


class ChildDiedError(Exception):
    """A child ended that should have gone on."""

    def __init__(self, child: Child, code: int) -> None:
        super().__init__(f"{child.name} ended with code {code}")
        self.child = child
        self.code = code


class StoppedError(Exception):
    """Somebody asked for the end: Ctrl-C, TERM or HUP."""


class Supervisor:
    """Starts children in turn and stops them all, last started first.

    A context manager: leaving it, however, stops everything. Must live in the main thread,
    for it answers signals while it is open.
    """

    def __init__(self) -> None:
        self._running: list[tuple[Child, subprocess.Popen[bytes]]] = []
        self._old_handlers: dict[int, object] = {}

    def __enter__(self) -> "Supervisor":
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            self._old_handlers[number] = signal.signal(number, _raise_stopped)
        return self

    def __exit__(self, *_error: object) -> None:
        for number in self._old_handlers:
            signal.signal(number, signal.SIG_IGN)
        self.stop()
        for number, handler in self._old_handlers.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    def start(self, child: Child) -> None:
        """Start ``child``; its output is added to its log."""
        child.log.parent.mkdir(parents=True, exist_ok=True)
        with child.log.open("ab") as log:
            process = subprocess.Popen(
                child.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=os.environ | child.env,
                cwd=child.cwd,
                start_new_session=True,
                preexec_fn=_die_with_parent(os.getpid()),
            )
        self._running.append((child, process))

    def check(self) -> None:
        """Raises: ChildDiedError, when a child has ended."""
        for child, process in self._running:
            code = process.poll()
            if code is not None:
                raise ChildDiedError(child, code)

    def wait_until(self, is_ready: Callable[[], bool], *, seconds: float) -> bool:
        """Whether ``is_ready`` came true in time, with every child alive.

        Raises: ChildDiedError, when a child ended meanwhile.
        """
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.check()
            if is_ready():
                return True
            time.sleep(0.1)
        return False

    def wait(self) -> None:
        """Return never: raises ChildDiedError when a child ends, StoppedError when told to stop."""
        while True:
            self.check()
            time.sleep(0.25)

    def stop(self) -> None:
        """Stop every child with everything it started; returns when all are gone."""
        for _child, process in reversed(self._running):
            _signal_group(process, signal.SIGTERM)
        end = time.monotonic() + GRACE_SECONDS
        for _child, process in reversed(self._running):
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(end - time.monotonic(), 0.1))
            _signal_group(process, signal.SIGKILL)
            process.wait()
        self._running.clear()


def _raise_stopped(number: int, _frame: FrameType | None) -> None:
    raise StoppedError(signal.Signals(number).name)


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    # The group outlives its leader while any grandchild is left.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def _die_with_parent(parent_id: int) -> Callable[[], None] | None:
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None, use_errno=True)

    def ask_the_kernel() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent_id:  # it died before we asked
            os._exit(1)

    return ask_the_kernel
