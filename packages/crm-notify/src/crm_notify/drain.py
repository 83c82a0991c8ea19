"""Sends what is due: claim, write, settle, until nothing is left."""

import logging
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID, uuid4

from django.utils import timezone

from crm_notify.backends.base import Backend
from crm_notify.breaker import BreakerState, breaker_state, record_failure, record_success
from crm_notify.channels import backend_for
from crm_notify.claims import begin_writing, claim, release
from crm_notify.conf import notify_settings
from crm_notify.models import Delivery
from crm_notify.outcomes import Content, NotReadyError, Outcome, OutcomeClass, Request
from crm_notify.settling import recover, settle

logger = logging.getLogger("crm_notify")

CHANNEL_DOWN = Outcome(OutcomeClass.CONFIG, detail="The channel rests after failures.")


@dataclass(slots=True)
class DrainReport:
    """How many deliveries one drain handled, by the state they ended in."""

    states: Counter[str] = field(default_factory=Counter)

    @property
    def handled(self) -> int:
        return self.states.total()


def drain(
    *,
    messages: Collection[UUID] | None = None,
    channels: Sequence[str] | None = None,
    limit: int | None = None,
) -> DrainReport:
    """Send what is due now: everything, or only these messages or channels.

    Many may run at once. Raises: RuntimeError inside a transaction.
    """
    report = DrainReport()
    recover()
    waiting = list(channels or notify_settings.channels)
    while waiting:
        busy = []
        for channel in waiting:
            if limit is not None and report.handled >= limit:
                return report
            room = None if limit is None else limit - report.handled
            if _drain_once(channel, messages, room, report):
                busy.append(channel)
        # A failed row may have started a row of another channel, so look at all again.
        waiting = list(channels or notify_settings.channels) if busy else []
    return report


def _drain_once(
    channel: str, messages: Collection[UUID] | None, room: int | None, report: DrainReport
) -> bool:
    """One batch of a channel; False when there was none."""
    state = breaker_state(channel)
    size = min(notify_settings.batch_size, room or notify_settings.batch_size)
    backend = backend_for(channel)
    token, rows = claim(
        channel,
        size=size,
        messages=messages,
        whole_requests=backend.deduplicates,
        only_with_standby=state.is_open,
    )
    if not rows:
        return False
    try:
        if state.is_open:
            down = {row.address: CHANNEL_DOWN for row in rows}
            report.states += settle(rows, token, down, started_at=timezone.now())
        else:
            _send_rows(channel, backend, rows, token, state, report)
    finally:
        release(token)
    return True


def _send_rows(
    channel: str,
    backend: Backend,
    rows: Sequence[Delivery],
    token: UUID,
    state: BreakerState,
    report: DrainReport,
) -> None:
    started_at = timezone.now()
    outcome = _open(backend)
    if outcome is not None:
        outcomes = dict.fromkeys([row.address for row in rows], outcome)
        report.states += settle(rows, token, outcomes, started_at=started_at)
        _tell_breaker(channel, outcomes, state)
        return
    for request, members in requests_for(rows, backend):
        outcomes = dict(_send_request(backend, request, members, token, report))
        if outcomes:
            state = _tell_breaker(channel, outcomes, state)
        if state.is_open:
            return


def _open(backend: Backend) -> Outcome | None:
    """None when the backend is ready, else why not; nothing has been written then."""
    try:
        backend.open()
    except NotReadyError as error:
        return error.outcome
    except Exception as error:  # noqa: BLE001 - a fault of the backend must not lose rows
        return Outcome(OutcomeClass.RETRYABLE, code=type(error).__name__)
    return None


def _send_request(
    backend: Backend,
    request: Request,
    members: Sequence[Delivery],
    token: UUID,
    report: DrainReport,
) -> Mapping[str, Outcome]:
    started_at = timezone.now()
    try:
        if request.payload is None:
            request = replace(request, payload=backend.build(request))
    except Exception as error:  # noqa: BLE001 - one bad message must not stop the others
        outcomes = request.all(Outcome(OutcomeClass.PERMANENT, code=type(error).__name__))
        report.states += settle(members, token, outcomes, started_at=started_at)
        return {}
    stored = request.payload if backend.deduplicates else None
    if not begin_writing(members, token, request_id=request.id, payload=stored):
        return {}
    try:
        outcomes = backend.send(request)
    except Exception as error:  # noqa: BLE001 - whatever it is, it may have been sent
        # Only the type: the text may hold a secret.
        outcomes = request.all(Outcome(OutcomeClass.UNKNOWN, code=type(error).__name__))
    report.states += settle(members, token, outcomes, started_at=started_at, request_id=request.id)
    return outcomes


def requests_for(
    rows: Sequence[Delivery], backend: Backend
) -> Iterator[tuple[Request, list[Delivery]]]:
    """Requests for claimed rows: repeated ones as they were, fresh ones as large as allowed."""
    repeated: dict[UUID, list[Delivery]] = {}
    fresh: dict[Content, list[Delivery]] = {}
    for row in rows:
        if row.payload is not None and row.request_id is not None:
            repeated.setdefault(row.request_id, []).append(row)
        else:
            fresh.setdefault(_content(row), []).append(row)
    for request_id, members in repeated.items():
        yield _request(request_id, members), members
    for members in fresh.values():
        for group in _groups(members, backend.max_recipients):
            yield _request(uuid4(), group), group


def _groups(members: list[Delivery], size: int) -> Iterator[list[Delivery]]:
    """Groups of at most ``size`` rows, no address twice in one."""
    group: list[Delivery] = []
    seen: set[str] = set()
    for row in members:
        address = row.address.casefold()
        if len(group) == size or address in seen:
            yield group
            group, seen = [], set()
        group.append(row)
        seen.add(address)
    if group:
        yield group


def _request(request_id: UUID, members: Sequence[Delivery]) -> Request:
    payload = members[0].payload
    return Request(
        id=request_id,
        content=_content(members[0]),
        addresses=tuple(row.address for row in members),
        payload=None if payload is None else bytes(payload),
    )


def _content(row: Delivery) -> Content:
    return Content(row.subject, row.text, row.html, row.url)


def _tell_breaker(
    channel: str, outcomes: Mapping[str, Outcome], state: BreakerState
) -> BreakerState:
    """Count what the outcomes say about the channel, as opposed to its recipients."""
    kinds = {outcome.kind for outcome in outcomes.values()}
    if kinds & {OutcomeClass.CONFIG, OutcomeClass.TOKEN}:
        logger.error("Channel %s needs an operator; its deliveries wait.", channel)
        return record_failure(channel, opens_at_once=True)
    if kinds == {OutcomeClass.RETRYABLE}:
        return record_failure(channel, opens_at_once=False)
    return record_success(channel, state)
