"""Adding and changing one object."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import BaseModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from stark.access import Access
from stark.formkit import build_form, form_sections, show_error
from stark.options import ModelConfig
from stark.roles import Role
from stark.views.base import get_object, list_url, render_page, return_query


def add_view(request: HttpRequest, config: ModelConfig, role: str) -> HttpResponse:
    form = build_form(request, config, role)
    if request.method == "POST":
        return process_form(request, config, role, form)
    return show_form(request, config, role, form)


def change_view(request: HttpRequest, config: ModelConfig, role: str, pk: str) -> HttpResponse:
    obj = get_object(request, config, role, pk)
    title = str(obj)
    form = build_form(request, config, role, obj)
    if request.method == "POST":
        return process_form(request, config, role, form, title)
    return show_form(request, config, role, form, title)


def process_form(
    request: HttpRequest,
    config: ModelConfig,
    role: str,
    form: BaseModelForm[Any],
    title: str = "",
) -> HttpResponse:
    """Saves a valid form and goes back to the list; shows it again with its errors otherwise."""
    if not form.is_valid():
        return show_form(request, config, role, form, title)
    try:
        obj = config.writer.save(request, config, form, role)
    except ValidationError as error:
        show_error(form, error)
        return show_form(request, config, role, form, title)
    messages.success(request, _("Saved: %(object)s") % {"object": obj}, fail_silently=True)
    if "again" in request.POST and role == Role.ADD:
        return HttpResponseRedirect(request.get_full_path())
    return HttpResponseRedirect(list_url(request, config, obj.pk))


def show_form(
    request: HttpRequest,
    config: ModelConfig,
    role: str,
    form: BaseModelForm[Any],
    title: str = "",
) -> HttpResponse:
    heading = title or config.add_title()
    obj = form.instance if role == Role.CHANGE else None
    context = {
        "form": form,
        "sections": form_sections(config, form),
        "title": heading,
        "crumbs": [{"title": heading}],
        "is_add": role == Role.ADD,
        "back": return_query(request, config),
        "cancel_url": list_url(request, config),
        "delete_url": object_link(request, config, Role.DELETE, obj) if obj else "",
    }
    return render_page(request, config, "form.html", context, 422 if form.errors else 200)


def object_link(request: HttpRequest, config: ModelConfig, role: str, obj: Any) -> str:
    """Address of ``role`` for ``obj`` with the way back, "" when the user may not."""
    if not Access.of(request).allows(config, role, obj):
        return ""
    back = return_query(request, config)
    url = config.url(role, obj)
    return f"{url}?back={quote(back, safe='')}" if back else url
