"""The three packages live in one project, and the site is such a project."""

from suitekit import BARE_SETTINGS, PACKAGES, ROOT, run_python

ALL = ", ".join(repr(module) for module, _part in PACKAGES.values())


def test_all_three_migrate_and_agree_with_their_models_in_one_project(tmp_path):
    code = BARE_SETTINGS.format(apps=ALL) + (
        "from django.core.management import call_command as call\n"
        "call('migrate', verbosity=0)\n"
        "call('makemigrations', check=True, dry_run=True)\n"
    )
    done = run_python(code, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def site_command(tmp_path, *arguments: str):
    code = (
        "import sys; from django.core.management import execute_from_command_line as run; "
        f"run(['manage.py', *{arguments!r}])"
    )
    return run_python(
        code,
        cwd=ROOT / "site",
        PYTHONPATH=str(ROOT / "site"),
        DJANGO_SETTINGS_MODULE="config.settings.test",
        DATABASE_URL=f"sqlite:///{tmp_path / 'site.sqlite3'}",
        CRM_VAR=str(tmp_path),
    )


def test_the_site_passes_its_checks(tmp_path):
    done = site_command(tmp_path, "check", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr


def test_the_site_lacks_no_migration(tmp_path):
    done = site_command(tmp_path, "makemigrations", "--check", "--dry-run")
    assert done.returncode == 0, done.stdout + done.stderr
