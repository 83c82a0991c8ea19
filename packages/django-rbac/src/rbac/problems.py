"""What can be wrong with the declarations by themselves, without URLconf and database."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from rbac.declarations import PermissionDeclaration, Registry
from rbac.links import is_absolute, is_url_name
from rbac.scopes import Scope

#: Methods a permission may name; OPTIONS only where the view itself shall answer it.
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


@dataclass(frozen=True, slots=True)
class Problem:
    """One contradiction, under the id that the system check reports it with."""

    id: str
    message: str
    hint: str | None = None


def declaration_problems(declared: Registry) -> list[Problem]:
    """Everything wrong with ``declared``; empty when it can be written."""
    return [
        *_menu_problems(declared),
        *_group_problems(declared),
        *_permission_problems(declared),
        *_role_problems(declared),
    ]


def _unknown(
    what: str, reference: str, code: str, known: Mapping[str, object]
) -> Iterator[Problem]:
    if code not in known:
        close = get_close_matches(code, known, n=1)
        hint = f"Did you mean {close[0]!r}?" if close else f"Declared are: {_names(known)}."
        yield Problem(
            "rbac.E010", f"{what} names the {reference} {code!r}, which nobody declares.", hint
        )


def _names(known: Mapping[str, object]) -> str:
    names = sorted(known)
    return (", ".join(names[:20]) + (" …" if len(names) > 20 else "")) or "none"


def _menu_problems(declared: Registry) -> Iterator[Problem]:
    for menu in declared.menus.values():
        what = f"The menu {menu.code!r}"
        if menu.parent is not None:
            yield from _unknown(what, "menu", menu.parent, declared.menus)
            parent = declared.menus.get(menu.parent)
            if parent is not None and parent.parent is not None:
                yield Problem("rbac.E016", f"{what} would be on a third level; menus have two.")
            if not menu.link:
                yield Problem("rbac.E016", f"{what} has a parent but no link.")
        if menu.link and not (is_absolute(menu.link) or is_url_name(menu.link)):
            yield Problem(
                "rbac.E017",
                f"{what} links to {menu.link!r}, which is neither an address nor a URL name.",
                "An address starts with https://, http:// or a single /.",
            )


def _group_problems(declared: Registry) -> Iterator[Problem]:
    for group in declared.groups.values():
        if group.menu is not None:
            yield from _unknown(f"The group {group.code!r}", "menu", group.menu, declared.menus)


def _permission_problems(declared: Registry) -> Iterator[Problem]:
    for item in declared.permissions.values():
        what = f"The permission {item.code!r}"
        if item.group is not None:
            yield from _unknown(what, "group", item.group, declared.groups)
        if item.menu is not None:
            yield from _unknown(what, "menu", item.menu, declared.menus)
            yield from _entry_problems(what, item, declared)
        if item.parent is not None:
            yield from _unknown(what, "permission", item.parent, declared.permissions)
            if item.parent == item.code:
                yield Problem("rbac.E010", f"{what} names itself as its parent.")
        yield from _route_problems(what, item)


def _entry_problems(
    what: str, item: PermissionDeclaration, declared: Registry
) -> Iterator[Problem]:
    if not item.url or item.is_regex:
        yield Problem("rbac.E012", f"{what} is a menu entry and needs one URL name, not a pattern.")
    menu = declared.menus.get(item.menu or "")
    if menu is not None and menu.parent is not None:
        yield Problem("rbac.E016", f"{what} is an entry of {menu.code!r}, which is a link itself.")


def _route_problems(what: str, item: PermissionDeclaration) -> Iterator[Problem]:
    if item.methods and not item.url:
        yield Problem("rbac.E011", f"{what} has methods but no URL name.")
    routes = [(item.url, item.methods)] if item.url else []
    for name, methods in (*routes, *item.also):
        if not methods:
            yield Problem("rbac.E011", f"{what} opens {name!r} without saying for which methods.")
        for method in methods:
            if method not in METHODS:
                yield Problem(
                    "rbac.E011",
                    f"{what} opens {name!r} for the unknown method {method!r}.",
                    f"Known are: {', '.join(METHODS)}.",
                )
    if item.is_regex:
        try:
            re.compile(item.url)
        except re.error as error:
            yield Problem(
                "rbac.E012", f"{what} has the pattern {item.url!r}, which is broken: {error}."
            )


def _role_problems(declared: Registry) -> Iterator[Problem]:
    for role in declared.roles.values():
        what = f"The role {role.code!r}"
        for pattern in (*role.permissions, *role.scopes):
            if pattern.endswith("*"):
                if not declared.expand(pattern):
                    yield Problem(
                        "rbac.E018", f"{what} names {pattern!r}, which no permission matches."
                    )
            else:
                yield from _unknown(what, "permission", pattern, declared.permissions)
        granted = {code for pattern in role.permissions for code in declared.expand(pattern)}
        for pattern, scope in role.scopes.items():
            if scope not in Scope.values:
                yield Problem(
                    "rbac.E019",
                    f"{what} has the unknown scope {scope!r} for {pattern!r}.",
                    f"Known are: {', '.join(Scope.values)}.",
                )
            if not granted & set(declared.expand(pattern)) and declared.expand(pattern):
                yield Problem(
                    "rbac.E019", f"{what} has a scope for {pattern!r} but does not grant it."
                )
