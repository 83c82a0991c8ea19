"""``manage.py rbac_sync``: declarations in code → database."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from rbac import sync
from rbac.exceptions import SyncRefused


class Command(BaseCommand):
    """Writes menus, groups and permissions; roles and grants only when asked."""

    help = "Bring menus, permission groups and permissions in line with the declarations in code."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the options."""
        parser.add_argument("--plan", action="store_true", help="Only print what would change.")
        parser.add_argument(
            "--check",
            action="store_true",
            help="Print what would change; exit 1 if anything would.",
        )
        parser.add_argument(
            "--prune",
            action="store_true",
            help="Also delete what code once declared and no longer does.",
        )
        parser.add_argument(
            "--roles", action="store_true", help="Also write the declared roles and their grants."
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Plan or apply.

        Raises: CommandError with exit code 1 for differences under ``--check``, 2 for
        declarations that contradict themselves.
        """
        only_plan = options["plan"] or options["check"]
        act = sync.plan if only_plan else sync.apply
        try:
            changes = act(roles=options["roles"], prune=options["prune"])
        except SyncRefused as error:
            raise CommandError(str(error), returncode=2) from error
        for change in changes if options["verbosity"] else ():
            self.stdout.write(str(change))
        if options["check"] and changes:
            raise CommandError(
                f"{len(changes)} differences; run rbac_sync to write them.", returncode=1
            )
        if options["verbosity"]:
            done = "to do" if only_plan else "written"
            self.stdout.write(f"{len(changes)} changes {done}." if changes else "Nothing to do.")
