"""After commit: tell the dispatcher once per transaction, and never harm the caller."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from django.db import connections, transaction
from django.utils.module_loading import import_string

from crm_notify.conf import notify_settings

logger = logging.getLogger("crm_notify")


class Dispatcher(Protocol):
    """Gets due deliveries sent, here or elsewhere."""

    def dispatch(self, messages: frozenset[UUID]) -> None:
        """``messages`` are those that were just committed; others may be due too."""
        ...


class _Hook:
    """Runs after commit; hooks of one transaction share ``batch``, and the first that runs sends.

    Each call leaves a hook, as those of a rolled back savepoint are dropped.
    """

    def __init__(self, batch: "_Batch") -> None:
        self.batch = batch

    def __call__(self) -> None:
        if not self.batch.is_dispatched:
            self.batch.is_dispatched = True
            _dispatch(frozenset(self.batch.messages))


@dataclass(slots=True)
class _Batch:
    """Messages of one transaction."""

    messages: set[UUID] = field(default_factory=set)
    is_dispatched: bool = False


def dispatch_on_commit(messages: Iterable[UUID], *, using: str) -> None:
    """Dispatch once when the transaction commits, however often this is called in it."""
    waiting = (hook for _, hook, *_ in reversed(connections[using].run_on_commit))
    latest = next((hook for hook in waiting if isinstance(hook, _Hook)), None)
    batch = _Batch() if latest is None or latest.batch.is_dispatched else latest.batch
    batch.messages.update(messages)
    transaction.on_commit(_Hook(batch), using=using)


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
