"""Celery: one task that drains, and the dispatcher that asks for it after commit.

``app.autodiscover_tasks()`` finds it. Add ``crm_notify.drain`` to beat as the safety net::

    beat_schedule = {"notify": {"task": "crm_notify.drain", "schedule": 10.0}}
"""

from uuid import UUID

from celery import shared_task  # type: ignore[import-untyped, unused-ignore]

from crm_notify import drain as draining

#: A drain nobody has begun by then is dropped: beat has asked again in the meantime.
EXPIRES_SECONDS = 300


@shared_task(name="crm_notify.drain", ignore_result=True)  # type: ignore[untyped-decorator, misc, unused-ignore]
def drain(channels: list[str] | None = None) -> int:
    """Send what is due, on all channels or these; returns how many deliveries were handled."""
    return draining.drain(channels=channels).handled


class CeleryDispatcher:
    """Queues one drain. With the broker away it raises at once and the rows wait for beat."""

    def dispatch(self, messages: frozenset[UUID]) -> None:  # noqa: ARG002 - takes all
        drain.apply_async(retry=False, expires=EXPIRES_SECONDS)
