"""Counts for chips and tabs; asked for in a second request, after the rows."""

from dataclasses import dataclass, field

from stark.conf import conf
from stark.filters import BaseFilter, narrow_all
from stark.paging import Total, count_rows
from stark.pipeline import filtered_rows, listed_rows
from stark.state import ListState
from stark.surface import Surface


@dataclass(slots=True)
class FacetCounts:
    """Counts by filter and value ("" is "all"), and by view ("" is the first tab)."""

    values: dict[str, dict[str, Total]] = field(default_factory=dict)
    views: dict[str, Total] = field(default_factory=dict)


def count_facets(surface: Surface, state: ListState) -> FacetCounts:
    """Every chip's count under all conditions but its own row's; a tab's under its own only.

    Empty above ``STARK["FACET_ROWS_LIMIT"]`` rows: no count is better than a slow one.
    """
    found = FacetCounts()
    for name, view in surface.views.items():
        if view.count:
            rows = narrow_all(surface.filters.values(), listed_rows(surface), view.as_lists())
            found.views[name] = count_rows(rows)
    if found.views:
        found.views[""] = count_rows(listed_rows(surface))
    limit = conf.facet_rows_limit
    if not count_rows(listed_rows(surface), limit).exact:
        return found
    shared: Total | None = None
    for each in surface.filters.values():
        own_active = any(key in state.conditions for key in each.keys)
        if not own_active and shared is None:
            shared = count_rows(filtered_rows(surface, state))
        found.values[each.name] = _count_one(surface, state, each, None if own_active else shared)
    return found


def _count_one(
    surface: Surface, state: ListState, each: BaseFilter, whole: Total | None
) -> dict[str, Total]:
    base = filtered_rows(surface, state, without=each)
    limit = conf.count_limit
    counts = {
        value: Total(min(number, limit), exact=number <= limit)
        for value, number in each.counts(surface.request, base, limit).items()
    }
    counts[""] = whole or count_rows(base)
    return counts
