"""E-mail against a real SMTP server, and through other mail backends."""

import socket

import pytest
from crm_notify import notify
from crm_notify.channels import build_backend
from crm_notify.conf import ChannelConfig
from crm_notify.drain import drain
from crm_notify.models import Attempt, Delivery, State
from crm_notify.outcomes import NotReadyError, OutcomeClass, Request
from crm_notify.testing.contract import BackendContract, NetworkBackendContract
from crm_notify.testing.smtp import SmtpSink
from django.core import mail

SMTP = "django.core.mail.backends.smtp.EmailBackend"
PATH = "crm_notify.backends.email.EmailBackend"


@pytest.fixture
def sink():
    with SmtpSink() as sink:
        yield sink


def options_for(port, **more):
    return {
        "mail_backend": SMTP,
        "mail_options": {"host": "127.0.0.1", "port": port, "timeout": 5, **more},
    }


def dead_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class TestContractOverSmtp(NetworkBackendContract):
    backend_path = PATH

    @pytest.fixture(autouse=True)
    def _server(self):
        with SmtpSink(password=self.canary) as self.sink:
            yield

    def options(self):
        return options_for(self.sink.port, username="crm", password=self.canary)

    def unreachable_options(self):
        return options_for(dead_port(), username="crm", password=self.canary)

    def connections_made(self):
        return self.sink.connections

    def close_connections(self):
        self.sink.close_connections()


class TestContractInMemory(BackendContract):
    backend_path = PATH


@pytest.fixture
def send(sink):
    """Send to an address over SMTP and return the one outcome."""
    backend = build_backend(ChannelConfig("email", PATH, options_for(sink.port)))

    def send_to(address):
        request = TestContractOverSmtp().make_request()
        request = Request(request.id, request.content, (address,))
        return backend.send(request)[address]

    yield send_to
    backend.close()


def test_a_message_arrives_with_an_id_that_can_be_found_again(send, sink):
    outcome = send("li@example.com")
    assert outcome.kind is OutcomeClass.ACCEPTED
    assert sink.messages[0].rcpt_tos == ["li@example.com"]
    assert f"Message-ID: {outcome.provider_id}".encode() in sink.messages[0].content


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        ("450 mailbox busy", OutcomeClass.RETRYABLE),
        ("550 no such user", OutcomeClass.RECIPIENT),
        ("421 closing", OutcomeClass.RETRYABLE),
    ],
)
def test_a_refused_recipient_is_told_apart_by_the_reply(reply, kind, send, sink):
    sink.refused["gone@example.com"] = reply
    outcome = send("gone@example.com")
    assert (outcome.kind, outcome.code) == (kind, reply[:3])
    assert send("li@example.com").kind is OutcomeClass.ACCEPTED


def test_one_refused_recipient_of_several_does_not_spoil_the_rest(sink):
    sink.refused = {"gone@example.com": "550 no such user", "busy@example.com": "450 later"}
    backend = build_backend(ChannelConfig("email", PATH, options_for(sink.port)))
    request = TestContractOverSmtp().make_request()
    addresses = ("li@example.com", "gone@example.com", "busy@example.com")
    outcomes = backend.send(Request(request.id, request.content, addresses))
    backend.close()
    assert [outcomes[address].kind for address in addresses] == [
        OutcomeClass.ACCEPTED,
        OutcomeClass.RECIPIENT,
        OutcomeClass.RETRYABLE,
    ]
    assert sink.messages[0].rcpt_tos == ["li@example.com"]


@pytest.mark.parametrize(
    ("reply", "kind"),
    [("451 try later", OutcomeClass.RETRYABLE), ("550 not allowed", OutcomeClass.CONFIG)],
)
def test_a_refused_sender_concerns_the_channel(reply, kind, send, sink):
    sink.mail_reply = reply
    assert send("li@example.com").kind is kind


@pytest.mark.parametrize(
    ("reply", "kind"),
    [("452 disk full", OutcomeClass.RETRYABLE), ("554 spam", OutcomeClass.PERMANENT)],
)
def test_a_refused_message_concerns_the_message(reply, kind, send, sink):
    sink.data_reply = reply
    assert send("li@example.com").kind is kind


