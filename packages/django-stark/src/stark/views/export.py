"""The list as a file: same filters, same columns, same rights."""

import csv
import datetime
import tempfile
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import gettext as _
from xlsxwriter import Workbook  # type: ignore[import-untyped]

from stark.columns import Column
from stark.options import ModelConfig
from stark.pipeline import filtered_rows, ordering, with_relations
from stark.state import ListState, StateError, parse_state
from stark.surface import Surface

#: Starts of a text that a spreadsheet would take for a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
#: Rows fetched at a time.
CHUNK = 1000
#: Bytes of a workbook kept in memory before it goes to a temporary file.
SPOOL_BYTES = 2_000_000
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def export_view(request: HttpRequest, config: ModelConfig, role: str) -> HttpResponseBase:
    surface = Surface(request, config, role)
    kind = request.GET.get("format") or "csv"
    writers = {"csv": csv_response, "xlsx": xlsx_response}
    if kind not in writers:
        raise StateError("format", kind, _("There is no such kind of file."), writers)
    state = parse_state(surface, request.GET)
    columns = surface.columns(state.columns)
    stem = slugify(str(config.label_plural), allow_unicode=True) or config.key
    name = f"{stem}-{timezone.localdate():%Y-%m-%d}.{kind}"
    return writers[kind](table(surface, state, columns), name)


def table(surface: Surface, state: ListState, columns: list[Column]) -> Iterator[list[Any]]:
    """The header and then a list per row; reads in chunks, so memory stays flat."""
    yield [str(column.label) for column in columns]
    rows = with_relations(surface, filtered_rows(surface, state), columns)
    for obj in rows.order_by(*ordering(surface, state)).iterator(chunk_size=CHUNK):
        yield [column.exported(obj) for column in columns]


def escape_formula(value: Any) -> Any:
    """Text that starts like a formula gets a leading apostrophe; numbers stay numbers."""
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value


class _Echo:
    """A file for ``csv.writer`` that hands every line straight on."""

    def write(self, text: str) -> str:
        return text


def csv_response(rows: Iterator[list[Any]], name: str) -> StreamingHttpResponse:
    writer = csv.writer(_Echo())

    def lines() -> Iterator[str]:
        yield "\ufeff"  # Excel takes the file for UTF-8 only with this mark.
        for row in rows:
            yield writer.writerow([escape_formula(_csv_value(value)) for value in row])

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = _disposition(name)
    return response


def _csv_value(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, datetime.datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return value


def xlsx_response(rows: Iterator[list[Any]], name: str) -> FileResponse:
    """A workbook written row by row to a temporary file, then streamed from it."""
    spool = tempfile.SpooledTemporaryFile(max_size=SPOOL_BYTES)  # noqa: SIM115 - response closes it
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "default_date_format": "yyyy-mm-dd hh:mm",
    }
    with Workbook(spool, options) as book:
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for number, row in enumerate(rows):
            for place, value in enumerate(row):
                _write_cell(sheet, number, place, value, day)
    spool.seek(0)
    response = FileResponse(spool, content_type=XLSX_TYPE)
    response["Content-Disposition"] = _disposition(name)
    return response


def _write_cell(sheet: Any, row: int, column: int, value: Any, day: Any) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_string(row, column, _("Yes") if value else _("No"))
    elif isinstance(value, int | float | Decimal) and -(10**15) < value < 10**15:
        sheet.write_number(row, column, value)
    elif isinstance(value, datetime.datetime):
        sheet.write_datetime(row, column, value)
    elif isinstance(value, datetime.date):
        sheet.write_datetime(row, column, value, day)
    else:
        sheet.write_string(row, column, str(value)[:32767])


def _disposition(name: str) -> str:
    return content_disposition_header(as_attachment=True, filename=name) or ""
