"""The customer record, its history and the distributor's tables."""

from crm.customers.models.customer import ContactPoint, Customer
from crm.customers.models.distribution import (
    ConsultantLoad,
    DistributionCycle,
    DistributionState,
    Slot,
)
from crm.customers.models.history import FollowUp, Tenure
from crm.customers.models.imports import ImportBatch, ImportProblem

__all__ = [
    "ConsultantLoad",
    "ContactPoint",
    "Customer",
    "DistributionCycle",
    "DistributionState",
    "FollowUp",
    "ImportBatch",
    "ImportProblem",
    "Slot",
    "Tenure",
]
