"""Builds the wheels of the three packages into dist/, each only when its files have changed."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DIST = ROOT / "dist"
PACKAGES = ("django-rbac", "django-stark", "crm-notify")
#: Made by the build itself.
GENERATED = ("__pycache__", "vendor", "icons.svg", ".venv", "dist", "build")


def main() -> None:
    """Build what is out of date and say which wheels there are."""
    DIST.mkdir(exist_ok=True)
    for name in PACKAGES:
        wheel = build(name)
        print(wheel.relative_to(ROOT))


def build(name: str) -> Path:
    """The wheel of package ``name``, as its files are now."""
    stem = name.replace("-", "_")
    stamp = DIST / f".{stem}.sha256"
    state = fingerprint(ROOT / "packages" / name)
    found = sorted(DIST.glob(f"{stem}-*.whl"))
    if len(found) == 1 and stamp.exists() and stamp.read_text() == state:
        return found[0]
    for old in found:
        old.unlink()
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or "uv"
    source = ROOT / "packages" / name
    subprocess.run([uv, "build", "-q", "--wheel", "-o", str(DIST), str(source)], check=True)
    stamp.write_text(state)
    return next(DIST.glob(f"{stem}-*.whl"))


def fingerprint(folder: Path) -> str:
    """Hash of the names and contents of the package's own files."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not set(path.relative_to(folder).parts) & set(GENERATED):
            digest.update(str(path.relative_to(folder)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


if __name__ == "__main__":
    main()
