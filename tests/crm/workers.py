"""What the processes of the concurrency tests do: ``python -m workers TASK …``."""

from __future__ import annotations

import json
import random
import sys

import django

django.setup()

from crm.customers.distribution import engine  # noqa: E402
from crm.customers.errors import RuleError  # noqa: E402
from crm.customers.models import Customer, ImportBatch  # noqa: E402
from crm.customers.services.import_run import import_run  # noqa: E402
from crm.customers.services.intake import customer_create_distributed  # noqa: E402
from crm.customers.services.tenures import customer_claim, customer_release  # noqa: E402
from crm.org.models import User  # noqa: E402
from django_redis import get_redis_connection  # noqa: E402


def claim(username: str, customer_id: str) -> dict[str, str]:
    """One claim; how it ended."""
    try:
        customer_claim(
            actor=User.objects.get(username=username), customer=Customer.objects.get(pk=customer_id)
        )
    except RuleError as refusal:
        return {"result": "refused", "why": str(refusal)}
    return {"result": "won"}


def enter(seed: str, count: str) -> dict[str, int]:
    """New customers through the distributor, Redis flushed now and then."""
    dice = random.Random(seed)
    actor = User.objects.get(username="operations")
    for index in range(int(count)):
        customer_create_distributed(
            actor=actor,
            fields={"name": f"N{seed}-{index}"},
            contacts={"phone": f"13{int(seed) % 10}{dice.randrange(10**8):08d}"},
        )
        if dice.random() < 0.1:
            get_redis_connection().flushdb()
    return {"entered": int(count)}


def mix(username: str, seed: str, count: str) -> dict[str, int]:
    """Claims and releases at random."""
    dice = random.Random(seed)
    actor = User.objects.get(username=username)
    done = 0
    for _turn in range(int(count)):
        pool = list(Customer.objects.in_pool().values_list("pk", flat=True)[:20])
        mine = list(Customer.objects.private_to(actor).values_list("pk", flat=True)[:20])
        try:
            if pool and (not mine or dice.random() < 0.6):
                customer_claim(actor=actor, customer=Customer.objects.get(pk=dice.choice(pool)))
            elif mine:
                customer_release(
                    actor=actor, customer=Customer.objects.get(pk=dice.choice(mine)), memo="test"
                )
            done += 1
        except RuleError:
            continue
        except engine.AllocationConflictError:
            continue
    return {"done": done}


def run_import(batch_id: str) -> dict[str, int]:
    """Run (what is left of) a batch."""
    return {"created": import_run(batch=ImportBatch.objects.get(pk=batch_id)).created}


if __name__ == "__main__":
    task, *arguments = sys.argv[1:]
    sys.stdout.write(json.dumps(globals()[task](*arguments)))
