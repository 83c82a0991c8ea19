"""Columns of a list: where a value comes from, how it reads, how it sorts."""

import html
from collections.abc import Callable, Iterable, Sequence
from copy import copy
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models.constants import LOOKUP_SEP
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst, format_lazy

from stark.formats import EMPTY, join_names, plain, show
from stark.paths import FieldPath, find_path

if TYPE_CHECKING:
    from stark.options import ModelConfig

Getter = Callable[[Any], Any]


class Column:
    """One column: a field name, an ``a__b`` path, a method of config or model, or a callable.

    ``value`` is called with the row's object; a SafeString it returns is not escaped again.
    ``requires`` names permission codes that the access policy must grant besides the field.
    ``select`` and ``prefetch`` name relations that a callable needs, so that rows cost no query.
    """

    def __init__(
        self,
        name: str,
        *,
        label: Any = None,
        value: Getter | None = None,
        order_by: str | Sequence[str] | None = None,
        export: Getter | None = None,
        card: bool | str | None = None,
        css: str = "",
        width: str = "",
        requires: str | Sequence[str] = (),
        select: Sequence[str] = (),
        prefetch: Sequence[Any] = (),
    ) -> None:
        self.name = name
        self.label = label
        self.value = value
        self.order_by = (order_by,) if isinstance(order_by, str) else tuple(order_by or ())
        self.export = export
        self.card = card
        self.css = css
        self.width = width
        self.requires = (requires,) if isinstance(requires, str) else tuple(requires)
        self.select = tuple(select)
        self.prefetch = tuple(prefetch)
        self.path: FieldPath | None = None
        self.getter: Getter = lambda _obj: None

    def __repr__(self) -> str:
        return f"Column({self.name!r})"

    def bind(self, config: "ModelConfig") -> "Column":
        """A copy that knows its model.

        Raises: LookupError, when the name is neither field, path, method nor callable.
        """
        bound = copy(self)
        bound.path = None if bound.value else find_path(config.model, bound.name)
        bound.getter = bound._find_getter(config)
        if bound.label is None:
            bound.label = bound._find_label(config)
        bound._derive_loading()
        if not bound.order_by and bound.path and not bound.path.to_many:
            bound.order_by = (bound.path.path,)
        return bound

    @property
    def fields(self) -> tuple[str, ...]:
        """Names that the policy's ``fields()`` must contain for this column to be shown."""
        return (self.name.split(LOOKUP_SEP, 1)[0], *self.requires)

    @property
    def is_number(self) -> bool:
        field = self.path.field if self.path else None
        return (
            isinstance(field, models.DecimalField | models.FloatField | models.IntegerField)
            and not field.choices
            and not field.is_relation
        )

    @property
    def is_long(self) -> bool:
        return isinstance(self.path.field if self.path else None, models.TextField)

    @property
    def is_instant(self) -> bool:
        return isinstance(self.path.field if self.path else None, models.DateField)

    def cell_class(self) -> str:
        kind = "num" if self.is_number else "nowrap" if self.is_instant else ""
        long = "is-long" if self.is_long else ""
        return " ".join(part for part in (kind, long, self.css) if part)

    def text(self, obj: Any) -> str:
        """The cell's content as HTML."""
        value = self.getter(obj)
        if isinstance(value, SafeString):
            return value
        # The standard library's escape: Django's own costs five times as much per cell.
        shown = html.escape(show(value))
        if self.is_long and shown != EMPTY:
            return mark_safe(f'<span class="clip" title="{shown}">{shown}</span>')  # noqa: S308
        return mark_safe(shown)  # noqa: S308 - escaped above

    def exported(self, obj: Any) -> Any:
        """The cell's content for a workbook: numbers and dates unchanged, text without tags."""
        return plain(self.export(obj) if self.export else self.getter(obj))

    def _find_label(self, config: "ModelConfig") -> Any:
        if self.path:
            root = self.name.split(LOOKUP_SEP, 1)[0]
            if root != self.name:
                relation = find_path(config.model, root)
                first = relation.label if relation else root
                return capfirst(format_lazy("{} {}", first, self.path.label))
            return capfirst(self.path.label)
        target = getattr(config, self.name, None) or getattr(config.model, self.name, None)
        if isinstance(target, property):
            target = target.fget
        described = getattr(target, "short_description", None)
        return described or capfirst(self.name.replace("_", " "))

    def _find_getter(self, config: "ModelConfig") -> Getter:
        if self.value:
            return self.value
        if self.path:
            return _field_getter(self.path)
        method = getattr(config, self.name, None)
        if callable(method):
            return method  # type: ignore[no-any-return]
        if hasattr(config.model, self.name):
            return _attribute_getter(self.name)
        message = (
            f"{self.name!r} is neither a field, a path, a method of {type(config).__name__} or "
            f"{config.model.__name__}, nor given a value."
        )
        raise LookupError(message)

    def _derive_loading(self) -> None:
        if self.path is None or not self.path.relation:
            return
        if self.path.to_many:
            self.prefetch = (*self.prefetch, self.path.relation)
        else:
            self.select = (*self.select, self.path.relation)


