"""Inserting and finding many plain values fast: no model instances, one statement."""

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


def values_present(
    model: type[Model], column: str, values: Sequence[Any], *, also: str | None = None
) -> dict[Any, Any]:
    """Which of ``values`` stand in ``column``, each with what ``also`` holds in its row.

    The same as ``filter(column__in=values).values_list(column, also)`` for a unique column of
    plain text or numbers, without Django's price for each parameter.

    Queries: one for each ``PARAMETERS`` values.
    """
    connection = connections[router.db_for_read(model)]
    quote = connection.ops.quote_name
    key = model._meta.get_field(column).column
    other = model._meta.get_field(also).column if also else key
    found: dict[Any, Any] = {}
    with connection.cursor() as cursor:
        for start in range(0, len(values), PARAMETERS):
            part = values[start : start + PARAMETERS]
            marks = ", ".join(["%s"] * len(part))
            cursor.execute(
                f"SELECT {quote(key)}, {quote(other)} FROM {quote(model._meta.db_table)} "  # noqa: S608
                f"WHERE {quote(key)} IN ({marks})",
                part,
            )
            found.update(cursor.fetchall())
    return found


#: Values in one statement: below every database's limit.
PARAMETERS = 5000

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
