"""Makes workbooks: every test of the reader says in its own lines what stands in the file."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.utils import translation
from hypothesis import settings

# The first example loads the phone metadata; a busy machine takes its time over that.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

MakeXlsx = Callable[..., Path]


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def make_xlsx(tmp_path: Path) -> MakeXlsx:
    """Write rows to an .xlsx; ``sheets`` for more than one, ``top``/``left`` to move the table."""

    def make(
        rows: Sequence[Sequence[Any]] = (),
        *,
        sheets: dict[str, Sequence[Sequence[Any]]] | None = None,
        top: int = 0,
        left: int = 0,
        name: str = "customers.xlsx",
    ) -> Path:
        path = tmp_path / name
        with xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"}) as book:
            for title, content in (sheets or {"客户": rows}).items():
                sheet = book.add_worksheet(title)
                for number, row in enumerate(content):
                    for index, value in enumerate(row):
                        _write(sheet, number + top, index + left, value)
        return path

    return make


def _write(sheet: Any, row: int, column: int, value: Any) -> None:
    if isinstance(value, str) and value.startswith("="):
        sheet.write_formula(row, column, value, "", "#DIV/0!")
    elif isinstance(value, str):
        sheet.write_string(row, column, value)
    elif isinstance(value, date | datetime):
        sheet.write_datetime(row, column, value)
    elif value is not None:
        sheet.write(row, column, value)
