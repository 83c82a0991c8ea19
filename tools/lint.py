"""``make lint`` and ``make format``: every check of the house's form, all of them run."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = {"django-rbac": "rbac", "django-stark": "stark", "crm-notify": "crm_notify"}
PYTHON_FOLDERS = ("packages", "site", "tests", "tools", "bench", "docs")


def main() -> int:
    """Run the checks, or with --write the formatters; 1 when any of them complains."""
    is_writing = "--write" in sys.argv
    commands = formatters() if is_writing else checks()
    failed = []
    # Where mypy's Django plugin finds mypy_settings.
    env = os.environ | {"PYTHONPATH": str(ROOT / "tools")}
    for name, command, folder in commands:
        done = subprocess.run(command, cwd=folder, env=env, check=False)
        print(f"{'ok' if done.returncode == 0 else 'FAILED':6} {name}", flush=True)
        if done.returncode:
            failed.append(name)
    if failed and not is_writing:
        print(f"\nFailed: {', '.join(failed)}. 'make format' mends what can be mended.")
    return int(bool(failed)) if not is_writing else 0


Commands = list[tuple[str, list[str], Path]]


def tool(name: str) -> str:
    """The program of that name in the virtual environment."""
    return str(Path(sys.executable).with_name(name))


def folders() -> list[str]:
    """The folders of ours that hold Python."""
    return [name for name in PYTHON_FOLDERS if (ROOT / name).exists()]


def checks() -> Commands:
    """What must be true of the tree."""
    found: Commands = [
        ("ruff check", [tool("ruff"), "check", "-q", *folders()], ROOT),
        ("ruff format", [tool("ruff"), "format", "--check", "-q", *folders()], ROOT),
        ("djade", [tool("djade"), "--check", "--target-version", "5.2", *templates()], ROOT),
        ("import-linter", [tool("lint-imports"), "--no-logo"], ROOT),
    ]
    return [row for row in found if row[0] != "djade" or templates()] + type_checks()


def type_checks() -> Commands:
    """mypy, once per package: each is typed by itself, as it is installed by itself."""
    found: Commands = []
    for distribution, module in PACKAGES.items():
        folder = ROOT / "packages" / distribution
        config = ["--config-file", str(ROOT / "pyproject.toml")]
        found.append((f"mypy {module}", [tool("mypy"), *config, f"src/{module}"], folder))
    return found


def formatters() -> Commands:
    """What rewrites files."""
    found: Commands = [
        ("ruff check --fix", [tool("ruff"), "check", "-q", "--fix", *folders()], ROOT),
        ("ruff format", [tool("ruff"), "format", "-q", *folders()], ROOT),
    ]
    if templates():
        command = [tool("djade"), "--target-version", "5.2", *templates()]
        found.append(("djade", command, ROOT))
    return found


def templates() -> list[str]:
    """Django templates that git knows or would take up; mail bodies are text, not markup."""
    git = shutil.which("git") or "git"
    listed = subprocess.run(
        [git, "ls-files", "-co", "--exclude-standard", "*/templates/*.html"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return [name for name in listed.stdout.splitlines() if (ROOT / name).exists()]


if __name__ == "__main__":
    sys.exit(main())
