"""Small values that configs return: facts, links and views."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Fact:
    """A short fact beside the page title; ``level`` is "", "ok", "warn" or "bad"."""

    text: Any
    url: str | None = None
    level: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A link or button: in the page head or at the end of a row."""

    label: Any
    url: str
    icon: str | None = None
    primary: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """A tab above the list: conditions that hold while it is open.

    ``conditions`` has the keys of the query string; a value is a text or a list of texts.
    """

    name: str
    label: Any
    conditions: Mapping[str, str | Sequence[str]]
    count: bool = False
    ordering: Sequence[str] = ()

    def as_lists(self) -> dict[str, tuple[str, ...]]:
        return {
            key: (value,) if isinstance(value, str) else tuple(value)
            for key, value in self.conditions.items()
        }
