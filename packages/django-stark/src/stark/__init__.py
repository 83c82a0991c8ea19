"""Config-driven lists, search, forms and batch actions for Django models."""

from stark.access import AccessPolicy, ModelPermissionPolicy
from stark.actions import Action, RowResult, action
from stark.columns import Column
from stark.filters import ChoiceFilter, DateFilter, Filter
from stark.options import ModelConfig
from stark.parts import Fact, Link, View
from stark.roles import Role, Route
from stark.sites import AlreadyRegistered, StarkSite, autodiscover, register, site
from stark.writers import ModelWriter, Writer

__all__ = [
    "AccessPolicy",
    "Action",
    "AlreadyRegistered",
    "ChoiceFilter",
    "Column",
    "DateFilter",
    "Fact",
    "Filter",
    "Link",
    "ModelConfig",
    "ModelPermissionPolicy",
    "ModelWriter",
    "Role",
    "Route",
    "RowResult",
    "StarkSite",
    "View",
    "Writer",
    "action",
    "autodiscover",
    "register",
    "site",
]
