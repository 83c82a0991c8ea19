"""Inserting and finding many plain values fast: no model instances, one statement."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
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
                key = (list, repr(value))
                if key not in cache:
                    cache[key] = field.get_db_prep_save(value, connection)
                row[index] = cache[key]
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


def rows_update(
    model: type[Model],
    pks: Sequence[int],
    values: Mapping[str, Any],
    *,
    only: Mapping[str, Any],
) -> int:
    """Set ``values`` in those of the rows that still have ``only``; how many those are.

    The same as ``filter(pk__in=pks, **only).update(**values)`` for plain columns, without
    Django's price for each key.

    Queries: one for each ``PARAMETERS`` keys.
    """
    connection = connections[router.db_for_write(model)]
    quote = connection.ops.quote_name

    def columns(given: Mapping[str, Any]) -> tuple[list[str], list[Any]]:
        fields = [model._meta.get_field(name) for name in given]
        stored = [f.get_db_prep_save(given[f.name], connection) for f in fields]
        return [f"{quote(f.column)} = %s" for f in fields], stored

    sets, new = columns(values)
    conditions, old = columns(only)
    table, key = quote(model._meta.db_table), quote(model._meta.pk.column)
    changed = 0
    with connection.cursor() as cursor:
        for start in range(0, len(pks), PARAMETERS):
            part = pks[start : start + PARAMETERS]
            marks = ", ".join(["%s"] * len(part))
            where = " AND ".join([*conditions, f"{key} IN ({marks})"])
            cursor.execute(
                f"UPDATE {table} SET {', '.join(sets)} WHERE {where}",  # noqa: S608
                [*new, *old, *part],
            )
            changed += cursor.rowcount
    return changed


@contextmanager
def bulk_load(model: type[Model]) -> Iterator[None]:
    """Let this connection write much: on SQLite a larger page cache and rarer checkpoints.

    Random keys dirty the same index pages in every chunk: with the defaults (2 MB, 4 MB) each
    commit copies them from the log to the file again. Nothing changes for what a commit
    promises. No effect on other databases.
    """
    connection = connections[router.db_for_write(model)]
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        before = {name: _pragma(cursor, name) for name in _SQLITE_LOAD}
        for name, value in _SQLITE_LOAD.items():
            _pragma(cursor, f"{name} = {value}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for name, value in before.items():
                _pragma(cursor, f"{name} = {value}")


def _pragma(cursor: Any, text: str) -> Any:
    row = cursor.execute(f"PRAGMA {text}").fetchone()
    return row[0] if row else None


#: Page cache in KiB (negative) and pages in the log before they are copied to the file.
_SQLITE_LOAD = {"cache_size": -16_000, "wal_autocheckpoint": 8_000}

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
