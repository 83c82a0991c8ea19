"""``manage.py notify_worker``: sends what is due, in the foreground."""

import logging
import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, close_old_connections

from crm_notify.channels import close_all
from crm_notify.conf import notify_settings
from crm_notify.drain import drain

logger = logging.getLogger("crm_notify")


class Command(BaseCommand):
    help = "Sends due messages until it is stopped. Any number may run at once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="send what is due and exit")
        parser.add_argument(
            "--channel", action="append", dest="channels", help="only this channel (repeatable)"
        )
        parser.add_argument(
            "--idle-seconds", type=float, default=1.0, help="pause when nothing is due (1)"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        channels = options["channels"]
        for channel in channels or ():
            if channel not in notify_settings.channels:
                known = ", ".join(notify_settings.channels)
                raise CommandError(f"Unknown channel {channel!r}. Known channels: {known}.")
        try:
            if options["once"]:
                report = drain(channels=channels)
                self.stdout.write(f"{report.handled} deliveries: {dict(report.states)}")
            else:
                self._serve(channels, options["idle_seconds"])
        finally:
            close_all()

    def _serve(self, channels: list[str] | None, idle_seconds: float) -> None:
        """Drain until a signal; a batch that has begun is finished first."""
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        self.stdout.write("Sending. Ctrl-C stops after the current batch.")
        while not stop.is_set():
            close_old_connections()
            try:
                handled = drain(channels=channels, limit=notify_settings.batch_size).handled
            except DatabaseError:
                logger.exception("The database failed; trying again.")
                handled = 0
            if not handled:
                stop.wait(idle_seconds)
