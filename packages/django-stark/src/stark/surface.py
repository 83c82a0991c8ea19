"""A config as one user sees it: only the columns, filters and actions he may use."""

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest

from stark.access import Access
from stark.actions import Action
from stark.columns import Column
from stark.conf import conf
from stark.filters import BaseFilter
from stark.parts import View
from stark.roles import Role
from stark.search import split_field

if TYPE_CHECKING:
    from stark.options import ModelConfig


class Surface:
    """What the query string of this user's request may name."""

    def __init__(self, request: HttpRequest, config: "ModelConfig", role: str = Role.LIST) -> None:
        self.request = request
        self.config = config
        self.role = role
        self.access = Access.of(request)

    @cached_property
    def granted(self) -> frozenset[str]:
        """Fields and codes granted in the list, and in the role at hand if it is another."""
        listed = self.access.fields(self.config, Role.LIST)
        if self.role == Role.LIST:
            return listed
        return listed & self.access.fields(self.config, self.role)

    @cached_property
    def all_columns(self) -> dict[str, Column]:
        return {
            name: column
            for name, column in self.config.columns.items()
            if self.granted.issuperset(column.fields)
        }

    @cached_property
    def filters(self) -> dict[str, BaseFilter]:
        return {
            name: each
            for name, each in self.config.filters.items()
            if self.granted.issuperset(each.fields)
        }

    @cached_property
    def filter_keys(self) -> list[str]:
        return [key for each in self.filters.values() for key in each.keys]

    @cached_property
    def search_fields(self) -> list[str]:
        return [
            name
            for name in self.config.search_fields
            if split_field(name)[0].split("__", 1)[0] in self.granted
        ]

    @cached_property
    def sortable(self) -> dict[str, tuple[str, ...]]:
        return {
            name: column.order_by for name, column in self.all_columns.items() if column.order_by
        }

    @cached_property
    def views(self) -> dict[str, View]:
        """Tabs whose conditions this user's filters can express."""
        keys = set(self.filter_keys)
        return {
            name: view
            for name, view in self.config.views.items()
            if keys.issuperset(view.conditions)
        }

    @property
    def max_per_page(self) -> int:
        return max(conf.max_per_page, self.config.list_per_page)

    def allows(self, role: str, obj: Any = None) -> bool:
        return self.access.allows(self.config, role, obj)

    @cached_property
    def actions(self) -> list[Action]:
        return [each for each in self.config.bound_actions.values() if self.allows(each.name)]

    def columns(self, chosen: Sequence[str]) -> list[Column]:
        """The columns to show: those chosen, else all."""
        every = self.all_columns
        return [every[name] for name in chosen] if chosen else list(every.values())
