"""Checks of the declarations against the URLconf."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.core import checks
from django.core.checks import CheckMessage, Error
from django.urls import NoReverseMatch, Resolver404, resolve, reverse

from rbac import conf, policies
from rbac.conf import rbac_settings
from rbac.declarations import Registry, registry
from rbac.decorators import ViewAccess
from rbac.links import is_absolute
from rbac.routes import Route, iter_routes
from rbac.testing import undeclared_routes

#: Undeclared routes named in the warning; the rest is counted.
_MAX_NAMED = 10


def check_routes(**_kwargs: Any) -> list[CheckMessage]:
    """Routes nobody declared, entries that lead nowhere, declarations that contradict."""
    if conf.root_urlconf() is None:
        return []
    declared = registry.complete()
    routes = list(iter_routes())
    return [
        *_undeclared(),
        *_dead(declared, routes),
        *_unreachable_entries(declared),
        *_contradictions(declared, routes),
        *_duplicates(declared),
        *_closed_login(),
    ]


def _undeclared() -> Iterator[CheckMessage]:
    missing = undeclared_routes()
    if missing:
        rest = f" and {len(missing) - _MAX_NAMED} more" if len(missing) > _MAX_NAMED else ""
        yield checks.Warning(
            f"Nobody gets into {len(missing)} routes, for nothing declares them: "
            f"{', '.join(missing[:_MAX_NAMED])}{rest}.",
            hint="Declare a permission, or list them in RBAC['PUBLIC'] or RBAC['LOGIN_ONLY'].",
            id="rbac.W020",
        )


def _dead(declared: Registry, routes: list[Route]) -> Iterator[CheckMessage]:
    names = {route.url_name for route in routes if route.is_named}
    for item in declared.permissions.values():
        exact = [] if item.is_regex or not item.url else [item.url]
        for name in (*exact, *(name for name, _methods in item.also)):
            if name not in names:
                yield checks.Warning(
                    f"The permission {item.code!r} names the URL {name!r}, which does not exist.",
                    id="rbac.W015",
                )
        if item.is_regex and not any(item.opens(name) for name in names):
            yield checks.Warning(
                f"The permission {item.code!r} has the pattern {item.url!r}, "
                "which matches no URL name.",
                id="rbac.W015",
            )


def _unreachable_entries(declared: Registry) -> Iterator[CheckMessage]:
    entries = [(f"permission {p.code!r}", p.url) for p in declared.permissions.values() if p.menu]
    entries += [
        (f"menu {menu.code!r}", menu.link)
        for menu in declared.menus.values()
        if menu.link and not is_absolute(menu.link)
    ]
    for what, url_name in entries:
        try:
            reverse(url_name)
        except NoReverseMatch as error:
            yield Error(f"The {what} is in the menu but leads nowhere: {error}", id="rbac.E013")


def _contradictions(declared: Registry, routes: list[Route]) -> Iterator[CheckMessage]:
    views = {route.url_name: route.view for route in routes if route.is_named}
    for item in declared.permissions.values():
        exact = [] if item.is_regex or not item.url else [item.url]
        for name in (*exact, *(name for name, _methods in item.also)):
            access = getattr(views.get(name), "rbac_access", None)
            is_public = rbac_settings.public.match(name) or access is ViewAccess.PUBLIC
            is_open = rbac_settings.login_only.match(name) or access is ViewAccess.LOGIN_ONLY
            if is_public or is_open:
                word = "public" if is_public else "open to every login"
                yield Error(
                    f"The permission {item.code!r} protects {name!r}, which is also {word}.",
                    hint="Take it out of one of the two.",
                    id="rbac.E021",
                )


def _duplicates(declared: Registry) -> Iterator[CheckMessage]:
    openers: dict[tuple[str, str], list[str]] = defaultdict(list)
    for item in declared.permissions.values():
        exact = [] if item.is_regex or not item.url else [(item.url, item.methods)]
        for name, methods in (*exact, *item.also):
            for method in methods:
                openers[name, method].append(item.code)
    for (name, method), codes in openers.items():
        if len(codes) > 1:
            yield checks.Warning(
                f"{method} {name} is opened by each of: {', '.join(codes)}.",
                hint="One permission per action; whoever holds any of them gets in.",
                id="rbac.W022",
            )


def _closed_login() -> Iterator[CheckMessage]:
    """A login page behind the login would send anonymous visitors round in circles."""
    try:
        match = resolve(conf.login_url())
    except (NoReverseMatch, Resolver404):
        return
    name = policies.route_name(match)
    is_open = getattr(match.func, "rbac_access", None) is ViewAccess.PUBLIC
    if not is_open and not rbac_settings.public.match(name):
        yield Error(
            f"The login page {conf.login_url()} is not public: nobody could log in.",
            hint=f"Add {name!r} to RBAC['PUBLIC'].",
            id="rbac.E025",
        )
