"""Private lists, clocks and follow-ups (PRODUCT 21–25, 31, 32)."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from crm.customers.clocks import deal_due_at, follow_due_at
from crm.customers.errors import (
    CapReachedError,
    FormerOwnerError,
    NotYoursError,
    OverdueError,
    TakenError,
)
from crm.customers.models import ConsultantLoad, Customer, FollowUp, Tenure
from crm.customers.services.follow_ups import follow_up_add
from crm.customers.services.intake import customer_create_own
from crm.customers.services.tenures import customer_claim, customer_release
from crm.customers.states import CustomerState, PoolReason
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from factories import CustomerFactory
from hypothesis import given
from hypothesis import strategies as st

SHANGHAI = ZoneInfo("Asia/Shanghai")
BETWEEN = {
    "min_value": datetime(2020, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    "max_value": datetime(2035, 1, 1),  # noqa: DTZ001
}
NOTE = "问了课程安排，周末再联系，想要课表。"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("since", "due"),
    [
        ("2026-07-13 20:10", "2026-07-17 00:00"),
        ("2026-07-13 00:00", "2026-07-17 00:00"),
        ("2026-07-13 23:59", "2026-07-17 00:00"),
        ("2026-02-26 09:00", "2026-03-02 00:00"),
        ("2026-12-30 09:00", "2027-01-03 00:00"),
    ],
)
def test_the_follow_up_clock_ends_with_the_third_calendar_day(since, due):
    assert follow_due_at(since=at(since)) == at(due)


def test_the_deal_clock_ends_with_day_fifteen_after_receipt():
    assert deal_due_at(received_at=at("2026-07-09 09:12")) == at("2026-07-25 00:00")


@given(st.datetimes(timezones=st.just(UTC), **BETWEEN))
def test_a_clock_never_gives_less_than_three_nor_more_than_four_days(moment):
    left = follow_due_at(since=moment) - moment

    assert timedelta(days=3) < left <= timedelta(days=4)


@pytest.fixture
def mine(cast):
    """A private customer of Wang's, claimed just now."""
    return customer_claim(actor=cast.wang, customer=CustomerFactory())


def test_a_claim_makes_the_customer_private_with_one_open_tenure(cast, mine):
    assert (mine.state, mine.owner) == (CustomerState.PRIVATE, cast.wang)
    assert mine.due_at == follow_due_at(since=mine.received_at)
    assert Tenure.objects.get(customer=mine).open_for == mine
    assert ConsultantLoad.objects.get(user=cast.wang).open_count == 1


def test_a_claimed_customer_can_not_be_claimed_again_and_the_owner_is_named(cast, mine):
    with pytest.raises(TakenError, match=cast.wang.name):
        customer_claim(actor=cast.li, customer=mine)
    assert ConsultantLoad.objects.get(user=cast.li).open_count == 0


def test_a_full_list_takes_no_claim(cast):
    ConsultantLoad.objects.filter(user=cast.wang).update(cap=0)
    customer = CustomerFactory()

    with pytest.raises(CapReachedError):
        customer_claim(actor=cast.wang, customer=customer)

    customer.refresh_from_db()
    assert customer.state == CustomerState.POOL


def test_a_full_list_takes_no_own_entry_either(cast):
    ConsultantLoad.objects.filter(user=cast.wang).update(cap=0)

    with pytest.raises(CapReachedError):
        customer_create_own(
            actor=cast.wang, fields={"name": "An"}, contacts={"phone": "13800138000"}
        )

    assert not Customer.objects.exists()


def test_a_former_owner_never_gets_the_customer_again(cast, mine):
    customer_release(actor=cast.wang, customer=mine, memo="wrong number")

    with pytest.raises(FormerOwnerError):
        customer_claim(actor=cast.wang, customer=mine)
    assert customer_claim(actor=cast.li, customer=mine).owner == cast.li