def test_a_connection_lost_after_the_message_leaves_it_unknown(send, sink):
    sink.drops_after_data = True
    assert send("li@example.com").kind is OutcomeClass.UNKNOWN
    assert len(sink.messages) == 1
    sink.drops_after_data = False
    assert send("li@example.com").kind is OutcomeClass.ACCEPTED


def test_a_server_that_says_421_on_a_kept_connection_is_called_again(send, sink):
    send("li@example.com")
    sink.mail_reply = "421 idle too long"
    assert send("li@example.com").kind is OutcomeClass.RETRYABLE
    assert sink.connections == 2
    sink.mail_reply = None
    assert send("li@example.com").kind is OutcomeClass.ACCEPTED


def test_an_address_that_cannot_be_written_is_the_recipients_fault(send, sink):
    assert send("li@example.com\nBcc: all@example.com").kind is OutcomeClass.RECIPIENT
    assert sink.messages == []


def test_a_wrong_password_is_a_config_fault_and_shows_no_password():
    with SmtpSink(password="right") as sink:
        options = options_for(sink.port, username="crm", password="canary-wrong")
        backend = build_backend(ChannelConfig("email", PATH, options))
        with pytest.raises(NotReadyError) as caught:
            backend.open()
    assert (caught.value.outcome.kind, caught.value.outcome.code) == (OutcomeClass.CONFIG, "535")
    assert "canary" not in repr(caught.value.outcome)


def test_an_unknown_mail_option_is_a_config_fault():
    options = {"mail_backend": "no.such.Backend"}
    backend = build_backend(ChannelConfig("email", PATH, options))
    with pytest.raises(NotReadyError) as caught:
        backend.open()
    assert caught.value.outcome.kind is OutcomeClass.CONFIG


def test_a_secret_that_the_server_repeats_is_not_stored(person, configure, sink, caplog):
    options = options_for(sink.port, password="canary-77")
    configure(CHANNELS={"email": {"BACKEND": PATH, "OPTIONS": options}}, DISPATCHER="worker")
    sink.refused["li@example.com"] = "550 who is canary-77?"
    notify(
        "customers.everywhere", to=person("li"), context={"customer": "Wang"}, channels=["email"]
    )
    drain()
    assert Attempt.objects.get().detail == "who is ***?"
    assert "canary" not in caplog.text


@pytest.mark.django_db
def test_refusals_and_deliveries_in_one_drain(person, configure, sink):
    configure(
        CHANNELS={"email": {"BACKEND": PATH, "OPTIONS": options_for(sink.port)}},
        DISPATCHER="worker",
    )
    sink.refused = {"gone@example.com": "550 no", "busy@example.com": "450 later"}
    people = [person(name) for name in ("li", "gone", "busy", "wu")]
    notify("customers.everywhere", to=people, context={"customer": "Wang"}, channels=["email"])
    drain()
    assert list(Delivery.objects.order_by("pk").values_list("state", flat=True)) == [
        State.ACCEPTED,
        State.FAILED,
        State.RETRY_WAIT,
        State.ACCEPTED,
    ]
    assert sink.connections == 1


@pytest.mark.django_db
def test_an_unreachable_server_leaves_every_row_waiting(person, configure):
    configure(
        CHANNELS={"email": {"BACKEND": PATH, "OPTIONS": options_for(dead_port())}},
        DISPATCHER="worker",
    )
    people = [person("li"), person("wu")]
    notify("customers.everywhere", to=people, context={"customer": "Wang"}, channels=["email"])
    assert drain().states == {State.RETRY_WAIT: 2}


def test_a_file_backend_writes_a_file(tmp_path):
    options = {
        "mail_backend": "django.core.mail.backends.filebased.EmailBackend",
        "mail_options": {"file_path": str(tmp_path)},
        "from_email": "CRM <crm@example.com>",
        "reply_to": ["office@example.com"],
    }
    backend = build_backend(ChannelConfig("email", PATH, options))
    backend.open()
    backend.send(TestContractOverSmtp().make_request("客户"))
    backend.close()
    text = next(tmp_path.iterdir()).read_text()
    assert "From: CRM <crm@example.com>" in text
    assert "Reply-To: office@example.com" in text


def test_the_projects_own_mail_settings_are_the_default():
    backend = build_backend(ChannelConfig("email", PATH))
    backend.send(TestContractOverSmtp().make_request())
    assert mail.outbox[0].to == ["somebody@example.com"]
