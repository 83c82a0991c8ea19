"""Writes messages to a stream, for development."""

import sys
import threading
from collections.abc import Mapping
from typing import Any, ClassVar, TextIO

from crm_notify.backends.base import BaseBackend
from crm_notify.outcomes import Outcome, OutcomeClass, Request


class ConsoleBackend(BaseBackend):
    """One block per message on standard output, or on ``stream``."""

    address_attribute: ClassVar[str | None] = "email"
    max_recipients: ClassVar[int] = 100
    _lock: ClassVar[Any] = threading.Lock()

    def __init__(self, *, alias: str, stream: TextIO | None = None) -> None:
        super().__init__(alias=alias)
        self.stream = stream

    def build(self, request: Request) -> bytes:
        content = request.content
        lines = [
            f"--- {self.alias} to {', '.join(request.addresses)}",
            f"Subject: {content.subject}",
            *([f"Link: {content.url}"] if content.url else []),
            "",
            content.text,
            "---",
            "",
        ]
        return "\n".join(lines).encode()

    def send(self, request: Request) -> Mapping[str, Outcome]:
        payload = request.payload or self.build(request)
        stream = self.stream or sys.stdout
        with self._lock:
            stream.write(payload.decode())
            stream.flush()
        return request.all(Outcome(OutcomeClass.ACCEPTED))
