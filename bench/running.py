"""Each side of a comparison runs in a fresh process; figures are medians over several."""

import json
import os
import resource
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
VAR = ROOT / "var" / "bench"
RUNS = int(os.environ.get("BENCH_RUNS", "5"))
TIMEOUT_SECONDS = 1800

Figures = dict[str, float]
Side = Callable[..., Mapping[str, float]]


def run_side(module: str, side: str, *arguments: object, **environment: str) -> Figures:
    """Run ``bench.sides.<module>`` for one side; its figures, with ``memory_mb``."""
    done = subprocess.run(
        [sys.executable, "-m", f"bench.sides.{module}", side, *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "bench.project.settings", **environment},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{module} {side} failed: {done.stderr.strip()[-250:]}")
    figures: Figures = json.loads(done.stdout.splitlines()[-1])
    return figures


def medians(*sides: Callable[[], Figures], runs: int = RUNS) -> list[Figures]:
    """Medians per side. The sides take turns, so that a busy minute hits all of them."""
    taken: list[list[Figures]] = [[] for _ in sides]
    for _ in range(runs):
        for kept, side in zip(taken, sides, strict=True):
            kept.append(side())
    return [
        {name: statistics.median(one[name] for one in kept) for name in kept[0]} for kept in taken
    ]


def serve_side(sides: Mapping[str, Side]) -> None:
    """Entry point of a sides module: run the named side and print its figures."""
    side, *arguments = sys.argv[1:]
    figures: dict[str, Any] = dict(sides[side](*arguments))
    peak_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    figures["memory_mb"] = peak_kib / 1024
    print(json.dumps(figures))
