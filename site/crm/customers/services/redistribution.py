"""Pool customers sent to the distributor by the director (PRODUCT 19)."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from crm.common.audit import record
from crm.customers.distribution.engine import allocate, retrying
from crm.customers.errors import RuleError
from crm.customers.models import Customer, Tenure
from crm.customers.services.tenures import owner_notify, tenure_open
from crm.customers.states import TenureHow
from crm.org.models import User


class NoCapacityError(RuleError):
    """Nobody who may have the customer has room."""

    def __init__(self) -> None:
        super().__init__(_("No consultant who may have this customer has room."))


def customer_distribute(*, actor: User, customer: Customer) -> User:
    """Give a pool customer to the next consultant who may have him; who that is.

    Former owners are passed over (PRODUCT 26).

    Raises: NoCapacityError; TakenError, when the customer is not in the pool any more.
    """

    def distribute() -> User:
        at = timezone.now()
        former = frozenset(
            Tenure.objects.filter(customer=customer).values_list("user_id", flat=True)
        )
        (allocation,) = allocate([former], at=at)
        if allocation is None:
            raise NoCapacityError
        tenure = tenure_open(
            customer=customer,
            user_id=allocation.user_id,
            how=TenureHow.DISTRIBUTE,
            at=at,
            slot_id=allocation.slot_id,
            passed_over=allocation.passed_over,
        )
        owner_notify(customer=customer, actor=actor)
        record(actor=actor, action="customer.distributed", target=customer)
        return tenure.user

    return retrying(distribute)
