"""What a user may do with a registered model, and the URL each of these has."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _


class Role(StrEnum):
    """One thing a user can do; it answers its own path, methods, template and label."""

    LIST = "list"
    ADD = "add"
    CHANGE = "change"
    DELETE = "delete"
    DETAIL = "detail"
    EXPORT = "export"

    @property
    def takes_object(self) -> bool:
        return self in {Role.CHANGE, Role.DELETE, Role.DETAIL}

    @property
    def path(self) -> str:
        """URL path below the config's own prefix."""
        if self is Role.LIST:
            return ""
        return f"<path:pk>/{self.value}/" if self.takes_object else f"{self.value}/"

    @property
    def methods(self) -> tuple[str, ...]:
        if self in {Role.LIST, Role.DETAIL, Role.EXPORT}:
            return ("GET",)
        return ("GET", "POST")

    @property
    def label(self) -> Any:
        return ROLE_LABELS[self]


ROLE_LABELS: dict[Role, Any] = {
    Role.LIST: _("List"),
    Role.ADD: _("Add"),
    Role.CHANGE: _("Change"),
    Role.DELETE: _("Delete"),
    Role.DETAIL: _("View"),
    Role.EXPORT: _("Export"),
}


@dataclass(frozen=True, slots=True)
class Route:
    """One URL of a config and the right it asks for.

    ``right`` is the verb behind the colon of a permission code: ``f"{config.code}:{right}"``.
    """

    url_name: str
    right: str
    methods: tuple[str, ...]
    label: Any
