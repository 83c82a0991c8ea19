"""The validated question a list answers: search, conditions, order and page."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from stark.surface import Surface

#: Keys of the query string that no filter may be named after.
RESERVED = ("q", "page", "sort", "per_page", "columns", "view", "facets", "format", "back")
#: Longest search text, in characters.
SEARCH_LENGTH = 200
#: Most valid names a refusal lists.
LISTED = 30


class StateError(ValueError):
    """The query string asks for something the list does not have (or does not show this user)."""

    def __init__(self, key: str, value: str, problem: str, valid: Iterable[str] = ()) -> None:
        super().__init__(f"{key}={value}: {problem}")
        self.key = key
        self.value = value
        self.problem = problem
        every = list(valid)
        self.valid = every[:LISTED]
        self.left_out = max(0, len(every) - LISTED)
        #: The query string without the condition that was refused; set by the parser.
        self.rest = ""


@dataclass(frozen=True, slots=True)
class ListState:
    """One state of a list; every link on the page is another state of it."""

    q: str = ""
    conditions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: tuple[str, ...] = ()
    view: str = ""
    columns: tuple[str, ...] = ()
    per_page: int = 0
    #: 1, 2, … from the front; -1, -2, … from the back.
    page: int = 1

    def pairs(self) -> list[tuple[str, str]]:
        """Key and value pairs in one canonical order; the first page is not named."""
        found: list[tuple[str, str]] = []
        if self.view:
            found.append(("view", self.view))
        if self.q:
            found.append(("q", self.q))
        for key in sorted(self.conditions):
            found.extend((key, value) for value in self.conditions[key])
        if self.sort:
            found.append(("sort", ",".join(self.sort)))
        found.extend(("columns", name) for name in self.columns)
        if self.per_page:
            found.append(("per_page", str(self.per_page)))
        if self.page != 1:
            found.append(("page", page_text(self.page)))
        return found

    def query(self) -> str:
        return urlencode(self.pairs())

    def link(self) -> str:
        """A relative link to this state; never empty, so that it leaves the present one."""
        return f"?{self.query()}"

    def with_condition(self, key: str, values: Iterable[str]) -> "ListState":
        """The state with ``key`` set to ``values`` (none: without it), from its first page."""
        conditions = {name: value for name, value in self.conditions.items() if name != key}
        values = tuple(values)
        if values:
            conditions[key] = values
        return replace(self, conditions=conditions, page=1)

    def without(self, keys: Iterable[str]) -> "ListState":
        gone = set(keys)
        left = {name: value for name, value in self.conditions.items() if name not in gone}
        return replace(self, conditions=left, page=1)

    def cleared(self) -> "ListState":
        return replace(self, conditions={}, q="", page=1)

    def at(self, page: int) -> "ListState":
        return replace(self, page=page)

    def sorted_by(self, *sort: str) -> "ListState":
        return replace(self, sort=sort, page=1)


def page_text(page: int) -> str:
    if page > 0:
        return str(page)
    return "last" if page == -1 else f"last-{-page - 1}"


def parse_state(surface: "Surface", data: QueryDict) -> ListState:
    """The state that ``data`` asks for, every part of it checked.

    Raises: StateError, naming what is wrong and what would be valid for this user.
    """
    try:
        return _parse(surface, data)
    except StateError as error:
        rest = data.copy()
        rest.pop(error.key, None)
        error.rest = rest.urlencode()
        raise


def _parse(surface: "Surface", data: QueryDict) -> ListState:
    conditions: dict[str, list[str]] = {}
    plain: dict[str, list[str]] = {}
    for key, raw in data.lists():
        values = [value for value in dict.fromkeys(raw) if value != ""]
        if any("\x00" in value for value in [key, *values]):
            raise StateError(key, "", _("It contains a character that no value has."))
        if key in surface.filter_keys:
            conditions[key] = values
        elif key in RESERVED:
            plain[key] = values
        else:
            raise StateError(
                key, ", ".join(raw), _("There is no such condition."), surface.filter_keys
            )
    return ListState(
        q=_search(surface, plain.get("q", [])),
        conditions=_conditions(surface, conditions),
        sort=_sort(surface, plain.get("sort", [])),
        view=_view(surface, plain.get("view", [])),
        columns=_columns(surface, plain.get("columns", [])),
        per_page=_per_page(surface, plain.get("per_page", [])),
        page=_page(plain.get("page", [])),
    )


def _one(key: str, values: Sequence[str]) -> str:
    if len(values) > 1:
        raise StateError(key, ", ".join(values), _("It can be given only once."))
    return values[0] if values else ""


def _search(surface: "Surface", values: Sequence[str]) -> str:
    text = _one("q", values).strip()
    if text and not surface.search_fields:
        raise StateError("q", text, _("This list has no search."))
    if len(text) > SEARCH_LENGTH:
        raise StateError("q", text[:20] + "…", _("The search text is too long."))
    return text


def _conditions(surface: "Surface", given: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
    clean: dict[str, tuple[str, ...]] = {}
    for each in surface.filters.values():
        own = {key: given[key] for key in each.keys if given.get(key)}
        if own:
            clean.update(each.clean(surface.request, own))
    return clean


def _sort(surface: "Surface", values: Sequence[str]) -> tuple[str, ...]:
    text = _one("sort", values)
    keys = tuple(text.split(",")) if text else ()
    names = [key.removeprefix("-") for key in keys]
    unknown = [name for name in names if name not in surface.sortable]
    if unknown or len(set(names)) != len(names):
        raise StateError("sort", text, _("The list cannot be sorted like this."), surface.sortable)
    return keys


def _view(surface: "Surface", values: Sequence[str]) -> str:
    name = _one("view", values)
    if name and name not in surface.views:
        raise StateError("view", name, _("There is no such view."), surface.views)
    return name


def _columns(surface: "Surface", values: Sequence[str]) -> tuple[str, ...]:
    unknown = [name for name in values if name not in surface.all_columns]
    if unknown:
        raise StateError(
            "columns", ", ".join(unknown), _("There is no such column."), surface.all_columns
        )
    return tuple(values)


def _per_page(surface: "Surface", values: Sequence[str]) -> int:
    text = _one("per_page", values)
    if not text:
        return 0
    size = _number(text)
    if not 1 <= size <= surface.max_per_page:
        problem = _("A page has 1 to %(most)d rows.") % {"most": surface.max_per_page}
        raise StateError("per_page", text, problem)
    return size


def _page(values: Sequence[str]) -> int:
    text = _one("page", values)
    if not text:
        return 1
    if text == "last":
        return -1
    back = _number(text.removeprefix("last-")) if text.startswith("last-") else 0
    if back > 0:
        return -back - 1
    number = _number(text)
    if number < 1:
        raise StateError("page", text, _("There is no such page."), ["1", "2", "…", "last"])
    return number


def _number(text: str) -> int:
    """The number ``text`` writes in plain ASCII digits, 0 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else 0
