"""Upload and pre-check of a workbook: reads everything, writes no customer (PRODUCT 9)."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import IO, Any, TypeVar

from django.conf import settings
from django.core.files import File
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from crm.common.audit import record
from crm.common.bulkkit import values_present
from crm.customers import spool
from crm.customers.choices import SOURCE_NAMES
from crm.customers.importing.check import Duplicate, Result, Row, RowChecker, RowError, Tally
from crm.customers.importing.errors import WorkbookError
from crm.customers.importing.reader import Workbook, open_workbook
from crm.customers.models import ContactPoint, Customer, ImportBatch, ImportProblem
from crm.customers.models.customer import identity_of
from crm.customers.models.imports import ProblemKind
from crm.customers.states import ImportState, ImportTarget
from crm.enrolment.models import Course
from crm.org.models import User

T = TypeVar("T")

#: Rows that are looked up and written together.
CHUNK_ROWS = 2000
#: A worker that has not renewed its lease for so long is dead.
LEASE = timedelta(seconds=60)


def import_upload(
    *,
    actor: User | None,
    file: UploadedFile | File[bytes],
    filename: str,
    target: ImportTarget = ImportTarget.DISTRIBUTE,
    owner: User | None = None,
    book: Workbook | None = None,
) -> ImportBatch:
    """Store a workbook that can be read as one batch, ready to be checked.

    ``book`` is the same file where the caller has opened it: it is not read again.

    Raises: WorkbookError for anything that is no workbook of customers; nothing is kept then.
    """
    with tempfile.NamedTemporaryFile(suffix=Path(filename).suffix.lower()[:6]) as copy:
        for piece in file.chunks():
            copy.write(piece)
            if copy.tell() > settings.CRM_IMPORT_MAX_BYTES:
                break
        copy.flush()
        with _opened(copy.name, book) as opened:
            column_count, data_rows = len(opened.columns), opened.row_count
        copy.seek(0)
        with transaction.atomic():
            batch = ImportBatch(
                filename=Path(filename).name[:200],
                target=target,
                owner=owner,
                created_by=actor,
                column_count=column_count,
                data_rows=data_rows,
            )
            batch.file.save(f"upload{Path(copy.name).suffix}", File(copy), save=False)
            batch.save()
            record(actor=actor, action="import.uploaded", target=batch, goes_to=str(target))
    return batch


def _opened(path: str, book: Workbook | None) -> AbstractContextManager[Workbook]:
    if book is not None:
        return nullcontext(book)
    return open_workbook(path, max_bytes=settings.CRM_IMPORT_MAX_BYTES)


def import_check(*, batch: ImportBatch, book: Workbook | None = None) -> ImportBatch:
    """Check every row of an uploaded batch; a check that was cut short begins anew.

    ``book`` is the batch's file where the caller has it open: large ones take seconds to open.

    Returns the batch as it is afterwards: checked, or failed with a reason. Does nothing while
    another worker holds the lease.
    """
    if not _claim(batch):
        batch.refresh_from_db()
        return batch
    try:
        with _opened(batch.file.path, book) as opened:
            _check(batch, opened)
    except WorkbookError as error:
        ImportBatch.objects.filter(pk=batch.pk).update(
            state=ImportState.FAILED,
            error=f"{error.message} {error.cure}"[:300],
            finished_at=timezone.now(),
        )
    batch.refresh_from_db()
    return batch


def _claim(batch: ImportBatch) -> bool:
    now = timezone.now()
    fresh = Q(state=ImportState.UPLOADED)
    abandoned = Q(state=ImportState.CHECKING, lease_until__lt=now)
    return bool(
        ImportBatch.objects.filter(fresh | abandoned, pk=batch.pk).update(
            state=ImportState.CHECKING, lease_until=now + LEASE, checked_rows=0
        )
    )


def _check(batch: ImportBatch, book: Workbook) -> None:
    ImportProblem.objects.filter(batch=batch).delete()
    tally = Tally()
    known = skipped = 0
    with tempfile.TemporaryFile("w+b") as lines:
        for results in chunks(_results(book)):
            valid = _sort(batch, results, tally, lines)
            in_database = KnownRows(valid)
            skipped += len(in_database.imported)
            known += len(in_database.duplicates)
            _progress(batch, tally)
        tally.blank = book.blank_rows
        lines.seek(0)
        batch.spool.save(f"rows-{batch.pk}.jsonl", File(lines), save=False)
    _finish(batch, tally, known=known, skipped=skipped)


def _results(book: Workbook) -> Iterator[Result]:
    courses = dict(Course.objects.values_list("name", "pk"))
    checker = RowChecker(SOURCE_NAMES, courses, timezone.localdate(), columns=book.columns)
    return map(checker.check, book.rows())


def _sort(
    batch: ImportBatch, results: Iterable[Result], tally: Tally, lines: IO[bytes]
) -> list[Row]:
    """Valid rows to the spool, the others to the list of problems."""
    valid, problems = [], []
    for result in results:
        tally.add(result)
        if isinstance(result, Row):
            valid.append(result)
            lines.write(spool.packed(result))
        else:
            problems.append(problem_of(batch, result))
    ImportProblem.objects.bulk_create(problems, batch_size=500)
    return valid


def problem_of(batch: ImportBatch, result: RowError | Duplicate) -> ImportProblem:
    """The stored form of a row that can't be imported."""
    if isinstance(result, Duplicate):
        return ImportProblem(
            batch=batch,
            number=result.number,
            kind=ProblemKind.DUPLICATE_IN_FILE,
            code="duplicate_in_file",
            field=result.kind,
            params={"of_number": result.of_number},
        )
    return ImportProblem(
        batch=batch,
        number=result.number,
        kind=ProblemKind.INVALID,
        code=result.code,
        field=result.field,
        cell=result.cell,
        value=result.value,
        params=jsonable(result.params),
        others=[[e.cell, e.field, e.code, e.value, jsonable(e.params)] for e in result.others],
    )


