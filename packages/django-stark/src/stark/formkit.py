"""Forms of a config: the class, the fields the user may write, the sections on the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.forms import BaseModelForm, modelform_factory
from django.http import HttpRequest

from stark.access import Access
from stark.options import ModelConfig


@dataclass(frozen=True, slots=True)
class Section:
    """Fields under one heading."""

    title: Any
    description: Any
    fields: list[forms.BoundField]


def form_class(request: HttpRequest, config: ModelConfig, role: str) -> type[BaseModelForm[Any]]:
    """The declared form, or one of the model's editable fields that the user may write."""
    declared = config.get_form_class(request, role)
    if declared is not None:
        return declared
    granted = Access.of(request).fields(config, role)
    names = config.fields or [
        field.name
        for field in (*config.opts.concrete_fields, *config.opts.many_to_many)
        if field.editable and not field.auto_created
    ]
    return modelform_factory(config.model, fields=[name for name in names if name in granted])


def build_form(
    request: HttpRequest, config: ModelConfig, role: str, obj: Any = None
) -> BaseModelForm[Any]:
    """The form for ``role``, filled from the request; withheld fields are taken out of it."""
    kwargs = config.get_form_kwargs(request, role, obj)
    if obj is not None:
        kwargs["instance"] = obj
    if request.method == "POST":
        kwargs["data"], kwargs["files"] = request.POST, request.FILES
    form = form_class(request, config, role)(**kwargs)
    granted = Access.of(request).fields(config, role)
    own = {field.name for field in config.opts.get_fields()}
    for name in [name for name in form.fields if name in own and name not in granted]:
        del form.fields[name]
    return form


def form_sections(config: ModelConfig, form: BaseModelForm[Any]) -> list[Section]:
    """The visible fields by section; those in no fieldset stand in one of their own."""
    left = {bound.name: bound for bound in form.visible_fields()}
    sections = []
    for title, options in config.fieldsets:
        names = [name for name in options.get("fields", ()) if name in left]
        if names:
            fields = [left.pop(name) for name in names]
            sections.append(Section(title, options.get("description", ""), fields))
    if left:
        sections.append(Section("", "", list(left.values())))
    return sections


def show_error(form: BaseModelForm[Any], error: ValidationError) -> None:
    """Adds what a writer refused to the form, at its fields where they are on the page."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, errors in error.error_dict.items():
        here = name if name in form.fields and name != NON_FIELD_ERRORS else None
        for each in errors:
            form.add_error(here, each)
