from typing import ClassVar

from crm_notify.backends.memory import MemoryBackend
from crm_notify.outcomes import Outcome, OutcomeClass, Request


class NoOpBackend(MemoryBackend):
    """Takes everything and keeps nothing, one recipient to a request as e-mail has it."""

    max_recipients: ClassVar[int] = 1

    def send(self, request: Request) -> dict[str, Outcome]:
        return dict(request.all(Outcome(OutcomeClass.ACCEPTED)))
