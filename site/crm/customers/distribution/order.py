"""In which order a cycle serves its consultants (PRODUCT 12, 14). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple


class Share(NamedTuple):
    """What one consultant brings into a cycle."""

    user_id: int
    weight: int
    quota: int


def ranked(shares: Iterable[Share], *, cycle_number: int) -> list[Share]:
    """Consultants with a quota by weight, heaviest first.

    Equal weights rotate their start from cycle to cycle, so that none of them is always first.
    """
    by_weight = sorted((s for s in shares if s.quota > 0), key=lambda s: (-s.weight, s.user_id))
    result: list[Share] = []
    for _weight, group in groupby(by_weight, key=lambda s: s.weight):
        equals = list(group)
        start = cycle_number % len(equals)
        result += equals[start:] + equals[:start]
    return result


def passes(shares: list[Share]) -> Iterator[int]:
    """User ids in the order of the places: A B C, A B C, A A … until each has his quota."""
    for turn in range(max((share.quota for share in shares), default=0)):
        for share in shares:
            if share.quota > turn:
                yield share.user_id
