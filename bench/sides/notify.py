"""E-mail by crm-notify and by smtplib, and the outbox on PostgreSQL."""

import smtplib
import sys
import time
import uuid
from email.mime.text import MIMEText
from email.policy import compat32

import django

from bench.running import serve_side

WIRE = compat32.clone(linesep="\r\n")
MESSAGES = 400
TEXT = "New customer: Wang\n" + "He asked for the weekend class and wants a call.\n" * 20


def sink() -> dict[str, float]:
    """An SMTP server until standard input closes; prints its port."""
    from crm_notify.testing.smtp import SmtpSink

    with SmtpSink() as server:
        print(server.port, flush=True)
        sys.stdin.read()
    return {}


def _rates(began: float, began_cpu: float) -> dict[str, float]:
    return {
        "per_second": MESSAGES / (time.perf_counter() - began),
        "cpu_us": (time.process_time() - began_cpu) / MESSAGES * 1_000_000,
    }


def raw(port: str) -> dict[str, float]:
    """smtplib on one kept connection, the message built by the standard library."""
    with smtplib.SMTP("127.0.0.1", int(port)) as connection:
        _raw_send(connection, 0)
        began, began_cpu = time.perf_counter(), time.process_time()
        for number in range(MESSAGES):
            _raw_send(connection, number)
        return _rates(began, began_cpu)


def _raw_send(connection: smtplib.SMTP, number: int) -> None:
    message = MIMEText(TEXT)  # the quickest way to build one
    message["Subject"] = "New customer"
    message["From"] = "crm@example.com"
    address = f"p{number}@example.com"
    message["To"] = address
    message["Message-ID"] = f"<{uuid.uuid4().hex}@example.com>"
    connection.sendmail("crm@example.com", [address], message.as_bytes(policy=WIRE))


def ours(port: str) -> dict[str, float]:
    """The e-mail backend past the outbox, message and conversation alike."""
    from crm_notify.channels import build_backend
    from crm_notify.conf import ChannelConfig
    from crm_notify.outcomes import Content, OutcomeClass, Request

    options = {
        "mail_backend": "django.core.mail.backends.smtp.EmailBackend",
        "mail_options": {"host": "127.0.0.1", "port": int(port)},
        "from_email": "crm@example.com",
    }
    path = "crm_notify.backends.email.EmailBackend"
    backend = build_backend(ChannelConfig("email", path, options))
    content = Content("New customer", TEXT)

    def send(number: int) -> None:
        address = f"p{number}@example.com"
        outcome = backend.send(Request(uuid.uuid4(), content, (address,)))[address]
        if outcome.kind is not OutcomeClass.ACCEPTED:
            raise SystemExit(str(outcome))

    send(0)
    began, began_cpu = time.perf_counter(), time.process_time()
    for number in range(MESSAGES):
        send(number)
    figures = _rates(began, began_cpu)
    backend.close()
    return figures


def enqueue(recipients: str) -> dict[str, float]:
    """Statements and milliseconds of one ``notify`` to many users."""
    from crm_notify import notify
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.db import connection, transaction
    from django.test.utils import CaptureQueriesContext

    call_command("migrate", "--run-syncdb", verbosity=0)
    users = User.objects.bulk_create(
        User(username=uuid.uuid4().hex, email=f"p{n}@example.com") for n in range(int(recipients))
    )
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        began = time.perf_counter()
        notify("bench.assigned", to=users, context={"customer": "Wang"}, key=uuid.uuid4().hex)
        taken = (time.perf_counter() - began) * 1000
    return {"statements": len(queries), "ms": taken}


def drain(rows: str) -> dict[str, float]:
    """Deliveries per second of one worker whose backend does nothing."""
    from crm_notify.drain import drain as drain_now

    enqueue(rows)
    began = time.perf_counter()
    handled = drain_now().handled
    return {"per_second": handled / (time.perf_counter() - began), "handled": handled}


if __name__ == "__main__":
    django.setup()
    serve_side({"sink": sink, "raw": raw, "ours": ours, "enqueue": enqueue, "drain": drain})
