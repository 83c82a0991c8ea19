"""One object, read only."""

from django.http import HttpRequest, HttpResponse

from stark.access import Access
from stark.options import ModelConfig
from stark.pipeline import scoped_rows, with_relations
from stark.roles import Role
from stark.surface import Surface
from stark.views.base import get_object, list_url, render_page
from stark.views.forms import object_link


def detail_view(request: HttpRequest, config: ModelConfig, role: str, pk: str) -> HttpResponse:
    surface = Surface(request, config, role)
    granted = Access.of(request).fields(config, role)
    columns = [
        column for column in config.detail_columns.values() if granted.issuperset(column.fields)
    ]
    found = get_object(request, config, role, pk)
    rows = with_relations(surface, scoped_rows(surface, role), columns)
    obj = rows.get(pk=found.pk)
    context = {
        "object": obj,
        "title": str(obj),
        "crumbs": [{"title": str(obj)}],
        "facts": [(column.label, column.text(obj)) for column in columns],
        "change_url": object_link(request, config, Role.CHANGE, obj),
        "delete_url": object_link(request, config, Role.DELETE, obj),
        "back_url": list_url(request, config, obj.pk),
    }
    return render_page(request, config, "detail.html", context)
