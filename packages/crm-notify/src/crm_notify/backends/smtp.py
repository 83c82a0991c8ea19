"""One SMTP conversation: what the server said to each recipient, and how far we came."""

import contextlib
import smtplib
import ssl
import time
from collections.abc import Mapping
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend as DjangoSmtpBackend

from crm_notify.outcomes import NotReadyError, Outcome, OutcomeClass

#: A connection idle for longer is asked whether it still lives before it is used.
IDLE_SECONDS = 5
OK = 250
SERVICE_CLOSING = 421
TRANSIENT = range(400, 500)
AUTHENTICATION_REQUIRED = 530


class SmtpConversation:
    """Wraps the connection of Django's SMTP backend.

    Django drops the dict of refused recipients that ``sendmail`` returns and keeps using a
    connection the server has closed; both are mended here without touching its private parts.
    """

    def __init__(self, backend: DjangoSmtpBackend) -> None:
        self._backend = backend
        self._watched: smtplib.SMTP | None = None
        self._refused: Mapping[str, tuple[int, bytes]] = {}
        self._has_begun_data = False
        self._used_at = 0.0

    @classmethod
    def of(cls, backend: DjangoSmtpBackend) -> "SmtpConversation":
        """The conversation that belongs to this Django backend."""
        found = backend.__dict__.get("_crm_notify")
        if not isinstance(found, cls):
            found = backend.__dict__["_crm_notify"] = cls(backend)
        return found

    def open(self) -> bool:
        """Connect, or check a kept connection; True when it is a new one.

        Raises: NotReadyError.
        """
        if self._backend.connection is not None and not self._is_alive():
            self.close()
        try:
            is_new = bool(self._backend.open())
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raise not_ready(error) from None
        smtp = self._backend.connection
        if smtp is not None and smtp is not self._watched:
            self._watch(smtp)
        return is_new

    def _is_alive(self) -> bool:
        if time.monotonic() - self._used_at < IDLE_SECONDS:
            return True
        try:
            code, _ = self._backend.connection.noop()  # type: ignore[union-attr]
        except (OSError, smtplib.SMTPException):
            return False
        return code == OK

    def _watch(self, smtp: smtplib.SMTP) -> None:
        sendmail, data = smtp.sendmail, smtp.data

        def watched_sendmail(*args: Any, **kwargs: Any) -> Any:
            self._refused = sendmail(*args, **kwargs)
            return self._refused

        def watched_data(message: Any) -> Any:
            self._has_begun_data = True
            return data(message)

        smtp.sendmail = watched_sendmail  # type: ignore[method-assign]
        smtp.data = watched_data  # type: ignore[method-assign, assignment]
        self._watched = smtp
        self._used_at = time.monotonic()

    def send(self, message: EmailMessage) -> Mapping[str, Outcome]:
        """Outcome per recipient of ``message``."""
        try:
            is_kept = not self.open()
        except NotReadyError as error:
            return dict.fromkeys(message.recipients(), error.outcome)
        try:
            return self._send(message)
        except smtplib.SMTPServerDisconnected as error:
            if is_kept and not self._has_begun_data:
                return self._send_on_new_connection(message)
            return dict.fromkeys(message.recipients(), self._interrupted(error))

    def _send_on_new_connection(self, message: EmailMessage) -> Mapping[str, Outcome]:
        """The server had closed the kept connection before it took anything."""
        self.close()
        try:
            self.open()
            return self._send(message)
        except NotReadyError as error:
            outcome = error.outcome
        except smtplib.SMTPServerDisconnected as disconnected:
            outcome = self._interrupted(disconnected)
        return dict.fromkeys(message.recipients(), outcome)

    def _send(self, message: EmailMessage) -> Mapping[str, Outcome]:
        """Raises: SMTPServerDisconnected."""
        self._refused, self._has_begun_data = {}, False
        recipients = message.recipients()
        try:
            self._backend.send_messages([message])
        except smtplib.SMTPServerDisconnected:
            raise
        except smtplib.SMTPRecipientsRefused as error:
            self._close_if_told({code for code, _ in error.recipients.values()})
            return _by_recipient(recipients, error.recipients, missing=_not_asked())
        except smtplib.SMTPResponseException as error:
            if error.smtp_code == SERVICE_CLOSING and not self._has_begun_data:
                raise smtplib.SMTPServerDisconnected(str(error.smtp_code)) from None
            self._close_if_told({error.smtp_code})
            return dict.fromkeys(recipients, _of_response(error))
        except OSError as error:
            return dict.fromkeys(recipients, self._interrupted(error))
        except ValueError as error:
            invalid = Outcome(OutcomeClass.RECIPIENT, code=type(error).__name__)
            return dict.fromkeys(recipients, invalid)
        self._used_at = time.monotonic()
        return _by_recipient(recipients, self._refused, missing=Outcome(OutcomeClass.ACCEPTED))

    def _interrupted(self, error: Exception) -> Outcome:
        self.close()
        kind = OutcomeClass.UNKNOWN if self._has_begun_data else OutcomeClass.RETRYABLE
        return Outcome(kind, code=type(error).__name__)

    def _close_if_told(self, codes: set[int]) -> None:
        if SERVICE_CLOSING in codes:
            self.close()

    def close(self) -> None:
        with contextlib.suppress(Exception):
            self._backend.close()
        self._backend.connection = None
        self._watched = None


