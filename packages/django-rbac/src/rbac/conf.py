"""The only reader of Django's settings: ``RBAC`` and the few of Django's own that are needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, cast

from django.apps import apps
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.utils.module_loading import import_string

#: Answers (ids of the user's own departments, ids of all departments below them).
DepartmentsOf = Callable[[Any], tuple[Sequence[Any], Sequence[Any]]]
#: Answers code of a menu entry → number shown beside it.
MenuBadges = Callable[[HttpRequest], Mapping[str, int]]


class NamePatterns(NamedTuple):
    """URL names taken literally, and namespaces whose every name counts."""

    names: frozenset[str]
    namespaces: tuple[str, ...]

    def match(self, url_name: str) -> bool:
        """Whether ``url_name`` is listed, itself or by its namespace (nameless routes too)."""
        return url_name in self.names or url_name.startswith(self.namespaces)


@lru_cache(maxsize=32)
def name_patterns(patterns: tuple[str, ...]) -> NamePatterns:
    """The patterns split by kind; a ``*`` anywhere but after a namespace matches nothing."""
    namespaces = tuple(p[:-1] for p in patterns if p.endswith(":*") and p != ":*")
    return NamePatterns(frozenset(p for p in patterns if "*" not in p), namespaces)


class RbacSettings:
    """``settings.RBAC``, read live: what a test or a reload sets counts at once."""

    #: Every key and the type its value must have; the system check names these.
    known: Mapping[str, type | tuple[type, ...]] = {
        "DEPARTMENTS_OF": str,
        "ICON_SPRITE": str,
        "LOGIN_ONLY": (list, tuple),
        "LOG_DECISIONS": bool,
        "MENU_BADGES": str,
        "PUBLIC": (list, tuple),
        "STARK": bool,
        "SUPERUSER_BYPASS": bool,
    }

    @property
    def raw(self) -> Any:
        """The dict as the project wrote it, unchecked."""
        return getattr(settings, "RBAC", {})

    def _get(self, name: str, default: Any) -> Any:
        return self.raw.get(name, default)

    @property
    def public(self) -> NamePatterns:
        """URL names that need no login (``RBAC["PUBLIC"]``). Default: none."""
        return name_patterns(tuple(self._get("PUBLIC", ())))

    @property
    def login_only(self) -> NamePatterns:
        """URL names open to whoever is logged in (``RBAC["LOGIN_ONLY"]``). Default: none."""
        return name_patterns(tuple(self._get("LOGIN_ONLY", ())))

    @property
    def departments_of(self) -> DepartmentsOf | None:
        """Callable behind ``RBAC["DEPARTMENTS_OF"]``; without it department scopes are empty."""
        path = self._get("DEPARTMENTS_OF", "")
        return cast(DepartmentsOf, import_string(path)) if path else None

    @property
    def menu_badges(self) -> MenuBadges | None:
        """Callable behind ``RBAC["MENU_BADGES"]``. Default: no numbers in the menu."""
        path = self._get("MENU_BADGES", "")
        return cast(MenuBadges, import_string(path)) if path else None

    @property
    def icon_sprite(self) -> str:
        """Static path of the SVG sprite (``RBAC["ICON_SPRITE"]``); empty shows no icons.

        Default: stark's sprite where stark is installed, else empty.
        """
        default = "stark/icons.svg" if apps.is_installed("stark") else ""
        return str(self._get("ICON_SPRITE", default))

    @property
    def superuser_bypass(self) -> bool:
        """Superusers may do everything (``RBAC["SUPERUSER_BYPASS"]``). Default: True."""
        return bool(self._get("SUPERUSER_BYPASS", default=True))

    @property
    def log_decisions(self) -> bool:
        """Write one log line per refused request (``RBAC["LOG_DECISIONS"]``). Default: True."""
        return bool(self._get("LOG_DECISIONS", default=True))

    @property
    def declares_stark(self) -> bool:
        """Declare the rights of stark's configs (``RBAC["STARK"]``). Default: if installed."""
        return bool(self._get("STARK", default=apps.is_installed("stark")))


rbac_settings = RbacSettings()


def login_url() -> str:
    """Where an anonymous visitor is sent; resolved from Django's ``LOGIN_URL``."""
    return resolve_url(settings.LOGIN_URL)


def root_urlconf() -> str | None:
    """The project's URLconf, or None in a project that has none."""
    return getattr(settings, "ROOT_URLCONF", None)


def middleware_paths() -> list[str]:
    """The project's middleware, in order."""
    return list(settings.MIDDLEWARE)


def backend_paths() -> list[str]:
    """The project's authentication backends, in order."""
    return list(settings.AUTHENTICATION_BACKENDS)


def user_model_name() -> str:
    """The swappable user model, for foreign keys."""
    return str(settings.AUTH_USER_MODEL)
