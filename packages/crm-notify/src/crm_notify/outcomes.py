"""What a backend is given and what it answers: requests, contents and outcomes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID


class OutcomeClass(StrEnum):
    """What happened to one recipient of one request, and so what the core does next."""

    #: The provider's success code was parsed: done, or wait for a receipt.
    ACCEPTED = "accepted"
    #: Nothing was taken over; the same request may succeed later.
    RETRYABLE = "retryable"
    #: The provider's window is full; try again when it ends. Not counted as an attempt.
    RATE_LIMITED = "rate_limited"
    #: The access token is still stale after the one refresh; treated as CONFIG.
    TOKEN = "token"  # noqa: S105 - the name of a class of outcomes
    #: Secret, right, IP address, signature, or robot gone: an operator must act.
    CONFIG = "config"
    #: This recipient can't be reached; others can.
    RECIPIENT = "recipient"
    #: Our payload is wrong; sending it again can't help.
    PERMANENT = "permanent"
    #: The connection died after writing began: perhaps sent, perhaps not.
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One recipient's result. ``detail`` is for the operator and must hold no secret."""

    kind: OutcomeClass
    #: The provider's own code, as text.
    code: str = ""
    detail: str = ""
    #: The provider's id of the message, for receipts and support calls.
    provider_id: str = ""
    #: How long the provider asks to wait. Only for RATE_LIMITED and RETRYABLE.
    retry_after: timedelta | None = None
    #: The channel knows that the recipient has it; otherwise a receipt is awaited.
    is_delivered: bool = False


@dataclass(frozen=True, slots=True)
class Content:
    """A rendered message. Which parts are used is the backend's choice."""

    subject: str = ""
    text: str = ""
    html: str = ""
    #: Where the message leads, for channels that show a link of their own.
    url: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """One request to a provider. A retry repeats it whole: same id, addresses and bytes."""

    id: UUID
    content: Content
    #: One entry, the empty string, for a channel without recipients (a robot).
    addresses: tuple[str, ...]
    #: What the backend's ``build`` made of it; None when ``send`` is called past the outbox.
    payload: Any = field(default=None, repr=False)

    def all(self, outcome: Outcome) -> Mapping[str, Outcome]:
        """The same outcome for every address."""
        return dict.fromkeys(self.addresses, outcome)


class NotReadyError(Exception):
    """Raised by ``Backend.open``: nothing was written, for the reason in ``outcome``."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome
        super().__init__(f"{outcome.kind}: {outcome.code}".rstrip(": "))
