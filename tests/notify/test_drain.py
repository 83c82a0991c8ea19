"""What a drain does with each outcome, and that nothing is sent twice or lost."""

import time
from datetime import timedelta

import pytest
from crm_notify import notify
from crm_notify.breaker import breaker_state
from crm_notify.claims import begin_writing, claim, release
from crm_notify.drain import drain
from crm_notify.models import Attempt, Delivery, Reason, State
from crm_notify.outcomes import Outcome, OutcomeClass
from crm_notify.settling import recover, settle
from django.db import IntegrityError, transaction
from django.utils import timezone

pytestmark = pytest.mark.django_db


def queue(to, event="customers.assigned", **values):
    notify(event, to=to, context={"customer": "Wang"}, **values)
    return Delivery.objects.order_by("-pk").first()


def make_due():
    """Let the waits pass."""
    Delivery.objects.filter(next_at__isnull=False).update(next_at=timezone.now())


def test_an_accepted_message_keeps_the_providers_id(scripted, li):
    delivery = queue(li)
    scripted.script[:] = [Outcome(OutcomeClass.ACCEPTED, provider_id="id-1")]
    assert drain().states == {State.ACCEPTED: 1}
    delivery.refresh_from_db()
    assert (delivery.provider_id, delivery.attempts_used) == ("id-1", 1)
    assert delivery.lease_token is None
    assert [str(attempt) for attempt in delivery.attempts.all()] == ["accepted"]
    assert drain().handled == 0


def test_a_retryable_failure_waits_longer_each_time_and_then_is_given_up(scripted, li, configure):
    configure(RETRY_AFTER_SECONDS=[10, 100], BREAKER_FAILURES=99)
    delivery = queue(li)
    scripted.script[:] = [Outcome(OutcomeClass.RETRYABLE, "451")] * 3
    for wait in (10, 100):
        drain()
        delivery.refresh_from_db()
        assert delivery.state == State.RETRY_WAIT
        left = (delivery.next_at - timezone.now()).total_seconds()
        assert wait * 0.8 - 1 < left < wait * 1.2
        assert drain().handled == 0
        make_due()
    drain()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.reason) == (State.DEAD, Reason.EXHAUSTED)
    assert delivery.attempts.count() == 3


def test_a_rate_limit_waits_as_asked_and_is_no_attempt(scripted, li):
    delivery = queue(li)
    scripted.script[:] = [Outcome(OutcomeClass.RATE_LIMITED, retry_after=timedelta(seconds=77))]
    drain()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts_used) == (State.RETRY_WAIT, 0)
    assert 70 < (delivery.next_at - timezone.now()).total_seconds() <= 77
    assert delivery.attempts.count() == 1


@pytest.mark.parametrize("kind", [OutcomeClass.RECIPIENT, OutcomeClass.PERMANENT])
def test_a_refusal_is_final(kind, scripted, li):
    delivery = queue(li)
    scripted.script[:] = [Outcome(kind, "550")]
    drain()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.reason) == (State.FAILED, Reason.REFUSED)


@pytest.mark.parametrize("kind", [OutcomeClass.CONFIG, OutcomeClass.TOKEN])
def test_a_config_fault_rests_the_channel_and_keeps_every_row(kind, scripted, person):
    for name in ("a", "b", "c"):
        queue(person(name))
    scripted.script[:] = [Outcome(kind, "535")]
    drain()
    assert len(scripted.seen) == 1
    assert set(Delivery.objects.values_list("state", flat=True)) == {State.PENDING}
    assert breaker_state("scripted").is_open
    assert Attempt.objects.count() == 1
    assert drain().handled == 0


