"""Inserting many plain rows fast: no model instances, one prepared statement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connections, router
from django.db.models import Model


def bulk_insert(model: type[Model], columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert ``rows``, tuples in the order of ``columns`` (attribute names, ``owner_id``).

    Values go through the fields' own ``get_db_prep_save``, so they are stored as ``save()``
    stores them; columns left out must have a database default or allow NULL. No signals, no
    ids back. Constraints hold as ever.

    Raises: IntegrityError, with the whole statement undone inside an atomic block.
    """
    if not rows:
        return
    connection = connections[router.db_for_write(model)]
    fields = {field.attname: field for field in model._meta.concrete_fields}
    chosen = [fields[name] for name in columns]
    quote = connection.ops.quote_name
    names = ", ".join(quote(field.column) for field in chosen)
    # Only fields whose stored form differs from the plain value pay for the conversion.
    prepared = [
        (index, field)
        for index, field in enumerate(chosen)
        if field.get_internal_type() not in _PLAIN
    ]
    adapted = [list(row) for row in rows]
    for index, field in prepared:
        cache: dict[Any, Any] = {}
        for row in adapted:
            value = row[index]
            if value is None:
                continue
            try:
                row[index] = cache[value]
            except KeyError:
                row[index] = cache[value] = field.get_db_prep_save(value, connection)
            except TypeError:  # a list or dict of a JSON field
                row[index] = field.get_db_prep_save(value, connection)
    marks = ", ".join(["%s"] * len(chosen))
    sql = f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES ({marks})"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.executemany(sql, adapted)


#: Kinds of fields whose Python value is what the driver takes.
_PLAIN = frozenset(
    {
        "AutoField",
        "BigAutoField",
        "BigIntegerField",
        "CharField",
        "ForeignKey",
        "IntegerField",
        "OneToOneField",
        "PositiveIntegerField",
        "TextField",
    }
)
