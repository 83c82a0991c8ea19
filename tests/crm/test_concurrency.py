"""Several processes at once on PostgreSQL: the invariants of PRODUCT 4 hold afterwards."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from conftest import WORKBOOKS
from crm.customers.models import (
    ConsultantLoad,
    ContactPoint,
    Customer,
    DistributionCycle,
    ImportBatch,
    Slot,
    Tenure,
)
from crm.customers.services.import_check import import_check
from crm.customers.services.import_run import import_start
from crm.customers.states import CustomerState, SlotState
from factories import ConsultantFactory, CustomerFactory
from processes import child_environment
from test_import import upload

pytestmark = pytest.mark.django_db(transaction=True)


def together(*commands: list[object]) -> list[dict[str, object]]:
    """Run ``workers`` tasks at the same time; what each printed."""
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "workers", *map(str, command)],
            env=child_environment(),
            cwd=Path(__file__).parent,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for command in commands
    ]
    results = []
    for process in started:
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err.decode()[-2000:]
        results.append(json.loads(out))
    return results


def assert_invariants() -> None:
    """PRODUCT 4: 1, 2, 4, 6."""
    for load in ConsultantLoad.objects.select_related("user"):
        private = Customer.objects.private_to(load.user).count()
        open_tenures = Tenure.objects.filter(user=load.user, ended_at=None).count()
        assert load.open_count == private == open_tenures <= load.cap
    taken = Slot.objects.filter(state=SlotState.TAKEN).count()
    assert taken == Tenure.objects.filter(slot__isnull=False).count()
    owned = Customer.objects.filter(state=CustomerState.PRIVATE).count()
    assert owned == Tenure.objects.filter(open_for__isnull=False).count()
    repeated = Counter(Tenure.objects.values_list("customer", "user"))
    assert max(repeated.values(), default=1) == 1


def test_of_many_claims_for_one_customer_exactly_one_wins(cast):
    customer = CustomerFactory()
    rivals = [ConsultantFactory(username=f"rival{i}") for i in range(8)]

    results = together(*(["claim", rival.username, customer.pk] for rival in rivals))

    assert Counter(result["result"] for result in results) == {"won": 1, "refused": 7}
    customer.refresh_from_db()
    assert all(customer.owner.name in str(r["why"]) for r in results if r["result"] == "refused")
    assert_invariants()


def test_two_processes_and_one_place_left_never_exceed_the_cap(cast):
    ConsultantLoad.objects.filter(user=cast.wang).update(cap=1)
    first, second = CustomerFactory(), CustomerFactory()

    results = together(["claim", "wang", first.pk], ["claim", "wang", second.pk])

    assert Counter(result["result"] for result in results) == {"won": 1, "refused": 1}
    assert_invariants()


def test_four_processes_distribute_within_one_cycle_of_fair(cast):
    ConsultantLoad.objects.update(cap=1000)

    together(*(["enter", seed, 25] for seed in range(1, 5)))

    assert Customer.objects.count() == 100
    assert_invariants()
    quotas = dict(ConsultantLoad.objects.values_list("user_id", "quota"))
    counts = Counter(Tenure.objects.values_list("user_id", flat=True))
    # Leases of a flushed queue may leave places open for a while; none is lost or used twice.
    left = Slot.objects.filter(state=SlotState.FREE).count()
    places = DistributionCycle.objects.count() * sum(quotas.values())
    assert places == 100 + left + Slot.objects.filter(state=SlotState.SKIPPED).count()
    assert max(counts.values()) - min(counts.values()) <= 3 + left


def test_claims_releases_and_new_customers_at_random_keep_every_invariant(cast):
    ConsultantLoad.objects.update(cap=12)
    for _ in range(30):
        CustomerFactory()

    together(["mix", "wang", 1, 40], ["mix", "li", 2, 40], ["enter", 3, 20], ["enter", 4, 20])

    assert_invariants()


def test_two_workers_on_one_import_write_every_row_once(courses, cast):
    ConsultantLoad.objects.update(cap=5000)
    batch = import_check(batch=upload(WORKBOOKS / "leads-november.xlsx"))
    import_start(actor=None, batch=batch)

    together(["run_import", batch.pk], ["run_import", batch.pk], ["enter", 5, 10])

    batch.refresh_from_db()
    assert batch.created == batch.valid == Customer.objects.exclude(import_batch=None).count()
    assert (
        ContactPoint.objects.count() == ContactPoint.objects.values("identity").distinct().count()
    )
    assert_invariants()


def test_two_workbooks_with_the_same_people_at_once_make_each_customer_once(courses, cast):
    ConsultantLoad.objects.update(cap=5000)
    batches = []
    for _ in range(2):
        batch = import_check(batch=upload(WORKBOOKS / "leads-october.xls"))
        import_start(actor=None, batch=batch)
        batches.append(batch)

    together(*(["run_import", batch.pk] for batch in batches))

    for batch in batches:
        batch.refresh_from_db()
    first = batches[0]
    assert sum(batch.created for batch in batches) == first.valid == Customer.objects.count()
    assert sum(batch.skipped for batch in batches) == first.valid
    assert ImportBatch.objects.filter(state="done_with_errors").count() == 2
    assert_invariants()
