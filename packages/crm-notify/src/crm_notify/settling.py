"""Writing down what came of a request, and what follows from it for other channels."""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import router, transaction
from django.db.models import Q
from django.utils import timezone

from crm_notify.channels import backend_for, without_secrets
from crm_notify.claims import deliveries
from crm_notify.conf import notify_settings
from crm_notify.models import Attempt, Delivery, Reason, State
from crm_notify.outcomes import Outcome, OutcomeClass
from crm_notify.verdicts import Verdict, jitter, verdict_on

logger = logging.getLogger("crm_notify")

DETAIL_LENGTH = 500
NO_OUTCOME = Outcome(OutcomeClass.UNKNOWN, detail="The backend gave no outcome.")
INTERRUPTED = Outcome(OutcomeClass.UNKNOWN, detail="The worker died while sending.")


def settle(
    rows: Sequence[Delivery],
    token: UUID | None,
    outcomes: Mapping[str, Outcome],
    *,
    started_at: datetime,
    request_id: UUID | None = None,
) -> Counter[str]:
    """Write the states and one attempt per row; returns how many rows went where.

    A row whose lease has gone to somebody else keeps the state it has got there.
    Queries: one update per different verdict and one insert, in one transaction.
    """
    now = timezone.now()
    by_address = {address.casefold(): outcome for address, outcome in outcomes.items()}
    spread = jitter()
    verdicts: dict[Verdict, list[Delivery]] = {}
    attempts: list[Attempt] = []
    for row in rows:
        outcome = by_address.get(row.address.casefold(), NO_OUTCOME)
        verdicts.setdefault(_verdict(row, outcome, now, spread), []).append(row)
        attempts.append(_attempt(row, outcome, started_at, request_id))
    with transaction.atomic(using=router.db_for_write(Delivery)):
        for verdict, settled in verdicts.items():
            _apply(verdict, settled, token)
        Attempt.objects.using(router.db_for_write(Attempt)).bulk_create(attempts)
    return Counter({str(verdict.state): len(settled) for verdict, settled in verdicts.items()})


def _verdict(row: Delivery, outcome: Outcome, now: datetime, spread: float) -> Verdict:
    is_down = outcome.kind in (OutcomeClass.CONFIG, OutcomeClass.TOKEN)
    return verdict_on(
        row,
        outcome,
        now=now,
        may_repeat=backend_for(row.channel).deduplicates,
        has_standby=is_down and row.message.mode == "first" and _has_standby(row),
        spread=spread,
    )


def _has_standby(row: Delivery) -> bool:
    return deliveries().filter(_later_than(row)).exists()


def _later_than(row: Delivery) -> Q:
    return Q(
        message_id=row.message_id,
        recipient=row.recipient,
        rank__gt=row.rank,
        state=State.PENDING,
        next_at=None,
    )


def _attempt(
    row: Delivery, outcome: Outcome, started_at: datetime, request_id: UUID | None
) -> Attempt:
    detail = without_secrets(row.channel, outcome.detail)[:DETAIL_LENGTH]
    if outcome.kind is not OutcomeClass.ACCEPTED:
        logger.warning(
            "Delivery %s on %s: %s %s", row.pk, row.channel, outcome.kind, outcome.code[:40]
        )
    return Attempt(
        delivery=row,
        request_id=request_id,
        started_at=started_at,
        outcome=outcome.kind,
        code=outcome.code[:40],
        detail=detail,
    )


def _apply(verdict: Verdict, rows: Sequence[Delivery], token: UUID | None) -> None:
    """Only rows we hold, or that were given up as UNKNOWN while we were still sending."""
    changed = (
        deliveries()
        .filter(
            pk__in=[row.pk for row in rows],
            lease_token=token,
            state__in=[State.SENDING, State.UNKNOWN],
        )
        .update(
            state=verdict.state,
            reason=verdict.reason,
            next_at=verdict.next_at,
            attempts_used=verdict.attempts_used,
            provider_id=verdict.provider_id[:128],
            lease_token=token if verdict.state == State.UNKNOWN else None,
            lease_until=None,
        )
    )
    for row in rows if changed else ():
        if row.message.mode == "first":
            _tell_standby(row, verdict)


def _tell_standby(row: Delivery, verdict: Verdict) -> None:
    """Mode "first": start the next channel, or tell the rest that they aren't needed."""
    waiting = deliveries().filter(_later_than(row))
    if verdict.has_arrived:
        waiting.update(state=State.CANCELLED, reason=Reason.OTHER_CHANNEL)
    elif verdict.has_failed:
        following = waiting.order_by("rank").first()
        if following is not None:
            deliveries().filter(pk=following.pk).update(next_at=timezone.now())


def recover() -> int:
    """Take up rows whose worker died: unwritten ones are due again, the others UNKNOWN.

    Queries: one when there is nothing to do.
    """
    expired = list(deliveries().expired().select_related("message")[:1000])
    for row in expired:
        if row.writing_at is None:
            deliveries().expired().filter(pk=row.pk, writing_at=None).update(
                state=State.PENDING,
                next_at=timezone.now(),
                lease_token=None,
                lease_until=None,
            )
        elif row.channel in notify_settings.channels:
            settle(
                [row],
                row.lease_token,
                {row.address: INTERRUPTED},
                started_at=row.writing_at,
                request_id=row.request_id,
            )
    return len(expired)
