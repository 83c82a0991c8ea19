"""The cast: one person for each role, and the school's roles in the database."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from crm.org.models import DepartmentFunction, User
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from django_redis import get_redis_connection
from factories import ConsultantFactory, CourseFactory, DepartmentFactory, UserFactory
from rbac.models import Role
from rbac.services import user_role_assign

WORKBOOKS = Path(__file__).parents[2] / "site" / "demo" / "workbooks"
#: The courses that the sample workbooks name.
COURSES = ["Linux基础", "Linux架构师", "Python自动化开发精英班", "Python自动化开发架构师班"]


@pytest.fixture(autouse=True)
def _fresh(settings: object, tmp_path: Path) -> None:
    """No upload, cache entry or queued slot outlives its test."""
    settings.MEDIA_ROOT = tmp_path / "private"
    cache.clear()
    get_redis_connection().flushdb()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: object) -> None:
    """The roles are written once; a test that flushes the tables writes them again."""
    with django_db_blocker.unblock():
        call_command("rbac_sync", roles=True, verbosity=0)


@pytest.fixture
def roles(db: None) -> None:
    """Menus, permissions and roles as the code declares them."""
    if not Role.objects.exists():
        call_command("rbac_sync", roles=True, verbosity=0)


@pytest.fixture
def cast(roles: None) -> SimpleNamespace:
    """One person for each role of the school, and a second consultant."""
    functions = DepartmentFunction
    people = {
        "admin": ("administrator", functions.ADMIN),
        "director": ("director", functions.SALES),
        "operations": ("operations", functions.OPERATIONS),
        "finance": ("finance", functions.FINANCE),
        "lecturer": ("lecturer", functions.TEACHING),
        "tutor": ("tutor", functions.QUALITY),
    }
    made: dict[str, User] = {}
    for index, (name, (role, function)) in enumerate(people.items()):
        department = DepartmentFactory(code=f"D{index}", function=function)
        made[name] = UserFactory(username=name, department=department)
        user_role_assign(actor=None, user=made[name], role=role)
    for name, weight in (("wang", 90), ("li", 80)):
        made[name] = ConsultantFactory(username=name, load__weight=weight)
        user_role_assign(actor=None, user=made[name], role="consultant")
    made["student"] = UserFactory(username="student", kind="student", department=None)
    user_role_assign(actor=None, user=made["student"], role="student")
    return SimpleNamespace(**made)


@pytest.fixture
def login() -> Callable[[User], Client]:
    """A browser in which this person is logged in."""

    def open_browser(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="crm.org.backends.LoginBackend")
        return client

    return open_browser


@pytest.fixture
def courses(db: None) -> list[object]:
    """The courses that the sample workbooks name."""
    return [CourseFactory(name=name) for name in COURSES]


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """SQLite has one writer: the concurrency tests belong to the run on PostgreSQL."""
    if collection_path.name == "test_concurrency.py":
        return config.getoption("database") == "sqlite" or None
    return None
