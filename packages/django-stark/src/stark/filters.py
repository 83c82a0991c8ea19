"""Filters: one row of chips each. Only what a filter declares reaches ``queryset.filter()``."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db.models import (
    BooleanField,
    Count,
    DateField,
    DateTimeField,
    Exists,
    OuterRef,
    Q,
    QuerySet,
)
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stark.choices import related_choices, related_queryset
from stark.paths import FieldPath, clean_key, find_path
from stark.state import StateError

if TYPE_CHECKING:
    from stark.options import ModelConfig

Choices = Sequence[tuple[str, Any]]
Conditions = Mapping[str, Sequence[str]]

#: Value of the chip for rows without a value.
EMPTY_VALUE = "null"


class BaseFilter:
    """What every filter answers; ``name`` is its key in the query string."""

    def __init__(
        self,
        name: str,
        *,
        label: Any = None,
        multiple: bool = False,
        half: bool = False,
    ) -> None:
        self.name = name
        self.label = label
        self.multiple = multiple
        #: Shares its line with the next half filter.
        self.half = half

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"

    def bind(self, config: "ModelConfig") -> "BaseFilter":
        """A copy that knows its config."""
        bound = copy(self)
        bound.config = config
        if bound.label is None:
            bound.label = capfirst(self.name.replace("_", " "))
        return bound

    config: "ModelConfig"

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of the query string that belong to this filter."""
        return (self.name,)

    @property
    def fields(self) -> tuple[str, ...]:
        """Names that the policy's ``fields()`` must contain for this filter to exist."""
        return (self.name,)

    def choices(self, request: HttpRequest, config: "ModelConfig") -> Choices:
        """The chips: value and label, in order."""
        raise NotImplementedError

    def apply(self, queryset: QuerySet[Any], values: Sequence[str]) -> QuerySet[Any]:
        """``queryset`` narrowed to rows that have one of ``values``; never with duplicates."""
        raise NotImplementedError

    def problems(self) -> list[str]:
        """What is wrong with the declaration, for the system check."""
        return []

    def clean(self, request: HttpRequest, given: Conditions) -> dict[str, tuple[str, ...]]:
        """The values in ``given``, checked and in canonical order.

        Raises: StateError, when a value is none of the choices.
        """
        values = given[self.name]
        if len(values) > 1 and not self.multiple:
            raise StateError(self.name, ", ".join(values), _("It can be given only once."))
        known = [value for value, _label in self.choices(request, self.config)]
        for value in values:
            if value not in known:
                raise StateError(self.name, value, _("There is no such value."), known)
        return {self.name: tuple(value for value in known if value in values)}

    def narrow(self, queryset: QuerySet[Any], conditions: Conditions) -> QuerySet[Any]:
        values = conditions.get(self.name)
        return self.apply(queryset, list(values)) if values else queryset

    def counts(self, request: HttpRequest, base: QuerySet[Any], limit: int) -> dict[str, int]:
        """Rows of ``base`` per choice; each stops counting just above ``limit``.

        Queries: one per choice. Filters on fields need one for all.
        """
        return {
            value: self.apply(base, [value]).order_by()[: limit + 1].count()
            for value, _label in self.choices(request, self.config)
        }

    def value_label(self, request: HttpRequest, value: str) -> str:
        labels = dict(self.choices(request, self.config))
        return str(labels.get(value, value))

    def describe(self, request: HttpRequest, conditions: Conditions) -> list[tuple[str, str, str]]:
        """(key, value, label) of every active value, for the pills."""
        return [
            (key, value, self.value_label(request, value))
            for key in self.keys
            for value in conditions.get(key, ())
        ]


class ChoiceFilter(BaseFilter):
    """Base of a project's own filters: give it ``choices()`` and ``apply()``."""


