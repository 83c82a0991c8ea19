"""Runs the cases, prints the table and writes ``bench/results/latest.json``."""

import importlib
import json
import os
import pkgutil
import sys
from pathlib import Path

from bench import cases
from bench.result import Result, failed

RESULTS = Path(__file__).parent / "results" / "latest.json"
RED, PLAIN = "\033[31m", "\033[0m"


def main(wanted: list[str]) -> int:
    """Run all cases, or those named; always 0, as a figure is news and no failure."""
    known = [module.name for module in pkgutil.iter_modules(cases.__path__)]
    unknown = sorted(set(wanted) - set(known))
    if unknown:
        print(f"Unknown: {', '.join(unknown)}. Known cases: {', '.join(known)}.", file=sys.stderr)
        return 2
    results: list[Result] = []
    for name in wanted or known:
        print(f"… {name}", flush=True)
        found = run_case(name)
        results += found
        for result in found:
            print_result(result)
    write(results)
    missed = sum(not result.met for result in results)
    print(f"{len(results) - missed} of {len(results)} targets met; written to {RESULTS}")
    return 0


def run_case(name: str) -> list[Result]:
    try:
        found: list[Result] = importlib.import_module(f"bench.cases.{name}").results()
    except Exception as error:  # noqa: BLE001 - one case that can't run must not hide the others
        return [failed(name, f"{type(error).__name__}: {error}"[:300])]
    return found


def print_result(result: Result) -> None:
    peer = f"{result.peer} {result.peer_value:,.4g}" if result.peer_value is not None else ""
    ratio = "" if result.ratio is None else f"{result.ratio:.2f}×"
    line = (
        f"{'met ' if result.met else 'MISS'}  {result.name:<58} {result.ours:>10,.4g} "
        f"{result.unit:<12} {ratio:>7}  {result.target:<22} {peer}"
    )
    print(f"{RED}{line}{PLAIN}" if not result.met and is_coloured() else line)
    if result.note:
        print(f"      {result.note}")


def is_coloured() -> bool:
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ


def write(results: list[Result]) -> None:
    RESULTS.parent.mkdir(exist_ok=True)
    listed = [result.as_json() for result in results]
    RESULTS.write_text(json.dumps(listed, indent=1, ensure_ascii=False) + "\n")
