"""Claiming rows so that no two workers have the same, and giving them back."""

from collections.abc import Collection, Sequence
from uuid import UUID, uuid4

from django.db import connections, router, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from crm_notify.conf import notify_settings
from crm_notify.models import Delivery, DeliveryQuerySet, State

#: More messages than this are not named in a query; the drain takes whatever is due.
MESSAGES_PER_QUERY = 500


def deliveries() -> DeliveryQuerySet:
    """All deliveries, on the database that is written to."""
    return DeliveryQuerySet(Delivery, using=router.db_for_write(Delivery))


def standby_of() -> QuerySet[Delivery]:
    """For an outer delivery: the rows of later channels that wait for it to fail (mode first)."""
    return deliveries().filter(
        message_id=OuterRef("message_id"),
        recipient=OuterRef("recipient"),
        rank__gt=OuterRef("rank"),
        state=State.PENDING,
        next_at=None,
    )


def claim(
    channel: str,
    *,
    size: int,
    messages: Collection[UUID] | None = None,
    whole_requests: bool = False,
    only_with_standby: bool = False,
) -> tuple[UUID, Sequence[Delivery]]:
    """Take up to ``size`` due rows of a channel for one lease; returns the token and the rows.

    Decided by one conditional UPDATE; the lock before it only keeps workers out of each
    other's way. ``whole_requests`` adds the other rows of a request that is to be repeated.
    Raises: RuntimeError inside a transaction, as sending there would be wrong.
    """
    token = uuid4()
    due = deliveries().due().filter(channel=channel)
    if messages is not None and len(messages) <= MESSAGES_PER_QUERY:
        due = due.filter(message_id__in=messages)
    if only_with_standby:
        due = due.filter(Exists(standby_of()))
    with transaction.atomic(using=due.db, durable=True):
        found = list(_locked(due).order_by("next_at", "id").values_list("pk", flat=True)[:size])
        if found and whole_requests:
            found = _with_rest_of_requests(channel, found)
        if found:
            now = timezone.now()
            deliveries().due().filter(pk__in=found).update(
                state=State.SENDING,
                next_at=None,
                lease_token=token,
                lease_until=now + notify_settings.lease,
                writing_at=None,
            )
    if not found:
        return token, []
    return token, list(deliveries().held_by(token).select_related("message").order_by("pk"))


def _locked(due: DeliveryQuerySet) -> DeliveryQuerySet:
    if connections[due.db].features.has_select_for_update_skip_locked:
        return due.select_for_update(skip_locked=True, of=_self_only(due))
    return due


def _self_only(due: DeliveryQuerySet) -> tuple[str, ...]:
    return ("self",) if connections[due.db].features.has_select_for_update_of else ()


def _with_rest_of_requests(channel: str, found: list[int]) -> list[int]:
    repeated = deliveries().filter(pk__in=found, payload__isnull=False)
    requests = set(repeated.values_list("request_id", flat=True))
    rest = deliveries().due().filter(channel=channel, request_id__in=requests)
    return sorted({*found, *rest.values_list("pk", flat=True)})


def begin_writing(
    rows: Sequence[Delivery], token: UUID, *, request_id: UUID, payload: bytes | None
) -> bool:
    """Note that the request is about to be written; False when the lease was lost meanwhile.

    From here on a crash leaves the outcome UNKNOWN, so nothing may be written before it.
    """
    now = timezone.now()
    held = deliveries().held_by(token).filter(pk__in=[row.pk for row in rows])
    begun = {
        "writing_at": now,
        "lease_until": now + notify_settings.lease,
        "request_id": request_id,
        "payload": payload,
    }
    if len(rows) == 1:  # one statement is atomic by itself
        return held.update(**begun) == 1
    with transaction.atomic(using=held.db):
        if held.update(**begun) != len(rows):
            transaction.set_rollback(True, using=held.db)
            return False
    return True


def release(token: UUID) -> int:
    """Give back the claimed rows whose request never began."""
    return (
        deliveries()
        .held_by(token)
        .filter(writing_at=None)
        .update(state=State.PENDING, next_at=timezone.now(), lease_token=None, lease_until=None)
    )
