"""The policy version: read once per request, changed inside every transaction that writes."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import router, transaction
from django.db.models.signals import post_delete, post_save

from rbac import snapshots

if TYPE_CHECKING:
    from django.apps import AppConfig

_ROW_ID = 1


class Version(NamedTuple):
    """The two tokens of the version row; both empty before the first write."""

    policy: str
    members: str


def database() -> str:
    """Alias of the database that takes the writes; a replica could still show a revoked grant."""
    from rbac.models import PolicyVersion

    return router.db_for_write(PolicyVersion)


def read() -> Version:
    """The version now in force. Queries: one, by primary key."""
    from rbac.models import PolicyVersion

    rows = PolicyVersion.objects.using(database()).filter(pk=_ROW_ID)
    for policy, members in rows.values_list("policy", "members"):
        return Version(policy, members)
    return Version("", "")


def change_policy() -> None:
    """Make every process load menus, permissions, roles and grants again.

    Call first inside the writing transaction: the row's lock then lets one writer in at a time.
    """
    token = secrets.token_hex(16)
    _write(policy=token, members=token)


def change_members() -> None:
    """Make every process load memberships again; the policy itself stays compiled."""
    _write(members=secrets.token_hex(16))


def _write(**tokens: str) -> None:
    from rbac.models import PolicyVersion

    using = database()
    with transaction.atomic(using=using):
        rows = PolicyVersion.objects.using(using)
        if not rows.filter(pk=_ROW_ID).update(**tokens):
            rows.update_or_create(
                pk=_ROW_ID,
                defaults=tokens,
                create_defaults={"policy": secrets.token_hex(16)} | tokens,
            )
    snapshots.unpin()


def watch_models(config: AppConfig) -> None:
    """Change the version on writes that bypass the services too: shell, fixtures, admin."""
    for model in config.get_models():
        name = model.__name__
        if name == "PolicyVersion":
            continue
        receiver = _members_written if name == "UserRole" else _policy_written
        post_save.connect(receiver, sender=model, dispatch_uid=f"rbac.saved.{name}")
        post_delete.connect(receiver, sender=model, dispatch_uid=f"rbac.deleted.{name}")


def _policy_written(**_kwargs: Any) -> None:
    change_policy()


def _members_written(**_kwargs: Any) -> None:
    change_members()
