"""Backends whose outcomes a test scripts, without a provider."""

import os
from collections.abc import Callable, Mapping
from typing import ClassVar

from crm_notify.backends.base import BaseBackend
from crm_notify.outcomes import NotReadyError, Outcome, OutcomeClass, Request


class ScriptedBackend(BaseBackend):
    """Answers what ``script`` says, one entry per request; then ACCEPTED."""

    address_attribute: ClassVar[str | None] = "email"
    script: ClassVar[list[Outcome | Exception | Callable[[Request], Mapping[str, Outcome]]]] = []
    not_ready: ClassVar[list[Outcome]] = []
    seen: ClassVar[list[Request]] = []

    def open(self) -> None:
        if self.not_ready:
            raise NotReadyError(self.not_ready.pop(0))

    def send(self, request: Request) -> Mapping[str, Outcome]:
        self.seen.append(request)
        answer = self.script.pop(0) if self.script else Outcome(OutcomeClass.ACCEPTED)
        if isinstance(answer, Exception):
            raise answer
        return answer(request) if callable(answer) else request.all(answer)


class DeduplicatingBackend(ScriptedBackend):
    """A provider that drops repetitions, ten addresses to a request."""

    max_recipients: ClassVar[int] = 10
    deduplicates: ClassVar[bool] = True

    def build(self, request: Request) -> bytes:
        return f"{request.id}|{','.join(request.addresses)}|{request.content.text}".encode()


class RobotBackend(ScriptedBackend):
    """Posts into a group: there is nobody to address."""

    address_attribute: ClassVar[str | None] = None


class BrokenBuildBackend(ScriptedBackend):
    def build(self, request: Request) -> bytes:
        raise ValueError(f"can't put {request.content.text} into the form")


class FileBackend(BaseBackend):
    """Appends one line per message to the file in ``path``, in one write."""

    address_attribute: ClassVar[str | None] = "email"

    def __init__(self, *, alias: str, path: str) -> None:
        super().__init__(alias=alias)
        self._path = path

    def send(self, request: Request) -> Mapping[str, Outcome]:
        line = "".join(f"{address}\n" for address in request.addresses)
        file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        try:
            os.write(file, line.encode())
        finally:
            os.close(file)
        return request.all(Outcome(OutcomeClass.ACCEPTED))
