"""Importing the sample workbooks, by command and by page (PRODUCT 9, section 3)."""

from __future__ import annotations

import io
import json
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest
from conftest import WORKBOOKS
from crm.customers.models import (
    ConsultantLoad,
    ContactPoint,
    Customer,
    ImportBatch,
    Slot,
    Tenure,
)
from crm.customers.services.import_check import import_check, import_upload
from crm.customers.services.import_run import import_run, import_start
from crm.customers.states import CustomerState, ImportState, ImportTarget, PoolReason
from crm_notify.models import Delivery, Message
from django.core import mail
from django.core.files import File
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db.models import Count
from django.urls import reverse
from factories import ConsultantFactory
from processes import child_environment

NAMES = ["leads-october.xls", "leads-november.xlsx"]


def expected(name: str) -> dict[str, int]:
    return json.loads((WORKBOOKS / f"{name}.expected.json").read_text())


def upload(path: Path, actor: object = None, **options: object) -> ImportBatch:
    with path.open("rb") as file:
        return import_upload(actor=actor, file=File(file), filename=path.name, **options)


def run(batch: ImportBatch, actor: object = None) -> ImportBatch:
    batch = import_check(batch=batch)
    import_start(actor=actor, batch=batch)
    return import_run(batch=batch)


def workbook(tmp_path: Path, rows: list[list[object]], name: str = "rows.xlsx") -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(tmp_path / name)
    return tmp_path / name


@pytest.mark.parametrize("name", NAMES)
def test_the_command_reports_exactly_the_expected_counts(name, courses, cast, capsys):
    ConsultantLoad.objects.update(cap=5000)

    call_command("import_customers", str(WORKBOOKS / name), "--json")

    counts = json.loads(capsys.readouterr().out)
    want = expected(name)
    assert {key: counts[key] for key in want} == want
    assert counts["created"] == want["valid"]
    assert counts["duplicate_existing"] == counts["skipped"] == 0
    assert Customer.objects.count() == want["valid"]
    assert Tenure.objects.filter(ended_at=None, open_for__isnull=False).count() == want["valid"]


@pytest.mark.parametrize("name", NAMES)
def test_the_page_reports_exactly_the_expected_counts(
    name, courses, cast, login, django_capture_on_commit_callbacks
):
    ConsultantLoad.objects.update(cap=5000)
    client = login(cast.operations)
    with (
        (WORKBOOKS / name).open("rb") as file,
        django_capture_on_commit_callbacks(execute=True),
    ):
        response = client.post(
            reverse("customers:import_upload"), {"file": file, "target": "distribute"}
        )
    batch = ImportBatch.objects.get()
    assert response.url == batch.get_absolute_url()
    want = expected(name)
    assert batch.state == ImportState.CHECKED
    assert Customer.objects.count() == 0
    page = client.get(batch.get_absolute_url()).content.decode()
    assert f'<b class="strong">{want["data_rows"]:,}</b>' in page
    assert f'<b class="strong">{want["invalid"]:,}</b>' in page

    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("customers:import_start", args=[batch.pk]))

    batch.refresh_from_db()
    assert {key: getattr(batch, key) for key in want} == want
    assert batch.created == want["valid"] == Customer.objects.count()
    assert batch.state == ImportState.DONE_WITH_ERRORS


def test_the_same_workbook_again_skips_every_row(courses, cast):
    first = run(upload(WORKBOOKS / NAMES[0]))

    again = run(upload(WORKBOOKS / NAMES[0]))

    assert (again.created, again.skipped, again.duplicate_existing) == (0, first.created, 0)
    assert Customer.objects.count() == first.created


def test_each_consultant_hears_once_of_his_share(courses, cast):
    ConsultantLoad.objects.update(cap=5000)

    batch = run(upload(WORKBOOKS / NAMES[0], actor=cast.operations), actor=cast.operations)

    for person in (cast.wang, cast.li):
        mine = Tenure.objects.filter(user=person).count()
        deliveries = Delivery.objects.filter(
            user=person, message__event="customers.assigned", channel="email"
        )
        assert [f"{mine}" in delivery.text for delivery in deliveries] == [True]
    assert Message.objects.filter(key=f"customers.import_finished:{batch.pk}").count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_notification_is_delivered_after_the_commit(courses, cast):
    ConsultantLoad.objects.update(cap=5000)

    run(upload(WORKBOOKS / NAMES[0]))

    assert sorted(message.to[0] for message in mail.outbox) == [
        "li@example.com",
        "wang@example.com",
    ]