class Filter(BaseFilter):
    """Chips for a field with choices, a boolean, or a relation (to one or to many).

    ``empty_label`` adds a chip for rows without a value.
    """

    def __init__(
        self,
        name: str,
        *,
        label: Any = None,
        multiple: bool = False,
        half: bool = False,
        empty_label: Any = None,
    ) -> None:
        super().__init__(name, label=label, multiple=multiple, half=half)
        self.empty_label = empty_label
        self.path: FieldPath | None = None

    def bind(self, config: "ModelConfig") -> "Filter":
        bound = copy(self)
        bound.config = config
        bound.path = find_path(config.model, self.name)
        if bound.label is None and bound.path:
            bound.label = capfirst(bound.path.label)
        return bound

    @property
    def fields(self) -> tuple[str, ...]:
        return (self.name.split("__", 1)[0],)

    def problems(self) -> list[str]:
        if self.path is None:
            return [f"{self.name!r} is no field of {self.config.model.__name__}."]
        field = self.path.field
        if self.path.is_relation or isinstance(field, BooleanField) or field.flatchoices:
            return []
        return [f"{self.name!r} has no choices; write a ChoiceFilter for it."]

    def choices(self, request: HttpRequest, config: "ModelConfig") -> Choices:  # noqa: ARG002
        found = list(self._field_choices())
        if self.empty_label is not None:
            found.append((EMPTY_VALUE, self.empty_label))
        return found

    def _field_choices(self) -> Choices:
        assert self.path is not None
        if self.path.is_relation:
            return related_choices(self.path)
        if isinstance(self.path.field, BooleanField) and not self.path.field.choices:
            return [("1", _("Yes")), ("0", _("No"))]
        return [
            (str(value), label)
            for value, label in self.path.field.flatchoices
            if value not in (None, "")
        ]

    def clean(self, request: HttpRequest, given: Conditions) -> dict[str, tuple[str, ...]]:
        assert self.path is not None
        try:
            return super().clean(request, given)
        except StateError:
            # The list of related objects may be older than the object asked for.
            if not self.path.is_relation or not self._exist(given[self.name]):
                raise
            return {self.name: tuple(given[self.name])}

    def _exist(self, values: Sequence[str]) -> bool:
        assert self.path is not None
        related = related_queryset(self.path)
        try:
            keys = {clean_key(related.model, value) for value in values}
        except ValidationError:
            return False
        return len(keys) == len(values) and related.filter(pk__in=keys).count() == len(keys)

    def value_label(self, request: HttpRequest, value: str) -> str:
        label = super().value_label(request, value)
        if label == value and self.path is not None and self.path.is_relation:
            return str(related_queryset(self.path).filter(pk=value).first() or value)
        return label

    def apply(self, queryset: QuerySet[Any], values: Sequence[str]) -> QuerySet[Any]:
        assert self.path is not None
        wanted = [self._python(value) for value in values if value != EMPTY_VALUE]
        condition = Q(**{f"{self.name}__in": wanted}) if wanted else Q()
        if EMPTY_VALUE in values and self.empty_label is not None:
            condition |= Q(**{f"{self.name}__isnull": True})
        if not self.path.to_many:
            return queryset.filter(condition)
        rows = self.config.model._base_manager.filter(condition, pk=OuterRef("pk"))
        return queryset.filter(Exists(rows))

    def _python(self, value: str) -> Any:
        assert self.path is not None
        if isinstance(self.path.field, BooleanField):
            return value == "1" if value in {"0", "1"} else value
        return value

    def counts(self, request: HttpRequest, base: QuerySet[Any], limit: int) -> dict[str, int]:  # noqa: ARG002
        """As above, exactly. Queries: one."""
        assert self.path is not None
        number = Count("pk", distinct=self.path.to_many)
        rows = base.order_by().values_list(self.name).annotate(stark_n=number)
        return {self._text(value): count for value, count in rows}

    def _text(self, value: Any) -> str:
        assert self.path is not None
        if value is None:
            return EMPTY_VALUE
        if isinstance(value, bool):
            return "1" if value else "0"
        return str(value)


#: Date presets: value, label, first and last day counted from today.
DATE_PRESETS: tuple[tuple[str, Any, int, int], ...] = (
    ("today", gettext_lazy("Today"), 0, 0),
    ("3d", gettext_lazy("3 days"), -2, 0),
    ("7d", gettext_lazy("7 days"), -6, 0),
    ("30d", gettext_lazy("30 days"), -29, 0),
)


