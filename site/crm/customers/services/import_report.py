"""Workbooks that go back to the person: failed rows to mend, the template."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import IO, Any

from crm.customers.faults import Fault, fault_of
from crm.customers.importing.errors_workbook import write_errors, write_template
from crm.customers.importing.reader import RawRow, open_workbook
from crm.customers.models import ImportBatch
from crm.enrolment.models import Course

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def errors_workbook(*, batch: ImportBatch) -> IO[bytes]:
    """The batch's failed rows with the upload's own columns, row number and reason.

    Mended and uploaded again it imports just those rows.
    """
    faults = {problem.number: fault_of(problem) for problem in batch.problems.iterator()}
    target: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    with open_workbook(batch.file.path) as book:
        write_errors(target, book, _failed(book.rows(), faults))
    target.seek(0)
    return target


def _failed(rows: Iterator[RawRow], faults: dict[int, Fault]) -> Iterator[tuple[RawRow, Any]]:
    for raw in rows:
        fault = faults.get(raw.number)
        if fault is not None:
            yield raw, fault


def template_workbook() -> IO[bytes]:
    """An empty workbook with every column and lists to choose from."""
    target: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    courses = Course.objects.filter(is_open=True).values_list("name", flat=True)
    write_template(target, courses=list(courses))
    target.seek(0)
    return target
