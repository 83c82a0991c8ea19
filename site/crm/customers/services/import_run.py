"""Running a checked import: chunk by chunk, each in one transaction (PRODUCT 9, section 3).

A chunk's customers, contacts, tenures, slots, loads and the batch's own progress commit
together: a worker killed at any moment leaves whole chunks, and the next goes on behind them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crm_notify import Notice, notify, notify_many
from django.db import IntegrityError, transaction
from django.db.models import Count, F, Min, Q
from django.utils import timezone

from crm.common.audit import record
from crm.common.bulkkit import bulk_insert, bulk_load, values_present
from crm.common.text import pinyin_of
from crm.customers import spool
from crm.customers.choices import WorkState
from crm.customers.clocks import deal_due_at, follow_due_at
from crm.customers.distribution.engine import (
    Allocation,
    AllocationConflictError,
    allocate,
    retrying,
)
from crm.customers.errors import RuleError
from crm.customers.importing.check import Row
from crm.customers.models import (
    ConsultantLoad,
    ContactPoint,
    Customer,
    ImportBatch,
    ImportProblem,
    Tenure,
)
from crm.customers.models.customer import identity_of
from crm.customers.models.imports import ProblemKind
from crm.customers.services.import_check import LEASE, KnownRows, chunks
from crm.customers.states import (
    CustomerState,
    ImportState,
    ImportTarget,
    PoolReason,
    TenureHow,
    TenureStatus,
)
from crm.org.models import User

#: Customers of one transaction: a kill loses at most so many rows' work, never a customer.
RUN_CHUNK_ROWS = 2500


def import_start(*, actor: User | None, batch: ImportBatch) -> ImportBatch:
    """Let a checked batch run. Starting it twice starts it once.

    Raises: RuleError, when the batch is not checked.
    """
    with transaction.atomic():
        started = ImportBatch.objects.filter(
            pk=batch.pk,
            state__in=[ImportState.CHECKED, ImportState.FAILED],
            checked_at__isnull=False,
        ).update(
            state=ImportState.RUNNING,
            run_started_at=timezone.now(),
            lease_until=None,
            # What the check foresaw is counted anew, unless some rows are settled already.
            duplicate_existing=F("duplicate_existing") if batch.settled_rows else 0,
            skipped=F("skipped") if batch.settled_rows else 0,
            error="",
        )
        if started:
            record(actor=actor, action="import.started", target=batch)
    batch.refresh_from_db()
    if not started and batch.state != ImportState.RUNNING:
        raise RuleError(str(batch.get_state_display()))
    return batch


def import_cancel(*, actor: User, batch: ImportBatch) -> ImportBatch:
    """Drop a checked batch: nothing is imported.

    Raises: RuleError, when it is in any other state.
    """
    with transaction.atomic():
        if not ImportBatch.objects.filter(pk=batch.pk, state=ImportState.CHECKED).update(
            state=ImportState.CANCELLED, finished_at=timezone.now()
        ):
            batch.refresh_from_db()
            raise RuleError(str(batch.get_state_display()))
        record(actor=actor, action="import.cancelled", target=batch)
    batch.refresh_from_db()
    return batch


def import_run(*, batch: ImportBatch) -> ImportBatch:
    """Import what is left of a running batch; nothing while another worker has it.

    Returns the batch as it is afterwards. Safe to call again at any time.
    """
    if not _claim(batch):
        batch.refresh_from_db()
        return batch
    batch.refresh_from_db()
    done = batch.settled_rows
    with bulk_load(Customer):
        for rows in chunks(spool.read(batch.spool.path, start=done), RUN_CHUNK_ROWS):
            if not retrying(_Chunk(batch, rows, settled_before=done).write):
                batch.refresh_from_db()
                return batch
            done += len(rows)
    _finish(batch)
    batch.refresh_from_db()
    return batch


def _claim(batch: ImportBatch) -> bool:
    now = timezone.now()
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
    return bool(
        ImportBatch.objects.filter(free, pk=batch.pk, state=ImportState.RUNNING).update(
            lease_until=now + LEASE
        )
    )


@dataclass(slots=True)
class _Placed:
    """A row and where its customer goes; no user means the pool."""

    row: Row
    allocation: Allocation | None
    user_id: int | None


class _Chunk:
    """Some rows of the spool, written in one transaction."""

    def __init__(self, batch: ImportBatch, rows: list[Row], *, settled_before: int) -> None:
        self.batch = batch
        self.rows = rows
        self.settled_before = settled_before
        self.at = timezone.now()

    def write(self) -> bool:
        """Write the rows; False when the batch was taken away from this worker.

        Raises: AllocationConflictError, when somebody else wrote the same contact or slot.
        """
        known = KnownRows(self.rows)
        if not self._settle(known):
            return False
        placed = self._place(known.fresh)
        try:
            # A savepoint, so that the error is ours to turn into a retry on every database.
            with transaction.atomic():
                self._insert(placed)
        except IntegrityError as error:
            raise AllocationConflictError("contact") from error
        ImportProblem.objects.bulk_create(
            ImportProblem(
                batch=self.batch,
                number=row.number,
                kind=ProblemKind.DUPLICATE_EXISTING,
                code="duplicate_existing",
                field=kind,
            )
            for row, kind in known.duplicates
        )
        return True

    def _settle(self, known: KnownRows) -> bool:
        """Move the batch's progress, conditionally: two workers can't both write a chunk."""
        return bool(
            ImportBatch.objects.filter(
                pk=self.batch.pk, state=ImportState.RUNNING, settled_rows=self.settled_before
            ).update(
                settled_rows=F("settled_rows") + len(self.rows),
                created=F("created") + len(known.fresh),
                skipped=F("skipped") + len(known.imported),
                duplicate_existing=F("duplicate_existing") + len(known.duplicates),
                lease_until=timezone.now() + LEASE,
            )
        )

    def _place(self, rows: list[Row]) -> list[_Placed]:
        if self.batch.target == ImportTarget.DISTRIBUTE:
            allocations = allocate([frozenset()] * len(rows), at=self.at)
            return [
                _Placed(row, allocation, allocation.user_id if allocation else None)
                for row, allocation in zip(rows, allocations, strict=True)
            ]
        if self.batch.target == ImportTarget.OWNER and self.batch.owner_id is not None:
            room = _room_take(self.batch.owner_id, len(rows))
            return [
                _Placed(row, None, self.batch.owner_id if index < room else None)
                for index, row in enumerate(rows)
            ]
        return [_Placed(row, None, None) for row in rows]

    def _insert(self, placed: Sequence[_Placed]) -> None:
        customers = self._customers(placed)
        bulk_insert(
            ContactPoint,
            ["customer_id", "kind", "value", "identity"],
            [
                (pk, kind, value, identity_of(kind, value))
                for pk, item in zip(customers, placed, strict=True)
                for kind, value in item.row.contacts.items()
            ],
        )
        bulk_insert(
            Customer.courses.through,
            ["customer_id", "course_id"],
            [
                (pk, course)
                for pk, item in zip(customers, placed, strict=True)
                for course in item.row.courses
            ],
        )
        how = (
            TenureHow.DISTRIBUTE
            if self.batch.target == ImportTarget.DISTRIBUTE
            else TenureHow.IMPORT
        ).value
        following = TenureStatus.FOLLOWING.value
        bulk_insert(
            Tenure,
            [
                "customer_id",
                "user_id",
                "how",
                "status",
                "started_at",
                "open_for_id",
                "slot_id",
                "end_reason",
                "memo",
                "passed_over",
            ],
            [
                (
                    pk,
                    item.user_id,
                    how,
                    following,
                    self.at,
                    pk,
                    item.allocation.slot_id if item.allocation else None,
                    "",
                    "",
                    [],
                )
                for pk, item in zip(customers, placed, strict=True)
                if item.user_id is not None
            ],
        )
        to_pool = sum(item.user_id is None for item in placed)
        if to_pool:
            ImportBatch.objects.filter(pk=self.batch.pk).update(to_pool=F("to_pool") + to_pool)

    def _customers(self, placed: Sequence[_Placed]) -> list[int]:
        """Insert the customers; their ids in order, found again by the rows' digests."""
        follow_due, deal_due = follow_due_at(since=self.at), deal_due_at(received_at=self.at)
        due = min(follow_due, deal_due)
        owned = (self.at, follow_due, deal_due, due)
        pooled = (None, None, None, None)
        pool, private = CustomerState.POOL.value, CustomerState.PRIVATE.value
        reason = (
            PoolReason.ENTERED if self.batch.target == ImportTarget.POOL else PoolReason.NO_CAPACITY
        ).value
        bulk_insert(
            Customer,
            _CUSTOMER_COLUMNS,
            [
                (
                    *self._profile(item.row),
                    pool if item.user_id is None else private,
                    item.user_id,
                    reason if item.user_id is None else "",
                    *(pooled if item.user_id is None else owned),
                )
                for item in placed
            ],
        )
        digests = [item.row.digest for item in placed]
        ids = values_present(Customer, "import_digest", digests, also="id")
        return [ids[item.row.digest] for item in placed]

    def _profile(self, row: Row) -> tuple[object, ...]:
        return (
            row.name,
            *pinyin_of(row.name),
            row.gender,
            row.education,
            row.school,
            row.major,
            row.experience,
            _WORK_STATES[row.in_work],
            row.company,
            row.salary,
            row.source,
            row.note,
            row.consulted_on,
            row.digest,
            self.batch.pk,
            self.at,
            self.batch.created_by_id,
            "",
            "",
        )