class DateFilter(BaseFilter):
    """Chips for the last days, and a range of one's own (``<name>_from``, ``<name>_to``).

    ``presets`` replaces the chips: value, label, first and last day counted from today.
    """

    def __init__(
        self,
        name: str,
        *,
        label: Any = None,
        half: bool = True,
        presets: Sequence[tuple[str, Any, int, int]] = DATE_PRESETS,
    ) -> None:
        super().__init__(name, label=label, half=half)
        self.presets = presets
        self.path: FieldPath | None = None

    def bind(self, config: "ModelConfig") -> "DateFilter":
        bound = copy(self)
        bound.config = config
        bound.path = find_path(config.model, self.name)
        if bound.label is None and bound.path:
            bound.label = capfirst(bound.path.label)
        return bound

    @property
    def keys(self) -> tuple[str, ...]:
        return (self.name, f"{self.name}_from", f"{self.name}_to")

    @property
    def fields(self) -> tuple[str, ...]:
        return (self.name.split("__", 1)[0],)

    def problems(self) -> list[str]:
        if self.path is None or self.path.to_many:
            return [f"{self.name!r} is no field of {self.config.model.__name__}."]
        if not isinstance(self.path.field, DateField):
            return [f"{self.name!r} is no date field."]
        return []

    def choices(self, request: HttpRequest, config: "ModelConfig") -> Choices:  # noqa: ARG002
        return [(value, label) for value, label, _first, _last in self.presets]

    def clean(self, request: HttpRequest, given: Conditions) -> dict[str, tuple[str, ...]]:
        clean = super().clean(request, given) if self.name in given else {}
        for key in self.keys[1:]:
            values = given.get(key, ())
            for value in values:
                if len(values) > 1 or _day(value) is None:
                    raise StateError(
                        key, ", ".join(values), _("It has to be one day, like 2026-07-16.")
                    )
                clean[key] = (value,)
        return clean

    def narrow(self, queryset: QuerySet[Any], conditions: Conditions) -> QuerySet[Any]:
        queryset = super().narrow(queryset, conditions)
        first, last = (_day((conditions.get(key) or ("",))[0]) for key in self.keys[1:])
        return queryset.filter(self._between(first, last)) if first or last else queryset

    def apply(self, queryset: QuerySet[Any], values: Sequence[str]) -> QuerySet[Any]:
        return queryset.filter(self._preset(values[0]))

    def counts(self, request: HttpRequest, base: QuerySet[Any], limit: int) -> dict[str, int]:  # noqa: ARG002
        """As above, exactly. Queries: one."""
        totals = {
            f"stark_{index}": Count("pk", filter=self._preset(preset[0]))
            for index, preset in enumerate(self.presets)
        }
        found = base.order_by().aggregate(**totals)
        return {preset[0]: found[f"stark_{i}"] for i, preset in enumerate(self.presets)}

    def value_label(self, request: HttpRequest, value: str) -> str:
        return super().value_label(request, value)

    def describe(self, request: HttpRequest, conditions: Conditions) -> list[tuple[str, str, str]]:
        found = []
        for key, value, label in super().describe(request, conditions):
            if key == self.keys[1]:
                label = _("from %(day)s") % {"day": value}
            elif key == self.keys[2]:
                label = _("to %(day)s") % {"day": value}
            found.append((key, value, label))
        return found

    def _preset(self, value: str) -> Q:
        _value, _label, first, last = next(each for each in self.presets if each[0] == value)
        today = timezone.localdate()
        return self._between(
            today + datetime.timedelta(days=first), today + datetime.timedelta(days=last)
        )

    def _between(self, first: datetime.date | None, last: datetime.date | None) -> Q:
        """Rows from the start of ``first`` to the end of ``last``, local time."""
        assert self.path is not None
        condition = Q()
        if first:
            condition &= Q(**{f"{self.name}__gte": self._edge(first)})
        if last and last < datetime.date.max:
            after = last + datetime.timedelta(days=1)
            condition &= Q(**{f"{self.name}__lt": self._edge(after)})
        return condition

    def _edge(self, day: datetime.date) -> datetime.date:
        assert self.path is not None
        if not isinstance(self.path.field, DateTimeField):
            return day
        midnight = datetime.datetime.combine(day, datetime.time.min)
        return timezone.make_aware(midnight) if timezone.get_current_timezone() else midnight


def _day(text: str) -> datetime.date | None:
    """The day ``text`` writes as 2026-07-16; None for anything else."""
    try:
        day = parse_date(text) if len(text) == 10 else None
    except ValueError:
        return None
    # The first and last years of the calendar cannot be moved to another time zone.
    return day if day and 1 < day.year < 9999 else None


def make_filter(given: "str | BaseFilter", config: "ModelConfig") -> BaseFilter:
    """A bound filter for an entry of ``list_filter``; a name picks the kind by its field."""
    if isinstance(given, BaseFilter):
        return given.bind(config)
    path = find_path(config.model, given)
    kind = DateFilter if path and isinstance(path.field, DateField) else Filter
    return kind(given).bind(config)


def narrow_all(
    filters: Iterable[BaseFilter], queryset: QuerySet[Any], conditions: Conditions
) -> QuerySet[Any]:
    for each in filters:
        queryset = each.narrow(queryset, conditions)
    return queryset
