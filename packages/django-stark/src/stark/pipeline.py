"""One pipeline: list, count, facets, selection, actions and export ask for rows here."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import QuerySet

from stark.columns import Column, load_for
from stark.conf import conf
from stark.filters import BaseFilter, narrow_all
from stark.roles import Role
from stark.search import search
from stark.state import ListState
from stark.surface import Surface

if TYPE_CHECKING:
    from stark.options import ModelConfig


def scoped_rows(surface: Surface, role: str | None = None) -> QuerySet[Any]:
    """The config's rows that the user may meet in ``role`` (default: the surface's)."""
    config: ModelConfig = surface.config
    queryset = config.get_queryset(surface.request)
    return surface.access.scope(config, role or surface.role, queryset)


def listed_rows(surface: Surface) -> QuerySet[Any]:
    """The rows of the list; for actions and exports those they are allowed on, too."""
    queryset = scoped_rows(surface, Role.LIST)
    if surface.role != Role.LIST:
        queryset = surface.access.scope(surface.config, surface.role, queryset)
    return queryset


def filtered_rows(
    surface: Surface, state: ListState, *, without: BaseFilter | None = None
) -> QuerySet[Any]:
    """The rows that ``state`` describes, in no order; ``without`` leaves out one filter."""
    queryset = listed_rows(surface)
    view = surface.views.get(state.view)
    if view:
        queryset = narrow_all(surface.filters.values(), queryset, view.as_lists())
    active = [each for each in surface.filters.values() if each is not without]
    queryset = narrow_all(active, queryset, state.conditions)
    if state.q:
        queryset = search(queryset, surface.search_fields, state.q)
    return queryset


def ordering(surface: Surface, state: ListState) -> list[Any]:
    """Names to order by; always down to the primary key, so that pages never overlap."""
    names: list[Any] = []
    for key in state.sort:
        reverse = key.startswith("-")
        by = surface.sortable[key.removeprefix("-")]
        names.extend(flip(name) if reverse else name for name in by)
    if not names:
        view = surface.views.get(state.view)
        config = surface.config
        names = list(
            (view.ordering if view else ()) or config.ordering or config.opts.ordering or ()
        )
    plain = {name.lstrip("-") for name in names if isinstance(name, str)}
    if not plain & {"pk", "id", config_pk(surface)}:
        names.append("-pk" if not names else "pk")
    return names


def config_pk(surface: Surface) -> str:
    return str(surface.config.opts.pk.name)


def flip(name: Any) -> Any:
    """The opposite order."""
    if not isinstance(name, str):
        flipped = name.copy() if hasattr(name, "copy") else name
        flipped.reverse_ordering()
        return flipped
    return name[1:] if name.startswith("-") else f"-{name}"


def with_relations(
    surface: Surface, queryset: QuerySet[Any], columns: Iterable[Column]
) -> QuerySet[Any]:
    """``queryset`` with everything joined or prefetched that its rows will show."""
    config = surface.config
    queryset = load_for(queryset, columns)
    if config.list_select_related:
        queryset = queryset.select_related(*config.list_select_related)
    if config.list_prefetch_related:
        queryset = queryset.prefetch_related(*config.list_prefetch_related)
    return refuse_lazy_loading(queryset)


def refuse_lazy_loading(queryset: QuerySet[Any]) -> QuerySet[Any]:
    if conf.refuse_lazy_loading and hasattr(queryset, "fetch_mode"):
        mode: Any = models.FETCH_RAISE  # type: ignore[attr-defined,unused-ignore]
        return queryset.fetch_mode(mode)  # type: ignore[no-any-return,unused-ignore]
    return queryset
