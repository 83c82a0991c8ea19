"""The workbooks that go back to a person: the failed rows to mend, and the empty template."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any, Final

import xlsxwriter

from crm.customers import choices
from crm.customers.importing.check import Duplicate, RowError
from crm.customers.importing.headers import ADDED_FIELDS, FIELDS, column_letter
from crm.customers.importing.messages import TITLES
from crm.customers.importing.reader import Column, RawRow, Workbook

#: What text may start with stays text: no formula, link or number is made of it.
_OPTIONS: Final = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_date_format": "yyyy-mm-dd",
}
_WIDTHS: Final = {"name": 12, "phone": 16, "courses": 26, "school": 22, "note": 30}
_TEMPLATE_ROWS: Final = 10_000


def write_errors(
    target: str | Path | IO[bytes],
    workbook: Workbook,
    failed: Iterable[tuple[RawRow, RowError | Duplicate]],
) -> int:
    """Write the ``failed`` rows with the upload's own columns, row number and reason; count them.

    Mended and uploaded as it is, the workbook is read like any other: the two added columns
    are known and say nothing. The reasons are in the language active now.
    """
    columns = [column for column in workbook.columns if column.field not in ADDED_FIELDS]
    with xlsxwriter.Workbook(_target(target), _OPTIONS) as book:
        sheet = book.add_worksheet(_sheet_name(workbook.sheet_name))
        wrapped = book.add_format({"text_wrap": True})
        _write_header(book, sheet, columns)
        count = 0
        for raw, fault in failed:
            count += 1
            for index, column in enumerate(columns):
                _write_cell(sheet, count, index, _value_at(raw.values, column.index))
            sheet.write_number(count, len(columns), raw.number)
            sheet.write_string(count, len(columns) + 1, fault.reason, wrapped)
    return count


def write_template(target: str | Path | IO[bytes], *, courses: Sequence[str] = ()) -> None:
    """Write a workbook with every column, a list to choose from where there is one, no rows."""
    lists = _choice_lists(courses)
    with xlsxwriter.Workbook(_target(target), _OPTIONS | {"constant_memory": False}) as book:
        sheet = book.add_worksheet()
        bold, text = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
        lists_sheet = book.add_worksheet("lists")
        lists_sheet.hide()
        for index, name in enumerate(FIELDS):
            is_text = name in {"phone", "qq", "wechat"}
            sheet.set_column(index, index, _WIDTHS.get(name, 14), text if is_text else None)
            sheet.write_string(0, index, str(TITLES[name]), bold)
            if options := lists.get(name):
                lists_sheet.write_column(0, index, options)
                letter = column_letter(index)
                source = f"=lists!${letter}$1:${letter}${len(options)}"
                # Several courses may be listed in one cell, so that list only proposes.
                rule = {"validate": "list", "source": source}
                rule |= {"error_type": "information"} if name == "courses" else {}
                sheet.data_validation(1, index, _TEMPLATE_ROWS, index, rule)
        sheet.freeze_panes(1, 1)


def _choice_lists(courses: Sequence[str]) -> dict[str, list[str]]:
    enumerations = {
        "gender": choices.Gender,
        "source": choices.Source,
        "education": choices.Education,
        "experience": choices.Experience,
        "in_work": choices.WorkState,
    }
    lists = {name: [str(label) for label in kind.labels] for name, kind in enumerations.items()}
    return lists | {"courses": list(courses)}


def _write_header(book: Any, sheet: Any, columns: Sequence[Column]) -> None:
    bold = book.add_format({"bold": True})
    for index, column in enumerate(columns):
        sheet.set_column(index, index, _WIDTHS.get(column.field or "", 14))
        sheet.write_string(0, index, column.title, bold)
    for index, name in enumerate(ADDED_FIELDS, len(columns)):
        sheet.set_column(index, index, 60 if name == "reason" else 8)
        sheet.write_string(0, index, str(TITLES[name]), bold)
    sheet.freeze_panes(1, 0)


def _write_cell(sheet: Any, row: int, column: int, value: Any) -> None:
    if value == "":
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value)
    elif isinstance(value, date | datetime):
        sheet.write_datetime(row, column, value)
    else:
        sheet.write_string(row, column, str(value))


def _value_at(values: Sequence[Any], index: int) -> Any:
    return values[index] if index < len(values) else ""


def _sheet_name(name: str) -> str:
    return "".join(" " if mark in "[]:*?/\\'" else mark for mark in name)[:31].strip() or "Sheet1"


def _target(target: str | Path | IO[bytes]) -> Any:
    return str(target) if isinstance(target, Path) else target