def _attribute_getter(name: str) -> Getter:
    def get(obj: Any) -> Any:
        value = getattr(obj, name)
        return value() if callable(value) else value

    return get


def _field_getter(path: FieldPath) -> Getter:
    steps = path.path.split(LOOKUP_SEP)
    if path.to_many:
        return lambda obj: join_names([show(value) for value in _walk_many(obj, steps)])
    choices = dict(getattr(path.field, "flatchoices", None) or ())
    if choices:
        return lambda obj: _choice(choices, _walk(obj, steps))
    if len(steps) == 1:
        name = steps[0]
        return lambda obj: getattr(obj, name)
    return lambda obj: _walk(obj, steps)


def _choice(choices: dict[Any, Any], value: Any) -> Any:
    return choices.get(value, value)


def _walk(obj: Any, steps: Iterable[str]) -> Any:
    for step in steps:
        if obj is None:
            return None
        obj = getattr(obj, step, None)
    return obj


def _walk_many(obj: Any, steps: Sequence[str]) -> list[Any]:
    """Every value at the end of ``steps``; reads prefetched relations only."""
    current = [obj]
    for step in steps:
        following: list[Any] = []
        for each in current:
            value: Any = getattr(each, _accessor(each, step), None)
            if hasattr(value, "all"):
                following.extend(value.all())
            elif value is not None:
                following.append(value)
        current = following
    return current


def _accessor(obj: Any, step: str) -> str:
    field = obj._meta.get_field(step) if hasattr(obj, "_meta") else None
    if field is not None and field.auto_created and not field.concrete:
        return str(field.get_accessor_name())
    return step


def load_for(queryset: models.QuerySet[Any], columns: Iterable[Column]) -> models.QuerySet[Any]:
    """``queryset`` with the relations joined or prefetched that ``columns`` show."""
    columns = list(columns)
    select = list(dict.fromkeys(name for column in columns for name in column.select))
    prefetch: list[Any] = []
    for column in columns:
        prefetch.extend(each for each in column.prefetch if each not in prefetch)
    if select:
        queryset = queryset.select_related(*select)
    return queryset.prefetch_related(*prefetch) if prefetch else queryset


def compile_cells(columns: Sequence[tuple[Column, bool]]) -> list[tuple[str, Column, str]]:
    """For each (column, is it the row's heading): what stands before and after its text.

    Written once per page, so that a cell costs one getter and one concatenation.
    """
    compiled = []
    wide_left = 2
    for index, (column, heading) in enumerate(columns):
        card = column.card
        if card is None and not heading and index and wide_left > 0:
            card = "wide"
        if card == "wide":
            wide_left -= 1
        css = column.cell_class()
        attrs = f' class="{escape(css)}"' if css else ""
        if heading or card is True:
            attrs += " data-card"
        elif card:
            attrs += f' data-card="{escape(card)}"'
            if column.is_number:  # a bare number says nothing without the column's head
                attrs += f' data-label="{escape(column.label)}"'
        tag = "th" if heading else "td"
        scope = ' scope="row"' if heading else ""
        compiled.append((f"<{tag}{scope}{attrs}>", column, f"</{tag}>"))
    return compiled
