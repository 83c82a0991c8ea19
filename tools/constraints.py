"""Resolves constraints.txt anew: one list of pins for every supported Python and Django."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OURS = ("django-rbac", "django-stark", "crm-notify", "crm-site")
HEADER = """\
# Versions that are known to work together; `make constraints` resolves them anew.
# Python 3.11 gets Django 5.2 LTS, newer Pythons the newest Django.
"""


def main() -> None:
    """Resolve everything that any command installs, and write the pins."""
    inputs = ["tools/requirements.txt", "bench/requirements.txt", "site/pyproject.toml"]
    inputs += [
        str(path.relative_to(ROOT)) for path in sorted(ROOT.glob("tests/*/requirements.txt"))
    ]
    inputs += [
        str(path.relative_to(ROOT)) for path in sorted(ROOT.glob("packages/*/pyproject.toml"))
    ]
    command = [str(Path(sys.executable).with_name("uv")), "pip", "compile", "-q", "--universal"]
    command += ["--python-version", "3.11", "--no-header", "--no-annotate", "--find-links", "dist"]
    command += ["--extra", "postgres", "--upgrade"]
    for name in OURS:
        command += ["--no-emit-package", name]
    done = subprocess.run([*command, *inputs], cwd=ROOT, check=True, capture_output=True, text=True)
    pins = [line for line in done.stdout.splitlines() if "==" in line and not line.startswith("#")]
    (ROOT / "constraints.txt").write_text(HEADER + "\n".join(pins) + "\n")
    print(f"constraints.txt: {len(pins)} pins")


if __name__ == "__main__":
    main()
