"""The routes of a URLconf: names with namespaces, and the views behind them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver


@dataclass(frozen=True, slots=True)
class Route:
    """One pattern of the URLconf."""

    #: Name with its namespaces; of a nameless route the namespaces and a colon, or "".
    url_name: str
    pattern: str
    view: Callable[..., Any]

    @property
    def label(self) -> str:
        """How to speak of the route."""
        return self.url_name if self.is_named else f"/{self.pattern} (no name)"

    @property
    def is_named(self) -> bool:
        """Whether a permission can mean the route."""
        return bool(self.url_name) and not self.url_name.endswith(":")


def iter_routes(urlconf: str | None = None) -> Iterator[Route]:
    """Every route of ``urlconf``, by default of the project's own."""
    yield from _walk(get_resolver(urlconf), namespaces=(), prefix="")


def _walk(resolver: URLResolver, *, namespaces: tuple[str, ...], prefix: str) -> Iterator[Route]:
    for item in resolver.url_patterns:
        path = prefix + str(item.pattern)
        if isinstance(item, URLPattern):
            yield Route(":".join((*namespaces, item.name or "")), path, item.callback)
        else:
            inner = (*namespaces, item.namespace) if item.namespace else namespaces
            yield from _walk(item, namespaces=inner, prefix=path)
