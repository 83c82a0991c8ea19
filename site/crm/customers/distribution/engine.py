"""Who gets the next customers. Decided by the database, inside the caller's transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from crm.common.bulkkit import bulk_insert, rows_update
from crm.customers.clocks import end_of_day
from crm.customers.distribution import queue
from crm.customers.distribution.order import Share, passes, ranked
from crm.customers.models import (
    ConsultantLoad,
    DistributionCycle,
    DistributionState,
    Slot,
    Tenure,
)
from crm.customers.states import SkipReason, SlotState, TenureHow
from crm.org.selectors import on_leave_ids

T = TypeVar("T")

#: How often a transaction is begun anew because somebody else was faster.
MAX_ATTEMPTS = 8


class AllocationConflictError(Exception):
    """A slot, a load or the cycle changed under this transaction: roll back and try again."""


@dataclass(frozen=True, slots=True)
class Allocation:
    """One customer's consultant and the place he was given on."""

    user_id: int
    slot_id: int
    passed_over: list[list[int | str]] = field(default_factory=list)


@dataclass(slots=True)
class _Candidate:
    """A consultant as this transaction sees him."""

    share: Share
    room: int
    refusal: SkipReason | None

    def reason_to_skip(self) -> SkipReason | None:
        """Why he can't take one more customer, or None."""
        if self.refusal is not None:
            return self.refusal
        return SkipReason.CAP if self.room <= 0 else None


def retrying(work: Callable[[], T]) -> T:
    """The result of ``work``, run in a transaction of its own and again after a conflict.

    Raises: AllocationConflictError, when ``MAX_ATTEMPTS`` transactions in a row lost the race.
    """
    for attempt in range(1, MAX_ATTEMPTS + 1):
        try:
            with transaction.atomic():
                return work()
        except AllocationConflictError:
            queue.clear()
            if attempt == MAX_ATTEMPTS:
                raise
    raise AssertionError


def allocate(
    former_owners: Sequence[frozenset[int]], *, at: datetime | None = None
) -> list[Allocation | None]:
    """A consultant for each customer, in order; None where nobody has room.

    ``former_owners`` holds, for each customer, the ids that may never get him again
    (PRODUCT 26). Takes the slots and raises the loads; the caller writes the customers and
    their tenures in the same transaction.

    Raises: AllocationConflictError, when another process was faster; wrap in ``retrying``.
    Queries: about ten, one for each cycle opened and one for each consultant served.
    Source: PRODUCT 12–17.
    """
    if not transaction.get_connection().in_atomic_block:
        message = "allocate() decides inside the transaction that writes the customers"
        raise transaction.TransactionManagementError(message)
    return _Round(former_owners, at or timezone.now()).run()


