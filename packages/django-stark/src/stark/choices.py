"""The objects a relation filter offers, kept in Django's cache for a minute."""

from typing import Any

from django.core.cache import caches
from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils.translation import get_language

from stark.conf import conf
from stark.paths import FieldPath

#: Most objects a row of chips offers; above it only active values are shown.
CHOICES_LIMIT = 1000

#: Cache keys by model: filled as filters ask, so that a saved object can drop them.
_keys_of: dict[type[Model], set[str]] = {}


def related_queryset(path: FieldPath) -> QuerySet[Any]:
    """The objects at the end of ``path`` that ``limit_choices_to`` lets in."""
    queryset = path.related_model._default_manager.all()
    limit: Any = getattr(path.field, "get_limit_choices_to", dict)()
    return queryset.complex_filter(limit) if limit else queryset


def related_choices(path: FieldPath) -> list[tuple[str, str]]:
    """Key and name of each related object, at most ``CHOICES_LIMIT``."""
    seconds = conf.choices_cache_seconds
    if not seconds:
        return _read(path)
    field = path.field
    key = f"stark:choices:{field.model._meta.label_lower}:{field.name}:{get_language()}"
    _keys_of.setdefault(path.related_model, set()).add(key)
    cache = caches[conf.cache_alias]
    found: list[tuple[str, str]] | None = cache.get(key)
    if found is None:
        found = _read(path)
        cache.set(key, found, seconds)
    return found


def _read(path: FieldPath) -> list[tuple[str, str]]:
    rows = related_queryset(path)[: CHOICES_LIMIT + 1]
    return [(str(row.pk), str(row)) for row in rows]


def forget_choices(sender: type[Model], **_kwargs: Any) -> None:
    """Signal receiver: an object of ``sender`` was saved or deleted."""
    keys = _keys_of.get(sender)
    if keys:
        cache = caches[conf.cache_alias]
        cache.delete_many(keys)
        transaction.on_commit(lambda: cache.delete_many(keys))
