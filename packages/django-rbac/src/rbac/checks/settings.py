"""Checks of ``settings.RBAC`` and of the middleware's place."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from django.core import checks
from django.core.checks import CheckMessage, Error
from django.utils.module_loading import import_string

from rbac import conf
from rbac.conf import RbacSettings, rbac_settings

_MIDDLEWARE = "rbac.middleware.RbacMiddleware"
_AUTHENTICATION = "django.contrib.auth.middleware.AuthenticationMiddleware"


def check_settings(**_kwargs: Any) -> list[CheckMessage]:
    """Unknown keys, wrong types, misplaced ``*`` and paths that lead nowhere."""
    raw = rbac_settings.raw
    if not isinstance(raw, dict):
        return [Error("RBAC must be a dict.", id="rbac.E002")]
    return [*_key_errors(raw), *_type_errors(raw), *_pattern_errors(raw), *_path_errors(raw)]


def _key_errors(raw: dict[str, Any]) -> Iterator[CheckMessage]:
    known = sorted(RbacSettings.known)
    for key in raw:
        if key not in RbacSettings.known:
            close = get_close_matches(str(key), known, n=1)
            hint = f"Did you mean {close[0]!r}? " if close else ""
            yield Error(
                f"RBAC has the unknown key {key!r}.",
                hint=f"{hint}Known are: {', '.join(known)}.",
                id="rbac.E001",
            )


def _type_errors(raw: dict[str, Any]) -> Iterator[CheckMessage]:
    for key, kind in RbacSettings.known.items():
        kinds = kind if isinstance(kind, tuple) else (kind,)
        if key in raw and not isinstance(raw[key], kinds):
            names = " or ".join(one.__name__ for one in kinds)
            yield Error(f"RBAC[{key!r}] is {raw[key]!r}; it must be a {names}.", id="rbac.E002")


def _pattern_errors(raw: dict[str, Any]) -> Iterator[CheckMessage]:
    for key in ("PUBLIC", "LOGIN_ONLY"):
        names = raw.get(key, ())
        for name in names if isinstance(names, (list, tuple)) else ():
            if not isinstance(name, str):
                yield Error(f"RBAC[{key!r}] holds {name!r}, which is no text.", id="rbac.E002")
            elif "*" in name and (name.count("*") > 1 or not name.endswith(":*") or name == ":*"):
                yield Error(
                    f"RBAC[{key!r}] holds {name!r}, which matches nothing.",
                    hint="A * stands only for all names of a namespace: 'axes:*'.",
                    id="rbac.E003",
                )


def _path_errors(raw: dict[str, Any]) -> Iterator[CheckMessage]:
    for key in ("DEPARTMENTS_OF", "MENU_BADGES"):
        path = raw.get(key)
        if not path or not isinstance(path, str):
            continue
        try:
            found = import_string(path)
        except ImportError as error:
            yield Error(f"RBAC[{key!r}] is {path!r}: {error}.", id="rbac.E004")
            continue
        if not callable(found):
            yield Error(f"RBAC[{key!r}] is {path!r}, which cannot be called.", id="rbac.E004")


def check_middleware(**_kwargs: Any) -> list[CheckMessage]:
    """The middleware is there, and comes after the one that says who asks."""
    paths = conf.middleware_paths()
    if _MIDDLEWARE not in paths:
        return [
            checks.Warning(
                f"{_MIDDLEWARE} is not in MIDDLEWARE: no request is decided by rbac.",
                hint=f"Add it after {_AUTHENTICATION}.",
                id="rbac.W005",
            )
        ]
    before = paths[: paths.index(_MIDDLEWARE)]
    if _AUTHENTICATION in before:
        return []
    return [
        Error(f"{_MIDDLEWARE} must come after {_AUTHENTICATION} in MIDDLEWARE.", id="rbac.E006")
    ]
