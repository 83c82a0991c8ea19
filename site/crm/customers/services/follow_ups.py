"""Writing a follow-up (PRODUCT 25, 31, 32)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Least
from django.utils import timezone

from crm.customers.clocks import follow_due_at
from crm.customers.errors import NotYoursError, OverdueError
from crm.customers.models import Customer, FollowUp
from crm.customers.services.tenures import customer_to_pool
from crm.customers.states import UNWON_PRIVATE_STATES, CustomerState, PoolReason
from crm.org.models import User


def follow_up_add(
    *,
    actor: User,
    customer: Customer,
    text: str,
    channel: str,
    intent: str = "",
    next_contact_at: datetime | None = None,
    submission: UUID | None = None,
) -> FollowUp:
    """Save a note of the owner's and move his follow-up clock to the server's now.

    The same ``submission`` again returns the first note: a double click writes one.

    Raises: NotYoursError; OverdueError after moving the customer to the pool, when a clock
        had run out (PRODUCT 25); ValidationError for a note of fewer than 10 characters.
    """
    if submission is not None:
        earlier = FollowUp.objects.filter(
            submission=submission, customer=customer, author=actor
        ).first()
        if earlier is not None:
            return earlier
    now = timezone.now()
    if _returned_overdue(actor, customer, now):
        raise OverdueError
    note = FollowUp(
        customer=customer,
        author=actor,
        written_at=now,
        channel=channel,
        intent=intent,
        text=text.strip(),
        next_contact_at=next_contact_at,
        submission=submission,
    )
    note.full_clean(validate_unique=False)
    with transaction.atomic():
        _clock_move(actor, customer, note)
        note.save(force_insert=True)
    customer.refresh_from_db()
    return note


def _clock_move(actor: User, customer: Customer, note: FollowUp) -> None:
    """One conditional update: only the owner's note counts, and only before the due instant."""
    still_mine = Customer.objects.filter(
        pk=customer.pk, owner=actor, state__in=UNWON_PRIVATE_STATES
    ).exclude(state=CustomerState.PRIVATE, due_at__lte=note.written_at)
    due = follow_due_at(since=note.written_at)
    values: dict[str, object] = {
        "last_follow_up_at": note.written_at,
        "last_follow_up_text": " ".join(note.text.split())[:80],
        "follow_due_at": due,
        "due_at": Least(due, F("deal_due_at")),
        "next_contact_at": note.next_contact_at,
    }
    if note.intent:
        values["intent"] = note.intent
    if not still_mine.update(**values):
        raise NotYoursError


def _returned_overdue(actor: User, customer: Customer, now: datetime) -> bool:
    """Move the actor's customer to the pool when a clock has run out; True if it did."""
    overdue = Customer.objects.filter(
        pk=customer.pk, owner=actor, state=CustomerState.PRIVATE, due_at__lte=now
    ).first()
    if overdue is None:
        return False
    reason = (
        PoolReason.NO_FOLLOW_UP
        if overdue.follow_due_at is not None and overdue.follow_due_at <= now
        else PoolReason.NO_DEAL
    )
    mine = Customer.objects.filter(owner=actor, due_at__lte=now)
    return customer_to_pool(customer=customer, among=mine, reason=reason)
