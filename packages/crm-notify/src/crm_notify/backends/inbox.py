"""The in-app inbox as a channel: the delivery row itself is the message."""

from collections.abc import Mapping
from typing import ClassVar

from crm_notify.backends.base import BaseBackend
from crm_notify.outcomes import Outcome, OutcomeClass, Request


class InboxBackend(BaseBackend):
    """Nothing is sent: a delivery in state DELIVERED is what ``crm_notify.inbox`` shows."""

    address_attribute: ClassVar[str | None] = "pk"
    max_recipients: ClassVar[int] = 500
    deduplicates: ClassVar[bool] = True

    def build(self, request: Request) -> bytes:  # noqa: ARG002 - nothing goes on a wire
        return b""

    def send(self, request: Request) -> Mapping[str, Outcome]:
        return request.all(Outcome(OutcomeClass.ACCEPTED, is_delivered=True))
