"""``{% load stark %}``: icons, form fields, assets and stark's own navigation."""

from typing import Any

from django import forms, template
from django.forms import BaseForm, BoundField
from django.forms.widgets import DateTimeBaseInput
from django.http import HttpRequest
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils.html import strip_tags
from django.utils.safestring import SafeString

from stark.conf import conf
from stark.formats import show_instant
from stark.icons import icon_svg

register = template.Library()

#: How a widget is laid out: the first class that fits decides.
KINDS: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.CheckboxSelectMultiple, "checks"),
    (forms.RadioSelect, "radios"),
    (forms.CheckboxInput, "check"),
    (forms.Textarea, "wide"),
)
#: Native pickers; the browser wants these formats whatever the language is.
PICKERS: tuple[tuple[type[DateTimeBaseInput], str, str], ...] = (
    (forms.DateTimeInput, "datetime-local", "%Y-%m-%dT%H:%M"),
    (forms.DateInput, "date", "%Y-%m-%d"),
    (forms.TimeInput, "time", "%H:%M"),
)


@register.simple_tag
def icon(name: str) -> SafeString:
    """``{% icon "search" %}``: an icon from the sprite."""
    return icon_svg(name)


@register.simple_tag
def field(bound: BoundField, **attrs: Any) -> str:
    """``{% field form.name %}``: label, control, help and error of one form field.

    More arguments become attributes of the control: ``{% field form.q autofocus=True %}``.
    """
    kind = _kind(bound.field.widget)
    _use_picker(bound.field.widget)
    context = {
        "field": bound,
        "kind": kind,
        "control": bound
        if kind in {"checks", "radios"}
        else bound.as_widget(attrs=_attrs(bound, attrs)),
        "help_id": f"{bound.auto_id}_helptext",
        "error_id": f"{bound.auto_id}_error",
        "described_by": _described_by(bound),
    }
    return render_to_string("stark/field.html", context)


def _kind(widget: forms.Widget) -> str:
    return next((kind for base, kind in KINDS if isinstance(widget, base)), "plain")


def _use_picker(widget: forms.Widget) -> None:
    """Turns Django's plain date inputs into the browser's pickers; own widgets stay."""
    for base, input_type, pattern in PICKERS:
        if type(widget) is base and widget.input_type == "text":
            widget.input_type = input_type
            widget.format = pattern
            return


def _described_by(bound: BoundField) -> str:
    ids = [f"{bound.auto_id}_helptext"] if bound.help_text else []
    return " ".join([*ids, f"{bound.auto_id}_error"] if bound.errors else ids)


def _attrs(bound: BoundField, attrs: dict[str, Any]) -> dict[str, Any]:
    widget = bound.field.widget
    base = "form-control"
    if isinstance(widget, forms.CheckboxInput):
        base = "form-check-input"
    elif isinstance(widget, forms.Select):
        base = "form-select"
    own = [str(widget.attrs.get("class", "")), "is-invalid" if bound.errors else ""]
    found = {**attrs, "class": " ".join(part for part in [base, *own] if part)}
    if bound.errors:
        found["aria-invalid"] = "true"
    if _described_by(bound):
        found["aria-describedby"] = _described_by(bound)
    if isinstance(widget, forms.Textarea) and widget.attrs.get("rows") == "10":
        found["rows"] = 3
    return found


@register.inclusion_tag("stark/form_summary.html")
def form_summary(form: BaseForm) -> dict[str, Any]:
    """``{% form_summary form %}``: what is wrong, with links to the fields; else nothing."""
    problems = []
    for bound in form:
        if bound.errors:
            text = strip_tags(str(bound.errors[0]))
            problems.append({"id": _target(bound), "label": bound.label, "text": text})
    return {"form": form, "problems": problems, "others": list(form.non_field_errors())}


def _target(bound: BoundField) -> str:
    many = _kind(bound.field.widget) in {"checks", "radios"}
    return f"{bound.auto_id}_0" if many else str(bound.id_for_label or bound.auto_id)


@register.inclusion_tag("stark/assets.html")
def stark_assets() -> dict[str, Any]:
    """``{% stark_assets %}`` in ``<head>``: stylesheets, scripts and htmx's settings."""
    return {}


@register.simple_tag(takes_context=True)
def stark_nav(context: Context) -> list[dict[str, Any]]:
    """``{% stark_nav as groups %}``: the lists this user may open, for a base template."""
    from stark.sites import site
    from stark.views.index import menu_groups

    request: HttpRequest | None = context.get("request")
    return menu_groups(request, site) if request and hasattr(request, "user") else []


@register.simple_tag
def stark_site_title() -> str:
    return conf.site_title


@register.filter
def when(value: Any) -> str:
    """``{{ instant|when }}``: today 19:30, tomorrow 10:00, 07-18 10:00."""
    return show_instant(value) if value else ""
