"""Dispatchers and commands: who sends, and that the caller is never harmed."""

import json
import logging
import sys

import pytest
from crm_notify import notify
from crm_notify.backends import memory
from crm_notify.dispatchers import ThreadDispatcher
from crm_notify.models import Delivery, State
from django.core.management import CommandError, call_command
from django.db import transaction


class CountingDispatcher:
    calls = []

    def dispatch(self, messages):
        self.calls.append(len(messages))


class BrokenDispatcher:
    def dispatch(self, messages):
        raise ConnectionError("canary: amqp://user:password@broker")


@pytest.fixture
def counting(configure):
    CountingDispatcher.calls.clear()
    configure(DISPATCHER=f"{__name__}.CountingDispatcher")
    return CountingDispatcher.calls


def send(to, **values):
    return notify("customers.assigned", to=to, context={"customer": "Wang"}, **values)


@pytest.mark.django_db(transaction=True)
def test_one_transaction_dispatches_once(li, counting):
    with transaction.atomic():
        for _ in range(3):
            send(li)
    assert counting == [3]
    with transaction.atomic():
        send(li)
        transaction.set_rollback(True)
    assert counting == [3]
    send(li)
    assert counting == [3, 1]


@pytest.mark.django_db
def test_each_captured_block_of_a_test_dispatches(li, counting, django_capture_on_commit_callbacks):
    for expected in (1, 2):
        with django_capture_on_commit_callbacks(execute=True):
            send(li)
        assert len(counting) == expected


@pytest.mark.django_db(transaction=True)
def test_a_dispatcher_that_fails_harms_nobody_and_loses_nothing(li, configure, caplog):
    configure(DISPATCHER=f"{__name__}.BrokenDispatcher")
    send(li)
    assert Delivery.objects.get().state == State.PENDING
    assert "ConnectionError" in caplog.text
    assert "canary" not in caplog.text
    call_command("notify_worker", once=True)
    assert len(memory.outbox) == 1


@pytest.mark.django_db(transaction=True)
def test_inline_sends_only_what_was_just_committed(li, configure):
    configure(DISPATCHER="worker")
    send(li)
    configure(DISPATCHER="inline")
    mine = send(li)
    sent = Delivery.objects.filter(state=State.ACCEPTED)
    assert [delivery.message_id for delivery in sent] == [mine.pk]


@pytest.mark.django_db
def test_the_thread_drains_and_ends_and_starts_again(configure, monkeypatch):
    from crm_notify import dispatchers

    drains = []
    monkeypatch.setattr(dispatchers, "drain", lambda: drains.append(1) or _maybe_fail(drains))
    for expected in (1, 2):
        ThreadDispatcher().dispatch(frozenset())
        ThreadDispatcher.wait()
        assert len(drains) == expected
        assert ThreadDispatcher._thread is None


def _maybe_fail(drains):
    if len(drains) == 1:
        raise RuntimeError("the first drain fails")


@pytest.mark.django_db(transaction=True)
def test_celery_gets_one_task_and_the_task_drains(li, configure, celery_app):
    configure(DISPATCHER="celery")
    with transaction.atomic():
        send(li)
        send(li)
    assert len(memory.outbox) == 2


@pytest.mark.django_db(transaction=True)
def test_celery_without_its_broker_leaves_the_rows_for_beat(li, configure, celery_app, caplog):
    configure(DISPATCHER="celery")
    celery_app.conf.task_always_eager = False
    celery_app.conf.broker_url = "redis://127.0.0.1:1/0"
    send(li)
    assert Delivery.objects.get().state == State.PENDING
    assert "wait for the next drain" in caplog.text
    from crm_notify.contrib.celery import drain

    assert drain() == 1
    assert len(memory.outbox) == 1


def test_celery_finds_the_task_by_itself(celery_app):
    celery_app.autodiscover_tasks(["crm_notify"], force=True)
    assert "crm_notify.tasks" in sys.modules
    assert "crm_notify.drain" in celery_app.tasks


@pytest.fixture
def celery_app():
    from celery import Celery

    app = Celery("notify_test", set_as_current=True)
    app.conf.task_always_eager = True
    yield app
    app.close()


@pytest.mark.django_db
def test_the_worker_says_what_it_did(li, configure, capsys):
    configure(DISPATCHER="worker")
    send(li)
    call_command("notify_worker", once=True)
    assert capsys.readouterr().out == "1 deliveries: {'accepted': 1}\n"


@pytest.mark.django_db
def test_the_worker_refuses_an_unknown_channel():
    with pytest.raises(CommandError, match="Known channels: memory, email, inbox"):
        call_command("notify_worker", once=True, channels=["fax"])


@pytest.mark.django_db(transaction=True)
def test_notify_send_sends_to_a_user_and_to_an_address(li, capsys):
    context = json.dumps({"customer": "Wang"})
    call_command("notify_send", "customers.assigned", user=["li@example.com"], context=context)
    assert capsys.readouterr().out == "memory: Accepted\n"
    call_command(
        "notify_send", "customers.assigned", to=["x@y.cn"], channels=["memory"], context=context
    )
    assert [sent.address for sent in memory.outbox] == ["li@example.com", "x@y.cn"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"user": ["nobody"]}, "no user 'nobody'"),
        ({"context": "{"}, "no JSON"),
        ({"context": "[]"}, "JSON object"),
        ({"to": ["x@y.cn"]}, "plain address"),
    ],
)
@pytest.mark.django_db
def test_notify_send_says_what_is_wrong(arguments, says):
    with pytest.raises(CommandError, match=says):
        call_command("notify_send", "customers.assigned", **arguments)


def test_the_log_names_deliveries_and_no_addresses(scripted, li, caplog):
    from crm_notify.drain import drain
    from crm_notify.outcomes import Outcome, OutcomeClass

    caplog.set_level(logging.DEBUG)
    scripted.script[:] = [Outcome(OutcomeClass.PERMANENT, "40058")]
    send(li)
    drain()
    assert "scripted: permanent 40058" in caplog.text
    assert "li@example.com" not in caplog.text
