"""What adopters rely on: the README's code, the documented names, migrations and translations."""

import ast
import importlib
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import crm_notify
import pytest
from crm_notify import inbox
from crm_notify.conf import DEFAULTS
from crm_notify.models import Reason, State
from django.core import mail
from django.core.management import call_command
from django.utils import translation

ROOT = Path(__file__).parents[2]
README = (ROOT / "packages/crm-notify/README.md").read_text()
SETTINGS_PAGE = (ROOT / "docs/reference/notify/settings.md").read_text()


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


@pytest.mark.django_db(transaction=True)
def test_the_five_minutes_of_the_readme_work(li, settings, tmp_path):
    read_settings, send, show = blocks("python")
    scope = {"INSTALLED_APPS": []}
    exec(read_settings, scope)
    settings.CRM_NOTIFY = scope["CRM_NOTIFY"]
    folder = tmp_path / "notify"
    folder.mkdir()
    (folder / "orders.shipped.txt").write_text(blocks("django")[0])
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]
    scope["user"] = li
    exec(send, scope)
    exec(send, scope)
    exec(show, scope)
    assert len(mail.outbox) == 1
    assert mail.outbox[0].subject == "Order A-1 is on its way"
    assert mail.outbox[0].body.endswith("It should reach you on 23 November.")
    assert scope["unread"] == inbox.unread_count(li) == 1
    assert scope["newest"].url == "/orders/1/"


def test_the_settings_page_names_every_key_and_no_other():
    documented = set(re.findall(r"^\| `([A-Z_]+)` \|", SETTINGS_PAGE, flags=re.MULTILINE))
    assert documented == set(DEFAULTS)


def test_the_settings_page_names_every_check():
    source = Path(crm_notify.__file__).parent
    used = set()
    for module in ("conf.py", "checks.py"):
        used |= set(re.findall(r"\b([EW]\d{3})\b", (source / module).read_text()))
    assert set(re.findall(r"crm_notify\.([EW]\d{3})", SETTINGS_PAGE)) == used


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", "crm_notify", check=True, dry_run=True, verbosity=0)


def test_every_state_and_reason_is_translated():
    with translation.override("zh-hans"):
        labels = [str(one.label) for one in (*State, *Reason) if one.value]
    assert [label for label in labels if label.isascii()] == []


def test_importing_the_package_needs_no_settings():
    names = [
        one.name
        for one in pkgutil.walk_packages(crm_notify.__path__, "crm_notify.")
        if not one.name.startswith(("crm_notify.migrations", "crm_notify.management"))
    ]
    assert "crm_notify.backends.email" in names
    code = "import crm_notify, crm_notify.conf, crm_notify.checks, crm_notify.backends.email"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
    for name in names:
        importlib.import_module(name)


def test_only_conf_reads_django_settings():
    readers = [
        path.name
        for path in Path(crm_notify.__file__).parent.rglob("*.py")
        if "from django.conf import" in path.read_text() and "migrations" not in path.parts
    ]
    assert readers == ["conf.py"]


def test_no_function_is_longer_than_a_screen():
    long = [
        f"{path.name}:{node.name}"
        for path in Path(crm_notify.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno >= 60
    ]
    assert long == []
