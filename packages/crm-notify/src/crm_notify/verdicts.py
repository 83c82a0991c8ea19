"""What an outcome means for a delivery: the retry table. Pure; nothing is written here."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from crm_notify.conf import notify_settings
from crm_notify.models import Delivery, Reason, State
from crm_notify.outcomes import Outcome, OutcomeClass

#: Waits are spread by this share to both sides, so that retries don't come in waves.
JITTER = 0.2
RATE_LIMIT_WAIT = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The delivery's next state."""

    state: State
    reason: Reason = Reason.NONE
    next_at: datetime | None = None
    attempts_used: int = 0
    provider_id: str = ""

    @property
    def has_failed(self) -> bool:
        """This channel won't bring it: in mode "first" the next one is tried."""
        return self.state in (State.FAILED, State.DEAD)

    @property
    def has_arrived(self) -> bool:
        """This channel has it: in mode "first" the others are not needed."""
        return self.state in (State.ACCEPTED, State.DELIVERED, State.READ)


def jitter() -> float:
    """A factor around 1 for the waits of one request."""
    return random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - spreading load, no secret


def verdict_on(
    delivery: Delivery,
    outcome: Outcome,
    *,
    now: datetime,
    may_repeat: bool = False,
    has_standby: bool = False,
    spread: float = 1.0,
) -> Verdict:
    """The verdict for one recipient.

    ``may_repeat``: the channel deduplicates, so UNKNOWN may be sent again with the same bytes.
    ``has_standby``: mode "first" and another channel is left.
    """
    used = delivery.attempts_used
    match outcome.kind:
        case OutcomeClass.ACCEPTED:
            state = State.DELIVERED if outcome.is_delivered else State.ACCEPTED
            return Verdict(state, attempts_used=used + 1, provider_id=outcome.provider_id)
        case OutcomeClass.RETRYABLE:
            return _retry(delivery, outcome, now=now, spread=spread)
        case OutcomeClass.RATE_LIMITED:
            if _is_late(delivery, now):
                return Verdict(State.DEAD, Reason.DEADLINE, attempts_used=used)
            wait = outcome.retry_after or RATE_LIMIT_WAIT
            return Verdict(State.RETRY_WAIT, next_at=now + wait, attempts_used=used)
        case OutcomeClass.CONFIG | OutcomeClass.TOKEN:
            if has_standby:
                return Verdict(State.FAILED, Reason.CHANNEL_DOWN, attempts_used=used)
            rest = notify_settings.breaker_open_for
            return Verdict(State.PENDING, next_at=now + rest, attempts_used=used)
        case OutcomeClass.RECIPIENT | OutcomeClass.PERMANENT:
            return Verdict(State.FAILED, Reason.REFUSED, attempts_used=used + 1)
        case OutcomeClass.UNKNOWN:
            return _unknown(delivery, now=now, may_repeat=may_repeat, spread=spread)


def _retry(delivery: Delivery, outcome: Outcome, *, now: datetime, spread: float) -> Verdict:
    used = delivery.attempts_used + 1
    if _is_late(delivery, now):
        return Verdict(State.DEAD, Reason.DEADLINE, attempts_used=used)
    wait = _wait_after(used, spread)
    if wait is None:
        return Verdict(State.DEAD, Reason.EXHAUSTED, attempts_used=used)
    wait = max(wait, outcome.retry_after or wait)
    return Verdict(State.RETRY_WAIT, next_at=now + wait, attempts_used=used)


def _unknown(delivery: Delivery, *, now: datetime, may_repeat: bool, spread: float) -> Verdict:
    used = delivery.attempts_used + 1
    wait = _wait_after(used, spread)
    held = notify_settings.retry_unknown_after
    if wait is not None and (may_repeat or held is not None):
        wait = wait if may_repeat or held is None else max(wait, held)
        return Verdict(State.RETRY_WAIT, next_at=now + wait, attempts_used=used)
    return Verdict(State.UNKNOWN, attempts_used=used)


def _wait_after(attempts: int, spread: float) -> timedelta | None:
    """How long to wait after that many attempts; None when they are used up."""
    steps = notify_settings.retry_after_seconds
    if attempts > len(steps):
        return None
    return timedelta(seconds=steps[attempts - 1] * spread)


def _is_late(delivery: Delivery, now: datetime) -> bool:
    deadline = delivery.message.deadline_at
    return deadline is not None and now >= deadline
