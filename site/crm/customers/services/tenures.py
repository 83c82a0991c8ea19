"""How a customer changes hands. The only code that writes ``owner`` and ``state``."""

from __future__ import annotations

from datetime import datetime

from crm_notify import notify
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from crm.common.audit import record
from crm.customers.clocks import deal_due_at, follow_due_at
from crm.customers.distribution.engine import AllocationConflictError, load_raise
from crm.customers.errors import CapReachedError, FormerOwnerError, NotYoursError, TakenError
from crm.customers.models import ConsultantLoad, Customer, Tenure
from crm.customers.states import CustomerState, PoolReason, TenureHow, TenureStatus
from crm.org.models import User


def customer_claim(*, actor: User, customer: Customer) -> Customer:
    """Take a customer out of the pool for the actor (PRODUCT 23).

    Raises: FormerOwnerError, CapReachedError, TakenError naming who was faster.
    """
    with transaction.atomic():
        if Tenure.objects.filter(customer=customer, user=actor).exists():
            raise FormerOwnerError
        return customer_give(customer=customer, user=actor, how=TenureHow.CLAIM)


def customer_release(*, actor: User, customer: Customer, memo: str) -> Customer:
    """Give a customer of one's own back to the pool with a reason (PRODUCT 27).

    Raises: NotYoursError.
    """
    with transaction.atomic():
        mine = Customer.objects.filter(owner=actor)
        if not customer_to_pool(
            customer=customer, among=mine, reason=PoolReason.RELEASED, memo=memo
        ):
            raise NotYoursError
        record(actor=actor, action="customer.released", target=customer, memo=memo)
    return customer


def customer_give(*, customer: Customer, user: User, how: TenureHow) -> Customer:
    """Make a pool customer the user's own, within his cap. Runs in the caller's transaction.

    Raises: CapReachedError; TakenError, when the customer is not in the pool any more.
    """
    load, _created = ConsultantLoad.objects.get_or_create(
        user=user, defaults={"is_receiving": False, "quota": 0}
    )
    try:
        load_raise(user.pk, 1)
    except AllocationConflictError:
        raise CapReachedError(load.cap) from None
    tenure_open(customer=customer, user_id=user.pk, how=how, at=timezone.now())
    return customer


def tenure_open(
    *,
    customer: Customer,
    user_id: int,
    how: TenureHow,
    at: datetime,
    slot_id: int | None = None,
    passed_over: list[list[int | str]] | None = None,
) -> Tenure:
    """Write the owner and the open tenure; the load is raised already.

    Raises: TakenError, when the customer is not in the pool any more.
    """
    follow_due, deal_due = follow_due_at(since=at), deal_due_at(received_at=at)
    values = {
        "state": CustomerState.PRIVATE,
        "owner_id": user_id,
        "pool_reason": "",
        "received_at": at,
        "last_follow_up_at": None,
        "last_follow_up_text": "",
        "follow_due_at": follow_due,
        "deal_due_at": deal_due,
        "due_at": min(follow_due, deal_due),
        "next_contact_at": None,
    }
    if not Customer.objects.filter(pk=customer.pk).in_pool().update(**values):
        now_owned = Customer.objects.select_related("owner").get(pk=customer.pk)
        raise TakenError(str(now_owned.owner or ""))
    customer.refresh_from_db()
    return Tenure.objects.create(
        customer=customer,
        user_id=user_id,
        how=how,
        started_at=at,
        open_for=customer,
        slot_id=slot_id,
        passed_over=passed_over or [],
    )


_STATUS_OF_REASON = {
    PoolReason.NO_FOLLOW_UP: TenureStatus.NO_FOLLOW_UP,
    PoolReason.NO_DEAL: TenureStatus.NO_DEAL,
}


def customer_to_pool(
    *, customer: Customer, among: QuerySet[Customer], reason: PoolReason, memo: str = ""
) -> bool:
    """Put a private customer into the pool if he is still ``among`` these; True if he was.

    One conditional update decides; tenure and load follow in the same transaction.
    """
    with transaction.atomic():
        owner_id = Customer.objects.filter(pk=customer.pk).values_list("owner_id", flat=True).get()
        moved = among.filter(pk=customer.pk, state=CustomerState.PRIVATE, owner_id=owner_id).update(
            state=CustomerState.POOL,
            owner=None,
            pool_reason=reason,
            due_at=None,
            follow_due_at=None,
            deal_due_at=None,
            next_contact_at=None,
        )
        if not moved:
            return False
        Tenure.objects.filter(open_for=customer.pk).update(
            open_for=None,
            ended_at=timezone.now(),
            status=_STATUS_OF_REASON.get(reason, TenureStatus.ENDED),
            end_reason=reason,
            memo=memo[:200],
        )
        ConsultantLoad.objects.filter(pk=owner_id).update(open_count=F("open_count") - 1)
        customer.refresh_from_db()
        return True


def pool_reason_set(*, customer: Customer, reason: PoolReason) -> None:
    """Write why a pool customer is there."""
    Customer.objects.filter(pk=customer.pk).in_pool().update(pool_reason=reason)
    customer.refresh_from_db()


def owner_notify(*, customer: Customer, actor: User) -> None:
    """Tell the owner that a customer is his now; the tenure's id makes it once."""
    tenure = Tenure.objects.get(open_for=customer)
    owner = User.objects.get(pk=tenure.user_id)
    notify(
        "customers.assigned",
        to=owner,
        context={
            "count": 1,
            "customer": customer.name,
            "customer_id": customer.pk,
            "actor": str(actor),
            "due_at": customer.due_at.isoformat() if customer.due_at else "",
        },
        key=f"customers.assigned:{tenure.pk}",
    )
