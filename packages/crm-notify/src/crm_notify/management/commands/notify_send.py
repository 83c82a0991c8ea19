"""``manage.py notify_send``: one message from the command line."""

import json
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from crm_notify.exceptions import NotifyError
from crm_notify.outbox import notify


class Command(BaseCommand):
    help = "Puts one message into the outbox and dispatches it as the settings say."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("event")
        parser.add_argument("--user", action="append", default=[], help="login name (repeatable)")
        parser.add_argument(
            "--to", action="append", default=[], help="plain address, with --channel (repeatable)"
        )
        parser.add_argument("--channel", action="append", dest="channels", help="(repeatable)")
        parser.add_argument("--context", default="{}", help="JSON object for the templates")
        parser.add_argument("--key", help="idempotency key")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            message = notify(
                options["event"],
                to=[*self._users(options["user"]), *options["to"]],
                context=self._context(options["context"]),
                key=options["key"],
                channels=options["channels"],
            )
        except NotifyError as error:
            raise CommandError(str(error)) from error
        for delivery in message.deliveries.order_by("pk"):
            reason = f" ({delivery.get_reason_display()})" if delivery.reason else ""
            self.stdout.write(f"{delivery.channel}: {delivery.get_state_display()}{reason}")

    def _users(self, names: list[str]) -> list[Any]:
        model = get_user_model()
        users = []
        for name in names:
            try:
                users.append(model._default_manager.get_by_natural_key(name))
            except model.DoesNotExist:
                raise CommandError(f"There is no user {name!r}.") from None
        return users

    def _context(self, text: str) -> dict[str, Any]:
        try:
            context = json.loads(text)
        except ValueError as error:
            raise CommandError(f"--context is no JSON: {error}") from error
        if not isinstance(context, dict):
            raise CommandError("--context must be a JSON object.")
        return context
