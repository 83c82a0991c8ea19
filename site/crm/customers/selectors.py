"""Reads of customers, scoped to who asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import rbac
from django.db.models import Count, Min, Q, QuerySet
from django.http import Http404

from crm.common.text import mask_contact
from crm.customers.contacts import ContactKind
from crm.customers.faults import Fault, group_fault_of
from crm.customers.models import Customer, FollowUp, ImportBatch, ImportProblem, Tenure
from crm.customers.states import CustomerState
from crm.org.models import User


def customers_visible(*, actor: User) -> QuerySet[Customer]:
    """Customers the actor may open: within his scope, and the pool where he sees the pool."""
    scoped = rbac.scope(actor, "customers.customer:detail", Customer.objects.living())
    if rbac.can(actor, "customers.customer_pool:list"):
        return scoped | Customer.objects.living().filter(state=CustomerState.POOL)
    return scoped


def customer_get(*, actor: User, pk: int) -> Customer:
    """The customer, if the actor may open him.

    Raises: Http404 otherwise: a stranger doesn't learn whether the id exists.
    """
    customer = (
        customers_visible(actor=actor)
        .select_related("owner", "referred_by", "created_by")
        .prefetch_related("contacts", "courses")
        .filter(pk=pk)
        .first()
    )
    if customer is None:
        raise Http404
    return customer


@dataclass(frozen=True, slots=True)
class ContactLine:
    """One contact as this reader may see it."""

    kind: str
    label: str
    value: str
    is_masked: bool


def contact_lines(*, actor: User, customer: Customer) -> list[ContactLine]:
    """Contacts in the usual order; masked where the reader has no right to them (PRODUCT 21)."""
    open_to_actor = rbac.can(actor, "customers.customer:contacts", customer)
    order = list(ContactKind.values)
    points = sorted(customer.contacts.all(), key=lambda point: order.index(point.kind))
    return [
        ContactLine(
            kind=point.kind,
            label=str(point.get_kind_display()),
            value=point.value if open_to_actor else mask_contact(point.value),
            is_masked=not open_to_actor,
        )
        for point in points
    ]


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """A note or an event, newest first."""

    at: datetime
    note: FollowUp | None = None
    tenure: Tenure | None = None
    kind: str = "note"


def timeline(*, customer: Customer) -> list[TimelineEntry]:
    """Notes, changes of hands and the entry of the customer. Queries: two."""
    entries = [
        TimelineEntry(note.written_at, note=note)
        for note in customer.follow_ups.select_related("author").all()
    ]
    for tenure in tenures_of(customer=customer):
        entries.append(TimelineEntry(tenure.started_at, tenure=tenure, kind="given"))
        if tenure.ended_at is not None:
            entries.append(TimelineEntry(tenure.ended_at, tenure=tenure, kind="ended"))
    entries.append(TimelineEntry(customer.created_at, kind="entered"))
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def tenures_of(*, customer: Customer) -> list[Tenure]:
    """Who had the customer, newest first, with the place in the cycle."""
    return list(customer.tenures.select_related("user", "slot__cycle"))


def neighbours(*, actor: User, customer: Customer) -> tuple[Customer | None, Customer | None]:
    """The customers before and after this one on the actor's list by time left."""
    if customer.owner_id != actor.pk or customer.due_at is None:
        return None, None
    mine = Customer.objects.private_to(actor).exclude(pk=customer.pk)
    due, pk = customer.due_at, customer.pk
    earlier = Q(due_at__lt=due) | Q(due_at=due, pk__lt=pk)
    later = Q(due_at__gt=due) | Q(due_at=due, pk__gt=pk)
    return (
        mine.filter(earlier).order_by("-due_at", "-pk").first(),
        mine.filter(later).order_by("due_at", "pk").first(),
    )


def import_get(*, actor: User, pk: int) -> ImportBatch:
    """The batch, if the actor may open imports.

    Raises: Http404 otherwise.
    """
    batches = rbac.scope(actor, "customers.importbatch:detail", ImportBatch.objects.all())
    batch = batches.select_related("owner", "created_by").filter(pk=pk).first()
    if batch is None:
        raise Http404
    return batch


@dataclass(frozen=True, slots=True)
class ProblemGroup:
    """Rows that failed for one reason, with the first as an example."""

    kind: str
    kind_label: str
    code: str
    rows: int
    example: ImportProblem
    #: What is wrong in the example and what to do, in the reader's language.
    fault: Fault


def problem_groups(*, batch: ImportBatch) -> list[ProblemGroup]:
    """What went wrong, most frequent first. Queries: two, however many rows."""
    groups: list[dict[str, Any]] = list(
        batch.problems.order_by()
        .values("kind", "code")
        .annotate(rows=Count("pk"), first=Min("pk"))
        .order_by("-rows", "code")
    )
    examples = batch.problems.in_bulk([group["first"] for group in groups])
    return [
        ProblemGroup(
            kind=group["kind"],
            kind_label=str(examples[group["first"]].get_kind_display()),
            code=group["code"],
            rows=group["rows"],
            example=examples[group["first"]],
            fault=group_fault_of(examples[group["first"]]),
        )
        for group in groups
    ]