def test_shares_follow_weight_and_quota(courses, roles):
    consultants = [
        ConsultantFactory(load__weight=90 - index, load__quota=quota, load__cap=5000)
        for index, quota in enumerate((4, 3, 2))
    ]

    batch = run(upload(WORKBOOKS / NAMES[0]))

    full, rest = divmod(batch.created, 9)
    first_places = [0, 1, 2, 0, 1, 2, 0, 1, 0][:rest]
    counts = dict(Tenure.objects.values_list("user").annotate(n=Count("pk")).order_by())
    assert [counts[c.pk] for c in consultants] == [
        full * quota + first_places.count(index) for index, quota in enumerate((4, 3, 2))
    ]


def test_loads_lists_and_tenures_agree_after_an_import(courses, cast):
    run(upload(WORKBOOKS / NAMES[0]))

    for load in ConsultantLoad.objects.all():
        assert load.open_count <= load.cap
        assert load.open_count == Customer.objects.private_to(load.user).count()
        assert load.open_count == Tenure.objects.filter(user=load.user, ended_at=None).count()
    taken = Slot.objects.filter(state="taken").count()
    assert taken == Tenure.objects.filter(slot__isnull=False).count()


def test_customers_without_room_go_to_the_pool_with_the_reason(courses, cast):
    ConsultantLoad.objects.update(cap=100)

    batch = run(upload(WORKBOOKS / NAMES[0]))

    assert Customer.objects.filter(state=CustomerState.PRIVATE).count() == 200
    pooled = Customer.objects.filter(pool_reason=PoolReason.NO_CAPACITY).count()
    assert pooled == batch.to_pool == batch.created - 200


def test_a_batch_can_go_to_one_consultant_within_his_cap(tmp_path, courses, cast):
    ConsultantLoad.objects.filter(user=cast.li).update(cap=2)
    path = workbook(tmp_path, [["Name", "Phone"], *[[f"N{i}", f"1380013800{i}"] for i in range(5)]])

    batch = run(upload(path, target=ImportTarget.OWNER, owner=cast.li))

    assert Customer.objects.private_to(cast.li).count() == 2
    assert (batch.created, batch.to_pool) == (5, 3)
    assert not Slot.objects.exists()


def test_a_batch_can_go_to_the_pool(tmp_path, cast):
    path = workbook(tmp_path, [["Name", "Phone"], ["An", "13800138000"]])

    run(upload(path, target=ImportTarget.POOL))

    customer = Customer.objects.get()
    assert (customer.state, customer.pool_reason) == ("pool", "entered")
    assert not Tenure.objects.exists()


def test_a_contact_of_a_living_customer_is_reported_as_known(tmp_path, cast):
    run(upload(workbook(tmp_path, [["Name", "Phone"], ["An", "13800138000"]])))
    path = workbook(tmp_path, [["Name", "Phone"], ["Ann", "+86 138-0013-8000"]], "again.xlsx")

    batch = run(upload(path))

    assert (batch.created, batch.duplicate_existing, batch.skipped) == (0, 1, 0)
    assert batch.problems.get().code == "duplicate_existing"


def test_only_mended_rows_of_the_error_workbook_are_imported(tmp_path, cast, login):
    path = workbook(
        tmp_path, [["Name", "Phone"], ["An", "13800138000"], ["Bo", "1380013"], ["", "13800138002"]]
    )
    batch = run(upload(path))
    assert (batch.created, batch.invalid) == (1, 2)
    response = login(cast.operations).get(reverse("customers:import_errors", args=[batch.pk]))
    book = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    rows = list(book.active.values)
    assert [row[2] for row in rows[1:]] == [3, 4]
    book.active["B2"] = "13800138001"
    book.active["A3"] = "Cy"
    book.save(tmp_path / "mended.xlsx")

    again = run(upload(tmp_path / "mended.xlsx"))

    assert (again.created, again.invalid) == (2, 0)
    assert set(Customer.objects.values_list("name", flat=True)) == {"An", "Bo", "Cy"}