def test_a_channel_that_has_rested_is_probed_with_one_message(
    scripted, person, configure, monkeypatch
):
    configure(BREAKER_SECONDS=60)
    for name in ("a", "b", "c"):
        queue(person(name))
    scripted.script[:] = [
        Outcome(OutcomeClass.CONFIG, "535"),
        Outcome(OutcomeClass.RETRYABLE, "451"),
    ]
    drain()
    make_due()
    later = time.time() + 61
    monkeypatch.setattr(time, "time", lambda: later)
    assert breaker_state("scripted").is_probing
    drain()
    assert len(scripted.seen) == 2
    assert breaker_state("scripted").is_open
    make_due()
    later += 61
    assert drain().states == {State.ACCEPTED: 3}
    assert not breaker_state("scripted").is_probing


def test_failures_in_a_row_rest_the_channel(scripted, person, configure):
    configure(BREAKER_FAILURES=2)
    for name in ("a", "b", "c"):
        queue(person(name))
    scripted.script[:] = [Outcome(OutcomeClass.RETRYABLE, "451")] * 3
    drain()
    assert len(scripted.seen) == 2
    assert breaker_state("scripted").is_open


def test_a_success_forgets_failures(scripted, person, configure):
    configure(BREAKER_FAILURES=2)
    for name in ("a", "b", "c"):
        queue(person(name))
    failure, success = Outcome(OutcomeClass.RETRYABLE), Outcome(OutcomeClass.ACCEPTED)
    scripted.script[:] = [failure, success, failure]
    drain()
    assert len(scripted.seen) == 3
    assert not breaker_state("scripted").is_open


def test_a_backend_that_is_not_ready_has_written_nothing(scripted, li):
    delivery = queue(li)
    scripted.not_ready[:] = [Outcome(OutcomeClass.RETRYABLE, "ConnectionRefusedError")]
    drain()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.writing_at) == (State.RETRY_WAIT, None)
    assert scripted.seen == []


def test_an_exception_while_sending_is_unknown_and_not_repeated(scripted, li, caplog):
    delivery = queue(li)
    scripted.script[:] = [RuntimeError("canary-9f2")]
    drain()
    delivery.refresh_from_db()
    assert delivery.state == State.UNKNOWN
    assert Attempt.objects.get().code == "RuntimeError"
    assert "canary" not in caplog.text + Attempt.objects.get().detail
    assert drain().handled == 0


def test_unknown_is_repeated_where_the_project_says_so(scripted, li, configure):
    configure(RETRY_UNKNOWN_AFTER_SECONDS=600)
    delivery = queue(li)
    scripted.script[:] = [RuntimeError()]
    drain()
    delivery.refresh_from_db()
    assert delivery.state == State.RETRY_WAIT
    assert (delivery.next_at - timezone.now()).total_seconds() > 590


def test_a_message_that_cannot_be_built_fails_alone(configure, person, scripted):
    configure(CHANNELS={"scripted": {"BACKEND": "notify_testapp.backends.BrokenBuildBackend"}})
    delivery = queue(person("a"))
    drain()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.writing_at) == (State.FAILED, None)
    assert delivery.attempts.get().code == "ValueError"


def test_a_backend_that_forgets_a_recipient_leaves_it_unknown(configure, person, scripted):
    configure(
        CHANNELS={"scripted": {"BACKEND": "notify_testapp.backends.DeduplicatingBackend"}},
        EVENTS={"customers.everywhere": {"channels": ["scripted"]}},
    )
    queue([person("a"), person("b")], event="customers.everywhere")
    scripted.script[:] = [lambda request: {"A@EXAMPLE.COM": Outcome(OutcomeClass.ACCEPTED)}]
    drain()
    states = dict(Delivery.objects.values_list("address", "state"))
    assert states == {"a@example.com": State.ACCEPTED, "b@example.com": State.RETRY_WAIT}


def test_recipients_of_the_same_text_share_requests(configure, person, scripted):
    configure(
        CHANNELS={"scripted": {"BACKEND": "notify_testapp.backends.DeduplicatingBackend"}},
        EVENTS={"customers.everywhere": {"channels": ["scripted"]}},
    )
    queue([person(f"p{number}") for number in range(25)], event="customers.everywhere")
    assert drain().states == {State.ACCEPTED: 25}
    assert [len(request.addresses) for request in scripted.seen] == [10, 10, 5]


