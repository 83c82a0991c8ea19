"""After commit: tell the dispatcher once per transaction, and never harm the caller."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID
from weakref import WeakKeyDictionary

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.module_loading import import_string

from crm_notify.conf import notify_settings

logger = logging.getLogger("crm_notify")


class Dispatcher(Protocol):
    """Gets due deliveries sent, here or elsewhere."""

    def dispatch(self, messages: frozenset[UUID]) -> None:
        """``messages`` are those that were just committed; others may be due too."""
        ...


@dataclass(slots=True)
class _Batch:
    """Messages of the transactions since the last dispatch on one connection."""

    messages: set[UUID] = field(default_factory=set)
    is_dispatched: bool = False


_batches: WeakKeyDictionary[BaseDatabaseWrapper, _Batch] = WeakKeyDictionary()


def dispatch_on_commit(messages: Iterable[UUID], *, using: str) -> None:
    """Dispatch once when the transaction commits, however often this is called in it.

    Each call leaves a hook, as hooks of a rolled back savepoint are dropped; the first that
    runs dispatches for all of them.
    """
    connection = connections[using]
    batch = _batches.get(connection)
    if batch is None or batch.is_dispatched:
        batch = _batches[connection] = _Batch()
    batch.messages.update(messages)

    def dispatch() -> None:
        if not batch.is_dispatched:
            batch.is_dispatched = True
            _dispatch(frozenset(batch.messages))

    transaction.on_commit(dispatch, using=using, robust=True)


def _dispatch(messages: frozenset[UUID]) -> None:
    """Hand over; on any failure the rows wait for the next drain."""
    try:
        dispatcher: Dispatcher = import_string(notify_settings.dispatcher_path)()
        dispatcher.dispatch(messages)
    except Exception as error:  # noqa: BLE001 - the caller's work is committed and must go on
        logger.warning(
            "Dispatch failed (%s); %d messages wait for the next drain.",
            type(error).__name__,
            len(messages),
        )
