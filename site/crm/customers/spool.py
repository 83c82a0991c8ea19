"""Checked rows as lines of a file, so that a run need not read the workbook again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from itertools import islice
from pathlib import Path

from crm.customers.importing.check import Row

_FIELDS = [field.name for field in fields(Row)]
_DATE = _FIELDS.index("consulted_on")
_COURSES = _FIELDS.index("courses")
_decode = json.JSONDecoder().decode
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=str).encode


def packed(row: Row) -> bytes:
    """One line: the row's fields as a JSON list, in the order of ``Row``."""
    return _encode([getattr(row, name) for name in _FIELDS]).encode() + b"\n"


def unpacked(line: bytes) -> Row:
    """The row that ``packed`` wrote."""
    values = _decode(line.decode())
    values[_DATE] = date.fromisoformat(values[_DATE]) if values[_DATE] else None
    values[_COURSES] = tuple(values[_COURSES])
    return Row(*values)


def read(path: str | Path, *, start: int = 0) -> Iterator[Row]:
    """The rows of a spool file from line ``start`` on, counted from 0."""
    with Path(path).open("rb") as lines:
        yield from map(unpacked, islice(lines, start, None))
