"""Who gets the next customer (PRODUCT 12–17, 22, 26)."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta

import pytest
from crm.customers.distribution import engine, queue
from crm.customers.distribution.order import Share, passes, ranked
from crm.customers.errors import RuleError
from crm.customers.models import ConsultantLoad, Customer, DistributionCycle, Slot, Tenure
from crm.customers.services.intake import customer_create_distributed
from crm.customers.services.redistribution import customer_distribute
from crm.customers.states import CustomerState, PoolReason, SlotState
from crm.org.models import LeavePeriod
from crm_notify.models import Message
from django.db import IntegrityError, transaction
from django.utils import timezone
from django_redis import get_redis_connection
from factories import ConsultantFactory, CustomerFactory
from hypothesis import given, settings
from hypothesis import strategies as st

A, B, C = 1, 2, 3


def test_a_cycle_goes_by_weight_in_passes_until_each_has_his_quota():
    shares = [Share(C, 10, 2), Share(A, 30, 4), Share(B, 20, 2)]

    order = list(passes(ranked(shares, cycle_number=1)))

    assert order == [A, B, C, A, B, C, A, A]


def test_equal_weights_take_turns_at_the_start():
    shares = [Share(A, 10, 1), Share(B, 10, 1), Share(C, 10, 1)]

    firsts = [ranked(shares, cycle_number=n)[0].user_id for n in range(6)]

    assert Counter(firsts) == {A: 2, B: 2, C: 2}


@given(
    st.lists(st.tuples(st.integers(1, 5), st.integers(0, 6)), min_size=1, max_size=8),
    st.integers(1, 1000),
)
def test_each_consultant_has_exactly_his_quota_in_a_cycle(rows, number):
    shares = [Share(i, weight, quota) for i, (weight, quota) in enumerate(rows)]

    counts = Counter(passes(ranked(shares, cycle_number=number)))

    assert counts == {s.user_id: s.quota for s in shares if s.quota}


def test_a_consultant_without_quota_gets_no_place():
    assert list(passes(ranked([Share(A, 9, 0)], cycle_number=1))) == []


def distribute(count: int) -> list[int | None]:
    def take() -> list[int | None]:
        given_ = engine.allocate([frozenset()] * count)
        return [a.user_id if a else None for a in given_]

    return engine.retrying(take)


@pytest.fixture
def team(db):
    """Three consultants: quotas 3, 2, 1 by falling weight."""
    return [
        ConsultantFactory(load__weight=weight, load__quota=quota)
        for weight, quota in ((30, 3), (20, 2), (10, 1))
    ]


@pytest.mark.parametrize("size", [1, 4, 6, 13, 60])
def test_one_by_one_and_in_batch_give_the_same_order(team, size):
    a, b, c = (person.pk for person in team)
    cycle = [a, b, c, a, b, a]

    order = [user for _turn in range(0, 60, size) for user in distribute(min(size, 60 - _turn))]

    assert order == (cycle * 10)[: len(order)]


@pytest.mark.django_db
@given(st.lists(st.integers(1, 25), min_size=1, max_size=6), st.randoms())
@settings(max_examples=12, deadline=None)
def test_shares_stay_within_the_unfinished_cycle_whatever_the_batches(sizes, dice):
    with transaction.atomic():
        people = [
            ConsultantFactory(load__weight=dice.randint(1, 3), load__quota=dice.randint(1, 4))
            for _ in range(dice.randint(1, 4))
        ]
        quotas = {p.pk: p.load.quota for p in people}

        got = Counter(user for size in sizes for user in distribute(size))

        whole, rest = divmod(sum(sizes), sum(quotas.values()))
        for user, quota in quotas.items():
            assert whole * quota <= got[user] <= (whole + bool(rest)) * quota
        transaction.set_rollback(True)
    get_redis_connection().flushdb()


def test_the_cap_holds_and_the_rest_finds_nobody(team):
    ConsultantLoad.objects.update(cap=2)

    got = distribute(10)

    assert Counter(got) == {**{p.pk: 2 for p in team}, None: 4}
    assert set(ConsultantLoad.objects.values_list("open_count", flat=True)) == {2}


def test_the_database_refuses_a_load_above_the_cap(team):
    with pytest.raises(IntegrityError), transaction.atomic():
        ConsultantLoad.objects.filter(user=team[0]).update(open_count=151)


@pytest.mark.parametrize("why", ["inactive", "paused", "leave", "daily_max", "cap"])
def test_who_drops_out_in_the_middle_of_a_cycle_is_skipped_and_not_owed(team, why):
    a, b, c = team
    distribute(1)
    load = ConsultantLoad.objects.filter(user=a)
    today = timezone.localdate()
    if why == "inactive":
        a.is_active = False
        a.save()
    elif why == "paused":
        load.update(is_receiving=False)
    elif why == "leave":
        LeavePeriod.objects.create(user=a, first_on=today, last_on=today)
    elif why == "daily_max":
        CustomerFactory(name="earlier")
        Tenure.objects.create(
            customer=Customer.objects.get(),
            user=a,
            how="distribute",
            open_for=Customer.objects.get(),
        )
        load.update(daily_max=1)
    else:
        load.update(cap=1)

    got = distribute(6)

    assert a.pk not in got
    assert Counter(got) == {b.pk: 4, c.pk: 2}
    skipped = Slot.objects.filter(user=a, state=SlotState.SKIPPED)
    assert set(skipped.values_list("skip_reason", flat=True)) == {why}


def test_leave_that_ended_yesterday_counts_no_more(team):
    yesterday = timezone.localdate() - timedelta(days=1)
    LeavePeriod.objects.create(user=team[0], first_on=yesterday, last_on=yesterday)

    assert distribute(1) == [team[0].pk]


def test_a_former_owner_is_passed_over_and_his_place_stays_for_the_next(team):
    a, b, _c = (person.pk for person in team)

    first, second = engine.retrying(lambda: engine.allocate([frozenset({a}), frozenset()]))

    assert (first.user_id, second.user_id) == (b, a) or (first.user_id, second.user_id) == (a, b)
    assert first.user_id == b
    assert first.passed_over == [[a, "ex_owner"]]


def test_nobody_left_but_former_owners_means_nobody(team):
    everyone = frozenset(person.pk for person in team)

    assert engine.retrying(lambda: engine.allocate([everyone])) == [None]
    assert not Slot.objects.filter(state=SlotState.TAKEN).exists()


def test_changed_weights_hold_from_the_next_cycle(team):
    a, b, c = (person.pk for person in team)
    distribute(1)
    ConsultantLoad.objects.filter(user_id=c).update(weight=99)

    assert distribute(5) == [b, c, a, b, a]
    assert distribute(1) == [c]


def test_a_cycle_keeps_the_weights_it_was_made_from(team):
    distribute(1)

    cycle = DistributionCycle.objects.get()

    assert cycle.consultants == [[p.pk, p.load.weight, p.load.quota] for p in team]


@pytest.mark.parametrize("loss", ["flushed", "away", "stale", "held by a dead process"])
def test_redis_lost_in_the_middle_of_a_cycle_repeats_and_skips_no_place(team, loss, settings):
    a, b, c = (person.pk for person in team)
    connection = get_redis_connection()
    before = distribute(2)
    if loss == "flushed":
        connection.flushall()
    elif loss == "stale":
        taken = Slot.objects.filter(state=SlotState.TAKEN).values_list("pk", flat=True)
        connection.delete(queue.READY_KEY)
        connection.rpush(queue.READY_KEY, *taken, 999_999)
    elif loss == "held by a dead process":
        queue.pop(1)
        connection.zadd(queue.HELD_KEY, {Slot.objects.filter(state="free").first().pk: 1})
    else:
        settings.CACHES = {
            "default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}
        }

    got = before + [user for _ in range(10) for user in distribute(1)]

    assert Counter(got) == {a: 6, b: 4, c: 2}
    assert Slot.objects.filter(state=SlotState.TAKEN).count() == 12
    assert DistributionCycle.objects.count() == 2


def test_a_rolled_back_customer_gives_his_place_back(team):
    a, b, _c = (person.pk for person in team)
    with transaction.atomic():
        engine.allocate([frozenset()])
        transaction.set_rollback(True)
    get_redis_connection().delete(queue.HELD_KEY)

    assert distribute(2) == [a, b]


def test_allocating_outside_a_transaction_is_refused(monkeypatch):
    monkeypatch.setattr(
        transaction, "get_connection", lambda: type("C", (), {"in_atomic_block": False})()
    )
    with pytest.raises(transaction.TransactionManagementError):
        engine.allocate([frozenset()])


def test_a_new_customer_reaches_the_next_consultant_who_hears_of_him(cast):
    customer = customer_create_distributed(
        actor=cast.operations, fields={"name": "安宁"}, contacts={"phone": "13800138000"}
    )

    assert customer.owner == cast.wang
    tenure = customer.open_tenure
    assert (tenure.how, tenure.slot.user, tenure.slot.state) == ("distribute", cast.wang, "taken")
    assert (customer.pinyin, customer.initials) == ("anning", "an")
    assert Message.objects.filter(key=f"customers.assigned:{tenure.pk}").count() == 1


def test_nobody_with_room_sends_a_new_customer_to_the_pool(cast):
    ConsultantLoad.objects.update(cap=0)

    customer = customer_create_distributed(
        actor=cast.operations, fields={"name": "An"}, contacts={"phone": "13800138000"}
    )

    assert (customer.state, customer.pool_reason) == (CustomerState.POOL, PoolReason.NO_CAPACITY)


def test_the_director_sends_a_pool_customer_past_his_former_owner(cast):
    customer = CustomerFactory(state=CustomerState.POOL)
    Tenure.objects.create(
        customer=customer, user=cast.wang, how="claim", ended_at=timezone.now(), status="ended"
    )

    owner = customer_distribute(actor=cast.director, customer=customer)

    assert owner == cast.li
    assert customer.open_tenure.passed_over == [[cast.wang.pk, "ex_owner"]]


def test_the_director_is_told_when_only_former_owners_have_room(cast):
    customer = CustomerFactory(state=CustomerState.POOL)
    for user in (cast.wang, cast.li):
        Tenure.objects.create(
            customer=customer, user=user, how="claim", ended_at=timezone.now(), status="ended"
        )

    with pytest.raises(RuleError):
        customer_distribute(actor=cast.director, customer=customer)


def test_random_work_keeps_slots_loads_and_tenures_in_step(cast):
    dice = random.Random(7)
    for index in range(60):
        customer_create_distributed(
            actor=cast.operations,
            fields={"name": f"N{index}"},
            contacts={"phone": f"138{index:08d}"},
        )
        if dice.random() < 0.2:
            get_redis_connection().flushdb()

    for load in ConsultantLoad.objects.all():
        assert load.open_count == Tenure.objects.filter(user=load.user, ended_at=None).count()
    taken = Slot.objects.filter(state=SlotState.TAKEN).count()
    assert taken == Tenure.objects.filter(slot__isnull=False).count() == 60
