"""Customers: intake, distribution, pool, private lists, follow-ups."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CustomersConfig(AppConfig):
    """The customer record and everything before an enrolment."""

    name = "crm.customers"
    label = "customers"
    verbose_name = _("Customers")
