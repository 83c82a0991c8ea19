"""Makes .venv and installs what a command needs; does nothing when nothing has changed.

Runs on a bare Python: standard library only.
    python tools/bootstrap.py demo        the packages and the site
    python tools/bootstrap.py dev         and the developers' tools
    python tools/bootstrap.py bench       and the peers that the bench measures beside
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
EDITABLE = ("packages/django-rbac", "packages/django-stark", "packages/crm-notify", "site")
REQUIREMENTS: dict[str, list[str]] = {
    "demo": [],
    "dev": ["tools/requirements.txt"],
    "bench": ["bench/requirements.txt"],
}
OLDEST_PYTHON = (3, 11)


def main() -> None:
    """Bring .venv to the state that the group on the command line needs."""
    group = sys.argv[1]
    if sys.version_info < OLDEST_PYTHON:
        raise SystemExit(
            f"Python {sys.version.split()[0]} is too old: 3.11 or newer is needed. "
            "Name another one: make PYTHON=/path/to/python3.13 …"
        )
    stamp = VENV / f".installed-{group}"
    state = fingerprint()
    if stamp.exists() and stamp.read_text() == state:
        return
    make_venv()
    print(f"Installing into {VENV.name}/ …", flush=True)
    install(group)
    for other in {"demo", group}:
        (VENV / f".installed-{other}").write_text(state)


def fingerprint() -> str:
    """Hash of everything that decides what is installed, this Python included."""
    required = [ROOT / path for paths in REQUIREMENTS.values() for path in paths]
    digest = hashlib.sha256(f"{sys.version} {ROOT}".encode())
    for path in [ROOT / "constraints.txt", *required, *build_files()]:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def build_files() -> list[Path]:
    """The files of the editable projects that decide how they are built."""
    found = [ROOT / name / "pyproject.toml" for name in EDITABLE]
    found += sorted(ROOT.glob("packages/*/hatch_build.py"))
    # The list of icons is cut into the sprite at installation.
    return found + sorted(ROOT.glob("packages/*/src/*/icons.txt"))


def make_venv() -> None:
    """Create .venv with this Python, or again when it was made with another one."""
    python = BIN / "python"
    ask = "import sys; print(sys.version)"
    if python.exists():
        answer = subprocess.run([python, "-c", ask], capture_output=True, text=True, check=False)
        if answer.stdout.strip() == sys.version.strip():
            return
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], check=False)
    if made.returncode:
        raise SystemExit(
            "Python could not make a virtual environment. On Debian and Ubuntu it is a package "
            "of its own: apt-get install python3-venv"
        )


def install(group: str) -> None:
    """Install with uv, which is fast; with pip where uv does not reach the package index."""
    arguments = ["-c", "constraints.txt"]
    for name in EDITABLE:
        arguments += ["-e", f"./{name}"]
    for path in REQUIREMENTS[group]:
        arguments += ["-r", path]
    pip = [BIN / "python", "-m", "pip", "--disable-pip-version-check"]
    run([*pip, "install", "-q", "-c", "constraints.txt", "uv"])
    uv = subprocess.run(
        [BIN / "uv", "pip", "install", "-q", "--python", BIN / "python", *arguments],
        cwd=ROOT,
        check=False,
    )
    if uv.returncode:
        print("uv did not get there; trying with pip …", flush=True)
        run([*pip, "install", "-q", *arguments])


def run(command: list[object]) -> None:
    """Run a command whose failure ends everything, its own words being the explanation."""
    if subprocess.run([str(part) for part in command], cwd=ROOT, check=False).returncode:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
