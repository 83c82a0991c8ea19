"""What changes the database: stark's views ask a writer, a project may bring its own."""

from __future__ import annotations

from typing import Any, Protocol

from django.db import transaction
from django.forms import BaseModelForm
from django.http import HttpRequest


class Writer(Protocol):
    """Saves and deletes for a config; ``config.writer`` names one.

    A ``ValidationError`` raised here is shown in the form; nothing of the write may remain then.
    """

    def save(self, request: HttpRequest, config: Any, form: BaseModelForm[Any], role: str) -> Any:
        """Writes what the valid ``form`` holds and returns the object."""

    def delete(self, request: HttpRequest, config: Any, obj: Any) -> None:
        """Removes ``obj``."""


class ModelWriter:
    """The default: the form saves itself, with its many-to-many rows, in one transaction."""

    def save(self, request: HttpRequest, config: Any, form: BaseModelForm[Any], role: str) -> Any:  # noqa: ARG002
        with transaction.atomic():
            return form.save()

    def delete(self, request: HttpRequest, config: Any, obj: Any) -> None:  # noqa: ARG002
        with transaction.atomic():
            obj.delete()
