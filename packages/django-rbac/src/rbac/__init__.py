"""Roles, menus and permissions, decided in one place."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from rbac import scopes
from rbac.declarations import declare, declare_group, declare_menu, declare_role
from rbac.decorators import login_only, public, requires

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet

    from rbac.policies import AnyUser

    ModelT = TypeVar("ModelT", bound=Model)

__all__ = [
    "can",
    "declare",
    "declare_group",
    "declare_menu",
    "declare_role",
    "login_only",
    "public",
    "requires",
    "scope",
    "scopes",
]


def can(user: AnyUser, code: str, obj: Model | None = None) -> bool:
    """Whether ``user`` holds ``code``, and for ``obj`` whether the grant's data scope covers it.

    Raises: UnknownPermission, when neither the code nor the database knows ``code``.
    Queries: none inside a request once the policy is warm; outside one, the version read.
    """
    from rbac import policies  # models cannot be imported while the apps are loading

    return policies.can(user, code, obj)


def scope(user: AnyUser, code: str, queryset: QuerySet[ModelT]) -> QuerySet[ModelT]:
    """The rows of ``queryset`` that ``user`` may reach through ``code``; none without the grant.

    Raises: UnknownPermission, when neither the code nor the database knows ``code``.
    Queries: none of its own; the restriction becomes part of ``queryset``.
    """
    from rbac import policies  # models cannot be imported while the apps are loading

    return policies.scope(user, code, queryset)
