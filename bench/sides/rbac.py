"""Decisions and menus of rbac at a given number of permissions."""

import statistics
import time

import django

from bench.running import serve_side

ROLES = 20
DECISIONS = 5_000
PAGES = 50
MAY = 100
ENTRIES = 200


def fill(count: int) -> object:
    """``count`` permissions over ROLES roles, all held by one user, who is returned."""
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from rbac import models, versions

    call_command("migrate", "--run-syncdb", verbosity=0)
    user = User.objects.create(username="clerk")
    menus = [models.Menu.objects.create(code=f"m{n}", title=f"Menu {n}") for n in range(10)]
    permissions = models.Permission.objects.bulk_create(
        models.Permission(
            code=f"bench.thing{n}:list",
            title=f"Thing {n}",
            url="admin:index" if n else "admin:auth_user_changelist",
            methods=["GET"],
            menu=menus[n % 10] if n < ENTRIES else None,
        )
        for n in range(count)
    )
    for number in range(ROLES):
        role = models.Role.objects.create(code=f"r{number}", title=f"Role {number}")
        models.RolePermission.objects.bulk_create(
            models.RolePermission(role=role, permission=one, scope="all")
            for one in permissions[number::ROLES]
        )
        models.UserRole.objects.create(user=user, role=role)
    versions.change_policy()
    return user


def decisions(count: str) -> dict[str, float]:
    """Median microseconds of ``rbac.can`` inside a request, warm, and its SQL."""
    import rbac
    from django.db import connection
    from django.test.utils import CaptureQueriesContext
    from rbac import snapshots

    user = fill(int(count))
    codes = [f"bench.thing{n * 7919 % int(count)}:list" for n in range(DECISIONS)]
    taken = []
    with snapshots.pinned():
        if not rbac.can(user, codes[0]):
            raise SystemExit("the clerk may nothing")
        with CaptureQueriesContext(connection) as queries:
            for code in codes:
                began = time.perf_counter_ns()
                rbac.can(user, code)
                taken.append((time.perf_counter_ns() - began) / 1000)
    return {"us": statistics.median(taken), "queries": len(queries)}


def django_decisions(count: str) -> dict[str, float]:
    """The same question to Django's own permissions, warm."""
    from django.contrib.auth.models import Group, Permission, User
    from django.contrib.contenttypes.models import ContentType
    from django.core.management import call_command

    call_command("migrate", "--run-syncdb", verbosity=0)
    kind = ContentType.objects.get_for_model(User)
    permissions = Permission.objects.bulk_create(
        Permission(codename=f"thing{n}", name=f"Thing {n}", content_type=kind)
        for n in range(int(count))
    )
    user = User.objects.create(username="clerk")
    for number in range(ROLES):
        group = Group.objects.create(name=f"r{number}")
        group.permissions.add(*permissions[number::ROLES])
        user.groups.add(group)
    codes = [f"auth.thing{n * 7919 % int(count)}" for n in range(DECISIONS)]
    if not user.has_perm(codes[0]):
        raise SystemExit("the clerk may nothing")
    taken = []
    for code in codes:
        began = time.perf_counter_ns()
        user.has_perm(code)
        taken.append((time.perf_counter_ns() - began) / 1000)
    return {"us": statistics.median(taken)}


def page() -> dict[str, float]:
    """Median CPU milliseconds of a page with a menu of 200 entries and 100 ``{% may %}``."""
    from django.db import connection
    from django.template import Context, Template
    from django.test import RequestFactory
    from django.test.utils import CaptureQueriesContext
    from django.urls import resolve
    from rbac import snapshots

    user = fill(1_000)
    asks = "".join(f'{{% may "bench.thing{n}:list" as ok %}}{{{{ ok }}}}' for n in range(MAY))
    template = Template("{% load rbac %}{% menu as items %}{{ items|length }}" + asks)
    taken = []
    queries = 0
    for _ in range(PAGES):
        request = RequestFactory().get("/admin/auth/user/")
        request.user = user
        request.resolver_match = resolve("/admin/auth/user/")
        with snapshots.pinned():
            snapshots.current().mask(user.pk)
            with CaptureQueriesContext(connection) as captured:
                began = time.process_time()
                text = template.render(Context({"request": request}))
                taken.append((time.process_time() - began) * 1000)
        queries = len(captured)
    if text.count("True") != MAY:
        raise SystemExit(f"{text.count('True')} of {MAY} are allowed")
    return {"ms": statistics.median(taken[5:]), "queries": queries}


if __name__ == "__main__":
    django.setup()
    serve_side({"decisions": decisions, "django": django_decisions, "page": page})
