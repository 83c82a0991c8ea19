"""Work for the Celery worker: ids in, a service call."""

from __future__ import annotations

import logging
from functools import partial

from celery import shared_task
from django.db import transaction
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from crm.customers.models import ImportBatch
from crm.customers.states import ImportState

logger = logging.getLogger(__name__)


@shared_task(name="crm.customers.import_check")
def import_check(batch_id: int) -> None:
    """Check an uploaded batch."""
    from crm.customers.services.import_check import import_check as service

    service(batch=ImportBatch.objects.get(pk=batch_id))


@shared_task(name="crm.customers.import_run")
def import_run(batch_id: int) -> None:
    """Run a started batch, or what is left of it."""
    from crm.customers.services.import_run import import_run as service

    service(batch=ImportBatch.objects.get(pk=batch_id))


@shared_task(name="crm.customers.import_resume")
def import_resume() -> None:
    """Go on with batches whose worker died or whose task was lost (every half minute)."""
    for batch in ImportBatch.objects.filter(
        state__in=[ImportState.UPLOADED, ImportState.CHECKING, ImportState.RUNNING]
    ).order_by("pk"):
        work = import_run if batch.state == ImportState.RUNNING else import_check
        work(batch.pk)  # does nothing while another worker's lease holds


def enqueue(step: str, batch: ImportBatch) -> None:
    """Queue ``check`` or ``run`` after the commit; a broker that is away only delays it."""
    task = {"check": import_check, "run": import_run}[step]
    transaction.on_commit(partial(_delay, task, batch.pk))


def _delay(task: object, batch_id: int) -> None:
    try:
        task.delay(batch_id)  # type: ignore[attr-defined]
    except (KombuError, RedisError, OSError) as error:
        logger.warning("broker is away, import %s waits for the resume task: %s", batch_id, error)
