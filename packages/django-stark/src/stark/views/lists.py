"""The list page, its htmx part, and the counts that follow."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from stark.facets import count_facets
from stark.listing import Listing
from stark.options import ModelConfig
from stark.paging import Page, read_page
from stark.pipeline import filtered_rows, ordering, with_relations
from stark.roles import Role
from stark.state import ListState, parse_state
from stark.surface import Surface
from stark.views.base import is_htmx, render_page


def list_view(request: HttpRequest, config: ModelConfig, role: str) -> HttpResponse:
    surface = Surface(request, config, role)
    state = parse_state(surface, request.GET)
    counted = bool(request.GET.get("facets"))
    listing = Listing(surface, state, count_facets(surface, state) if counted else None)
    if counted and is_htmx(request):
        context = {"listing": listing, "config": config}
        return HttpResponse(render_to_string("stark/list_filters.html", context, request))
    page = page_of(surface, state, listing)
    return render_page(request, config, "list.html", list_context(listing, page))


def page_of(surface: Surface, state: ListState, listing: Listing) -> Page:
    rows = filtered_rows(surface, state)
    return read_page(
        with_relations(surface, rows, listing.columns),
        rows,
        order=ordering(surface, state),
        number=state.page,
        size=state.per_page or surface.config.list_per_page,
    )


def list_context(listing: Listing, page: Page) -> dict[str, Any]:
    config, surface = listing.config, listing.surface
    request = surface.request
    view = surface.views.get(listing.state.view)
    return {
        "listing": listing,
        "title": config.label_plural,
        "tab_title": view.label if view else "",
        "crumbs": [],
        "facts": config.page_facts(request),
        "header_links": config.header_links(request),
        "add_url": config.url(Role.ADD) + listing.back if surface.allows(Role.ADD) else "",
        "add_title": config.add_title(),
        "exports": export_links(listing),
        "page": page,
        "page_links": listing.page_links(page),
        "rows": listing.rows(page),
        "heads": listing.heads(),
        "pills": listing.pills(),
        "actions": [(each, config.url(each.name)) for each in surface.actions],
        "hidden": [pair for pair in listing.state.at(1).pairs() if pair[0] != "q"],
        "column_hidden": [pair for pair in listing.state.pairs() if pair[0] != "columns"],
        "column_choices": [
            (column, column in listing.columns) for column in surface.all_columns.values()
        ],
        "search_label": _("Search %(label)s") % {"label": config.label_plural},
    }


def export_links(listing: Listing) -> list[tuple[str, str]]:
    """Address and file kind of each export the user may make."""
    if not listing.surface.allows(Role.EXPORT):
        return []
    url = listing.config.url(Role.EXPORT)
    query = listing.state.at(1).query()
    query = f"{query}&" if query else ""
    return [(f"{url}?{query}format=xlsx", "xlsx"), (f"{url}?{query}format=csv", "csv")]