def test_a_release_ends_the_tenure_with_its_reason(cast, mine):
    customer_release(actor=cast.wang, customer=mine, memo="wrong number")

    assert (mine.state, mine.pool_reason, mine.owner) == ("pool", PoolReason.RELEASED, None)
    tenure = Tenure.objects.get()
    assert (tenure.open_for, tenure.end_reason, tenure.memo) == (None, "release", "wrong number")
    assert ConsultantLoad.objects.get(user=cast.wang).open_count == 0


def test_nobody_releases_a_colleagues_customer(cast, mine):
    with pytest.raises(NotYoursError):
        customer_release(actor=cast.li, customer=mine, memo="mine now")
    mine.refresh_from_db()
    assert mine.owner == cast.wang


def test_a_note_moves_the_follow_up_clock_and_not_the_deal_clock(cast):
    with time_machine.travel(at("2026-07-09 09:00"), tick=False):
        customer = customer_claim(actor=cast.wang, customer=CustomerFactory())
    with time_machine.travel(at("2026-07-11 18:00"), tick=False):
        follow_up_add(actor=cast.wang, customer=customer, text=NOTE, channel="phone")

    assert customer.last_follow_up_at == at("2026-07-11 18:00")
    assert customer.follow_due_at == customer.due_at == at("2026-07-15 00:00")
    assert customer.deal_due_at == at("2026-07-25 00:00")


def test_late_notes_can_not_move_the_customer_past_the_deal_clock(cast):
    with time_machine.travel(at("2026-07-09 09:00"), tick=False) as clock:
        customer = customer_claim(actor=cast.wang, customer=CustomerFactory())
        for day in (12, 15, 18, 21, 24):
            clock.move_to(at(f"2026-07-{day} 10:00"))
            follow_up_add(actor=cast.wang, customer=customer, text=NOTE, channel="phone")

    assert customer.due_at == customer.deal_due_at == at("2026-07-25 00:00")


@pytest.mark.parametrize(
    ("moment", "is_late"),
    [("2026-07-12 23:59:59", False), ("2026-07-13 00:00:00", True), ("2026-07-20 10:00", True)],
)
def test_a_note_at_or_after_the_due_instant_is_refused_and_the_customer_moves(
    cast, moment, is_late
):
    with time_machine.travel(at("2026-07-09 09:00"), tick=False):
        customer = customer_claim(actor=cast.wang, customer=CustomerFactory())

    with time_machine.travel(at(moment), tick=False):
        if is_late:
            with pytest.raises(OverdueError):
                follow_up_add(actor=cast.wang, customer=customer, text=NOTE, channel="phone")
        else:
            follow_up_add(actor=cast.wang, customer=customer, text=NOTE, channel="phone")

    customer.refresh_from_db()
    if is_late:
        assert (customer.state, customer.pool_reason) == ("pool", PoolReason.NO_FOLLOW_UP)
        assert Tenure.objects.get().status == "no_follow_3d"
        assert ConsultantLoad.objects.get(user=cast.wang).open_count == 0
        assert not FollowUp.objects.exists()
    else:
        assert customer.state == CustomerState.PRIVATE


def test_the_deal_clock_gives_its_own_reason(cast):
    with time_machine.travel(at("2026-07-09 09:00"), tick=False) as clock:
        customer = customer_claim(actor=cast.wang, customer=CustomerFactory())
        for day in (12, 15, 18, 21, 24):
            clock.move_to(at(f"2026-07-{day} 10:00"))
            follow_up_add(actor=cast.wang, customer=customer, text=NOTE, channel="phone")
        clock.move_to(at("2026-07-25 00:00"))
        with pytest.raises(OverdueError):
            follow_up_add(actor=cast.wang, customer=customer, text=NOTE, channel="phone")

    customer.refresh_from_db()
    assert customer.pool_reason == PoolReason.NO_DEAL


def test_a_colleague_writes_no_note(cast, mine):
    with pytest.raises(NotYoursError):
        follow_up_add(actor=cast.li, customer=mine, text=NOTE, channel="phone")
    assert not FollowUp.objects.exists()


