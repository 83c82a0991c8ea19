"""What is shipped: the README runs, the wheel is complete, the words are translated."""

import os
import re
import subprocess
import sys
from importlib import metadata, resources
from pathlib import Path

import pytest
import rbac
from django.core.management import call_command
from django.utils import translation
from rbac.conf import RbacSettings

PACKAGE = Path(__file__).parents[2] / "packages" / "django-rbac"
DOCS = Path(__file__).parents[2] / "docs"

FIRST_USE = """
import django
django.setup()
from django.contrib.auth import get_user_model
from django.test import Client
from rbac import services

ann = get_user_model().objects.create_user("ann", password="x")
services.user_role_assign(user=ann, role="seller")
client = Client(SERVER_NAME="localhost")
assert client.get("/").status_code == 302
client.force_login(ann)
page = client.get("/")
assert page.status_code == 200, page
assert b"Orders" in page.content and b"<button>" not in page.content
assert client.post("/7/cancel/").status_code == 403
services.user_role_assign(user=ann, role="manager")
assert b"<button>" in client.get("/").content
assert client.post("/7/cancel/").content == b"Order 7 is cancelled."
assert client.get("/7/cancel/").status_code == 403
"""


def readme_files():
    """Code blocks of the README that begin with the path of the file they belong to."""
    text = (PACKAGE / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```\w+\n(?:# |<!-- )([\w/]+\.\w+)(?: -->)?\n(.*?)```", text, re.DOTALL)
    return dict(blocks)


def test_the_five_minutes_of_the_readme_work(tmp_path):
    def run(*arguments):
        environment = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
        environment["DJANGO_SETTINGS_MODULE"] = "mysite.settings"
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    new_project = "from django.core.management import execute_from_command_line as e; e()"
    environment_free = [sys.executable, "-c", new_project, "startproject", "mysite", "."]
    plain = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
    subprocess.run(environment_free, cwd=tmp_path, env=plain, check=True, timeout=120)
    for name, text in readme_files().items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        kept = path.read_text(encoding="utf-8") if name.endswith("settings.py") else ""
        path.write_text(kept + text, encoding="utf-8")
    (tmp_path / "shop" / "__init__.py").touch()
    assert "no issues" in run("manage.py", "check", "--fail-level", "WARNING")
    run("manage.py", "migrate", "--verbosity=0")
    run("manage.py", "rbac_sync", "--roles")
    run("-c", FIRST_USE)


def test_the_package_carries_its_templates_translations_and_types():
    root = resources.files(rbac)
    for name in (
        "py.typed",
        "templates/rbac/menu.html",
        "templates/rbac/breadcrumbs.html",
        "locale/zh_Hans/LC_MESSAGES/django.po",
        "locale/zh_Hans/LC_MESSAGES/django.mo",
        "migrations/0001_initial.py",
    ):
        assert root.joinpath(name).is_file(), name


def test_every_module_imports_in_a_bare_project():
    names = [
        "rbac."
        + str(path.relative_to(Path(rbac.__file__).parent).with_suffix("")).replace("/", ".")
        for path in Path(rbac.__file__).parent.rglob("*.py")
        if path.name != "__init__.py" and path.parent.name != "contrib"
    ]
    code = (
        "import importlib, django\n"
        "from django.conf import settings\n"
        "settings.configure(INSTALLED_APPS=['django.contrib.auth', "
        "'django.contrib.contenttypes', 'rbac'])\n"
        "django.setup()\n"
        f"for name in {names!r}: importlib.import_module(name)\n"
        "from django.core.checks import run_checks\n"
        "print([m.id for m in run_checks()])\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "['rbac.W005']\n"


def test_importing_the_package_needs_no_settings():
    environment = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
    subprocess.run([sys.executable, "-c", "import rbac"], env=environment, check=True, timeout=60)


@pytest.mark.django_db
def test_the_migration_says_what_the_models_say():
    call_command("makemigrations", "rbac", check=True, dry_run=True, verbosity=0)


def test_the_version_is_the_head_of_the_changelog():
    changelog = (PACKAGE / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(r"^## (\S+)$", changelog, re.MULTILINE)[1] == metadata.version("django-rbac")


def test_the_reference_names_every_setting_check_and_public_name():
    text = "\n".join(p.read_text(encoding="utf-8") for p in (DOCS / "reference/rbac").glob("*.md"))
    for name in (*RbacSettings.known, *rbac.__all__):
        assert f"`{name}`" in text or f"rbac.{name}" in text, name
    source = "\n".join(
        p.read_text(encoding="utf-8") for p in Path(rbac.__file__).parent.rglob("*.py")
    )
    ids = set(re.findall(r'"(rbac\.[EW]\d{3})"', source))
    assert ids
    assert {name for name in ids if name not in text} == set()


MARKED = re.compile(r"""(?:gettext(?:_lazy)?|\b_)\(\s*"((?:[^"\\]|\\.)*)"|translate "([^"]+)" """)


def test_every_marked_text_has_a_chinese_translation():
    root = Path(rbac.__file__).parent
    files = [*root.rglob("*.py"), *root.rglob("*.html")]
    texts = {
        code or template
        for path in files
        for code, template in MARKED.findall(path.read_text(encoding="utf-8"))
    }
    assert len(texts) > 40
    with translation.override("zh-hans"):
        assert {text for text in texts if text and translation.gettext(text) == text} == set()


def test_the_compiled_catalogue_is_not_older_than_its_text():
    folder = Path(rbac.__file__).parent / "locale" / "zh_Hans" / "LC_MESSAGES"
    source = (folder / "django.po").read_text(encoding="utf-8")
    pairs = re.findall(r'^msgid "(.+)"\nmsgstr "(.+)"$', source, re.MULTILINE)
    assert len(pairs) > 40
    with translation.override("zh-hans"):
        assert {m: t for m, t in pairs if translation.gettext(m) != t} == {}
