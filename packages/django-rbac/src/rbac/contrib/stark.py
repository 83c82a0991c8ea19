"""rbac as the access policy of django-stark.

``STARK = {"ACCESS_POLICY": "rbac.contrib.stark.RbacAccess"}``; the one module that knows stark.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import stark
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from rbac import policies
from rbac.declarations import declare, declare_group, registry


class RbacAccess(stark.AccessPolicy):
    """Every right of a config is the permission ``<config.code>:<right>``."""

    def allows(
        self, request: HttpRequest, config: Any, role: str, obj: Model | None = None
    ) -> bool:
        """Whether the user holds the right, for ``obj`` as far as the grant's scope reaches."""
        return policies.can(request.user, f"{config.code}:{role}", obj)

    def scope(
        self, request: HttpRequest, config: Any, role: str, queryset: QuerySet[Any]
    ) -> QuerySet[Any]:
        """The rows the right reaches."""
        return policies.scope(request.user, f"{config.code}:{role}", queryset)

    def fields(self, request: HttpRequest, config: Any, role: str) -> frozenset[str]:  # noqa: ARG002
        """The names the user may see: a name with a right of its own needs that right."""
        declared = registry.complete().permissions
        allowed = set()
        for name in config.field_names():
            code = name if ":" in name else f"{config.code}:field.{name}"
            if (code not in declared and ":" not in name) or policies.can(request.user, code):
                allowed.add(name)
        return frozenset(allowed)


def declare_installed_site() -> None:
    """Declare the rights of stark's default site."""
    declare_stark(stark.site)


def declare_stark(site: Any) -> None:
    """Declare every right of every config of ``site`` as ``<config.code>:<right>``.

    Routes that stand for one right (a list and its options, say) become one permission with
    several URLs. The list is the config's menu entry where it names a menu; the other rights
    hang under it.
    """
    for config in site.configs:
        declare_group(config.code, title=config.label_plural, menu=config.menu)
        routes: dict[str, list[Any]] = {}
        for route in config.iter_routes():
            routes.setdefault(str(route.right), []).append(route)
        for right, same in routes.items():
            _declare_right(config, right, same, has_list="list" in routes)
        _declare_columns(config)


def _declare_right(config: Any, right: str, routes: list[Any], *, has_list: bool) -> None:
    main, *others = routes
    is_entry = right == "list" and bool(config.menu)
    declare(
        f"{config.code}:{right}",
        title=(config.menu_title or config.label_plural) if is_entry else main.label,
        url=main.url_name,
        methods=main.methods,
        also=[(other.url_name, other.methods) for other in others],
        group=config.code,
        menu=config.menu if is_entry else None,
        parent=f"{config.code}:list" if has_list and right != "list" else None,
        order=config.menu_order if is_entry else 0,
        icon=(config.icon or "") if is_entry else "",
    )


def _declare_columns(config: Any) -> None:
    """The rights that columns ask for, unless an app has declared them with words of its own."""
    for column in _columns(config):
        for code in column.requires:
            if code not in registry.permissions:
                declare(code, title=column.label, group=config.code)


def _columns(config: Any) -> Iterable[Any]:
    return [*config.columns.values(), *config.detail_columns.values()]
