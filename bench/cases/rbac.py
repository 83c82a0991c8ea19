"""A decision among 10,000 permissions, and a page full of questions."""

from functools import partial

from bench.result import Result
from bench.running import medians, run_side

MANY, FEW = 10_000, 100
MOST_MICROSECONDS = 20
MOST_GROWTH = 1.2
MOST_MILLISECONDS = 2
MEMORY = {"BENCH_DATABASE": ":memory:"}


def results() -> list[Result]:
    many, few, peer, page = medians(
        partial(run_side, "rbac", "decisions", MANY, **MEMORY),
        partial(run_side, "rbac", "decisions", FEW, **MEMORY),
        partial(run_side, "rbac", "django", MANY, **MEMORY),
        partial(run_side, "rbac", "page", **MEMORY),
    )
    return [
        Result(
            name=f"rbac decision, {MANY:,} permissions, 20 roles a user",
            ours=round(many["us"], 3),
            peer="Django's has_perm, warm",
            peer_value=round(peer["us"], 3),
            unit="µs p50",
            target=f"≤ {MOST_MICROSECONDS} µs, no SQL",
            met=many["us"] <= MOST_MICROSECONDS and not many["queries"],
            note=f"SQL {many['queries']:.0f}; has_perm keeps its answers on the user object only",
        ),
        Result(
            name=f"rbac decision, {MANY:,} beside {FEW} permissions",
            ours=round(many["us"], 3),
            peer=f"{FEW} permissions",
            peer_value=round(few["us"], 3),
            unit="µs p50",
            target=f"≤ {MOST_GROWTH}×",
            met=many["us"] <= MOST_GROWTH * few["us"],
        ),
        Result(
            name="rbac menu of 200 entries and 100 {% may %}",
            ours=round(page["ms"], 3),
            unit="ms CPU p50",
            target=f"≤ {MOST_MILLISECONDS} ms, no SQL",
            met=page["ms"] <= MOST_MILLISECONDS and not page["queries"],
            note=f"SQL {page['queries']:.0f}; warm policy; CPU time: the page only computes",
        ),
    ]
