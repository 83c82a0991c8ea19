"""A real SMTP server on the loopback that a test can make misbehave (needs aiosmtpd)."""

import socket
from types import TracebackType
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session


class SmtpSink:
    """Keeps what it is sent. Faults are plain attributes; set them before sending."""

    def __init__(self, *, password: str | None = None) -> None:
        self.messages: list[Envelope] = []
        self.connections: int = 0
        #: address -> reply to its RCPT, such as "550 no such user".
        self.refused: dict[str, str] = {}
        #: Reply to MAIL, or None.
        self.mail_reply: str | None = None
        #: Reply to the end of DATA, or None.
        self.data_reply: str | None = None
        #: Cut the connection when the whole message has arrived, instead of answering.
        self.drops_after_data = False
        self._password = password
        self._open: list[SMTP] = []
        self._controller = _Controller(self, hostname="127.0.0.1", port=_free_port())

    @property
    def port(self) -> int:
        return int(self._controller.port)

    def __enter__(self) -> "SmtpSink":
        self._controller.start()
        self.connections = 0
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._controller.stop()

    def close_connections(self) -> None:
        """Close every connection from our side, as servers do with idle ones."""
        for server in self._open:
            if server.transport is not None:
                self._controller.loop.call_soon_threadsafe(server.transport.close)
        self._open.clear()

    def authenticate(self, *args: Any) -> AuthResult:
        given = getattr(args[-1], "password", b"")
        is_right = given == (self._password or "").encode()
        return AuthResult(success=is_right, handled=False)

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        if self.mail_reply is not None:
            return self.mail_reply
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        if self.data_reply is not None:
            return self.data_reply
        self.messages.append(envelope)
        if self.drops_after_data and server.transport is not None:
            server.transport.abort()  # type: ignore[attr-defined]
        return "250 OK"


class _CountingSmtp(SMTP):
    sink: SmtpSink

    def connection_made(self, transport: Any) -> None:
        self.sink.connections += 1
        self.sink._open.append(self)
        super().connection_made(transport)


class _Controller(Controller):
    def __init__(self, sink: SmtpSink, **kwargs: Any) -> None:
        self._sink = sink
        super().__init__(sink, **kwargs)

    def factory(self) -> SMTP:
        needs_login = self._sink._password is not None
        server = _CountingSmtp(
            self.handler,
            authenticator=self._sink.authenticate if needs_login else None,
            auth_require_tls=False,
            auth_exclude_mechanism=["LOGIN"],  # one mechanism, so one try per login
        )
        server.sink = self._sink
        return server


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
