"""The demo school: accounts everybody knows, customers with a history that looks lived in."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Count, F
from django.utils import timezone
from rbac.services import user_role_assign

from crm.common.text import pinyin_of
from crm.customers.choices import Channel, Education, Experience, Gender, Intent, Source, WorkState
from crm.customers.clocks import deal_due_at, follow_due_at
from crm.customers.models import ConsultantLoad, ContactPoint, Customer, FollowUp, Tenure
from crm.customers.models.customer import identity_of
from crm.customers.states import CustomerState, PoolReason, TenureHow, TenureStatus
from crm.enrolment.models import Course
from crm.org.models import AccountKind, Campus, Department, User

DEMO_PASSWORD = "demo1234"  # noqa: S105 - printed by `make demo`
_SEED = 20261001
#: Demo customers' phones: a range of their own, so that the sample workbooks stay new.
_PHONE_PREFIX = "1990000"


def demo_accounts() -> list[dict[str, str]]:
    """Login name, name and job of the accounts that the demo prints."""
    return [
        {"username": user.username, "name": user.name, "job": user.job_title}
        for user in User.objects.filter(is_active=True).order_by("pk")
    ]


@transaction.atomic
def load_school(school: Mapping[str, Any], courses: Sequence[Mapping[str, str]]) -> None:
    """Campus, departments, staff with their roles and loads, courses; what exists is kept."""
    campus, _created = Campus.objects.get_or_create(
        name=school["campus"]["name"], defaults={"address": school["campus"]["address"]}
    )
    departments: dict[str, Department] = {}
    for row in school["departments"]:
        departments[row["code"]], _created = Department.objects.get_or_create(
            code=row["code"],
            defaults={
                "name": row["name"],
                "function": row["function"],
                "campus": campus,
                "parent": departments.get(row.get("parent", "")),
            },
        )
    password = make_password(DEMO_PASSWORD)
    for row in school["staff"]:
        _load_account(row, password, department=departments[row["department"]])
    _load_account(school["student"], password, kind=AccountKind.STUDENT)
    lecturer = User.objects.filter(username="lecturer")
    for index, row in enumerate(courses):
        course, created = Course.objects.get_or_create(
            name=row["zh"],
            defaults={
                "outline": row["outline"],
                "period_weeks": 16 + 4 * (index % 3),
                "price": 12_800 + 2_000 * (index % 4),
            },
        )
        if created:
            course.lecturers.set(lecturer)


def _load_account(
    row: Mapping[str, Any],
    password: str,
    *,
    department: Department | None = None,
    kind: AccountKind = AccountKind.STAFF,
) -> None:
    name = row["username"]
    user, created = User.objects.get_or_create(
        username=name,
        defaults={
            "name": row["name"],
            "email": name if "@" in name else f"{name}@example.com",
            "department": department,
            "job_title": row["job_title"],
            "kind": kind,
            "is_superuser": row.get("is_superuser", False),
            "password": password,
        },
    )
    if created:
        user_role_assign(actor=None, user=user, role=row["role"])
    if "load" in row:
        ConsultantLoad.objects.get_or_create(user=user, defaults=row["load"])


@transaction.atomic
def load_customers(school: Mapping[str, Any], count: int) -> int:
    """Customers of the last two months, one in five on private lists; once only."""
    if Customer.objects.exists():
        return 0
    # A demo that looks the same every time; nothing secret depends on it.
    dice = random.Random(_SEED)  # noqa: S311
    now = timezone.now()
    consultants = list(User.objects.filter(load__isnull=False).order_by("pk"))
    customers = [_customer(dice, school, index, now, consultants) for index in range(count)]
    Customer.objects.bulk_create(customers, batch_size=200)
    ContactPoint.objects.bulk_create(
        (point for index, c in enumerate(customers) for point in _contacts(dice, index, c)),
        batch_size=500,
    )
    owned = [c for c in customers if c.owner_id is not None]
    Tenure.objects.bulk_create(
        (
            Tenure(
                customer=c,
                user_id=c.owner_id,
                how=TenureHow.DISTRIBUTE,
                status=TenureStatus.FOLLOWING,
                started_at=c.received_at,
                open_for=c,
            )
            for c in owned
        ),
        batch_size=500,
    )
    FollowUp.objects.bulk_create(
        (note for c in owned for note in _notes(dice, school, c)), batch_size=500
    )
    courses = list(Course.objects.order_by("pk"))
    Customer.courses.through.objects.bulk_create(
        (
            Customer.courses.through(customer_id=c.pk, course_id=course.pk)
            for c in customers
            for course in dice.sample(courses, dice.choice([1, 1, 1, 2]))
        ),
        batch_size=500,
    )
    counts = Customer.objects.filter(owner__isnull=False).order_by().values_list("owner")
    for owner_id, n in counts.annotate(n=Count("pk")):
        ConsultantLoad.objects.filter(pk=owner_id).update(open_count=F("open_count") + n)
    return len(customers)


def _customer(
    dice: random.Random,
    school: Mapping[str, Any],
    index: int,
    now: datetime,
    consultants: Sequence[User],
) -> Customer:
    name = dice.choice(school["surnames"]) + dice.choice(school["given"])
    pinyin, initials = pinyin_of(name)
    entered_at = now - timedelta(minutes=dice.randint(60, 60 * 24 * 60))
    customer = Customer(
        name=name,
        pinyin=pinyin,
        initials=initials,
        gender=dice.choice(Gender.values),
        education=dice.choice(Education.values),
        experience=dice.choice(Experience.values),
        work_state=dice.choice(WorkState.values),
        school=dice.choice(school["schools"]),
        major=dice.choice(school["majors"]),
        company=dice.choice(school["companies"]),
        source=dice.choices(Source.values, weights=range(len(Source.values), 0, -1))[0],
        consulted_on=timezone.localdate(entered_at),
        created_at=entered_at,
        state=CustomerState.POOL,
        pool_reason=dice.choice([PoolReason.ENTERED, PoolReason.NO_FOLLOW_UP, PoolReason.NO_DEAL]),
    )
    if index % 5 == 0:
        _own(dice, customer, now, dice.choice(consultants))
    return customer


def _own(dice: random.Random, customer: Customer, now: datetime, owner: User) -> None:
    """Put the customer on a private list, with clocks that have not run out."""
    received_at = now - timedelta(hours=dice.randint(1, 14 * 24))
    follow_up_at = now - timedelta(hours=dice.randint(0, 60))
    customer.created_at = min(customer.created_at, received_at)
    customer.state, customer.owner, customer.pool_reason = CustomerState.PRIVATE, owner, ""
    customer.received_at = received_at
    since = received_at
    if follow_up_at > received_at:
        since = customer.last_follow_up_at = follow_up_at
        customer.intent = dice.choice(Intent.values[:4])
        if dice.random() < 0.6:
            customer.next_contact_at = _in_office_hours(
                dice, now + timedelta(days=dice.randint(1, 4))
            )
    customer.follow_due_at = follow_due_at(since=since)
    customer.deal_due_at = deal_due_at(received_at=received_at)
    customer.due_at = min(customer.follow_due_at, customer.deal_due_at)


def _in_office_hours(dice: random.Random, moment: datetime) -> datetime:
    """A full hour between 9:00 and 20:00 of the moment's day in Shanghai."""
    return timezone.localtime(moment).replace(
        hour=dice.randint(9, 20), minute=dice.choice([0, 30]), second=0, microsecond=0
    )


def _contacts(dice: random.Random, index: int, customer: Customer) -> list[ContactPoint]:
    values = {"phone": f"{_PHONE_PREFIX}{index:04d}"}
    if dice.random() < 0.7:
        values["qq"] = f"9{index:08d}"
    if dice.random() < 0.5:
        values["wechat"] = f"demo_{customer.pinyin[:10]}_{index}"
    return [
        ContactPoint(customer=customer, kind=kind, value=value, identity=identity_of(kind, value))
        for kind, value in values.items()
    ]


def _notes(dice: random.Random, school: Mapping[str, Any], customer: Customer) -> list[FollowUp]:
    if customer.last_follow_up_at is None or customer.received_at is None:
        return []
    text = dice.choice(school["notes"])
    customer.last_follow_up_text = text[:80]
    Customer.objects.filter(pk=customer.pk).update(last_follow_up_text=text[:80])
    return [
        FollowUp(
            customer=customer,
            author_id=customer.owner_id,
            written_at=customer.last_follow_up_at,
            channel=dice.choice(Channel.values[:4]),
            intent=customer.intent,
            text=text,
            next_contact_at=customer.next_contact_at,
        )
    ]
