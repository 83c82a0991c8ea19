"""Which policy a caller sees: one per process and version, one per request."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import TYPE_CHECKING, Any

from django.utils import timezone

if TYPE_CHECKING:
    from rbac.compiled import Policy
    from rbac.versions import Version

#: Members kept per process; beyond it the least work is to start over.
_MAX_MEMBERS = 50_000


@dataclass(frozen=True, slots=True)
class Membership:
    """The roles of one user as bits, and when the first of them runs out."""

    mask: int
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The policy and the memberships of one version."""

    version: Version
    policy: Policy
    members: dict[Any, Membership] = field(default_factory=dict)

    def mask(self, user_id: Any) -> int:
        """The roles of ``user_id`` as bits. Queries: one the first time, none after."""
        known = self.members.get(user_id)
        if known is None or (known.until is not None and known.until <= timezone.now()):
            if len(self.members) >= _MAX_MEMBERS:
                self.members.clear()
            known = self.members[user_id] = self._load(user_id)
        return known.mask

    def _load(self, user_id: Any) -> Membership:
        from rbac.models import UserRole
        from rbac.versions import database

        mask, until = 0, None
        rows = UserRole.objects.using(database()).current().filter(user_id=user_id)
        for role_id, expires_at in rows.values_list("role_id", "expires_at"):
            mask |= self.policy.role_bits.get(role_id, 0)
            if expires_at is not None and (until is None or expires_at < until):
                until = expires_at
        return Membership(mask, until)


@dataclass(slots=True)
class Pin:
    """What a request has read so far, so that it asks the database once and sees one policy."""

    snapshot: Snapshot | None = None
    is_live: bool = False
    departments: dict[Any, tuple[frozenset[Any], frozenset[Any]]] = field(default_factory=dict)


_pin: ContextVar[Pin | None] = ContextVar("rbac_pin", default=None)
_lock = Lock()
_latest: Snapshot | None = None


@contextmanager
def pinned() -> Iterator[Pin]:
    """Ask for the version once, not at every question, until the block ends."""
    pin = Pin()
    token = _pin.set(pin)
    try:
        yield pin
    finally:
        _pin.reset(token)


def unpin() -> None:
    """Go back to asking at every question: this request has written, and may yet roll back."""
    pin = _pin.get()
    if pin is not None:
        pin.snapshot = None
        pin.is_live = True
        pin.departments.clear()


def current_pin() -> Pin | None:
    """What the request around the caller has read, or None outside a request."""
    return _pin.get()


def current() -> Snapshot:
    """The snapshot in force. Queries: the version, once per request; more only if it moved."""
    pin = _pin.get()
    if pin is None or pin.is_live:
        return _load()
    if pin.snapshot is None:
        pin.snapshot = _load()
    return pin.snapshot


def _load() -> Snapshot:
    from rbac import versions

    version = versions.read()
    latest = _latest
    if latest is not None and latest.version == version:
        return latest
    with _lock:
        return _replace(version)


def _replace(version: Version) -> Snapshot:
    """The snapshot of ``version``, made from the latest where only memberships moved.

    The version was read first: what is loaded here is that state or a newer one, never an older.
    """
    from rbac.compiled import compile_policy

    global _latest  # one policy per process is the point
    latest = _latest
    if latest is not None and latest.version == version:
        return latest
    if latest is not None and latest.version.policy == version.policy:
        _latest = Snapshot(version, latest.policy)
    else:
        _latest = Snapshot(version, compile_policy())
    return _latest
