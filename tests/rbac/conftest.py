"""The cast: a guide, a clerk, a stranger without roles, and the chief who is a superuser."""

import itertools
from importlib.util import find_spec

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from rbac import services
from rbac_testapp.models import Department

#: ``rbac.contrib.stark`` is tested where stark is installed: tox's environment "suite".
collect_ignore = [] if find_spec("stark") else ["test_stark.py"]

_numbers = itertools.count(1)


def make_account(name, **extra):
    number = next(_numbers)
    return get_user_model().objects.create_user(
        key=f"{name}-{number}", email=f"{name}{number}@example.org", password="x", **extra
    )


@pytest.fixture
def synced(db):
    """Database as after ``rbac_sync --roles``."""
    call_command("rbac_sync", roles=True, verbosity=0)


@pytest.fixture
def north(db):
    return Department.objects.create(name="north")


@pytest.fixture
def guide(synced, north):
    account = make_account("guide", department=north)
    services.user_role_assign(user=account, role="guide")
    return account


@pytest.fixture
def clerk(synced):
    account = make_account("clerk")
    services.user_role_assign(user=account, role="clerk")
    return account


@pytest.fixture
def stranger(synced):
    return make_account("stranger")


@pytest.fixture
def chief(synced):
    return make_account("chief", is_superuser=True)


@pytest.fixture
def as_guide(client, guide):
    client.force_login(guide)
    return client


@pytest.fixture
def as_clerk(client, clerk):
    client.force_login(clerk)
    return client


@pytest.fixture
def as_stranger(client, stranger):
    client.force_login(stranger)
    return client