@pytest.mark.parametrize("text", ["太短了", " " * 12, "123456789"])
def test_nine_characters_are_no_note(cast, mine, text):
    with pytest.raises(ValidationError):
        follow_up_add(actor=cast.wang, customer=mine, text=text, channel="phone")
    mine.refresh_from_db()
    assert mine.last_follow_up_at is None


def test_the_same_submission_twice_is_one_note(cast, mine, login):
    url = reverse("customers:follow_up_add", args=[mine.pk])
    form = {"channel": "phone", "text": NOTE, "submission": str(uuid.uuid4())}
    client = login(cast.wang)

    for _click in range(2):
        assert client.post(url, form).status_code == 302

    assert FollowUp.objects.count() == 1


def test_a_short_note_comes_back_with_what_was_typed(cast, mine, login):
    response = login(cast.wang).post(
        reverse("customers:follow_up_add", args=[mine.pk]),
        {"channel": "phone", "text": "太短了", "submission": str(uuid.uuid4())},
    )

    assert response.status_code == 422
    page = response.content.decode()
    assert "太短了" in page
    assert 'aria-invalid="true"' in page


def test_an_overdue_note_comes_back_with_its_text(cast, mine, login):
    Customer.objects.update(due_at=timezone.now(), follow_due_at=timezone.now())

    response = login(cast.wang).post(
        reverse("customers:follow_up_add", args=[mine.pk]),
        {"channel": "phone", "text": NOTE, "submission": str(uuid.uuid4())},
    )

    assert response.status_code == 409
    assert NOTE in response.content.decode()


def test_an_appointment_in_the_past_is_refused(cast, mine, login):
    response = login(cast.wang).post(
        reverse("customers:follow_up_add", args=[mine.pk]),
        {
            "channel": "phone",
            "text": NOTE,
            "submission": str(uuid.uuid4()),
            "next_contact_at": "2020-01-01T10:00",
        },
    )

    assert response.status_code == 422
    assert not FollowUp.objects.exists()


def test_the_database_refuses_a_second_open_tenure(cast, mine):
    with pytest.raises(IntegrityError), transaction.atomic():
        Tenure.objects.create(customer=mine, user=cast.li, how="claim", open_for=mine)


@pytest.mark.parametrize(
    "values", [{"state": "pool"}, {"owner": None}, {"due_at": None}], ids=lambda v: next(iter(v))
)
def test_the_database_refuses_a_customer_that_is_neither_pooled_nor_owned(mine, values):
    with pytest.raises(IntegrityError), transaction.atomic():
        Customer.objects.filter(pk=mine.pk).update(**values)


def test_a_known_contact_is_refused_with_a_masked_name(cast, login):
    customer_create_own(
        actor=cast.wang, fields={"name": "张晓雯"}, contacts={"phone": "13800138000"}
    )

    response = login(cast.li).post(
        reverse("customers:add"),
        {"name": "张小文", "phone": "+86 138 0013 8000", "source": "qq_group"},
    )

    page = response.content.decode()
    assert response.status_code == 422
    assert "张**" in page
    assert "张晓雯" not in page
    assert "张小文" in page
    assert Customer.objects.count() == 1


def test_a_customer_without_any_contact_is_refused(cast, login):
    response = login(cast.wang).post(reverse("customers:add"), {"name": "An", "source": "qq_group"})

    assert response.status_code == 422
    assert not Customer.objects.exists()


def test_an_own_entry_uses_no_place_of_the_cycle(cast, login):
    login(cast.wang).post(
        reverse("customers:add"),
        {"name": "安宁", "qq": "12345@qq.com", "source": "qq_group"},
    )

    customer = Customer.objects.get()
    assert customer.owner == cast.wang
    assert customer.contacts.get().identity == "qq:12345"
    assert (customer.open_tenure.how, customer.open_tenure.slot) == ("self", None)
