"""What the list page shows: tabs, chips, pills, head, rows and pager, ready for the template."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.utils.functional import cached_property
from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from stark.choices import CHOICES_LIMIT
from stark.columns import Column, compile_cells
from stark.facets import FacetCounts
from stark.filters import BaseFilter, DateFilter
from stark.icons import icon_svg
from stark.options import ModelConfig
from stark.paging import Page, Total
from stark.parts import Link
from stark.pipeline import ordering
from stark.roles import Role
from stark.state import ListState
from stark.surface import Surface

#: Chips shown before the rest folds away, and the number above which a select replaces them.
CHIPS_SHOWN = 8
CHIPS_MOST = 30
#: Characters of a key that need no quoting in a path, as Django's ``reverse`` has them.
PATH_SAFE = "!$&'()*+,;=/~:@"


@dataclass(frozen=True, slots=True)
class Tab:
    label: Any
    url: str
    is_current: bool
    counted: bool
    count: Total | None


@dataclass(frozen=True, slots=True)
class Chip:
    label: Any
    url: str
    is_active: bool
    count: Total | None
    value: str = ""

    @property
    def is_zero(self) -> bool:
        return self.count is not None and self.count.value == 0


@dataclass(frozen=True, slots=True)
class Dimension:
    """One row of chips."""

    name: str
    label: Any
    half: bool
    multiple: bool
    all: Chip
    shown: list[Chip]
    folded: list[Chip]
    #: Options of a select, when there are too many for chips.
    options: list[Chip]
    too_many: bool
    #: (first, last) day of a range the user typed; None for other filters.
    days: tuple[str, str] | None
    hidden: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Pill:
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Head:
    label: Any
    css: str
    url: str
    sorted: str

    @property
    def icon(self) -> str:
        return "arrow-up" if self.sorted == "ascending" else "arrow-down"


@dataclass(frozen=True, slots=True)
class Row:
    pk: Any
    label: str
    attrs: SafeString
    cells: SafeString
    links: SafeString


@dataclass(frozen=True, slots=True)
class _Key:
    """Stands for an object where only its key matters."""

    pk: str


class Listing:
    """One list page for one user and one state."""

    def __init__(self, surface: Surface, state: ListState, counts: FacetCounts | None) -> None:
        self.surface = surface
        self.config: ModelConfig = surface.config
        self.state = state
        self.counts = counts

    @property
    def counts_pending(self) -> bool:
        """Whether chips keep room for counts that a second request brings."""
        return self.counts is None

    @cached_property
    def facets_url(self) -> str:
        query = self.state.query()
        return f"{self.config.url(Role.LIST)}?{query}{'&' if query else ''}facets=1"

    @cached_property
    def back(self) -> str:
        """What stark's own links carry so that one comes back to this state."""
        query = self.state.query()
        return f"?back={quote(query, safe='')}" if query else ""

    def tabs(self) -> list[Tab]:
        views = self.surface.views
        if not views:
            return []
        counted = any(view.count for view in views.values())
        label = self.config.list_all_label or _("All")
        found = [self._tab("", label, counted=counted)]
        found += [self._tab(name, view.label, counted=view.count) for name, view in views.items()]
        return found

    def _tab(self, name: str, label: Any, *, counted: bool) -> Tab:
        count = self.counts.views.get(name) if self.counts else None
        url = ListState(view=name, per_page=self.state.per_page).link()
        return Tab(label, url, name == self.state.view, counted, count)

    def dimensions(self) -> list[Dimension]:
        """Rows of chips, without those the open view has fixed."""
        view = self.surface.views.get(self.state.view)
        fixed = set(view.conditions) if view else set()
        return [
            self._dimension(each)
            for each in self.surface.filters.values()
            if fixed.isdisjoint(each.keys)
        ]

    def _dimension(self, each: BaseFilter) -> Dimension:
        choices = list(each.choices(self.surface.request, self.config))
        too_many = len(choices) > CHOICES_LIMIT
        chips = [self._chip(each, value, label) for value, label in choices]
        shown, folded, options = chips[:CHIPS_SHOWN], chips[CHIPS_SHOWN:], []
        if len(chips) > CHIPS_MOST:
            shown, folded = [chip for chip in chips if chip.is_active], []
            options = [] if too_many else chips
        elif any(chip.is_active for chip in folded):
            shown += [chip for chip in folded if chip.is_active]
            folded = [chip for chip in folded if not chip.is_active]
        return Dimension(
            name=each.name,
            label=each.label,
            half=each.half,
            multiple=each.multiple,
            all=self._all_chip(each),
            shown=shown,
            folded=folded,
            options=options,
            too_many=too_many,
            days=self._days(each),
            hidden=self.state.without(each.keys).pairs(),
        )

    def _count(self, each: BaseFilter, value: str) -> Total | None:
        values = self.counts.values.get(each.name) if self.counts else None
        return None if values is None else values.get(value, Total(0))

    def _all_chip(self, each: BaseFilter) -> Chip:
        active = any(key in self.state.conditions for key in each.keys)
        url = self.state.without(each.keys).link()
        return Chip(_("All"), url, not active, self._count(each, ""))

    def _chip(self, each: BaseFilter, value: str, label: Any) -> Chip:
        values = self.state.conditions.get(each.name, ())
        active = value in values
        if not each.multiple:
            after: tuple[str, ...] = (value,)
        elif active:
            after = tuple(other for other in values if other != value)
        else:
            after = (*values, value)
        url = self.state.with_condition(each.name, after).link()
        return Chip(label, url, active, self._count(each, value), value)

    def _days(self, each: BaseFilter) -> tuple[str, str] | None:
        if not isinstance(each, DateFilter):
            return None
        first, last = ((self.state.conditions.get(key) or ("",))[0] for key in each.keys[1:])
        return first, last

    def pills(self) -> list[Pill]:
        found = []
        if self.state.q:
            cleared = ListState(**{**_as_dict(self.state), "q": "", "page": 1})
            found.append(Pill(_named(_("Search"), self.state.q), cleared.link()))
        for each in self.surface.filters.values():
            for key, value, label in each.describe(self.surface.request, self.state.conditions):
                left = [other for other in self.state.conditions[key] if other != value]
                url = self.state.with_condition(key, left).link()
                found.append(Pill(_named(each.label, label), url))
        return found

    @cached_property
    def columns(self) -> list[Column]:
        return self.surface.columns(self.state.columns)

    def heads(self) -> list[Head]:
        order = ordering(self.surface, self.state)
        return [self._head(column, order) for column in self.columns]

    def _head(self, column: Column, order: Sequence[Any]) -> Head:
        css = " ".join(part for part in ("num" if column.is_number else "", column.width) if part)
        if column.name not in self.surface.sortable:
            return Head(column.label, css, "", "")
        # What the user chose is told by name: two columns may sort by the same field.
        chosen = self.state.sort[:1]
        first = chosen[0] if chosen else (order[0] if order else "")
        own = column.name if chosen else column.order_by[0]
        direction = {own: "ascending", f"-{own}": "descending"}.get(str(first), "")
        key = f"-{column.name}" if direction == "ascending" else column.name
        return Head(column.label, css, self.state.sorted_by(key).link(), direction)

    @property
    def is_fixed(self) -> bool:
        return any(column.width for column in self.columns)

    def rows(self, page: Page) -> list[Row]:
        links = set(self.config.list_display_links or [each.name for each in self.columns[:1]])
        cells = compile_cells([(column, not i) for i, column in enumerate(self.columns)])
        return [self._row(obj, cells, links) for obj in page.rows]

    def _row(self, obj: Any, cells: list[tuple[str, Column, str]], links: set[str]) -> Row:
        url = self._object_url(obj)
        opening = f'<a href="{escape(url)}">' if url else ""
        parts = []
        for before, column, after in cells:
            text = column.text(obj)
            if opening and column.name in links:
                text = f"{opening}{text}</a>"
            parts.append(f"{before}{text}{after}")
        css = self.config.row_class(self.surface.request, obj)
        return Row(
            pk=obj.pk,
            label=str(obj),
            attrs=format_html(' class="{}"', css) if css else mark_safe(""),
            cells=mark_safe("".join(parts)),  # noqa: S308 - every text is escaped by its column
            links=self._links(obj),
        )

    def _object_url(self, obj: Any) -> str:
        if type(self.config).object_url is not ModelConfig.object_url:
            return self.config.object_url(self.surface.request, obj) or ""
        if self._own_url is None:
            return ""
        before, after = self._own_url
        return f"{before}{quote(str(obj.pk), safe=PATH_SAFE)}{after}"

    @cached_property
    def _own_url(self) -> tuple[str, str] | None:
        """What stands around the key in the links of all rows; reversed once, not per row."""
        role = next(filter(self.surface.allows, (Role.DETAIL, Role.CHANGE)), None)
        if role is None:
            return None
        before, after = self.config.url(role, _Key(pk="{}")).split(quote("{}"))
        return before, after + self.back

    def _links(self, obj: Any) -> SafeString:
        links = self.config.row_links(self.surface.request, obj)
        return mark_safe(" ".join(_row_link(link, str(obj)) for link in links))  # noqa: S308

    @property
    def has_row_links(self) -> bool:
        return type(self.config).row_links is not ModelConfig.row_links

    def page_links(self, page: Page) -> dict[str, str]:
        """Links to the pages around; empty for those that do not exist."""
        state = self.state
        far = not page.total.exact or (page.total.value > page.end and page.end)
        return {
            "first": state.at(1).link() if page.number != 1 else "",
            "previous": state.at(page.previous).link() if page.previous else "",
            "next": state.at(page.next).link() if page.next else "",
            "last": state.at(-1).link() if page.next and far else "",
        }


def _as_dict(state: ListState) -> dict[str, Any]:
    return {name: getattr(state, name) for name in state.__slots__}


def _named(name: Any, value: Any) -> str:
    return _("%(name)s: %(value)s") % {"name": name, "value": value}


def _row_link(link: Link, subject: str) -> SafeString:
    """A quiet button; its spoken name says which row it is for."""
    css = "btn-outline-secondary" if link.primary else "btn-quiet"
    label = conditional_escape(link.label)
    return format_html(
        '<a class="btn {} btn-sm" href="{}" aria-label="{}">{}{}</a>',
        css,
        link.url,
        _named(label, subject),
        icon_svg(link.icon) if link.icon else "",
        label,
    )
