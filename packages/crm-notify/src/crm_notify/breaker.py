"""A circuit breaker per channel, in a cache that the workers share."""

import time
from dataclasses import dataclass

from django.core.cache import caches

from crm_notify.conf import notify_settings

#: How long failures in a row are remembered while nothing is sent.
MEMORY_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class BreakerState:
    failures: int = 0
    open_until: float = 0.0

    @property
    def is_open(self) -> bool:
        """Nothing may be sent now."""
        return time.time() < self.open_until

    @property
    def is_probing(self) -> bool:
        """It was open and has rested; one more failure opens it again."""
        return bool(self.open_until) and not self.is_open


def breaker_state(channel: str) -> BreakerState:
    """How the channel fares. Queries: none; one cache read."""
    stored = caches[notify_settings.breaker_cache].get(_key(channel))
    return BreakerState(*stored) if stored else BreakerState()


def record_success(channel: str, before: BreakerState) -> BreakerState:
    """Forget failures. ``before`` spares the cache a write for every message that goes well."""
    if before != BreakerState():
        caches[notify_settings.breaker_cache].delete(_key(channel))
    return BreakerState()


def record_failure(channel: str, *, opens_at_once: bool) -> BreakerState:
    """Count a failure.

    Opens after so many in a row, after one when the channel has just rested, and at once when
    an operator must act.
    """
    before = breaker_state(channel)
    failures = before.failures + 1
    is_too_many = before.is_probing or failures >= notify_settings.breaker_failures
    rest = notify_settings.breaker_open_for.total_seconds()
    open_until = time.time() + rest if opens_at_once or is_too_many else before.open_until
    caches[notify_settings.breaker_cache].set(
        _key(channel), (failures, open_until), MEMORY_SECONDS + rest
    )
    return BreakerState(failures, open_until)


def _key(channel: str) -> str:
    return f"crm_notify:breaker:{channel}"
