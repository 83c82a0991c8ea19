"""The policy as one process holds it: dicts and bit masks, made from the tables in four queries."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from rbac import models, versions
from rbac.scopes import Scope


class Rule(NamedTuple):
    """A permission that opens a route, and the roles that hold it."""

    code: str
    mask: int


class Opening(NamedTuple):
    """Methods of a URL name, or of the names a pattern matches, that a permission opens."""

    methods: frozenset[str]
    code: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of level two: a permission shown in the menu, or a link."""

    code: str
    title: str
    icon: str
    order: int
    url_name: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class MenuNode:
    """A menu of level one with its lines in order."""

    code: str
    title: str
    icon: str
    link: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class PermissionNode:
    """What display needs of a permission."""

    code: str
    title: str
    menu: str | None
    parent: str | None


@dataclass(slots=True)
class Policy:
    """Every answer that does not depend on a user; never changed, only replaced."""

    role_bits: dict[int, int]
    role_codes: dict[int, str]
    grants: dict[str, int]
    scope_masks: dict[str, tuple[tuple[Scope, int], ...]]
    permissions: dict[str, PermissionNode]
    menus: tuple[MenuNode, ...]
    by_name: dict[str, list[Opening]]
    by_pattern: list[tuple[re.Pattern[str], Opening]]
    _routes: dict[str, dict[str, tuple[Rule, ...]]] = field(default_factory=dict)
    #: Menus as built for a set of roles, language and URL prefix; see rbac.menus.
    menu_cache: dict[Any, Any] = field(default_factory=dict)

    def route(self, url_name: str) -> dict[str, tuple[Rule, ...]]:
        """METHOD → the permissions that open it; empty when nobody listed ``url_name``.

        Patterns are matched against a name once, when it is first asked for: names come from
        the URLconf, so there are only so many.
        """
        found = self._routes.get(url_name)
        if found is None:
            found = self._routes[url_name] = self._expand(url_name)
        return found

    def _expand(self, url_name: str) -> dict[str, tuple[Rule, ...]]:
        if not url_name or url_name.endswith(":"):
            return {}  # a route without a name, which no permission can mean
        openings = list(self.by_name.get(url_name, ()))
        openings += [opening for form, opening in self.by_pattern if form.fullmatch(url_name)]
        by_method: dict[str, list[Rule]] = defaultdict(list)
        for methods, code in openings:
            for method in methods:
                by_method[method].append(Rule(code, self.grants.get(code, 0)))
        return {method: tuple(rules) for method, rules in by_method.items()}


def compile_policy() -> Policy:
    """The policy of the tables as they are now. Queries: four, whatever their size."""
    using = versions.database()
    roles = list(models.Role.objects.using(using).order_by("pk").values_list("pk", "code"))
    role_bits = {pk: 1 << index for index, (pk, _code) in enumerate(roles)}
    grants, scope_masks = _compile_grants(using, role_bits)
    rows = _permission_rows(using)
    by_name, by_pattern = _compile_openings(rows)
    return Policy(
        role_bits=role_bits,
        role_codes={role_bits[pk]: code for pk, code in roles},
        grants=grants,
        scope_masks=scope_masks,
        permissions={
            row["code"]: PermissionNode(
                row["code"], row["title"], row["menu__code"], row["parent__code"]
            )
            for row in rows
        },
        menus=_compile_menus(using, rows),
        by_name=by_name,
        by_pattern=by_pattern,
    )


def _permission_rows(using: str) -> list[dict[str, Any]]:
    fields = ("code", "title", "icon", "order", "url", "is_regex", "methods", "also")
    rows = models.Permission.objects.using(using).order_by("order", "pk")
    return list(rows.values(*fields, "menu__code", "parent__code"))


def _compile_grants(
    using: str, role_bits: dict[int, int]
) -> tuple[dict[str, int], dict[str, tuple[tuple[Scope, int], ...]]]:
    grants: dict[str, int] = defaultdict(int)
    scoped: dict[str, dict[Scope, int]] = defaultdict(lambda: defaultdict(int))
    rows = models.RolePermission.objects.using(using)
    for role_id, code, scope in rows.values_list("role_id", "permission__code", "scope"):
        bit = role_bits.get(role_id, 0)  # a role written between the two queries: next version
        grants[code] |= bit
        scoped[code][Scope(scope)] |= bit
    return dict(grants), {code: tuple(masks.items()) for code, masks in scoped.items()}


def _compile_openings(
    rows: Iterable[dict[str, Any]],
) -> tuple[dict[str, list[Opening]], list[tuple[re.Pattern[str], Opening]]]:
    by_name: dict[str, list[Opening]] = defaultdict(list)
    by_pattern: list[tuple[re.Pattern[str], Opening]] = []
    for row in rows:
        opening = Opening(_methods(row["methods"]), row["code"])
        if row["url"] and row["is_regex"]:
            by_pattern.append((re.compile(row["url"]), opening))
        elif row["url"]:
            by_name[row["url"]].append(opening)
        for url_name, methods in row["also"]:
            by_name[url_name].append(Opening(_methods(methods), row["code"]))
    return dict(by_name), by_pattern


def _methods(names: Iterable[str]) -> frozenset[str]:
    """Upper-case method names; HEAD is asked as GET, so it is stored as GET."""
    return frozenset("GET" if name.upper() == "HEAD" else name.upper() for name in names)


def _compile_menus(using: str, permissions: Iterable[dict[str, Any]]) -> tuple[MenuNode, ...]:
    fields = ("code", "title", "icon", "order", "link", "parent__code")
    rows = list(models.Menu.objects.using(using).order_by("order", "pk").values(*fields))
    entries: dict[str, list[Entry]] = defaultdict(list)
    for row in permissions:
        if row["menu__code"]:
            entries[row["menu__code"]].append(
                Entry(row["code"], row["title"], row["icon"], row["order"], url_name=row["url"])
            )
    for row in rows:
        if row["parent__code"]:
            entries[row["parent__code"]].append(
                Entry(row["code"], row["title"], row["icon"], row["order"], link=row["link"])
            )
    return tuple(
        MenuNode(
            row["code"],
            row["title"],
            row["icon"],
            row["link"],
            tuple(sorted(entries[row["code"]], key=lambda entry: entry.order)),
        )
        for row in rows
        if not row["parent__code"]
    )
