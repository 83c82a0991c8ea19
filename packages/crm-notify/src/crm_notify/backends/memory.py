"""Keeps messages in a list, for tests."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from crm_notify.backends.base import BaseBackend
from crm_notify.outcomes import Content, Outcome, OutcomeClass, Request


@dataclass(frozen=True, slots=True)
class Sent:
    """One message as a recipient of the memory channel got it."""

    channel: str
    address: str
    content: Content


#: Everything sent by memory channels of this process, oldest first. Tests clear it.
outbox: list[Sent] = []


class MemoryBackend(BaseBackend):
    """Appends to ``crm_notify.backends.memory.outbox``."""

    address_attribute: ClassVar[str | None] = "email"
    max_recipients: ClassVar[int] = 100

    def send(self, request: Request) -> Mapping[str, Outcome]:
        outbox.extend(Sent(self.alias, address, request.content) for address in request.addresses)
        return request.all(Outcome(OutcomeClass.ACCEPTED))
