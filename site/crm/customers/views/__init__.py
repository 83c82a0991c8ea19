"""Flows that a list or a plain form does not cover."""

from crm.customers.views import customers, imports

__all__ = ["customers", "imports"]
