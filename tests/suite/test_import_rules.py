"""The import rules hold, and the linter would notice if they did not."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from suitekit import ROOT

LINTER = Path(sys.executable).with_name("lint-imports")


def lint(tree: Path) -> subprocess.CompletedProcess[str]:
    folders = [tree / "site", *(tree / "packages").glob("*/src")]
    return subprocess.run(
        [LINTER, "--config", ".importlinter", "--no-cache"],
        cwd=tree,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(map(str, folders))},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def tree(tmp_path) -> Path:
    """A copy of the code to do wrong in."""
    ignore = shutil.ignore_patterns("__pycache__", "static", "locale", "templates")
    shutil.copy(ROOT / ".importlinter", tmp_path)
    for name in ("packages", "site"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignore)
    return tmp_path


def test_the_tree_keeps_the_import_rules(tree):
    done = lint(tree)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("packages/crm-notify/src/crm_notify/policy.py", "import rbac.conf", "stand alone"),
        ("packages/django-rbac/src/rbac/menus.py", "import stark.sites", "stand alone"),
        ("packages/django-stark/src/stark/writers.py", "import crm.org.models", "know no site"),
        ("site/crm/customers/services/intake.py", "import crm.customers.views", "layers"),
        ("site/crm/customers/models/customer.py", "import crm.customers.selectors", "layers"),
    ],
)
def test_a_bad_import_is_caught(tree, file, line, contract):
    path = tree / file
    path.write_text(f"{path.read_text('utf-8')}\n\n{line}\n", "utf-8")
    done = lint(tree)
    assert done.returncode == 1, done.stdout
    (broken,) = [row for row in done.stdout.splitlines() if " BROKEN" in row]
    assert contract in broken
