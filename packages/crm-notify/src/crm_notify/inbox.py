"""The in-app inbox: what a user's bell shows."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from crm_notify.backends.inbox import InboxBackend
from crm_notify.channels import backend_for
from crm_notify.claims import deliveries
from crm_notify.conf import notify_settings
from crm_notify.models import Delivery, State


def messages(user: Any) -> QuerySet[Delivery]:
    """The user's messages, newest first; ``subject``, ``text``, ``url``, ``read_at`` are yours."""
    return (
        deliveries()
        .filter(user=user, channel__in=_channels(), state__in=[State.DELIVERED, State.READ])
        .order_by("-created_at", "-pk")
    )


def unread_count(user: Any) -> int:
    """How many messages the user has not read. Queries: one, by index."""
    return messages(user).filter(state=State.DELIVERED).count()


def mark_read(user: Any, ids: Iterable[int] | None = None) -> int:
    """Mark all of the user's messages read, or those with these ids; returns how many were not.

    Ids of other people's messages are ignored.
    """
    unread = messages(user).filter(state=State.DELIVERED)
    if ids is not None:
        unread = unread.filter(pk__in=list(ids))
    return unread.order_by().update(state=State.READ, read_at=timezone.now())


def _channels() -> list[str]:
    return [
        alias for alias in notify_settings.channels if isinstance(backend_for(alias), InboxBackend)
    ]