def not_ready(error: Exception) -> NotReadyError:
    """Why no conversation could be started."""
    if isinstance(error, ssl.SSLCertVerificationError | smtplib.SMTPNotSupportedError):
        return NotReadyError(Outcome(OutcomeClass.CONFIG, code=type(error).__name__))
    if isinstance(error, smtplib.SMTPAuthenticationError):
        is_transient = error.smtp_code in TRANSIENT
        kind = OutcomeClass.RETRYABLE if is_transient else OutcomeClass.CONFIG
        return NotReadyError(Outcome(kind, str(error.smtp_code), _text(error.smtp_error)))
    if isinstance(error, OSError | smtplib.SMTPException):
        return NotReadyError(Outcome(OutcomeClass.RETRYABLE, code=type(error).__name__))
    return NotReadyError(Outcome(OutcomeClass.CONFIG, code=type(error).__name__))


def _of_response(error: smtplib.SMTPResponseException) -> Outcome:
    """MAIL or DATA was answered with an error: it concerns the message, not a recipient."""
    code, detail = error.smtp_code, _text(error.smtp_error)
    if code in TRANSIENT:
        return Outcome(OutcomeClass.RETRYABLE, str(code), detail)
    if isinstance(error, smtplib.SMTPSenderRefused) or code == AUTHENTICATION_REQUIRED:
        return Outcome(OutcomeClass.CONFIG, str(code), detail)
    return Outcome(OutcomeClass.PERMANENT, str(code), detail)


def _by_recipient(
    recipients: list[str], refused: Mapping[str, tuple[int, bytes]], *, missing: Outcome
) -> Mapping[str, Outcome]:
    answers = {address.casefold(): answer for address, answer in refused.items()}
    outcomes: dict[str, Outcome] = {}
    for address in recipients:
        answer = answers.get(address.casefold())
        if answer is None and len(recipients) == 1 and refused:
            answer = next(iter(refused.values()))  # the address was rewritten for the wire
        outcomes[address] = missing if answer is None else _of_refusal(*answer)
    return outcomes


def _of_refusal(code: int, text: bytes) -> Outcome:
    kind = OutcomeClass.RETRYABLE if code in TRANSIENT else OutcomeClass.RECIPIENT
    return Outcome(kind, str(code), _text(text))


def _not_asked() -> Outcome:
    return Outcome(OutcomeClass.RETRYABLE, detail="The server closed before this recipient.")


def _text(reply: bytes | str) -> str:
    return reply.decode(errors="replace") if isinstance(reply, bytes) else reply