def bad_files(tmp_path: Path) -> dict[str, bytes]:
    whole = workbook(tmp_path, [["Name", "Phone"], ["An", "13800138000"]]).read_bytes()
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        with zipfile.ZipFile(io.BytesIO(whole)) as source:
            for item in source.infolist():
                if item.filename != "xl/worksheets/sheet1.xml":
                    archive.writestr(item.filename, source.read(item.filename))
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 700_000_000)
    return {
        "a PDF named .xls": b"%PDF-1.7\n%binary\n" * 40,
        "an empty sheet": workbook(tmp_path, [], "empty.xlsx").read_bytes(),
        "no name column": workbook(
            tmp_path, [["Phone", "QQ"], ["13800138000", "12345"]], "noname.xlsx"
        ).read_bytes(),
        "a truncated zip": whole[: len(whole) // 2],
        "a zip bomb": bomb.getvalue(),
        "a web page": b"<html><table><tr><td>Name</td></tr></table></html>",
        "nothing": b"",
    }


def test_a_bad_file_gets_a_clear_message_and_writes_nothing(tmp_path, cast, login):
    client = login(cast.operations)
    for what, content in bad_files(tmp_path).items():
        file = SimpleUploadedFile("客户.xls", content)
        response = client.post(
            reverse("customers:import_upload"), {"file": file, "target": "distribute"}
        )
        assert response.status_code == 422, what
        assert 'class="field-error' in response.content.decode(), what
    assert not ImportBatch.objects.exists()
    assert not Customer.objects.exists()


def test_a_file_above_the_limit_is_refused_before_it_is_read(cast, login, settings):
    settings.CRM_IMPORT_MAX_BYTES = 1000
    file = SimpleUploadedFile("big.xlsx", b"PK" + b"0" * 2000)

    response = login(cast.operations).post(
        reverse("customers:import_upload"), {"file": file, "target": "distribute"}
    )

    assert response.status_code == 422
    assert "big.xlsx" in response.content.decode()
    assert not ImportBatch.objects.exists()


def test_a_200_mb_file_is_refused_by_the_command(tmp_path, cast):
    path = tmp_path / "huge.xlsx"
    with path.open("wb") as file:
        file.truncate(200 * 1024 * 1024)

    with pytest.raises(CommandError, match="20"):
        call_command("import_customers", str(path))

    assert not ImportBatch.objects.exists()


def test_starting_twice_imports_once(tmp_path, cast):
    path = workbook(tmp_path, [["Name", "Phone"], ["An", "13800138000"]])
    batch = import_check(batch=upload(path))

    for _click in range(2):
        import_start(actor=cast.operations, batch=batch)
    first, second = import_run(batch=batch), import_run(batch=batch)

    assert first.created == second.created == Customer.objects.count() == 1


def test_a_dropped_batch_can_not_be_started(tmp_path, cast, login):
    path = workbook(tmp_path, [["Name", "Phone"], ["An", "13800138000"]])
    batch = import_check(batch=upload(path))
    client = login(cast.operations)

    client.post(reverse("customers:import_cancel", args=[batch.pk]))
    client.post(reverse("customers:import_start", args=[batch.pk]))

    batch.refresh_from_db()
    assert batch.state == ImportState.CANCELLED
    assert not Customer.objects.exists()


def test_a_batch_under_lease_is_left_to_its_worker(tmp_path, cast):
    path = workbook(tmp_path, [["Name", "Phone"], ["An", "13800138000"]])
    batch = import_check(batch=upload(path))
    import_start(actor=None, batch=batch)
    from django.utils import timezone

    ImportBatch.objects.update(lease_until=timezone.now() + timezone.timedelta(seconds=30))

    assert import_run(batch=batch).state == ImportState.RUNNING
    assert not Customer.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_killed_run_goes_on_behind_its_last_chunk(courses, cast, settings):
    """kill -9 in the middle of the run: nothing twice, nothing lost, the counts add up."""
    ConsultantLoad.objects.update(cap=5000)
    batch = import_check(batch=upload(WORKBOOKS / NAMES[1]))
    import_start(actor=None, batch=batch)

    for chunks in (1, 1):
        code = (
            "import os, signal, django; django.setup()\n"
            "from crm.customers.models import ImportBatch\n"
            "from crm.customers.services import import_run as service\n"
            "service.RUN_CHUNK_ROWS = 500\n"
            "write, done = service._Chunk.write, [0]\n"
            "def dying(self):\n"
            f"    if done[0] == {chunks}:\n"
            "        write(self)\n"
            "        os.kill(os.getpid(), signal.SIGKILL)\n"
            "    done[0] += 1\n"
            "    return write(self)\n"
            "service._Chunk.write = dying\n"
            f"service.import_run(batch=ImportBatch.objects.get(pk={batch.pk}))\n"
        )
        ended = subprocess.run([sys.executable, "-c", code], env=child_environment(), check=False)
        assert ended.returncode == -signal.SIGKILL
        ImportBatch.objects.update(lease_until=None)  # as if the lease had lapsed
    batch.refresh_from_db()
    assert batch.settled_rows == 1000

    batch = import_run(batch=batch)

    want = expected(NAMES[1])["valid"]
    assert (batch.created, batch.skipped, batch.duplicate_existing) == (want, 0, 0)
    assert Customer.objects.count() == want
    assert Tenure.objects.filter(open_for__isnull=False).count() == want
    assert sum(ConsultantLoad.objects.values_list("open_count", flat=True)) == want
    assert (
        ContactPoint.objects.values("identity").distinct().count() == ContactPoint.objects.count()
    )
