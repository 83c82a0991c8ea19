"""``make test``: builds the wheels, runs tox's environments, and sums up what happened.

The last lines say what was skipped, why, and how to get it. With CI in the environment, a
skipped environment is a failure.
"""

import os
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REPORTS = ROOT / ".tox" / "reports"
RESULT = ROOT / ".tox" / "result.json"
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "chrome")


@dataclass(slots=True)
class Outcome:
    """How one environment ended."""

    name: str
    state: str = "not run"
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    reasons: dict[str, int] = field(default_factory=dict)


def main() -> int:
    """Run the environments named on the command line, or the default ones."""
    started = time.monotonic()
    names = sys.argv[1:] or default_environments()
    missing = missing_for(names)
    runnable = [name for name in names if name not in missing]
    shutil.rmtree(REPORTS, ignore_errors=True)
    REPORTS.mkdir(parents=True)
    subprocess.run([sys.executable, ROOT / "tools" / "wheels.py"], check=True)
    code = run_tox(runnable)
    outcomes = [outcome_of(name, missing) for name in names]
    return report(outcomes, missing, code, time.monotonic() - started)


def default_environments() -> list[str]:
    """The environments of tox.ini's env_list."""
    command = [sys.executable, "-m", "tox", "list", "-d", "-q", "--no-desc"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    lines = listed.stdout.split("additional environments:", maxsplit=1)[0].splitlines()
    return [line.strip() for line in lines if line.strip() and not line.endswith(":")]


def missing_for(names: list[str]) -> dict[str, str]:
    """Environments that cannot run here, with the way to get what they need."""
    found: dict[str, str] = {}
    for name in names:
        minor = next((part[3:] for part in name.split("-") if part.startswith("py3")), "")
        if minor and not shutil.which(f"python3.{minor}"):
            found[name] = f"needs Python 3.{minor} in PATH (pyenv install 3.{minor})"
    browser = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUMS)), None)
    if "browser" in names and not browser:
        found["browser"] = (
            "needs Chromium: apt-get install chromium, or CHROMIUM=/path/to/chromium make test"
        )
    return found


def run_tox(names: list[str]) -> int:
    """Run the environments, two at a time; each one's pytest writes a report."""
    if not names:
        return 0
    command = [sys.executable, "-m", "tox", "run-parallel", "-p", "2", "--parallel-no-spinner"]
    command += ["--result-json", str(RESULT), "-e", ",".join(names)]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def outcome_of(name: str, missing: dict[str, str]) -> Outcome:
    """What the report of an environment says."""
    outcome = Outcome(name)
    if name in missing:
        outcome.state = "skipped"
        return outcome
    # An environment may call pytest more than once: name.xml, name-postgresql.xml …
    report_files = sorted(REPORTS.glob(f"{name}*.xml"))
    if not report_files:
        outcome.state = "failed before its tests"
        return outcome
    suites = [suite for path in report_files for suite in ElementTree.parse(path).iter("testsuite")]
    for suite in suites:
        count = {key: int(suite.get(key, 0)) for key in ("tests", "errors", "failures", "skipped")}
        outcome.failed += count["errors"] + count["failures"]
        outcome.skipped += count["skipped"]
        outcome.passed += 2 * count["tests"] - sum(count.values())
        outcome.seconds += float(suite.get("time", 0))
        for node in suite.iter("skipped"):
            reason = node.get("message", "")
            outcome.reasons[reason] = outcome.reasons.get(reason, 0) + 1
    outcome.state = "failed" if outcome.failed else "ok"
    return outcome


def report(outcomes: list[Outcome], missing: dict[str, str], code: int, seconds: float) -> int:
    """Print one line for each environment, what was skipped, and the sum; the exit code."""
    print()
    for outcome in outcomes:
        counts = f"{outcome.passed} passed, {outcome.failed} failed, {outcome.skipped} skipped"
        shown = counts if outcome.state in {"ok", "failed"} else outcome.state
        print(f"{outcome.name:22} {shown} ({outcome.seconds:.0f} s)")
    for outcome in outcomes:
        for reason, count in outcome.reasons.items():
            print(f"Skipped in {outcome.name}: {count} × {reason}")
    for name, cure in missing.items():
        print(f"Skipped {name}: {cure}")
    passed = sum(outcome.passed for outcome in outcomes)
    failed = sum(outcome.failed for outcome in outcomes)
    failed += sum(outcome.state == "failed before its tests" for outcome in outcomes)
    skipped = sum(outcome.skipped for outcome in outcomes)
    print(f"{seconds / 60:.1f} minutes")
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    is_bad = bool(code or failed or not passed or (missing and os.environ.get("CI")))
    return int(is_bad)


if __name__ == "__main__":
    sys.exit(main())
