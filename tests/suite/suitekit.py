"""Where things are, and how to run a Python that sees only what is installed."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
#: distribution → (import name, folder of its tests and reference)
PACKAGES = {
    "django-rbac": ("rbac", "rbac"),
    "django-stark": ("stark", "stark"),
    "crm-notify": ("crm_notify", "notify"),
}
#: A project with nothing in it but one package.
BARE_SETTINGS = """
from django.conf import settings
settings.configure(
    SECRET_KEY="x",
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    DATABASES={{"default": {{"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}}},
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", {apps}],
)
import django
django.setup()
"""


def declared(distribution: str) -> dict[str, object]:
    """The [project] table of a package's pyproject.toml."""
    text = (ROOT / "packages" / distribution / "pyproject.toml").read_text("utf-8")
    table: dict[str, object] = tomllib.loads(text)["project"]
    return table


def run_python(code: str, *, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Run ``code`` in a Python of its own, in ``cwd``, with none of our folders on its path."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    clean.pop("PYTHONPATH", None)
    clean.pop("DJANGO_SETTINGS_MODULE", None)
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=cwd,
        env=clean | env,
        capture_output=True,
        text=True,
        check=False,
    )
