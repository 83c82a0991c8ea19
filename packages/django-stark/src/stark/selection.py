"""The rows a batch action is for: named by key, or all that match the list's state."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from stark.actions import RowResult
from stark.paths import clean_key
from stark.pipeline import filtered_rows, listed_rows, ordering, refuse_lazy_loading
from stark.state import ListState, parse_state
from stark.surface import Surface

#: Most rows that may be named one by one.
KEYS_LIMIT = 10_000


class SelectionMoved(Exception):  # noqa: N818 - an answer to the user, not a fault
    """There are not as many matching rows any more as the user agreed to."""

    def __init__(self, expected: int, found: int) -> None:
        super().__init__(f"{expected} rows were expected, there are {found}.")
        self.expected = expected
        self.found = found


class SelectionInvalid(Exception):  # noqa: N818
    """Nothing, or nonsense, was selected."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Keys, or the number of all matching rows as the user saw it."""

    keys: tuple[str, ...]
    expected: int | None
    state: ListState

    @property
    def is_all(self) -> bool:
        return self.expected is not None


def read_selection(surface: Surface, data: QueryDict) -> Selection:
    """The selection a list or a confirmation page posted.

    Raises: SelectionInvalid; StateError, when the state that goes with it is not valid.
    """
    state = parse_state(surface, QueryDict(data.get("state", ""))).at(1)
    if data.get("all"):
        text = str(data["all"])
        if not (text.isascii() and text.isdigit()):
            raise SelectionInvalid
        return Selection((), int(text), state)
    keys = [*data.getlist("pk"), *data.get("keys", "").split(",")]
    keys = [key for key in dict.fromkeys(keys) if key]
    if not keys or len(keys) > KEYS_LIMIT:
        raise SelectionInvalid
    return Selection(tuple(keys), None, state)


def select(surface: Surface, selection: Selection) -> tuple[QuerySet[Any], list[RowResult]]:
    """The selected rows the user may act on, and a refusal for each other one.

    Raises: SelectionMoved, when all were meant and their number has changed.
    Queries: two.
    """
    queryset = _rows(surface, selection).order_by(*ordering(surface, selection.state))
    refused: list[RowResult] = []
    kept: list[Any] = []
    for obj in refuse_lazy_loading(queryset):
        if surface.allows(surface.role, obj):
            kept.append(obj.pk)
        else:
            refused.append(
                RowResult(obj, ok=False, message=_("You may not do this with this one."))
            )
    if selection.expected is not None and len(kept) + len(refused) != selection.expected:
        raise SelectionMoved(selection.expected, len(kept) + len(refused))
    if not selection.is_all:
        found = {str(key) for key in kept} | {str(row.obj.pk) for row in refused}
        gone = [key for key in selection.keys if key not in found]
        refused += [
            RowResult(key, ok=False, message=_("It is no longer in your list.")) for key in gone
        ]
    return _only(queryset, kept, everything=selection.is_all and not refused), refused


def _only(queryset: QuerySet[Any], kept: Sequence[Any], *, everything: bool) -> QuerySet[Any]:
    return queryset if everything else queryset.filter(pk__in=kept)


def _rows(surface: Surface, selection: Selection) -> QuerySet[Any]:
    if selection.is_all:
        return filtered_rows(surface, selection.state)
    try:
        keys = [clean_key(surface.config.model, key) for key in selection.keys]
    except ValidationError:
        raise SelectionInvalid from None
    return listed_rows(surface).filter(pk__in=keys)
