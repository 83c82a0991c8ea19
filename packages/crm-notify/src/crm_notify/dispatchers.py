"""Dispatchers for settings: inline, thread and worker. Celery's is in contrib."""

import logging
import threading
from uuid import UUID

from django.db import connections

from crm_notify.drain import drain

logger = logging.getLogger("crm_notify")


class InlineDispatcher:
    """Sends in the caller's thread after commit, only what was just committed."""

    def dispatch(self, messages: frozenset[UUID]) -> None:
        drain(messages=messages)


class WorkerDispatcher:
    """Leaves everything to ``manage.py notify_worker``."""

    def dispatch(self, messages: frozenset[UUID]) -> None:
        """The worker finds the rows by itself."""


class ThreadDispatcher:
    """Drains in one background thread per process, which ends when nothing is due.

    The thread is no daemon: a process that exits finishes what it has begun.
    """

    _lock = threading.Lock()
    _thread: threading.Thread | None = None
    _has_more = False

    def dispatch(self, messages: frozenset[UUID]) -> None:  # noqa: ARG002 - takes all
        kind = type(self)
        with kind._lock:
            kind._has_more = True
            if kind._thread is None:
                kind._thread = threading.Thread(target=kind._run, name="crm_notify")
                kind._thread.start()

    @classmethod
    def _run(cls) -> None:
        while cls._take_work():
            try:
                drain()
            except Exception:  # the rows wait for the next drain; the thread must live on
                logger.exception("The drain in the background thread failed.")
            finally:
                connections.close_all()

    @classmethod
    def _take_work(cls) -> bool:
        with cls._lock:
            if not cls._has_more:
                cls._thread = None
                return False
            cls._has_more = False
            return True

    @classmethod
    def wait(cls) -> None:
        """Return when the thread has nothing left. For tests and shutdown."""
        thread = cls._thread
        if thread is not None:
            thread.join()
