"""The audit trail, behind one function (django-auditlog is the store)."""

from __future__ import annotations

from typing import Any

from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import models

from crm.org.models import User


def record(*, actor: User | None, action: str, target: models.Model, **details: Any) -> None:
    """Write one audit row in the caller's transaction: who did what to which object."""
    LogEntry.objects.create(
        actor=actor,
        action=LogEntry.Action.UPDATE,
        content_type=ContentType.objects.get_for_model(target),
        object_pk=str(target.pk),
        object_id=target.pk,
        object_repr=str(target)[:200],
        changes={},
        additional_data={"event": action, **details},
    )
