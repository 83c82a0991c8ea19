"""What the apps declare in their ``permissions.py``: menus, groups, permissions, roles.

Declarations are plain data; ``rbac_sync`` brings the database in line with them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import RLock
from typing import TYPE_CHECKING, TypeAlias

from django.core.exceptions import ImproperlyConfigured

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.utils.functional import _StrPromise

    Title: TypeAlias = str | _StrPromise

#: ``<app>.<entity>:<verb>``; a column's right is ``<app>.<entity>:field.<name>``.
PERMISSION_CODE = re.compile(r"[A-Za-z_]\w*\.\w+:\w+(?:\.\w+)*", re.ASCII)
#: Menus, groups and roles: words joined by dots.
PLAIN_CODE = re.compile(r"\w[\w-]*(?:\.[\w-]+)*", re.ASCII)


@dataclass(frozen=True, kw_only=True, slots=True)
class MenuDeclaration:
    """A menu of the first level, or a link on the second."""

    code: str
    title: Title
    icon: str = ""
    order: int = 0
    parent: str | None = None
    link: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupDeclaration:
    """A heading under which permissions are listed together."""

    code: str
    title: Title
    menu: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PermissionDeclaration:
    """One thing somebody may do, and the requests that do it."""

    code: str
    title: Title
    url: str = ""
    is_regex: bool = False
    methods: tuple[str, ...] = ()
    also: tuple[tuple[str, tuple[str, ...]], ...] = ()
    group: str | None = None
    menu: str | None = None
    parent: str | None = None
    order: int = 0
    icon: str = ""

    def opens(self, url_name: str) -> bool:
        """Whether the permission names ``url_name``, for whatever method."""
        if any(name == url_name for name, _methods in self.also):
            return True
        if self.is_regex:
            return re.fullmatch(self.url, url_name) is not None
        return bool(self.url) and self.url == url_name


@dataclass(frozen=True, kw_only=True, slots=True)
class RoleDeclaration:
    """A role as the code proposes it; ``rbac_sync --roles`` writes it."""

    code: str
    title: Title
    permissions: tuple[str, ...] = ()
    scopes: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Registry:
    """Everything declared so far, and the sources that are asked on first use."""

    menus: dict[str, MenuDeclaration] = field(default_factory=dict)
    groups: dict[str, GroupDeclaration] = field(default_factory=dict)
    permissions: dict[str, PermissionDeclaration] = field(default_factory=dict)
    roles: dict[str, RoleDeclaration] = field(default_factory=dict)
    _sources: list[Callable[[], None]] = field(default_factory=list)
    _lock: RLock = field(default_factory=RLock)
    _is_asking: bool = False

    def add_source(self, source: Callable[[], None]) -> None:
        """Have ``source`` declare its part later, when all apps have registered theirs."""
        self._sources.append(source)

    def complete(self) -> Registry:
        """This registry with every source asked, each of them once."""
        if self._sources:
            with self._lock:
                self._ask_sources()
        return self

    def _ask_sources(self) -> None:
        if self._is_asking:
            return  # a source that looks at the declarations itself
        self._is_asking = True
        try:
            while self._sources:
                self._sources[0]()
                # Taken off only now: until then other threads wait instead of seeing half.
                self._sources.pop(0)
        finally:
            self._is_asking = False

    def expand(self, pattern: str) -> list[str]:
        """The declared codes a role's entry stands for; a ``*`` at its end takes any rest."""
        if pattern.endswith("*"):
            return [code for code in self.permissions if code.startswith(pattern[:-1])]
        return [pattern] if pattern in self.permissions else []


registry = Registry()


@contextmanager
def separate_declarations() -> Iterator[Registry]:
    """An empty registry for the length of the block, for tests that declare things of their own."""
    names = ("menus", "groups", "permissions", "roles", "_sources")
    kept = {name: getattr(registry, name) for name in names}
    try:
        for name in names:
            setattr(registry, name, type(kept[name])())
        yield registry
    finally:
        for name in names:
            setattr(registry, name, kept[name])


def declare_menu(
    code: str,
    *,
    title: Title,
    icon: str = "",
    order: int = 0,
    parent: str | None = None,
    link: str = "",
) -> None:
    """Declare a menu of level one, or with ``parent`` a link on level two."""
    _require_new(registry.menus, code, "menu", PLAIN_CODE)
    registry.menus[code] = MenuDeclaration(
        code=code, title=title, icon=icon, order=order, parent=parent, link=link
    )


def declare_group(code: str, *, title: Title, menu: str | None = None) -> None:
    """Declare a group of permissions, shown below ``menu`` on the matrix page."""
    _require_new(registry.groups, code, "group", PLAIN_CODE)
    registry.groups[code] = GroupDeclaration(code=code, title=title, menu=menu)


def declare(
    code: str,
    *,
    title: Title,
    url: str = "",
    regex: bool = False,
    methods: Sequence[str] = (),
    also: Iterable[tuple[str, Sequence[str]]] = (),
    group: str | None = None,
    menu: str | None = None,
    parent: str | None = None,
    order: int = 0,
    icon: str = "",
) -> None:
    """Declare one permission.

    ``url`` is a URL name with its namespaces, or with ``regex=True`` a pattern that has to match
    the whole name. ``also`` lists further (URL name, methods) that the same right opens. ``menu``
    makes it an entry of that menu; ``parent`` hangs it under another permission's entry instead.
    Without ``url`` it is a right that only code and templates ask for.
    """
    _require_new(registry.permissions, code, "permission", PERMISSION_CODE)
    registry.permissions[code] = PermissionDeclaration(
        code=code,
        title=title,
        url=url,
        is_regex=regex,
        methods=tuple(methods),
        also=tuple((name, tuple(allowed)) for name, allowed in also),
        group=group,
        menu=menu,
        parent=parent,
        order=order,
        icon=icon,
    )


def declare_role(
    code: str,
    *,
    title: Title,
    permissions: Iterable[str] = (),
    scopes: Mapping[str, str] | None = None,
) -> None:
    """Declare a role with its permissions; a ``*`` at the end of one is expanded by ``rbac_sync``.

    ``scopes`` narrows grants, by code or by the same ``*``; whatever it does not name reaches all.
    """
    _require_new(registry.roles, code, "role", PLAIN_CODE)
    registry.roles[code] = RoleDeclaration(
        code=code, title=title, permissions=tuple(permissions), scopes=dict(scopes or {})
    )


def _require_new(known: Mapping[str, object], code: str, kind: str, form: re.Pattern[str]) -> None:
    if not form.fullmatch(code):
        raise ImproperlyConfigured(
            f"The {kind} code {code!r} does not have the form {form.pattern}"
        )
    if code in known:
        raise ImproperlyConfigured(f"The {kind} {code!r} is declared twice.")
