"""What ``notify`` writes, in the caller's transaction."""

from decimal import Decimal

import pytest
from crm_notify import Notice, notify, notify_many
from crm_notify.backends import memory
from crm_notify.exceptions import (
    ContextError,
    KeyConflictError,
    NotifyError,
    UnknownChannelError,
    UnknownEventError,
)
from crm_notify.models import Delivery, Message, Reason, State
from django.core import mail
from django.db import transaction
from django.template import TemplateDoesNotExist

pytestmark = pytest.mark.django_db


def states():
    return list(Delivery.objects.order_by("pk").values_list("channel", "state"))


@pytest.mark.django_db(transaction=True)
def test_a_message_is_sent_after_the_transaction_and_not_inside(li):
    with transaction.atomic():
        notify("customers.assigned", to=li, context={"customer": "Wang"})
        assert memory.outbox == []
        assert states() == [("memory", State.PENDING)]
    assert [sent.content.text for sent in memory.outbox] == ["New customer: Wang\nli"]
    assert states() == [("memory", State.ACCEPTED)]


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_transaction_sends_nothing(li):
    with transaction.atomic():
        notify("customers.assigned", to=li, context={"customer": "Wang"})
        transaction.set_rollback(True)
    assert not Message.objects.exists()
    assert memory.outbox == []


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_savepoint_sends_only_what_is_around_it(li):
    with transaction.atomic():
        with transaction.atomic():
            notify("customers.assigned", to=li, context={"customer": "inner"})
            transaction.set_rollback(True)
        notify("customers.assigned", to=li, context={"customer": "outer"})
    assert [sent.content.subject for sent in memory.outbox] == ["New customer: outer"]


