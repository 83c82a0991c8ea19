"""What every backend must do. Subclass in your tests and fill in the three hooks::

    class TestSmsBackend(BackendContract):
        backend_path = "acme.sms.SmsBackend"
        address = "13800000000"

        def options(self):
            return {"secret": self.canary}

Call ``pytest.register_assert_rewrite("crm_notify.testing.contract")`` in your conftest for
readable failures.
"""

import uuid
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar

import pytest
from django.core.exceptions import ImproperlyConfigured

from crm_notify.backends.base import Backend
from crm_notify.channels import build_backend
from crm_notify.conf import ChannelConfig
from crm_notify.outcomes import Content, NotReadyError, Outcome, OutcomeClass, Request

THREADS = 16
SENDS = 20


class BackendContract:
    """Behaviour that holds for any channel."""

    backend_path: ClassVar[str]
    #: An address that the fake provider accepts; empty for a channel without recipients.
    address: ClassVar[str] = "somebody@example.com"
    #: Use it as every secret option: the contract looks for it in repr, errors and logs.
    canary: ClassVar[str] = "canary-5d0c1e7a"

    def options(self) -> Mapping[str, Any]:
        """OPTIONS that reach a working fake."""
        return {}

    def make_backend(self, **changes: Any) -> Backend:
        options = {**self.options(), **changes}
        return build_backend(ChannelConfig("contract", self.backend_path, options))

    def make_request(self, text: str = "New customer: Wang", size: int = 1) -> Request:
        return Request(uuid.uuid4(), Content("Subject", text), self.addresses(size))

    def addresses(self, size: int) -> tuple[str, ...]:
        """``size`` different addresses that the fake accepts."""
        return (self.address,) if size == 1 else tuple(f"{n}.{self.address}" for n in range(size))

    def test_it_keeps_the_protocol(self) -> None:
        backend = self.make_backend()
        assert isinstance(backend, Backend)
        assert backend.max_recipients >= 1
        backend.close()

    def test_an_unknown_option_is_refused(self) -> None:
        with pytest.raises(ImproperlyConfigured) as caught:
            self.make_backend(no_such_option=self.canary)
        assert "no_such_option" in str(caught.value)
        assert self.canary not in str(caught.value)

    def test_it_shows_no_secret(self) -> None:
        backend = self.make_backend()
        assert self.canary not in repr(backend)
        assert self.canary not in str(backend)
        config = ChannelConfig("contract", self.backend_path, self.options())
        assert self.canary not in repr(config)

    def test_every_recipient_has_one_outcome(self) -> None:
        backend = self.make_backend()
        request = self.make_request(size=min(backend.max_recipients, 3))
        outcomes = backend.send(request)
        backend.close()
        asked = sorted(address.casefold() for address in request.addresses)
        assert sorted(address.casefold() for address in outcomes) == asked
        assert {outcome.kind for outcome in outcomes.values()} == {OutcomeClass.ACCEPTED}

    def test_the_same_request_has_the_same_bytes(self) -> None:
        backend = self.make_backend()
        request = self.make_request("客户 😀")
        first, second = backend.build(request), backend.build(request)
        if backend.deduplicates:
            assert isinstance(first, bytes)
            assert first == second
        assert type(first) is type(second)

    def test_it_opens_again_after_closing(self) -> None:
        backend = self.make_backend()
        for _ in range(2):
            backend.open()
            assert _kinds(backend.send(self.make_request())) == {OutcomeClass.ACCEPTED}
            backend.close()

    def test_threads_may_share_it(self) -> None:
        backend = self.make_backend()

        def send(number: int) -> set[OutcomeClass]:
            try:
                return _kinds(backend.send(self.make_request(f"Message {number}")))
            finally:
                backend.close()

        with ThreadPoolExecutor(THREADS) as pool:
            results = list(pool.map(send, range(THREADS)))
        assert results == [{OutcomeClass.ACCEPTED}] * THREADS


class NetworkBackendContract(BackendContract):
    """Behaviour of channels that talk to a server."""

    def unreachable_options(self) -> Mapping[str, Any]:
        """OPTIONS that point to a port nobody listens on."""
        raise NotImplementedError

    def connections_made(self) -> int:
        """How many connections the fake has seen."""
        raise NotImplementedError

    def close_connections(self) -> None:
        """Let the fake close its side of every connection."""
        raise NotImplementedError

    def test_an_unreachable_server_is_retryable(self) -> None:
        backend = self.make_backend(**self.unreachable_options())
        with pytest.raises(NotReadyError) as caught:
            backend.open()
        assert caught.value.outcome.kind is OutcomeClass.RETRYABLE
        assert _kinds(backend.send(self.make_request())) == {OutcomeClass.RETRYABLE}

    def test_a_connection_is_kept(self) -> None:
        backend = self.make_backend()
        before = self.connections_made()
        for _ in range(SENDS):
            backend.open()
            assert _kinds(backend.send(self.make_request())) == {OutcomeClass.ACCEPTED}
        backend.close()
        assert self.connections_made() - before == 1

    def test_a_connection_the_server_has_closed_is_made_anew(self) -> None:
        backend = self.make_backend()
        assert _kinds(backend.send(self.make_request())) == {OutcomeClass.ACCEPTED}
        self.close_connections()
        assert _kinds(backend.send(self.make_request())) == {OutcomeClass.ACCEPTED}
        backend.close()

    def test_no_secret_is_logged(self, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(0)
        backend = self.make_backend()
        backend.send(self.make_request())
        backend.close()
        with pytest.raises(NotReadyError) as caught:
            self.make_backend(**self.unreachable_options()).open()
        assert self.canary not in caplog.text
        assert self.canary not in repr(caught.value) + str(caught.value.outcome)


def _kinds(outcomes: Mapping[str, Outcome]) -> set[OutcomeClass]:
    return {outcome.kind for outcome in outcomes.values()}
