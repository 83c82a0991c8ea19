"""Opens a workbook and yields its rows as they stand, with the numbers a person sees."""

import io
import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, NamedTuple, Protocol, Self

import python_calamine
import xlrd

from crm.customers.importing import headers, packing
from crm.customers.importing.errors import WorkbookError
from crm.customers.importing.messages import NOTES
from crm.customers.importing.normalise import FormulaError

#: Largest upload.
MAX_BYTES: Final = 20 * 1024 * 1024
#: A title, a date and a hint may stand above the header.
HEADER_WITHIN_ROWS: Final = 20
#: Days between the calendar of old Macintosh workbooks and the usual one.
_DAYS_1904: Final = 1462


class RawRow(NamedTuple):
    """One filled row: its number in the sheet, its known cells, and all of it as read.

    ``cells`` leaves out empty cells; one with only spaces in it is there.
    """

    number: int
    cells: dict[str, Any]
    values: Sequence[Any]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the sheet; ``field`` is None where the header is not understood."""

    index: int
    title: str
    field: str | None

    @property
    def letter(self) -> str:
        """The letter above the column in Excel."""
        return headers.column_letter(self.index)


@dataclass(frozen=True, slots=True)
class Note:
    """Something a person should know about the file that stops nothing."""

    code: str
    params: dict[str, Any]

    @property
    def message(self) -> str:
        """The note in the language active now."""
        return str(NOTES[self.code] % self.params)


class _Sheet(Protocol):
    name: str

    @property
    def height(self) -> int: ...

    def rows(self) -> Iterator[list[Any]]: ...


@dataclass(slots=True)
class Workbook:
    """The rows of the sheet that has a header; a context manager that closes the file.

    `blank_rows` counts those met so far by the last `rows()`.
    """

    path: Path
    sheet: _Sheet
    header_number: int
    columns: list[Column]
    notes: list[Note]
    is_1904: bool = False
    blank_rows: int = 0
    _closing: Any = field(default=None, repr=False)

    @property
    def sheet_name(self) -> str:
        """Name of the sheet that is read."""
        return self.sheet.name

    @property
    def row_count(self) -> int:
        """Rows below the header, blank ones included: the total for a progress bar."""
        return max(self.sheet.height - self.header_number, 0)

    @property
    def fields(self) -> dict[str, Column]:
        """The columns that are read, by field."""
        return {column.field: column for column in self.columns if column.field}

    def rows(self) -> Iterator[RawRow]:
        """Every row below the header that has a filled cell, top to bottom.

        Effects: restarts `blank_rows`.
        """
        wanted = [
            (column.index, column.field)
            for column in self.columns
            if column.field and column.field not in headers.ADDED_FIELDS
        ]
        self.blank_rows = 0
        body = itertools.islice(self.sheet.rows(), self.header_number, None)
        for number, values in enumerate(body, self.header_number + 1):
            if any(map(_is_filled, values)):
                cells = {name: value for index, name in wanted if (value := values[index]) != ""}
                yield RawRow(number, self._dated(cells) if self.is_1904 else cells, values)
            else:
                self.blank_rows += 1

    @staticmethod
    def _dated(cells: dict[str, Any]) -> dict[str, Any]:
        # A date cell has been converted by the parser; a bare number still counts from 1904.
        if isinstance(cells.get("consulted_on"), float):
            cells["consulted_on"] += _DAYS_1904
        return cells

    def close(self) -> None:
        """Let go of the file and of the sheet's memory."""
        if self._closing is not None:
            self._closing()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def open_workbook(path: str | Path, *, max_bytes: int = MAX_BYTES) -> Workbook:
    """The workbook at ``path``, judged by its content, positioned below its header.

    Raises: WorkbookError not_a_workbook, encrypted, damaged, bomb, too_large, too_many_rows,
    too_many_columns, empty_sheet, no_name_column, no_contact_column, no_rows.
    """
    path = Path(path)
    size = path.stat().st_size
    if size > max_bytes:
        raise WorkbookError("too_large", megabytes=size / 1024**2, limit=max_bytes // 1024**2)
    kind = packing.kind_of(path)
    if kind == "encrypted":
        raise WorkbookError("encrypted")
    if kind == "xls":
        return _open_xls(path)
    if kind == "zip":
        return _open_xlsx(path)
    raise WorkbookError("not_a_workbook", kind=kind)


def _open_xlsx(path: Path) -> Workbook:
    package = packing.Package(path)
    with _parser_faults():
        book = python_calamine.CalamineWorkbook.from_path(path)
        visible = [
            (position, meta.name)
            for position, meta in enumerate(book.sheets_metadata)
            if meta.typ == python_calamine.SheetTypeEnum.WorkSheet
            and meta.visible == python_calamine.SheetVisibleEnum.Visible
        ]
        sheets = (
            _XlsxSheet(book.get_sheet_by_index(position), package.errors_of(position))
            for position, _name in visible
        )
        workbook = _with_header(path, sheets, [name for _position, name in visible])
    workbook.is_1904 = package.is_1904
    workbook._closing = book.close
    return workbook


def _open_xls(path: Path) -> Workbook:
    with _parser_faults():
        book = xlrd.open_workbook(str(path), logfile=io.StringIO(), on_demand=True)
        visible = [name for name in book.sheet_names() if _is_visible(book, name)]
        sheets = (_XlsSheet(book, name) for name in visible)
        workbook = _with_header(path, sheets, visible)
    workbook.is_1904 = bool(book.datemode)
    workbook._closing = book.release_resources
    return workbook


def _is_visible(book: Any, name: str) -> bool:
    return book._sheet_visibility[book.sheet_names().index(name)] == 0


@contextmanager
def _parser_faults() -> Iterator[None]:
    """Turn whatever a parser trips over into `WorkbookError`.

    A damaged file makes xlrd raise IndexError, struct.error, AssertionError and others, and
    calamine a Rust panic, which is a BaseException.
    """
    try:
        yield
    except (WorkbookError, KeyboardInterrupt, SystemExit, MemoryError, GeneratorExit):
        raise
    except BaseException as error:
        code = "encrypted" if _is_password_fault(error) else "damaged"
        raise WorkbookError(code) from error


def _is_password_fault(error: BaseException) -> bool:
    return isinstance(error, python_calamine.PasswordError) or "encrypted" in str(error).lower()


class _XlsxSheet:
    """One sheet of an .xlsx, held by calamine outside Python's memory."""

    def __init__(
        self, sheet: python_calamine.CalamineSheet, errors: dict[tuple[int, int], str]
    ) -> None:
        self.name = sheet.name
        self._sheet = sheet
        self._errors = errors

    @property
    def height(self) -> int:
        return self._sheet.end[0] + 1 if self._sheet.end else 0

    def rows(self) -> Iterator[list[Any]]:
        start = self._sheet.start
        rows: Iterator[list[Any]] = iter(self._sheet.iter_rows())
        if start and start[1]:
            rows = ([""] * start[1] + row for row in rows)
        return self._with_errors(rows) if self._errors else rows

    def _with_errors(self, rows: Iterator[list[Any]]) -> Iterator[list[Any]]:
        by_row: dict[int, list[tuple[int, str]]] = {}
        for (row, column), text in self._errors.items():
            by_row.setdefault(row, []).append((column, text))
        for number, values in enumerate(rows):
            for column, text in by_row.get(number, ()):
                if column < len(values):
                    values[column] = FormulaError(text)
            yield values


class _XlsSheet:
    """One sheet of an .xls; xlrd keeps the whole sheet in memory (65,536 rows at most)."""

    def __init__(self, book: Any, name: str) -> None:
        self.name = name
        self._datemode = book.datemode
        self._sheet = book.sheet_by_name(name)

    @property
    def height(self) -> int:
        return int(self._sheet.nrows)

    def rows(self) -> Iterator[list[Any]]:
        sheet = self._sheet
        for index in range(sheet.nrows):
            values = list(sheet.row_values(index))
            types = sheet.row_types(index)
            for column, cell_type in enumerate(types):
                if cell_type > xlrd.XL_CELL_NUMBER:
                    values[column] = self._converted(cell_type, values[column])
            yield values

    def _converted(self, cell_type: int, value: Any) -> Any:
        if cell_type == xlrd.XL_CELL_DATE:
            return _xls_date(value, self._datemode)
        if cell_type == xlrd.XL_CELL_BOOLEAN:
            return bool(value)
        if cell_type == xlrd.XL_CELL_ERROR:
            return FormulaError(xlrd.error_text_from_code.get(value, "#ERROR"))
        return ""


def _xls_date(value: float, datemode: int) -> Any:
    try:
        moment: datetime = xlrd.xldate.xldate_as_datetime(value, datemode)
    except (ValueError, OverflowError):
        return value
    if value < 1:
        return moment.time()
    return moment.date() if value == int(value) else moment


def _is_filled(value: Any) -> bool:
    return value != "" and not (isinstance(value, str) and value.isspace())


def _with_header(path: Path, sheets: Iterator[Any], names: list[str]) -> Workbook:
    is_any_filled = False
    for sheet in sheets:
        if sheet.height > packing.ROWS_LIMIT:
            raise WorkbookError("too_many_rows", rows=sheet.height, limit=packing.ROWS_LIMIT)
        top = list(itertools.islice(sheet.rows(), HEADER_WITHIN_ROWS))
        is_any_filled = is_any_filled or any(_is_filled(value) for row in top for value in row)
        scores = [headers.header_score(row) for row in top]
        if any(scores):
            return _positioned(path, sheet, scores.index(max(scores)), top, names)
    if is_any_filled:
        raise WorkbookError("no_name_column", rows=HEADER_WITHIN_ROWS)
    raise WorkbookError("empty_sheet")


def _positioned(
    path: Path, sheet: Any, header_index: int, top: list[list[Any]], names: list[str]
) -> Workbook:
    columns, notes = _columns(top[header_index])
    if not any(column.field in headers.CONTACT_FIELDS for column in columns):
        raise WorkbookError("no_contact_column")
    workbook = Workbook(path, sheet, header_index + 1, columns, notes)
    if workbook.row_count == 0:
        raise WorkbookError("no_rows")
    notes.extend(
        Note("other_sheet", {"sheet": sheet.name, "other": name})
        for name in names
        if name != sheet.name
    )
    return workbook


def _columns(titles: list[Any]) -> tuple[list[Column], list[Note]]:
    columns: list[Column] = []
    notes: list[Note] = []
    first_of: dict[str, Column] = {}
    for index, title in enumerate(titles):
        name = headers.field_of(title)
        column = Column(index, _title_text(title), name)
        if name and name in first_of:
            notes.append(_note("duplicate_column", column, first=first_of[name].letter))
            column = Column(index, column.title, None)
        elif name:
            first_of[name] = column
        elif column.title:
            notes.append(_note("unknown_column", column))
        columns.append(column)
    return columns, notes


def _title_text(title: Any) -> str:
    if isinstance(title, float) and title.is_integer():
        return str(int(title))
    return title.isoformat() if isinstance(title, date) else str(title).strip()


def _note(code: str, column: Column, **params: str) -> Note:
    return Note(code, {"letter": column.letter, "title": column.title, **params})
