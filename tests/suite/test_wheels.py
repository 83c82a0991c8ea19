"""A wheel carries all its package needs, nothing else, and imports in a project of its own."""

import importlib.metadata
import re
import subprocess

import pytest
from suitekit import BARE_SETTINGS, PACKAGES, ROOT, declared, run_python

every_package = pytest.mark.parametrize("distribution", PACKAGES)

IMPORT_ALL = """
import importlib, pkgutil, sys
import {module}
names = [{module!r}]
names += [found.name for found in pkgutil.walk_packages({module}.__path__, {module!r} + ".")]
for name in names:
    if not name.startswith(tuple({optional!r})):
        importlib.import_module(name)
print(len(names))
"""
#: Modules that need another distribution, each named in the package's optional dependencies.
OPTIONAL = {
    "rbac": ("rbac.contrib.stark",),
    "stark": (),
    "crm_notify": ("crm_notify.contrib.celery", "crm_notify.testing", "crm_notify.tasks"),
}


@every_package
def test_a_wheel_has_every_file_that_git_knows_and_no_other(distribution, wheel_names):
    module, _part = PACKAGES[distribution]
    source = ROOT / "packages" / distribution / "src"
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", module],
        cwd=source,
        check=True,
        capture_output=True,
        text=True,
    )
    known = {name for name in listed.stdout.splitlines() if (source / name).exists()}
    inside = {name for name in wheel_names(distribution) if ".dist-info/" not in name}
    assert known - inside == set()
    made_by_the_build = ("stark/static/stark/vendor/", "stark/static/stark/icons.svg")
    assert {name for name in inside - known if not name.startswith(made_by_the_build)} == set()


@every_package
def test_a_wheel_has_no_tests_and_says_that_it_is_typed(distribution, wheel_names):
    names = wheel_names(distribution)
    assert [name for name in names if re.search(r"(^|/)tests?/|/test_[^/]*\.py$", name)] == []
    assert f"{PACKAGES[distribution][0]}/py.typed" in names


@every_package
def test_a_wheel_has_its_chinese_catalogue_compiled(distribution, wheel_names):
    module, _part = PACKAGES[distribution]
    folder = f"{module}/locale/zh_Hans/LC_MESSAGES/"
    assert {f"{folder}django.po", f"{folder}django.mo"} <= wheel_names(distribution)


def test_starks_wheel_has_the_assets_of_other_wheels(wheel_names):
    folder = "stark/static/stark/"
    assert {
        f"{folder}icons.svg",
        f"{folder}vendor/bootstrap.min.css",
        f"{folder}vendor/bootstrap.bundle.min.js",
        f"{folder}vendor/htmx.min.js",
    } <= wheel_names("django-stark")


@every_package
def test_every_module_imports_in_a_project_of_its_own(distribution, tmp_path):
    module, _part = PACKAGES[distribution]
    settings = BARE_SETTINGS.format(apps=repr(module))
    code = settings + IMPORT_ALL.format(module=module, optional=OPTIONAL[module])
    done = run_python(code, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 5


@every_package
def test_a_project_with_one_package_alone_passes_its_checks(distribution, tmp_path):
    module, _part = PACKAGES[distribution]
    settings = BARE_SETTINGS.format(apps=repr(module))
    code = settings + "from django.core.management import call_command as call\n"
    code += "call('migrate', verbosity=0)\n"
    code += f"call('makemigrations', {module!r}, check=True, dry_run=True)\n"
    done = run_python(code, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


@every_package
def test_the_changelog_begins_with_the_version_installed(distribution):
    changelog = (ROOT / "packages" / distribution / "CHANGELOG.md").read_text("utf-8")
    heads = re.findall(r"^## \[?([0-9][^\s\]]*)", changelog, re.MULTILINE)
    assert heads[0] == declared(distribution)["version"]
    assert heads[0] == importlib.metadata.version(distribution)


@every_package
def test_packages_know_only_the_public_modules_of_django(distribution):
    source = ROOT / "packages" / distribution / "src"
    relative = [
        str(path.relative_to(source))
        for path in source.rglob("*.py")
        if re.search(r"^\s*from \.", path.read_text("utf-8"), re.MULTILINE)
    ]
    assert relative == []
