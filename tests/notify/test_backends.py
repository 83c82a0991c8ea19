"""Console, memory and inbox; the contract holds for each."""

import io

import pytest
from crm_notify import inbox, notify
from crm_notify.backends import memory
from crm_notify.backends.console import ConsoleBackend
from crm_notify.models import Delivery, State
from crm_notify.outcomes import Content, Request
from crm_notify.testing.contract import BackendContract


class TestConsole(BackendContract):
    backend_path = "crm_notify.backends.console.ConsoleBackend"

    def options(self):
        return {"stream": io.StringIO()}


class TestMemory(BackendContract):
    backend_path = "crm_notify.backends.memory.MemoryBackend"


class TestInbox(BackendContract):
    backend_path = "crm_notify.backends.inbox.InboxBackend"
    address = "1"


class TestRobot(BackendContract):
    backend_path = "notify_testapp.backends.RobotBackend"
    address = ""


class TestDeduplicating(BackendContract):
    backend_path = "notify_testapp.backends.DeduplicatingBackend"


def test_the_console_shows_who_gets_what(capsys):
    content = Content("New customer", "Wang", url="/customers/7/")
    request = Request(TestConsole().make_request().id, content, ("a@x.cn", "b@x.cn"))
    ConsoleBackend(alias="console").send(request)
    assert capsys.readouterr().out.splitlines() == [
        "--- console to a@x.cn, b@x.cn",
        "Subject: New customer",
        "Link: /customers/7/",
        "",
        "Wang",
        "---",
    ]


@pytest.fixture
def two_in_the_inbox(li, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        for customer in ("Wang", "Zhao"):
            context = {"customer": customer, "url": f"/customers/{customer}/"}
            notify("customers.everywhere", to=li, context=context, channels=["inbox"])
    return li


def test_the_inbox_shows_the_newest_first(two_in_the_inbox):
    shown = inbox.messages(two_in_the_inbox)
    assert [(one.text, one.url) for one in shown] == [
        ("New customer: Zhao", "/customers/Zhao/"),
        ("New customer: Wang", "/customers/Wang/"),
    ]
    assert inbox.unread_count(two_in_the_inbox) == 2


def test_reading_marks_the_delivery_read(two_in_the_inbox, django_assert_num_queries):
    newest = inbox.messages(two_in_the_inbox)[0]
    assert inbox.mark_read(two_in_the_inbox, [newest.pk]) == 1
    assert inbox.mark_read(two_in_the_inbox, [newest.pk]) == 0
    assert inbox.unread_count(two_in_the_inbox) == 1
    newest.refresh_from_db()
    assert newest.state == State.READ
    assert newest.read_at is not None
    with django_assert_num_queries(1):
        assert inbox.unread_count(two_in_the_inbox) == 1
    assert inbox.mark_read(two_in_the_inbox) == 1


def test_nobody_sees_or_reads_another_users_inbox(two_in_the_inbox, person):
    stranger = person("stranger")
    ids = Delivery.objects.values_list("pk", flat=True)
    assert list(inbox.messages(stranger)) == []
    assert inbox.mark_read(stranger, ids) == 0
    assert inbox.unread_count(two_in_the_inbox) == 2


@pytest.mark.django_db
def test_an_inbox_message_that_waits_is_not_shown(li, configure):
    configure(DISPATCHER="worker")
    notify("customers.everywhere", to=li, context={"customer": "Wang"}, channels=["inbox"])
    assert inbox.unread_count(li) == 0


def test_memory_keeps_channel_and_address():
    backend = TestMemory().make_backend()
    backend.send(TestMemory().make_request("Wang"))
    assert memory.outbox[0].address == "somebody@example.com"
    assert memory.outbox[0].content.text == "Wang"
