"""Importing one workbook into the site's own tables, by both sides."""

import io
import json
import shutil
import time
from pathlib import Path

import django

from bench.running import serve_side

CONSULTANTS = (("wang", 90, 4), ("li", 80, 3), ("zhao", 80, 3), ("sun", 60, 2))
CAP = 100_000


def prepare() -> dict[str, float]:
    """A migrated database with courses and four consultants, in CRM_VAR."""
    from crm.customers.models import ConsultantLoad
    from crm.enrolment.models import Course
    from crm.org.models import Campus, Department, DepartmentFunction, User
    from django.core.management import call_command

    from bench.leads import COURSES

    call_command("migrate", verbosity=0)
    campus = Campus.objects.create(name="Campus")
    sales = Department.objects.create(
        code="1001", name="Sales", function=DepartmentFunction.SALES, campus=campus
    )
    for name in COURSES:
        Course.objects.create(name=name, period_weeks=16, price=12_800)
    for username, weight, quota in CONSULTANTS:
        user = User.objects.create(
            username=username, name=username, email=f"{username}@example.com", department=sales
        )
        ConsultantLoad.objects.create(user=user, weight=weight, quota=quota, cap=CAP)
    return {}


def start_from(template: str) -> None:
    """Take a copy of the prepared database, so that each run starts alike."""
    from django.conf import settings

    target = Path(settings.DATABASES["default"]["NAME"])
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(template, target)


def ours(workbook: str, template: str) -> dict[str, float]:
    """``manage.py import_customers FILE --json``, distribution and notification included."""
    from crm.customers.models import Customer, Tenure
    from crm_notify.models import Message
    from django.core.management import call_command

    start_from(template)
    answer = io.StringIO()
    began, began_cpu = time.perf_counter(), time.process_time()
    call_command("import_customers", workbook, "--json", stdout=answer)
    figures = _rates(began, began_cpu)
    counts = json.loads(answer.getvalue())
    created = Customer.objects.count()
    open_tenures = Tenure.objects.filter(open_for__isnull=False).count()
    if not counts["created"] == counts["valid"] == created == open_tenures:
        raise SystemExit(f"{created} customers, {open_tenures} tenures, {counts}")
    if not Message.objects.exists():
        raise SystemExit("nobody was told")
    return {**figures, "rows": counts["data_rows"], "created": created}


def peer(workbook: str, template: str, resource: str) -> dict[str, float]:
    """The same file by django-import-export in bulk mode, see bench/peers/import_export.py."""
    from crm.customers.models import Customer
    from tablib import Dataset

    from bench.peers import import_export

    start_from(template)
    began, began_cpu = time.perf_counter(), time.process_time()
    dataset = Dataset().load(Path(workbook).read_bytes(), format="xlsx")
    result = getattr(import_export, resource)().import_data(dataset, dry_run=False)
    figures = _rates(began, began_cpu)
    if result.has_errors():
        raise SystemExit(f"the peer stumbled: {[e.error for _n, e in result.row_errors()[:3]]}")
    return {**figures, "rows": len(dataset), "created": Customer.objects.count()}


def _rates(began: float, began_cpu: float) -> dict[str, float]:
    return {
        "seconds": time.perf_counter() - began,
        "cpu_seconds": time.process_time() - began_cpu,
    }


if __name__ == "__main__":
    django.setup()
    serve_side({"prepare": prepare, "ours": ours, "peer": peer})