def test_every_channel_of_an_event_gets_its_own_text(li, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        notify("customers.everywhere", to=li, context={"customer": "O'Brien & <Co>"})
    assert states() == [
        ("memory", State.ACCEPTED),
        ("email", State.ACCEPTED),
        ("inbox", State.DELIVERED),
    ]
    assert memory.outbox[0].content.text == "New customer: O'Brien & <Co>"
    sent = mail.outbox[0]
    assert sent.subject == "O'Brien & <Co> is yours"
    assert sent.body == "New customer: O'Brien & <Co>"
    assert sent.alternatives[0].content.strip() == "<p>O&#x27;Brien &amp; &lt;Co&gt;</p>"


def test_each_recipient_reads_his_own_language(person, django_capture_on_commit_callbacks):
    people = [person("li", language="zh-hans"), person("smith", language="en"), person("none")]
    with django_capture_on_commit_callbacks(execute=True):
        notify("customers.assigned", to=people, context={"customer": "Wang"})
    assert [sent.content.subject for sent in memory.outbox] == [
        "新客户：Wang",
        "New customer: Wang",
        "New customer: Wang",
    ]


def test_language_and_address_may_come_from_callables(li, configure):
    configure(
        LANGUAGE_OF=lambda user: "zh-hans",
        ADDRESS=lambda user, channel: f"{channel}:{user.name}",
    )
    notify("customers.assigned", to=li, context={"customer": "Wang"})
    delivery = Delivery.objects.get()
    assert delivery.address == "memory:li"
    assert delivery.subject == "新客户：Wang"


def test_a_recipient_named_twice_gets_one_message(li):
    notify("customers.assigned", to=[li, li], context={"customer": "Wang"})
    assert Delivery.objects.count() == 1


def test_the_same_key_is_one_message(li, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        first = notify("customers.assigned", to=li, context={"customer": "Wang"}, key="42:7")
        again = notify("customers.assigned", to=li, context={"customer": "Wang"}, key="42:7")
    assert again == first
    assert len(memory.outbox) == 1


@pytest.mark.parametrize("changed", ["context", "recipient", "event"])
def test_the_same_key_for_something_else_is_refused_and_the_transaction_lives(changed, person, li):
    notify("customers.assigned", to=li, context={"customer": "Wang"}, key="42:7")
    event = "customers.everywhere" if changed == "event" else "customers.assigned"
    to = person("wu") if changed == "recipient" else li
    context = {"customer": "Zhao" if changed == "context" else "Wang"}
    with pytest.raises(KeyConflictError, match="42:7"):
        notify(event, to=to, context=context, key="42:7")
    assert Delivery.objects.count() == 1


def test_many_notices_are_taken_with_few_statements(person, django_assert_max_num_queries):
    people = [person(f"p{number}") for number in range(20)]
    notices = [
        Notice("customers.assigned", one, {"customer": str(number)}, key=f"k{number}")
        for number, one in enumerate(people)
    ]
    with django_assert_max_num_queries(5):  # savepoint, two inserts, a select, release
        messages = notify_many(notices)
    assert [message.key for message in messages] == [f"k{number}" for number in range(20)]
    with django_assert_max_num_queries(4):
        assert notify_many(notices) == messages
    assert Delivery.objects.count() == 20


def test_many_notices_are_taken_all_or_none(li):
    notify("customers.assigned", to=li, context={"customer": "Wang"}, key="taken")
    with pytest.raises(KeyConflictError):
        notify_many(
            [
                Notice("customers.assigned", li, {"customer": "A"}, key="new"),
                Notice("customers.assigned", li, {"customer": "B"}, key="taken"),
            ]
        )
    assert list(Message.objects.values_list("key", flat=True)) == ["taken"]


def test_a_key_twice_in_one_call_is_one_message(li):
    notice = Notice("customers.assigned", li, {"customer": "Wang"}, key="same")
    first, second = notify_many([notice, notice])
    assert first.pk == second.pk
    assert Delivery.objects.count() == 1
    assert notify_many([]) == []


def test_an_unknown_event_lists_the_known_ones(li):
    with pytest.raises(UnknownEventError, match=r"customers\.assigned, customers\.everywhere"):
        notify("customers.asigned", to=li)


def test_an_unknown_channel_lists_the_known_ones(li):
    with pytest.raises(UnknownChannelError, match="email, inbox, memory"):
        notify("customers.assigned", to=li, channels=["fax"])
    with pytest.raises(TypeError, match="list of channel names"):
        notify("customers.assigned", to=li, channels="email")


def test_a_plain_address_needs_its_channel():
    with pytest.raises(NotifyError, match="channels="):
        notify("customers.assigned", to="a@example.com", context={"customer": "Wang"})
    notify(
        "customers.assigned", to="a@example.com", context={"customer": "Wang"}, channels=["email"]
    )
    delivery = Delivery.objects.get()
    assert (delivery.recipient, delivery.address) == ("address:a@example.com", "a@example.com")


def test_somebody_without_address_is_suppressed_and_not_forgotten(person):
    notify("customers.assigned", to=person("wu", email=""), context={"customer": "Wang"})
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.reason) == (State.SUPPRESSED, Reason.NO_ADDRESS)
    assert delivery.next_at is None


def test_a_missing_template_names_what_was_tried(li, configure):
    configure(EVENTS={"customers.bare": {"channels": ["memory"]}})
    with pytest.raises(TemplateDoesNotExist, match=r"notify/customers\.bare\.memory\.txt"):
        notify("customers.bare", to=li)
    assert not Message.objects.exists()


def test_context_must_have_a_stable_form(li):
    notify("customers.assigned", to=li, context={"customer": li, "sum": Decimal("1.50")})
    with pytest.raises(ContextError, match="object"):
        notify("customers.assigned", to=li, context={"customer": object()})


def test_control_characters_are_cut_out(li):
    notify("customers.assigned", to=li, context={"customer": "Wa\x0b\x1b[31mng\r\nBcc: x"})
    delivery = Delivery.objects.get()
    assert delivery.subject == "New customer: Wa[31mng"
    assert delivery.text.startswith("New customer: Wa[31mng\nBcc: x")


def test_a_robot_gets_one_delivery_however_many_recipients(person, configure):
    configure(
        CHANNELS={"robot": {"BACKEND": "notify_testapp.backends.RobotBackend"}},
        EVENTS={"customers.assigned": {"channels": ["robot", "memory"]}},
        DISPATCHER="worker",
    )
    notify("customers.assigned", to=[person("li"), person("wu")], context={"customer": "Wang"})
    assert sorted(Delivery.objects.values_list("channel", "address")) == [
        ("memory", "li@example.com"),
        ("memory", "wu@example.com"),
        ("robot", ""),
    ]


def test_the_short_form_sends_every_event_to_every_channel(settings, li):
    settings.CRM_NOTIFY = [
        "crm_notify.backends.memory.MemoryBackend",
        "crm_notify.backends.console.ConsoleBackend",
    ]
    notify("customers.assigned", to=li, context={"customer": "Wang"})
    assert sorted(Delivery.objects.values_list("channel", flat=True)) == ["console", "memory"]
