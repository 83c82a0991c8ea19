"""E-mail through any Django mail backend; SMTP connections are kept and refusals reported."""

import contextlib
import os
import threading
from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar

from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend as DjangoSmtpBackend
from django.utils.module_loading import import_string

from crm_notify.backends.base import BaseBackend
from crm_notify.backends.smtp import SmtpConversation, not_ready
from crm_notify.outcomes import NotReadyError, Outcome, OutcomeClass, Request


class EmailBackend(BaseBackend):
    """E-mail to one address per request.

    Without ``mail_backend`` and ``mailer`` it sends as the project does: ``EMAIL_BACKEND``, or
    the default of ``MAILERS`` (Django 6.1). Each thread keeps a connection of its own.
    """

    address_attribute: ClassVar[str | None] = "email"

    def __init__(
        self,
        *,
        alias: str,
        mail_backend: str | None = None,
        mail_options: Mapping[str, Any] | None = None,
        mailer: str | None = None,
        from_email: str | None = None,
        reply_to: Sequence[str] = (),
        timeout_seconds: float = 10,
    ) -> None:
        super().__init__(alias=alias)
        self._mail_backend = mail_backend
        self._mail_options = dict(mail_options or {})
        self._mailer = mailer
        self._from_email = from_email
        self._reply_to = list(reply_to)
        self._timeout_seconds = timeout_seconds
        self._local = threading.local()

    def secrets(self) -> Collection[str]:
        connection = getattr(self._local, "connection", None)
        found = (self._mail_options.get("password"), getattr(connection, "password", None))
        return {password for password in found if isinstance(password, str)}

    def open(self) -> None:
        """Connect, unless a live connection is kept. Raises: NotReadyError."""
        try:
            connection = self._connection
            if isinstance(connection, DjangoSmtpBackend):
                SmtpConversation.of(connection).open()
            else:
                connection.open()
        except NotReadyError:
            raise
        except Exception as error:  # noqa: BLE001 - a third party's mail backend; none was written
            raise not_ready(error) from None

    def build(self, request: Request) -> EmailMultiAlternatives:
        content = request.content
        message = EmailMultiAlternatives(
            subject=content.subject,
            body=content.text,
            from_email=self._from_email,
            to=list(request.addresses),
            reply_to=self._reply_to,
        )
        message.extra_headers["Message-ID"] = self._message_id(request, message.from_email)
        if content.html:
            message.attach_alternative(content.html, "text/html")
        return message

    def _message_id(self, request: Request, from_email: str) -> str:
        domain = from_email.rpartition("@")[2].rstrip("> ") or "localhost"
        return f"<{request.id.hex}@{domain}>"

    def send(self, request: Request) -> Mapping[str, Outcome]:
        message = request.payload or self.build(request)
        connection = self._connection
        if isinstance(connection, DjangoSmtpBackend):
            outcomes = SmtpConversation.of(connection).send(message)
        else:
            outcomes = request.all(_outcome_of_count(connection.send_messages([message])))
        return {
            address: _with_id(outcomes[address], message.extra_headers["Message-ID"])
            for address in request.addresses
        }

    def close(self) -> None:
        """Close this thread's connection."""
        connection = getattr(self._local, "connection", None)
        if connection is not None:
            self._local.connection = None
            with contextlib.suppress(Exception):
                connection.close()

    @property
    def _connection(self) -> BaseEmailBackend:
        """This thread's Django mail backend; a forked child makes its own."""
        if getattr(self._local, "connection", None) is None or self._local.pid != os.getpid():
            self._local.connection = self._new_connection()
            self._local.pid = os.getpid()
        connection: BaseEmailBackend = self._local.connection
        return connection

    def _new_connection(self) -> BaseEmailBackend:
        mailers: Any = getattr(mail, "mailers", None)
        connection: BaseEmailBackend
        if self._mail_backend is not None:
            options = self._mail_options
            if mailers is not None:  # Django 6.1 and later want to know who is asking
                options = {"alias": self.alias, **options}
            connection = import_string(self._mail_backend)(**options)
        elif mailers is not None:
            connection = mailers[self._mailer or "default"]
        else:
            connection = mail.get_connection()
        if isinstance(connection, DjangoSmtpBackend) and connection.timeout is None:
            connection.timeout = self._timeout_seconds
        return connection


def _outcome_of_count(count: int | None) -> Outcome:
    """Django's mail backends answer how many messages they took."""
    if count:
        return Outcome(OutcomeClass.ACCEPTED)
    if count is None:
        return Outcome(OutcomeClass.UNKNOWN, detail="The mail backend did not say.")
    return Outcome(OutcomeClass.RETRYABLE, detail="The mail backend took no message.")


def _with_id(outcome: Outcome, message_id: str) -> Outcome:
    if outcome.kind is not OutcomeClass.ACCEPTED:
        return outcome
    return Outcome(outcome.kind, outcome.code, outcome.detail, provider_id=message_id)
