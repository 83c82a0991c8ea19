"""``make soak``: the crash and concurrency tests of the suite, many times over.

SOAK_ROUNDS says how often (default 20, about an hour on two cores). Stops at the first red round.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: What processes, kills and races decide.
ROUNDS = [
    ("tests/crm", ["--database", "postgresql", "test_concurrency.py"]),
    ("tests/crm", ["test_import.py", "-k", "killed"]),
    ("tests/notify", ["test_postgresql.py"]),
]


def main() -> int:
    """Run every round; 1 when one of them fails."""
    rounds = int(os.environ.get("SOAK_ROUNDS", "20"))
    for number in range(1, rounds + 1):
        for folder, arguments in ROUNDS:
            command = [sys.executable, "-m", "pytest", "-q", *arguments]
            print(f"round {number} of {rounds}: {folder} {' '.join(arguments)}", flush=True)
            if subprocess.run(command, cwd=ROOT / folder, check=False).returncode:
                return 1
    print(f"{rounds} rounds, all green")
    return 0


if __name__ == "__main__":
    sys.exit(main())
