"""Deleting one object, after showing what goes with it."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import router
from django.db.models import ProtectedError, RestrictedError
from django.db.models.deletion import Collector
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from stark.options import ModelConfig
from stark.paging import Total, count_rows
from stark.views.base import get_object, list_url, render_page, return_query


@dataclass(frozen=True, slots=True)
class Impact:
    """What a deletion takes along, and what forbids it."""

    counts: list[tuple[Any, Total]]
    blockers: list[tuple[Any, Total]]


def delete_view(request: HttpRequest, config: ModelConfig, role: str, pk: str) -> HttpResponse:
    obj = get_object(request, config, role, pk)
    impact = measure(obj)
    if request.method == "POST" and not impact.blockers:
        return process_delete(request, config, obj, impact)
    return show_delete(request, config, obj, impact, 409 if request.method == "POST" else 200)


def process_delete(
    request: HttpRequest, config: ModelConfig, obj: Any, impact: Impact
) -> HttpResponse:
    name = str(obj)
    try:
        config.writer.delete(request, config, obj)
    except (ProtectedError, RestrictedError):
        return show_delete(request, config, obj, measure(obj), 409)
    except ValidationError as error:
        return show_delete(request, config, obj, impact, 409, " ".join(error.messages))
    messages.success(request, _("Deleted: %(object)s") % {"object": name}, fail_silently=True)
    return HttpResponseRedirect(list_url(request, config))


def show_delete(
    request: HttpRequest,
    config: ModelConfig,
    obj: Any,
    impact: Impact,
    status: int,
    problem: str = "",
) -> HttpResponse:
    context = {
        "object": obj,
        "title": _("Delete %(object)s?") % {"object": obj},
        "crumbs": [{"title": str(obj)}, {"title": _("Delete")}],
        "impact": impact,
        "problem": problem,
        "back": return_query(request, config),
        "cancel_url": list_url(request, config, obj.pk),
    }
    return render_page(request, config, "confirm_delete.html", context, status)


def measure(obj: Any) -> Impact:
    """Counts what the database would delete with ``obj``, or what protects it."""
    collector = Collector(using=router.db_for_write(type(obj), instance=obj), origin=obj)
    try:
        collector.collect([obj])
    except ProtectedError as error:
        return Impact([], _by_model(error.protected_objects))
    except RestrictedError as error:
        return Impact([], _by_model(error.restricted_objects))
    found: dict[Any, Total] = {}
    for model, instances in collector.data.items():
        number = len(instances) - (model is type(obj))
        if number:
            found[_plural(model)] = Total(number)
    for rows in collector.fast_deletes:
        total = count_rows(rows)  # type: ignore[arg-type,unused-ignore]
        if total.value:
            found[_plural(rows.model)] = total
    return Impact(list(found.items()), [])


def _by_model(objects: Any) -> list[tuple[Any, Total]]:
    counts: dict[Any, int] = {}
    for each in objects:
        counts[_plural(type(each))] = counts.get(_plural(type(each)), 0) + 1
    return [(name, Total(number)) for name, number in counts.items()]


def _plural(model: Any) -> str:
    return str(capfirst(model._meta.verbose_name_plural))
