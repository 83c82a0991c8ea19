"""The menu and the breadcrumbs as one user sees them on one page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest
from django.urls import (
    NoReverseMatch,
    Resolver404,
    get_script_prefix,
    get_urlconf,
    resolve,
    reverse,
)
from django.utils.translation import get_language

from rbac import policies, snapshots
from rbac.compiled import Entry, MenuNode, Policy
from rbac.conf import rbac_settings
from rbac.links import is_absolute
from rbac.models import display_title
from rbac.policies import Outcome, Subject

#: Built menus kept per policy: one per set of roles, language and URL prefix.
_MAX_MENUS = 500


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the menu; ``children`` only on level one."""

    code: str
    title: str
    icon: str
    url: str | None
    url_name: str = ""
    is_active: bool = False
    is_open: bool = False
    badge: int | None = None
    children: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Crumb:
    """One step of the breadcrumbs; the last is the page itself."""

    title: str
    url: str | None = None


def menu_for(request: HttpRequest) -> list[Line]:
    """The menus of the user of ``request``, with the line of the current page active.

    Queries: none of its own; what ``RBAC["MENU_BADGES"]`` asks comes on top.
    """
    lines = _lines(request)
    badges = _badges(request) if lines else {}
    active = _active_codes(request)
    return [_on_page(line, active, badges) for line in lines]


def breadcrumbs_for(request: HttpRequest, extra: Iterable[Any] = ()) -> list[Crumb]:
    """Menu, entry and page, then ``extra``: objects or dicts with a title and maybe a URL.

    A permission hanging under an entry adds its own title, unless ``extra`` says it better.
    """
    trail = _menu_trail(request)
    further = [_crumb(item) for item in extra]
    code = _current_code(request)
    if code is not None and not further and code not in _active_codes(request):
        further = [Crumb(display_title(snapshots.current().policy.permissions[code].title))]
    return [*trail, *further]


def _crumb(item: Any) -> Crumb:
    if isinstance(item, Mapping):
        return Crumb(str(item["title"]), item.get("url"))
    return Crumb(str(item.title), getattr(item, "url", None))


def _menu_trail(request: HttpRequest) -> list[Crumb]:
    active = _active_codes(request)
    for line in _lines(request):
        for child in line.children:
            if child.code in active:
                return [Crumb(line.title, line.children[0].url), Crumb(child.title, child.url)]
        if line.code in active:
            return [Crumb(line.title, line.url)]
    return []


def _on_page(line: Line, active: frozenset[str], badges: Mapping[str, int]) -> Line:
    """``line`` as it stands on this page: a copy only where the page makes a difference."""
    children = line.children
    if any(child.code in active or child.code in badges for child in children):
        children = tuple(_on_page(child, active, badges) for child in children)
    elif line.code not in active and line.code not in badges:
        return line
    return replace(
        line,
        is_active=line.code in active,
        is_open=any(child.is_active for child in children),
        badge=badges.get(line.code),
        children=children,
    )


def _badges(request: HttpRequest) -> Mapping[str, int]:
    callable_ = rbac_settings.menu_badges
    return callable_(request) if callable_ is not None else {}


def _current_code(request: HttpRequest) -> str | None:
    access = getattr(request, "rbac", None)
    code: str | None = access.permission if access is not None else None
    return code if code in snapshots.current().policy.permissions else None


def _active_codes(request: HttpRequest) -> frozenset[str]:
    """Codes whose line stands for the current page: its own entry or its parent's, or a link."""
    policy = snapshots.current().policy
    codes = {_entry_above(policy, _current_code(request))} - {None}
    match = request.resolver_match
    if match is not None and not codes:
        name = policies.route_name(match)
        codes = {line.code for line in _flat(_lines(request)) if name and line.url_name == name}
    return frozenset(code for code in codes if code)


def _entry_above(policy: Policy, code: str | None) -> str | None:
    """The nearest permission from ``code`` upwards that is an entry of a menu."""
    seen: set[str] = set()
    while code is not None and code not in seen:
        seen.add(code)  # two permissions could name each other as parent
        node = policy.permissions.get(code)
        if node is None:
            return None
        if node.menu:
            return code
        code = node.parent
    return None


def _flat(lines: Iterable[Line]) -> Iterable[Line]:
    for line in lines:
        yield line
        yield from line.children


def _lines(request: HttpRequest) -> tuple[Line, ...]:
    """The menu without anything that depends on the page; built once per set of roles."""
    subject = policies.subject_of(request.user)
    if not subject.is_known:
        return ()
    policy = snapshots.current().policy
    key = (subject, get_language(), get_script_prefix(), get_urlconf())
    built: tuple[Line, ...] | None = policy.menu_cache.get(key)
    if built is None:
        if len(policy.menu_cache) >= _MAX_MENUS:
            policy.menu_cache.clear()
        nodes = (_menu(policy, subject, node) for node in policy.menus)
        built = policy.menu_cache[key] = tuple(line for line in nodes if line is not None)
    return built


def _menu(policy: Policy, subject: Subject, node: MenuNode) -> Line | None:
    """Level one: a menu with what is left of its lines, a bare link, or nothing."""
    pairs = [(entry, _entry(policy, subject, entry)) for entry in node.entries]
    children = tuple(line for _entry_, line in pairs if line is not None)
    has_right = any(line is not None and not is_absolute(entry.link) for entry, line in pairs)
    wants_right = any(not is_absolute(entry.link) for entry in node.entries)
    if wants_right and not has_right:
        # An address outside is open to all, yet alone it would show everybody this menu.
        children = ()
    if children:
        return Line(node.code, display_title(node.title), node.icon, None, children=children)
    if node.entries or not node.link:
        return None
    return _link(subject, Entry(node.code, node.title, node.icon, 0, link=node.link))


def _entry(policy: Policy, subject: Subject, entry: Entry) -> Line | None:
    if entry.link:
        return _link(subject, entry)
    if not subject.is_unlimited and not policy.grants.get(entry.code, 0) & subject.mask:
        return None
    url = _reversed(entry.url_name)
    if url is None:
        return None
    return Line(entry.code, display_title(entry.title), entry.icon, url, entry.url_name)


def _link(subject: Subject, entry: Entry) -> Line | None:
    """A link to an address, or to a URL name the subject may open."""
    title = display_title(entry.title)
    if is_absolute(entry.link):
        return Line(entry.code, title, entry.icon, entry.link)
    url = _reversed(entry.link)
    if url is None:
        return None
    try:
        view = resolve(url.removeprefix(get_script_prefix().rstrip("/"))).func
    except Resolver404:
        return None
    decision = policies.decide(subject, method="GET", url_name=entry.link, view=view)
    if decision.outcome is not Outcome.ALLOWED:
        return None
    return Line(entry.code, title, entry.icon, url, entry.link)


def _reversed(url_name: str) -> str | None:
    try:
        return reverse(url_name)
    except NoReverseMatch:  # reported by a system check; the page must not fail over it
        return None
