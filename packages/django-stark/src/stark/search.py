"""The search box: every word has to be found in one of the declared fields."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from stark.paths import find_path

#: First letter of a search field and the lookup it stands for.
PREFIXES = {"=": "iexact", "^": "istartswith"}


def split_field(name: str) -> tuple[str, str]:
    """Path and lookup of an entry of ``search_fields``."""
    if name[:1] in PREFIXES:
        return name[1:], PREFIXES[name[0]]
    return name, "icontains"


def search(queryset: QuerySet[Any], fields: Sequence[str], text: str) -> QuerySet[Any]:
    """Rows of ``queryset`` in which each word of ``text`` is found."""
    for word in text.split():
        condition = Q()
        for name in fields:
            condition |= _one(queryset.model, name, word)
        queryset = queryset.filter(condition)
    return queryset


def _one(model: type[Model], name: str, word: str) -> Q:
    path, lookup = split_field(name)
    condition = Q(**{f"{path}__{lookup}": word})
    found = find_path(model, path)
    if found and found.to_many:
        return Q(Exists(model._base_manager.filter(condition, pk=OuterRef("pk"))))
    return condition