def test_a_repeated_request_has_the_same_id_members_and_bytes(configure, person, scripted):
    configure(
        CHANNELS={"scripted": {"BACKEND": "notify_testapp.backends.DeduplicatingBackend"}},
        EVENTS={"customers.everywhere": {"channels": ["scripted"]}},
    )
    queue([person(f"p{number}") for number in range(4)], event="customers.everywhere")
    scripted.script[:] = [TimeoutError()]
    drain()
    queue([person("later")], event="customers.everywhere")
    make_due()
    drain()
    first, *others = scripted.seen
    repeated = next(request for request in others if request.id == first.id)
    assert (repeated.payload, repeated.addresses) == (first.payload, first.addresses)
    assert len(others) == 2
    assert set(Delivery.objects.values_list("state", flat=True)) == {State.ACCEPTED}


def test_a_repeated_request_is_claimed_whole_whatever_the_batch_size(configure, person, scripted):
    configure(
        CHANNELS={"scripted": {"BACKEND": "notify_testapp.backends.DeduplicatingBackend"}},
        EVENTS={"customers.everywhere": {"channels": ["scripted"]}},
    )
    queue([person(f"p{number}") for number in range(4)], event="customers.everywhere")
    scripted.script[:] = [TimeoutError()]
    drain()
    make_due()
    drain(limit=1)
    assert scripted.seen[1].addresses == scripted.seen[0].addresses


# Mode "first": one channel, and the next only when it has failed for good.


@pytest.fixture
def first(scripted, configure):
    configure(EVENTS={"customers.first": {"channels": ["scripted", "memory"], "mode": "first"}})
    return scripted


def by_channel():
    return dict(Delivery.objects.values_list("channel", "state"))


def test_mode_first_needs_no_other_channel_when_the_first_succeeds(first, li):
    queue(li, event="customers.first")
    drain()
    assert by_channel() == {"scripted": State.ACCEPTED, "memory": State.CANCELLED}


@pytest.mark.parametrize("kind", ["RECIPIENT", "PERMANENT", "CONFIG"])
def test_mode_first_goes_on_when_the_first_channel_cannot(kind, first, li):
    queue(li, event="customers.first")
    first.script[:] = [Outcome(OutcomeClass[kind])]
    drain()
    assert by_channel() == {"scripted": State.FAILED, "memory": State.ACCEPTED}


@pytest.mark.parametrize("kind", ["RETRYABLE", "RATE_LIMITED", "UNKNOWN"])
def test_mode_first_stays_while_the_first_channel_may_have_it_or_get_it(kind, first, li):
    queue(li, event="customers.first")
    first.script[:] = [Outcome(OutcomeClass[kind])]
    drain()
    assert by_channel()["memory"] == State.PENDING
    assert drain().handled == 0


@pytest.mark.parametrize("kind", ["RETRYABLE", "RATE_LIMITED"])
def test_mode_first_goes_on_after_the_deadline(kind, first, li, configure):
    configure(
        EVENTS={
            "customers.first": {
                "channels": ["scripted", "memory"],
                "mode": "first",
                "deadline_seconds": 0.000001,
            }
        }
    )
    queue(li, event="customers.first")
    first.script[:] = [Outcome(OutcomeClass[kind])]
    drain()
    assert by_channel() == {"scripted": State.DEAD, "memory": State.ACCEPTED}


def test_mode_first_starts_with_the_channel_that_has_an_address(first, configure, li):
    configure(ADDRESS=lambda user, channel: user.email if channel == "memory" else None)
    queue(li, event="customers.first")
    drain()
    assert by_channel() == {"scripted": State.SUPPRESSED, "memory": State.ACCEPTED}


def test_mode_first_goes_round_a_channel_that_rests(first, person):
    queue(person("a"))
    first.script[:] = [Outcome(OutcomeClass.CONFIG)]
    drain()
    queue(person("b"), event="customers.first")
    drain()
    rows = dict(Delivery.objects.filter(user__name="b").values_list("channel", "state"))
    assert rows == {"scripted": State.FAILED, "memory": State.ACCEPTED}
    assert len(first.seen) == 1


