"""The writes: grants and memberships, each with its checks and a new version in one transaction.

``actor=None`` is the system itself: commands, migrations, tests. A person comes as ``actor`` and
can only hand out what he holds.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction

from rbac import policies, versions
from rbac.exceptions import EscalationRefused, UnknownPermission
from rbac.models import Permission, Role, RolePermission, UserRole
from rbac.scopes import Scope


class Holding(NamedTuple):
    """A grant as somebody holds it: how far it reaches and how long it lasts (None: for good)."""

    code: str
    scope: str
    expires_at: datetime | None


def role_grant(
    *, actor: Any, role: Role | str, permission: Permission | str, scope: str = Scope.ALL
) -> RolePermission:
    """Let ``role`` hold ``permission`` as far as ``scope``; an existing grant takes that scope.

    Raises: EscalationRefused, when the actor is a member of the role, or does not hold the
    permission himself at least as far and for good.
    """
    scope = Scope(scope)
    using = versions.database()
    with transaction.atomic(using=using):
        versions.change_policy()
        role, permission = _role(role), _permission(permission)
        _refuse_own_role(actor, role)
        _refuse_beyond(actor, [Holding(permission.code, scope, None)])
        grant, _created = RolePermission.objects.using(using).update_or_create(
            role=role, permission=permission, defaults={"scope": scope}
        )
    return grant


def role_revoke(*, actor: Any, role: Role | str, permission: Permission | str) -> bool:
    """Take ``permission`` from ``role``; False when the role did not hold it.

    Raises: EscalationRefused, when the actor is a member of the role, or does not hold the
    permission himself as far as the grant he wants to take away.
    """
    using = versions.database()
    with transaction.atomic(using=using):
        versions.change_policy()
        role, permission = _role(role), _permission(permission)
        _refuse_own_role(actor, role)
        grants = RolePermission.objects.using(using).filter(role=role, permission=permission)
        for scope in grants.values_list("scope", flat=True):
            _refuse_beyond(actor, [Holding(permission.code, scope, None)])
        deleted, _per_model = grants.delete()
    return deleted > 0


def user_role_assign(
    *, actor: Any = None, user: Any, role: Role | str, expires_at: datetime | None = None
) -> UserRole:
    """Make ``user`` a member of ``role`` until ``expires_at``; a membership he has takes that end.

    Raises: EscalationRefused, when the role grants something the actor does not hold as far and
    as long; ValueError, when ``expires_at`` is naive.
    """
    if expires_at is not None and expires_at.tzinfo is None:
        raise ValueError("expires_at needs a time zone.")
    using = versions.database()
    with transaction.atomic(using=using):
        versions.change_members()
        role = _role(role)
        _refuse_beyond(actor, _holdings_of_role(role, expires_at))
        membership, _created = UserRole.objects.using(using).update_or_create(
            user=user, role=role, defaults={"expires_at": expires_at}
        )
    return membership


def user_role_remove(*, actor: Any = None, user: Any, role: Role | str) -> bool:
    """End the membership of ``user`` in ``role``; False when he had none.

    Raises: EscalationRefused, when the role grants something the actor does not hold.
    """
    using = versions.database()
    with transaction.atomic(using=using):
        versions.change_members()
        role = _role(role)
        memberships = UserRole.objects.using(using).filter(user=user, role=role)
        for expires_at in memberships.values_list("expires_at", flat=True):
            _refuse_beyond(actor, _holdings_of_role(role, expires_at))
        deleted, _per_model = memberships.delete()
    return deleted > 0


def _role(role: Role | str) -> Role:
    if isinstance(role, Role):
        return role
    found = Role.objects.using(versions.database()).filter(code=role).first()
    if found is None:
        raise LookupError(f"There is no role {role!r}; rbac_sync --roles writes the declared ones.")
    return found


def _permission(permission: Permission | str) -> Permission:
    if isinstance(permission, Permission):
        return permission
    found = Permission.objects.using(versions.database()).filter(code=permission).first()
    if found is None:
        raise UnknownPermission(permission)
    return found


def _holdings_of_role(role: Role, expires_at: datetime | None) -> list[Holding]:
    grants = RolePermission.objects.using(versions.database()).filter(role=role)
    rows = grants.values_list("permission__code", "scope")
    return [Holding(code, scope, expires_at) for code, scope in rows]


def _refuse_own_role(actor: Any, role: Role) -> None:
    if actor is None or (actor.is_active and policies.is_unlimited(actor)):
        return
    if UserRole.objects.using(versions.database()).filter(user=actor, role=role).exists():
        raise EscalationRefused.own_role()


def _refuse_beyond(actor: Any, wanted: Iterable[Holding]) -> None:
    """Raises: EscalationRefused, naming what of ``wanted`` the actor does not hold himself."""
    if actor is None or (actor.is_active and policies.is_unlimited(actor)):
        return
    held = _holdings_of_user(actor)
    missing = [want.code for want in wanted if not any(_covers(own, want) for own in held)]
    if missing:
        raise EscalationRefused.not_held(sorted(missing))


def _holdings_of_user(user: Any) -> list[Holding]:
    """What ``user`` holds, from the tables themselves: the transaction has just locked them."""
    if not user.is_active:
        return []
    memberships = UserRole.objects.using(versions.database()).current().filter(user=user)
    rows = memberships.values_list(
        "role__grants__permission__code", "role__grants__scope", "expires_at"
    )
    return [Holding(*row) for row in rows if row[0] is not None]


def _covers(own: Holding, want: Holding) -> bool:
    lasts = own.expires_at is None or (
        want.expires_at is not None and want.expires_at <= own.expires_at
    )
    return own.code == want.code and Scope(own.scope).covers(want.scope) and lasts
