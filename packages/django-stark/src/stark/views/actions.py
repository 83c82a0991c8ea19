"""Batch actions: ask when there is something to ask, do it, report row by row."""

from contextlib import nullcontext
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from stark.actions import Action, RowResult
from stark.options import ModelConfig
from stark.paging import Total
from stark.roles import Role
from stark.selection import Selection, SelectionInvalid, SelectionMoved, read_selection, select
from stark.surface import Surface
from stark.views.base import render_page

#: Rows named on the confirmation page.
NAMES_SHOWN = 10


def action_view(request: HttpRequest, config: ModelConfig, role: str) -> HttpResponse:
    surface = Surface(request, config, role)
    action = config.get_action(role)
    try:
        selection = read_selection(surface, request.POST)
        queryset, refused = select(surface, selection)
    except SelectionInvalid:
        messages.warning(request, _("Select at least one row."), fail_silently=True)
        return HttpResponseRedirect(_list_link(config))
    except SelectionMoved as moved:
        return show_moved(request, config, action, moved)
    confirmed = "confirmed" in request.POST
    form = build_action_form(request, action, bound=confirmed)
    if action.asks and not (confirmed and (form is None or form.is_valid())):
        return confirm(request, config, action, selection, queryset, refused, form)
    return perform(request, config, action, selection, queryset, refused, form)


def build_action_form(request: HttpRequest, action: Action, *, bound: bool) -> BaseForm | None:
    if action.form is None:
        return None
    return action.form(request.POST, request.FILES) if bound else action.form()


def confirm(
    request: HttpRequest,
    config: ModelConfig,
    action: Action,
    selection: Selection,
    queryset: QuerySet[Any],
    refused: list[RowResult],
    form: BaseForm | None,
) -> HttpResponse:
    """The page between button and deed: how many, which, what else is asked."""
    number = queryset.count()
    context = {
        "action": action,
        "action_url": config.url(action.name),
        "title": str(action.label).rstrip("…."),
        "crumbs": [{"title": str(action.label).rstrip("….")}],
        "form": form,
        "number": Total(number),
        "names": list(queryset[:NAMES_SHOWN]),
        "more": max(0, number - NAMES_SHOWN),
        "refused": refused,
        "keys": ",".join(selection.keys),
        "expected": selection.expected,
        "state": selection.state.query(),
        "cancel_url": _list_link(config, selection),
    }
    status = 422 if form is not None and form.errors else 200
    return render_page(request, config, "action_confirm.html", context, status)


def perform(
    request: HttpRequest,
    config: ModelConfig,
    action: Action,
    selection: Selection,
    queryset: QuerySet[Any],
    refused: list[RowResult],
    form: BaseForm | None,
) -> HttpResponse:
    """Runs the action; goes back to the list when every row went well, else shows the rows."""
    number = queryset.count()
    with transaction.atomic() if action.atomic else nullcontext():
        outcome = action.run(config, request, queryset, form)
    results = [*outcome, *refused] if isinstance(outcome, list) else refused
    if all(result.ok for result in results):
        messages.success(request, _message(outcome, number), fail_silently=True)
        return HttpResponseRedirect(_list_link(config, selection))
    context = {
        "title": str(action.label).rstrip("…."),
        "crumbs": [{"title": str(action.label).rstrip("….")}],
        "message": outcome if isinstance(outcome, str) else "",
        "failed": [result for result in results if not result.ok],
        "done": [result for result in results if result.ok],
        "number_done": _number_done(outcome, number),
        "back_url": _list_link(config, selection),
    }
    return render_page(request, config, "action_result.html", context)


def _number_done(outcome: Any, number: int) -> int:
    return sum(result.ok for result in outcome) if isinstance(outcome, list) else number


def _message(outcome: Any, number: int) -> str:
    if outcome is not None and not isinstance(outcome, list):
        return str(outcome)
    return ngettext("Done: %(n)d row", "Done: %(n)d rows", number) % {"n": number}


def show_moved(
    request: HttpRequest, config: ModelConfig, action: Action, moved: SelectionMoved
) -> HttpResponse:
    """409: the user agreed to a number of rows that is no longer true."""
    context = {
        "title": _("The list has changed"),
        "crumbs": [{"title": str(action.label).rstrip("….")}],
        "moved": moved,
        "back_url": _list_link(config),
    }
    return render_page(request, config, "conflict.html", context, status=409)


def _list_link(config: ModelConfig, selection: Selection | None = None) -> str:
    query = selection.state.query() if selection else ""
    url = config.url(Role.LIST) if Role.LIST in config.operations else config.site.index_url()
    return f"{url}?{query}" if query else url
