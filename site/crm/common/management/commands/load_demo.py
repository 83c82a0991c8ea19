"""``manage.py load_demo``: a school to look around in. Idempotent; never for real data."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from crm.common.demo import DEMO_PASSWORD, demo_accounts, load_customers, load_school


class Command(BaseCommand):
    """Fills an empty database with the demo school."""

    help = (
        "Load the demo school: staff, roles, courses and customers. Runs once, then does nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--customers", type=int, default=2000)
        parser.add_argument(
            "--accounts", action="store_true", help="only print the accounts as JSON"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["accounts"]:
            accounts = {"password": DEMO_PASSWORD, "accounts": demo_accounts()}
            self.stdout.write(json.dumps(accounts, ensure_ascii=False))
            return
        call_command("rbac_sync", "--roles", verbosity=0)
        folder = settings.SITE_DIR / "demo"
        school = json.loads((folder / "school.json").read_text(encoding="utf-8"))
        courses = json.loads((folder / "courses.json").read_text(encoding="utf-8"))
        load_school(school, courses)
        created = load_customers(school, options["customers"])
        self.stdout.write(f"demo school ready, {created} customers created")
