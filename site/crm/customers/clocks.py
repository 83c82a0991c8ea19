"""The two clocks of a private customer (PRODUCT 24). Pure: no database, no "now"."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.utils import timezone


def end_of_day(day: date) -> datetime:
    """The instant at which ``day`` is over, school local time: 24:00, the next day's 00:00."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


def follow_due_at(*, since: datetime) -> datetime:
    """When a customer without a newer follow-up is due back in the pool.

    The end of the third calendar day after ``since``, the later of receipt and last follow-up.
    """
    return end_of_day(timezone.localdate(since) + timedelta(days=settings.CRM_FOLLOW_UP_DAYS))


def deal_due_at(*, received_at: datetime) -> datetime:
    """When a customer without a deal is due back in the pool: the end of day 15."""
    return end_of_day(timezone.localdate(received_at) + timedelta(days=settings.CRM_DEAL_DAYS))