# Claims, leases and crashes.


def test_a_claimed_row_is_claimed_once(scripted, li):
    queue(li)
    _, rows = claim("scripted", size=10)
    assert len(rows) == 1
    assert claim("scripted", size=10)[1] == []


def test_rows_whose_request_never_began_go_back(scripted, li):
    delivery = queue(li)
    token, _ = claim("scripted", size=10)
    assert release(token) == 1
    delivery.refresh_from_db()
    assert (delivery.state, delivery.lease_token) == (State.PENDING, None)
    assert drain().handled == 1


def expire():
    Delivery.objects.filter(state=State.SENDING).update(
        lease_until=timezone.now() - timedelta(seconds=1)
    )


def test_a_dead_workers_unwritten_rows_are_sent_by_another(scripted, li):
    queue(li)
    claim("scripted", size=10)
    assert drain().handled == 0
    expire()
    assert drain().states == {State.ACCEPTED: 1}


def test_a_dead_workers_written_rows_are_unknown_and_not_sent_again(scripted, li):
    delivery = queue(li)
    token, rows = claim("scripted", size=10)
    assert begin_writing(rows, token, request_id=token, payload=None)
    assert release(token) == 0
    expire()
    assert drain().handled == 0
    delivery.refresh_from_db()
    assert (delivery.state, delivery.lease_until) == (State.UNKNOWN, None)
    assert delivery.attempts.get().detail == "The worker died while sending."


def test_a_slow_worker_may_still_say_what_became_of_an_unknown_row(scripted, li):
    delivery = queue(li)
    token, rows = claim("scripted", size=10)
    begin_writing(rows, token, request_id=token, payload=None)
    expire()
    recover()
    accepted = {rows[0].address: Outcome(OutcomeClass.ACCEPTED)}
    settle(rows, token, accepted, started_at=timezone.now())
    delivery.refresh_from_db()
    assert delivery.state == State.ACCEPTED


def test_a_slow_worker_writes_nothing_after_its_lease(scripted, li):
    queue(li)
    token, rows = claim("scripted", size=10)
    expire()
    recover()
    assert not begin_writing(rows, token, request_id=token, payload=None)
    _, others = claim("scripted", size=10)
    settle(
        rows, token, {rows[0].address: Outcome(OutcomeClass.RECIPIENT)}, started_at=timezone.now()
    )
    assert Delivery.objects.get().state == State.SENDING
    assert len(others) == 1


def test_a_lost_row_keeps_the_whole_request_from_being_written(scripted, person):
    queue([person("a"), person("b")])
    token, rows = claim("scripted", size=10)
    Delivery.objects.filter(pk=rows[0].pk).update(lease_token=None)
    assert not begin_writing(rows, token, request_id=token, payload=None)
    assert not Delivery.objects.filter(writing_at__isnull=False).exists()


def test_an_interrupted_drain_gives_its_rows_back(scripted, person):
    queue([person("a"), person("b")])

    def interrupt(request):
        raise KeyboardInterrupt

    scripted.script[:] = [interrupt]
    with pytest.raises(KeyboardInterrupt):
        drain()
    states = sorted(Delivery.objects.values_list("state", flat=True))
    assert states == [State.PENDING, State.SENDING]


@pytest.mark.django_db(transaction=True)
def test_nothing_is_sent_inside_a_transaction(scripted, li):
    queue(li)
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        drain()
    assert scripted.seen == []


def test_the_database_refuses_a_sent_row_that_is_due(scripted, li):
    queue(li)
    with pytest.raises(IntegrityError), transaction.atomic():
        Delivery.objects.update(state=State.ACCEPTED)


def test_a_limit_and_a_channel_are_kept(scripted, person, configure):
    queue([person("a"), person("b"), person("c")])
    assert drain(channels=["memory"]).handled == 0
    assert drain(limit=2).handled == 2
    assert drain().handled == 1
