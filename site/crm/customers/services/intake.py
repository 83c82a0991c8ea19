"""How a customer comes in: entered by hand, one by one (PRODUCT 1–8, 19)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.common.text import mask_name, pinyin_of
from crm.customers.distribution.engine import allocate, retrying
from crm.customers.errors import DuplicateCustomerError
from crm.customers.models import ContactPoint, Customer
from crm.customers.models.customer import identity_of
from crm.customers.services import tenures
from crm.customers.states import CustomerState, PoolReason, TenureHow
from crm.enrolment.models import Course
from crm.org.models import User


def customer_create_own(
    *,
    actor: User,
    fields: Mapping[str, Any],
    contacts: Mapping[str, str],
    courses: Iterable[Course] = (),
) -> Customer:
    """Enter a customer who becomes the actor's own (PRODUCT 8). Uses no slot.

    ``contacts`` are normalised, at least one.

    Raises: DuplicateCustomerError, CapReachedError.
    """
    with transaction.atomic():
        customer = _create(actor=actor, fields=fields, contacts=contacts, courses=courses)
        tenures.customer_give(customer=customer, user=actor, how=TenureHow.SELF)
    return customer


def customer_create_in_pool(
    *,
    actor: User,
    fields: Mapping[str, Any],
    contacts: Mapping[str, str],
    courses: Iterable[Course] = (),
) -> Customer:
    """Enter a customer into the pool, as operations do.

    Raises: DuplicateCustomerError.
    """
    with transaction.atomic():
        return _create(actor=actor, fields=fields, contacts=contacts, courses=courses)


def customer_create_distributed(
    *,
    actor: User,
    fields: Mapping[str, Any],
    contacts: Mapping[str, str],
    courses: Iterable[Course] = (),
) -> Customer:
    """Enter a customer and hand him to the next consultant; to the pool when nobody has room.

    Raises: DuplicateCustomerError.
    """

    def create() -> Customer:
        at = timezone.now()
        customer = _create(actor=actor, fields=fields, contacts=contacts, courses=courses)
        (allocation,) = allocate([frozenset()], at=at)
        if allocation is None:
            tenures.pool_reason_set(customer=customer, reason=PoolReason.NO_CAPACITY)
            return customer
        tenures.tenure_open(
            customer=customer,
            user_id=allocation.user_id,
            how=TenureHow.DISTRIBUTE,
            at=at,
            slot_id=allocation.slot_id,
        )
        tenures.owner_notify(customer=customer, actor=actor)
        return customer

    return retrying(create)


def _create(
    *,
    actor: User,
    fields: Mapping[str, Any],
    contacts: Mapping[str, str],
    courses: Iterable[Course],
) -> Customer:
    name = str(fields["name"])
    full, initials = pinyin_of(name)
    customer = Customer(
        **fields,
        pinyin=full,
        initials=initials,
        state=CustomerState.POOL,
        pool_reason=PoolReason.ENTERED,
        created_by=actor,
    )
    customer.full_clean(exclude=["owner", "due_at"])
    customer.save()
    for kind, value in contacts.items():
        _contact_add(customer, kind, value)
    customer.courses.set(courses)
    return customer


def _contact_add(customer: Customer, kind: str, value: str) -> None:
    point = ContactPoint(
        customer=customer, kind=kind, value=value, identity=identity_of(kind, value)
    )
    try:
        with transaction.atomic():
            point.save(force_insert=True)
    except IntegrityError:
        other = ContactPoint.objects.select_related("customer__owner").get(
            identity=identity_of(kind, value)
        )
        raise duplicate_error(other) from None


def duplicate_error(point: ContactPoint) -> DuplicateCustomerError:
    """What the person who enters a known contact may learn (PRODUCT 3): name masked."""
    other = point.customer
    return DuplicateCustomerError(
        kind_label=str(point.get_kind_display()),
        masked_name=mask_name(other.name),
        owner=str(other.owner) if other.owner else _("nobody's"),
        state=str(other.get_state_display()),
    )
