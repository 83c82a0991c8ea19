"""Roles for processes that a test starts: ``python -m notify_testapp.worker ROLE …``.

Each prints one JSON line. ``drain`` and ``same_key`` wait for a line on standard input first,
so that a test can start several at the same moment.
"""

import json
import sys

import django


def queue(count: str) -> dict[str, int]:
    """Queue one message to ``count`` users inside a transaction; how many statements it took."""
    from crm_notify import notify
    from django.db import connection, transaction
    from django.test.utils import CaptureQueriesContext

    from notify_testapp.models import Person

    people = Person.objects.bulk_create(
        [Person(email=f"p{number}@example.com") for number in range(int(count))]
    )
    with (
        transaction.atomic(),
        CaptureQueriesContext(
            connection,
        ) as queries,
    ):
        notify("customers.everywhere", to=people, context={"customer": "Wang"}, key="all")
    return {"statements": len(queries)}


def drain() -> dict[str, int]:
    """Drain once; how many deliveries this process handled."""
    from crm_notify.drain import drain as drain_now

    wait_for_start()
    return {"handled": drain_now().handled}


def same_key(rounds: str) -> dict[str, int]:
    """Send under keys that other processes use at the same time."""
    from crm_notify import notify

    wait_for_start()
    for number in range(int(rounds)):
        notify(
            "customers.everywhere",
            to="x@example.com",
            context={"customer": "Wang"},
            key=f"race-{number}",
            channels=["file"],
        )
    return {"rounds": int(rounds)}


def wait_for_start() -> None:
    print("ready", flush=True)  # noqa: T201 - the test reads it
    sys.stdin.readline()


if __name__ == "__main__":
    django.setup()
    role, *arguments = sys.argv[1:]
    print(json.dumps(globals()[role](*arguments)), flush=True)  # noqa: T201