_WORK_STATES = {None: "", True: WorkState.IN_WORK.value, False: WorkState.OUT_OF_WORK.value}
_CUSTOMER_COLUMNS = [
    "name", "pinyin", "initials", "gender", "education", "school", "major",
    "experience", "work_state", "company", "salary", "source", "note",
    "consulted_on", "import_digest", "import_batch_id", "created_at", "created_by_id",
    "intent", "last_follow_up_text",
    "state", "owner_id", "pool_reason",
    "received_at", "follow_due_at", "deal_due_at", "due_at",
]  # fmt: skip


def _room_take(user_id: int, wanted: int) -> int:
    """Raise the load by as many as fit, at most ``wanted``; how many that is."""
    load, _created = ConsultantLoad.objects.get_or_create(
        user_id=user_id, defaults={"is_receiving": False, "quota": 0}
    )
    fits = min(wanted, load.room)
    moved = ConsultantLoad.objects.filter(pk=user_id, open_count=load.open_count).update(
        open_count=F("open_count") + fits
    )
    if not moved:
        raise AllocationConflictError("load")
    return fits


def _finish(batch: ImportBatch) -> None:
    """Close the batch and tell everybody concerned, in one transaction."""
    with transaction.atomic():
        ended = ImportBatch.objects.filter(pk=batch.pk, state=ImportState.RUNNING).update(
            state=ImportState.DONE, finished_at=timezone.now(), lease_until=None
        )
        if not ended:
            return
        batch.refresh_from_db()
        if batch.problem_count:
            ImportBatch.objects.filter(pk=batch.pk).update(state=ImportState.DONE_WITH_ERRORS)
        _owners_notify(batch)
        if batch.created_by is not None:
            notify(
                "customers.import_finished",
                to=batch.created_by,
                context={
                    "filename": batch.filename,
                    "batch_id": batch.pk,
                    "created": batch.created,
                    "problems": batch.problem_count,
                    "to_pool": batch.to_pool,
                },
                key=f"customers.import_finished:{batch.pk}",
            )
        record(actor=batch.created_by, action="import.finished", target=batch)


def _owners_notify(batch: ImportBatch) -> None:
    """One message for each consultant: how many customers of this batch are his."""
    given = {
        row["user_id"]: row
        for row in Tenure.objects.filter(customer__import_batch=batch)
        .order_by()
        .values("user_id")
        .annotate(count=Count("pk"), due_at=Min("customer__due_at"))
    }
    notify_many(
        [
            Notice(
                "customers.assigned",
                to=user,
                context={
                    "count": given[user.pk]["count"],
                    "filename": batch.filename,
                    "batch_id": batch.pk,
                    "due_at": given[user.pk]["due_at"].isoformat(),
                },
                key=f"customers.assigned:batch:{batch.pk}:{user.pk}",
            )
            for user in User.objects.filter(pk__in=given).order_by("pk")
        ]
    )