class _Round:
    """One call of ``allocate``: walks the free slots until every customer is settled."""

    def __init__(self, former_owners: Sequence[frozenset[int]], at: datetime) -> None:
        self.former_owners = former_owners
        self.at = at
        self.candidates = _candidates(at)
        self.waiting = list(range(len(former_owners)))
        self.result: list[Allocation | None] = [None] * len(former_owners)
        self.passed: dict[int, list[list[int | str]]] = {}
        self.seen: set[int] = set()
        self.held: list[int] = []
        self.skipped: dict[SkipReason, list[int]] = {}

    def run(self) -> list[Allocation | None]:
        while self.waiting and self._somebody_can_take_one():
            slots = self._proposals(len(self.waiting)) or self._opened()
            for slot_id, user_id in slots:
                self._serve(slot_id, user_id)
                if not self.waiting:
                    break
        self._write()
        return self.result

    @staticmethod
    def _may(candidate: _Candidate) -> bool:
        return candidate.share.quota > 0 and candidate.reason_to_skip() is None

    def _somebody_can_take_one(self) -> bool:
        """False when no consultant with room may have any of the waiting customers."""
        open_ids = {uid for uid, c in self.candidates.items() if self._may(c)}
        return any(open_ids - self.former_owners[index] for index in self.waiting)

    def _proposals(self, count: int) -> list[tuple[int, int]]:
        """The next free slots as ``(slot id, user id)``: from the queue, else from the table."""
        popped = queue.pop(count)
        self.held += popped
        rows = Slot.objects.filter(state=SlotState.FREE).order_by("pk")
        if popped:
            rows = rows.filter(pk__in=popped)
        else:
            # What this call has seen lies below the mark or is settled when it ends.
            rows = rows.exclude(pk__in=queue.held_elsewhere() - self.seen)[: count + len(self.seen)]
        slots = [pair for pair in rows.values_list("pk", "user_id") if pair[0] not in self.seen]
        self.seen.update(pk for pk, _user in slots)
        # A stale queue proposes slots that are gone: ask again, the queue is now shorter.
        return slots or (self._proposals(count) if popped else [])

    def _opened(self) -> list[tuple[int, int]]:
        """The places of the next cycles, enough for everybody who waits.

        Several cycles are opened at once only as long as nobody would reach his limit in them:
        a cycle is made of those who can be served when it begins.
        """
        able = [c for c in self.candidates.values() if self._may(c)]
        size = sum(c.share.quota for c in able)
        fitting = min(c.room // c.share.quota for c in able)
        count = max(1, min(-(-len(self.waiting) // size), fitting))
        slots = _open_next_cycles([c.share for c in able], count)
        self.seen.update(pk for pk, _user in slots)
        return slots

    def _serve(self, slot_id: int, user_id: int) -> None:
        """Give the slot to the first waiting customer who may have this consultant."""
        candidate = self.candidates.get(user_id)
        reason = candidate.reason_to_skip() if candidate else SkipReason.INACTIVE
        if candidate is None or reason is not None:
            self.skipped.setdefault(reason or SkipReason.INACTIVE, []).append(slot_id)
            return
        for index in self.waiting:
            if user_id in self.former_owners[index]:
                self.passed.setdefault(index, []).append([user_id, "ex_owner"])
                continue
            self.result[index] = Allocation(user_id, slot_id, self.passed.get(index, []))
            self.waiting.remove(index)
            candidate.room -= 1
            return

    def _write(self) -> None:
        """Settle slots and loads, each by a conditional update; offer the rest to the queue."""
        taken = [a.slot_id for a in self.result if a is not None]
        _settle(taken, SlotState.TAKEN, "", self.at)
        for reason, slot_ids in self.skipped.items():
            _settle(slot_ids, SlotState.SKIPPED, reason, self.at)
        counts = Counter(a.user_id for a in self.result if a is not None)
        for user_id in sorted(counts):  # one order for everybody: no deadlock
            load_raise(user_id, counts[user_id])
        transaction.on_commit(partial(_after_commit, self.held))


def _after_commit(held: list[int]) -> None:
    """Let go of the popped slots and refill an empty queue from the table."""
    queue.settle(held)
    free = Slot.objects.filter(state=SlotState.FREE).order_by("pk")
    queue.fill(free.values_list("pk", flat=True)[:500])


def _settle(slot_ids: list[int], state: SlotState, reason: str, at: datetime) -> None:
    values = {"state": state.value, "skip_reason": str(reason), "settled_at": at}
    if rows_update(Slot, slot_ids, values, only={"state": SlotState.FREE.value}) != len(slot_ids):
        raise AllocationConflictError("slot")


def load_raise(user_id: int, by: int) -> None:
    """Add ``by`` un-won customers to a consultant's load, if they fit under his cap.

    Raises: AllocationConflictError, when they don't fit any more.
    """
    fits = ConsultantLoad.objects.filter(pk=user_id, open_count__lte=F("cap") - by)
    if not fits.update(open_count=F("open_count") + by):
        raise AllocationConflictError("load")


def _candidates(at: datetime) -> dict[int, _Candidate]:
    """Every consultant with a load, and why he can't take customers now."""
    today = timezone.localdate(at)
    away = on_leave_ids(today)
    loads = ConsultantLoad.objects.select_related("user").order_by("pk")
    today_counts: dict[int, int] = {}
    if any(load.daily_max is not None for load in loads):
        today_counts = Counter(
            # A range, not ``__date``: it uses an index, and MySQL may know no time zones.
            Tenure.objects.filter(
                how=TenureHow.DISTRIBUTE, started_at__gte=end_of_day(today - timedelta(days=1))
            ).values_list("user_id", flat=True)
        )
    return {load.pk: _candidate(load, load.pk in away, today_counts) for load in loads}


def _candidate(load: ConsultantLoad, is_away: bool, today: dict[int, int]) -> _Candidate:  # noqa: FBT001
    refusal = None
    if not load.user.is_active:
        refusal = SkipReason.INACTIVE
    elif not load.is_receiving:
        refusal = SkipReason.PAUSED
    elif is_away:
        refusal = SkipReason.LEAVE
    room = load.room
    if load.daily_max is not None and refusal is None:
        left_today = load.daily_max - today.get(load.pk, 0)
        refusal = SkipReason.DAILY_MAX if left_today <= 0 else None
        room = min(room, left_today)
    return _Candidate(Share(load.pk, load.weight, load.quota), room, refusal)


def _open_next_cycles(shares: list[Share], count: int) -> list[tuple[int, int]]:
    """Open ``count`` cycles with these consultants; their places as ``(slot id, user id)``.

    Opens none when somebody else just did: his free slots are the next proposals. The
    conditional update of the one state row makes others who open a cycle wait for us.
    """
    state, _created = DistributionState.objects.get_or_create(pk=1)
    first = state.current_number + 1
    if not DistributionState.objects.filter(pk=1, current_number=state.current_number).update(
        current_number=F("current_number") + count
    ):
        return []
    orders = {n: ranked(shares, cycle_number=n) for n in range(first, first + count)}
    at = timezone.now()
    bulk_insert(
        DistributionCycle,
        ["number", "opened_at", "consultants"],
        [(number, at, [list(share) for share in order]) for number, order in orders.items()],
    )
    cycle_ids = DistributionCycle.objects.filter(number__gte=first, number__lt=first + count)
    bulk_insert(
        Slot,
        ["cycle_id", "position", "user_id", "state", "skip_reason"],
        [
            (pk, position, user_id, SlotState.FREE.value, "")
            for number, pk in cycle_ids.order_by("number").values_list("number", "pk")
            for position, user_id in enumerate(passes(orders[number]), start=1)
        ],
    )
    opened = Slot.objects.filter(cycle__in=cycle_ids).order_by("pk")
    return list(opened.values_list("pk", "user_id"))
