"""For the project's own tests: is every route declared, and who gets in where."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser

from rbac import policies, snapshots
from rbac.conf import rbac_settings
from rbac.declarations import PermissionDeclaration, registry, separate_declarations
from rbac.routes import Route, iter_routes

if TYPE_CHECKING:
    from rbac.policies import AnyUser

__all__ = [
    "Access",
    "access_table",
    "assert_declared",
    "separate_declarations",
    "undeclared_routes",
]


@dataclass(frozen=True, slots=True)
class Access:
    """One line of the access table."""

    url_name: str
    method: str
    who: str
    #: ``allowed``, ``login``, ``denied`` or ``options``.
    outcome: str
    #: The permission that opened it.
    permission: str | None = None


def undeclared_routes(urlconf: str | None = None) -> list[str]:
    """Routes that no permission, public or login-only declaration covers, so nobody gets in."""
    permissions = list(registry.complete().permissions.values())
    labels = {r.label for r in iter_routes(urlconf) if not _is_declared(r, permissions)}
    return sorted(labels)


def assert_declared(urlconf: str | None = None, *, ignore: Iterable[str] = ()) -> None:
    """Raises: AssertionError, listing the routes nobody declared; ``ignore`` names exceptions."""
    missing = [label for label in undeclared_routes(urlconf) if label not in set(ignore)]
    if missing:
        lines = "\n  ".join(missing)
        raise AssertionError(f"No permission, public or login-only declaration covers:\n  {lines}")


def _is_declared(route: Route, permissions: Iterable[PermissionDeclaration]) -> bool:
    if hasattr(route.view, "rbac_access") or hasattr(route.view, "rbac_requires"):
        return True
    name = route.url_name
    if rbac_settings.public.match(name) or rbac_settings.login_only.match(name):
        return True
    return route.is_named and any(item.opens(name) for item in permissions)


def access_table(
    users: Mapping[str, AnyUser | None],
    *,
    urlconf: str | None = None,
    methods: Iterable[str] = ("GET", "POST"),
) -> list[Access]:
    """What the policy answers for each route × method × user; None stands for nobody logged in.

    The same function decides as in the middleware; the views themselves do not run. Nameless
    routes appear under their pattern.
    """
    wanted = tuple(methods)
    with snapshots.pinned():
        return [
            access
            for who, user in users.items()
            for access in _answers(who, user or AnonymousUser(), urlconf, wanted)
        ]


def _answers(
    who: str, user: AnyUser, urlconf: str | None, methods: Iterable[str]
) -> Iterator[Access]:
    subject = policies.subject_of(user)
    for route in iter_routes(urlconf):
        for method in methods:
            decision = policies.decide(
                subject, method=method, url_name=route.url_name, view=route.view
            )
            yield Access(route.label, method, who, decision.outcome.value, decision.permission)
