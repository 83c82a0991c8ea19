"""The project as a whole: settings, migrations, checks."""

from __future__ import annotations

import subprocess
import sys

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from processes import child_environment


def test_no_migration_is_missing(db):
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_the_system_checks_find_nothing(db):
    assert run_checks() == []


def test_the_roles_in_the_database_are_those_of_the_code(roles):
    call_command("rbac_sync", check=True, roles=True, verbosity=0)


@pytest.mark.parametrize("variable", ["SECRET_KEY", "DATABASE_URL"])
def test_production_does_not_start_without(db, variable):
    environment = production_environment()
    del environment[variable]

    ended = manage(["check"], environment)

    assert ended.returncode != 0
    assert variable in ended.stderr


def test_production_passes_the_deployment_checks(db):
    ended = manage(["check", "--deploy", "--fail-level", "WARNING"], production_environment())

    assert ended.returncode == 0, ended.stderr


def production_environment() -> dict[str, str]:
    return {
        **child_environment(),
        "DJANGO_SETTINGS_MODULE": "config.settings.production",
        "SECRET_KEY": "k7!" * 20 + "-never-used-anywhere-0123456789",
        "ALLOWED_HOSTS": "crm.example.com",
    }


def manage(arguments: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "django", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
