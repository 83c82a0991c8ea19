"""A stark list beside Django admin's changelist on the same 100,000 rows."""

from functools import partial

from bench.result import Result
from bench.running import medians, run_side

ROWS = 100_000
TARGETS = {"first": 0.5, "filtered": 0.5, "last": 0.5}
TITLES = {
    "first": "stark list, first page",
    "filtered": "stark list, two filters",
    "last": "stark list, last page",
}
MOST_QUERIES = 5
MOST_KB = 60


def results() -> list[Result]:
    database = {"BENCH_DATABASE": f"shop-{ROWS}.sqlite3"}
    run_side("stark", "build", ROWS, **database)
    found: list[Result] = []
    for page, target in TARGETS.items():
        ours, peer = medians(
            partial(run_side, "stark", "measure", "stark", page, ROWS, **database),
            partial(run_side, "stark", "measure", "admin", page, ROWS, **database),
        )
        found.append(
            Result(
                name=f"{TITLES[page]}, {ROWS:,} rows",
                ours=round(ours["ms"], 2),
                peer="Django admin",
                peer_value=round(peer["ms"], 2),
                unit="ms",
                target=f"≤ {target}× the peer",
                met=ours["ms"] <= target * peer["ms"],
                note=(
                    f"50 rows × 10 columns, 5 filters, SQLite; queries {ours['queries']:.0f} : "
                    f"{peer['queries']:.0f}, page {ours['kb']:.0f} : {peer['kb']:.0f} kB, "
                    f"memory {ours['memory_mb']:.0f} : {peer['memory_mb']:.0f} MB"
                ),
            )
        )
        if page == "first":
            found += _limits(ours)
    return found


def _limits(ours: dict[str, float]) -> list[Result]:
    return [
        Result(
            "stark list, queries",
            ours["queries"],
            "queries",
            f"≤ {MOST_QUERIES}",
            met=ours["queries"] <= MOST_QUERIES,
            note="with session and user, as a browser asks",
        ),
        Result(
            "stark list, size",
            round(ours["kb"], 1),
            "kB",
            f"≤ {MOST_KB}",
            met=ours["kb"] <= MOST_KB,
            note="the HTML, not compressed",
        ),
    ]
