"""The running cycle's queue in Redis (PRODUCT 13): a fast path that only proposes.

Several servers pop different slots from one list, so they rarely ask the database for the same
one. Nothing here decides: ``UPDATE slot … WHERE state = free`` in the customer's transaction
does. A popped slot is held under a lease until it is settled; with Redis flushed, restarted or
away every call answers "nothing known", and the engine reads the next free slots from the table.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from functools import wraps
from typing import ParamSpec, TypeVar

from django_redis import get_redis_connection
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

#: Ids of free slots, next one first.
READY_KEY = "crm:distribution:ready"
#: Slot id → end of the lease of the process that popped it (sorted set, epoch seconds).
HELD_KEY = "crm:distribution:held"
LEASE_SECONDS = 30

_POP = """
local slots = redis.call('LPOP', KEYS[1], ARGV[1])
if not slots then return {} end
for _, slot in ipairs(slots) do redis.call('ZADD', KEYS[2], ARGV[2], slot) end
return slots
"""
# One step, so that two processes that refill at the same time leave one copy of each slot.
_FILL = """
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
return redis.call('RPUSH', KEYS[1], unpack(ARGV))
"""
#: Lua's unpack() takes some thousand values; a cycle is shorter, but nothing promises it.
_FILL_MAX = 2000

P = ParamSpec("P")
R = TypeVar("R")


def _or(default: R) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Answer ``default`` when Redis can't be asked; the database is the record."""

    def decorate(call: Callable[P, R]) -> Callable[P, R]:
        @wraps(call)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                return call(*args, **kwargs)
            except (RedisError, OSError) as error:
                logger.warning("distribution queue is away, using the table: %s", error)
                return default

        return guarded

    return decorate


@_or([])
def pop(count: int) -> list[int]:
    """Up to ``count`` slot ids, held for this process; empty when the queue knows none."""
    connection = get_redis_connection()
    slots = connection.eval(_POP, 2, READY_KEY, HELD_KEY, count, time.time() + LEASE_SECONDS)
    return [int(slot) for slot in slots]


@_or(set())
def held_elsewhere() -> set[int]:
    """Slots that live processes have popped and not settled yet."""
    connection = get_redis_connection()
    connection.zremrangebyscore(HELD_KEY, "-inf", time.time())
    return {int(slot) for slot in connection.zrange(HELD_KEY, 0, -1)}


@_or(None)
def settle(slots: Iterable[int]) -> None:
    """Forget the leases of slots whose transaction has ended."""
    ids = list(slots)
    if ids:
        get_redis_connection().zrem(HELD_KEY, *ids)


@_or(None)
def fill(slots: Iterable[int]) -> None:
    """Offer these free slots, unless the queue already offers some."""
    ids = list(slots)[:_FILL_MAX]
    if ids:
        get_redis_connection().eval(_FILL, 1, READY_KEY, *ids)


@_or(None)
def clear() -> None:
    """Empty the queue; the next pop goes to the table and fills it again."""
    get_redis_connection().delete(READY_KEY)
