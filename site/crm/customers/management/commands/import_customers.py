"""``manage.py import_customers FILE``: the same import as the page, in one go."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files import File
from django.core.management.base import BaseCommand, CommandError

from crm.customers.importing.errors import WorkbookError
from crm.customers.importing.reader import open_workbook
from crm.customers.models import ImportBatch
from crm.customers.services.import_check import import_check, import_upload
from crm.customers.services.import_run import import_run, import_start
from crm.customers.states import ImportState, ImportTarget
from crm.org.models import User


class Command(BaseCommand):
    """Checks a workbook and imports its customers."""

    help = "Import customers from an Excel workbook (.xls or .xlsx) and report the counts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--json", action="store_true", help="print the counts as one object")
        parser.add_argument("--check-only", action="store_true", help="write no customer")
        parser.add_argument("--target", choices=ImportTarget.values, default="distribute")
        parser.add_argument("--owner", help="staff number, with --target owner")
        parser.add_argument("--as", dest="actor", help="staff number of who imports")

    def handle(self, *_args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"There is no file {path}.")
        try:
            with (
                open_workbook(path, max_bytes=settings.CRM_IMPORT_MAX_BYTES) as book,
                path.open("rb") as file,
            ):
                batch = import_upload(
                    actor=_user(options["actor"]),
                    file=File(file),
                    filename=path.name,
                    target=ImportTarget(options["target"]),
                    owner=_owner(options),
                    book=book,
                )
                batch = import_check(batch=batch, book=book)
        except WorkbookError as error:
            raise CommandError(f"{error.message} {error.cure}") from error
        if batch.state == ImportState.CHECKED and not options["check_only"]:
            import_start(actor=batch.created_by, batch=batch)
            batch = import_run(batch=batch)
        if batch.state == ImportState.FAILED:
            raise CommandError(batch.error)
        counts = counts_of(batch)
        if options["json"]:
            self.stdout.write(json.dumps(counts))
        else:
            for name, count in counts.items():
                self.stdout.write(f"{name.replace('_', ' '):<20} {count:>8,}")


def counts_of(batch: ImportBatch) -> dict[str, int]:
    """The batch's counts by name."""
    names = (
        "data_rows",
        "valid",
        "duplicate_in_file",
        "duplicate_existing",
        "invalid",
        "blank",
        "created",
        "skipped",
        "to_pool",
    )
    return {name: getattr(batch, name) for name in names}


def _owner(options: dict[str, Any]) -> User | None:
    if options["target"] != ImportTarget.OWNER:
        return None
    if not options["owner"]:
        raise CommandError("--target owner needs --owner STAFF_NUMBER.")
    return _user(options["owner"])


def _user(username: str | None) -> User | None:
    if username is None:
        return None
    try:
        return User.objects.get(username=username)
    except User.DoesNotExist:
        raise CommandError(f"There is no account {username!r}.") from None