def jsonable(params: dict[str, Any]) -> dict[str, Any]:
    """``params`` as JSON keeps them; what it doesn't know becomes text."""
    return dict(json.loads(json.dumps(params, default=str)))


class KnownRows:
    """Which of these valid rows the database holds already. Queries: two for each chunk."""

    def __init__(self, rows: list[Row]) -> None:
        identities = [identity_of(k, v) for row in rows for k, v in row.contacts.items()]
        self._digests = values_present(Customer, "import_digest", [row.digest for row in rows])
        self._identities = values_present(ContactPoint, "identity", identities)
        #: Rows that an earlier import made a customer of, unchanged since.
        self.imported = [row for row in rows if row.digest in self._digests]
        #: Rows with a contact of another living customer, and which kind of contact.
        self.duplicates: list[tuple[Row, str]] = []
        #: The rest.
        self.fresh: list[Row] = []
        for row in rows:
            if row.digest in self._digests:
                continue
            kind = next(
                (k for k, v in row.contacts.items() if identity_of(k, v) in self._identities), None
            )
            if kind is None:
                self.fresh.append(row)
            else:
                self.duplicates.append((row, kind))


def chunks(items: Iterable[T], size: int = CHUNK_ROWS) -> Iterator[list[T]]:
    """``items`` in lists of ``size``."""
    iterator = iter(items)
    while part := list(islice(iterator, size)):
        yield part


def _progress(batch: ImportBatch, tally: Tally) -> None:
    ImportBatch.objects.filter(pk=batch.pk).update(
        checked_rows=tally.data_rows, lease_until=timezone.now() + LEASE
    )


def _finish(batch: ImportBatch, tally: Tally, *, known: int, skipped: int) -> None:
    ImportBatch.objects.filter(pk=batch.pk, state=ImportState.CHECKING).update(
        **tally.as_dict(),
        state=ImportState.CHECKED,
        spool=batch.spool.name,
        checked_rows=tally.data_rows,
        duplicate_existing=known,
        skipped=skipped,
        checked_at=timezone.now(),
        lease_until=None,
    )
