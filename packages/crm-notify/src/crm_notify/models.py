"""The outbox: a message, its deliveries and every attempt at them."""

import secrets
import time
import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm_notify.conf import notify_settings


def ordered_uuid() -> uuid.UUID:
    """A random id whose first 48 bits are the time, so that new rows end an index (RFC 9562)."""
    value = (time.time_ns() // 1_000_000) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    return uuid.UUID(int=value & ~(0x3 << 62) | 0x2 << 62)


class State(models.TextChoices):
    """Where a delivery stands."""

    PENDING = "pending", _("Pending")
    SENDING = "sending", _("Sending")
    ACCEPTED = "accepted", _("Accepted")
    DELIVERED = "delivered", _("Delivered")
    READ = "read", _("Read")
    RETRY_WAIT = "retry_wait", _("Waiting to retry")
    UNKNOWN = "unknown", _("Unknown")
    FAILED = "failed", _("Failed")
    DEAD = "dead", _("Given up")
    SUPPRESSED = "suppressed", _("Suppressed")
    CANCELLED = "cancelled", _("Cancelled")


class Reason(models.TextChoices):
    """Why a delivery was not sent, or not sent on this channel."""

    NONE = "", ""
    NO_ADDRESS = "no_address", _("No address on this channel")
    REFUSED = "refused", _("Refused by the provider")
    EXHAUSTED = "exhausted", _("All attempts used")
    DEADLINE = "deadline", _("Deadline passed")
    CHANNEL_DOWN = "channel_down", _("Channel out of order")
    OTHER_CHANNEL = "other_channel", _("Sent on another channel")


class Message(models.Model):
    """One call of ``notify``. Its key makes a repeated call harmless."""

    id = models.UUIDField(primary_key=True, default=ordered_uuid, editable=False)
    event = models.CharField(_("event"), max_length=100)
    key = models.CharField(_("idempotency key"), max_length=255, unique=True)
    payload_hash = models.CharField(max_length=64)
    mode = models.CharField(max_length=5, default="all")
    deadline_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")

    def __str__(self) -> str:
        return f"{self.event} {self.id}"


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def due(self) -> "DeliveryQuerySet":
        """Rows a worker may claim now."""
        return self.filter(next_at__lte=timezone.now())

    def held_by(self, token: uuid.UUID) -> "DeliveryQuerySet":
        """Rows that this worker claimed and still holds."""
        return self.filter(lease_token=token, state=State.SENDING)

    def expired(self) -> "DeliveryQuerySet":
        """Rows whose worker is gone."""
        return self.filter(state=State.SENDING, lease_until__lt=timezone.now())


class Delivery(models.Model):
    """A message on one channel to one recipient, with the text as it was rendered."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="deliveries")
    channel = models.CharField(_("channel"), max_length=50)
    #: "user:<pk>", "address:<address>", or empty for a channel without recipients.
    recipient = models.CharField(_("recipient"), max_length=320)
    user = models.ForeignKey(
        notify_settings.user_model,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("user"),
    )
    address = models.CharField(_("address"), max_length=320)
    #: Position of the channel in the event's list; in mode "first" the later ones stand by.
    rank = models.PositiveSmallIntegerField(default=0)
    subject = models.CharField(_("subject"), max_length=255)
    text = models.TextField(_("text"))
    html = models.TextField()
    url = models.CharField(_("link"), max_length=500)

    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.PENDING
    )
    reason = models.CharField(
        _("reason"), max_length=20, choices=Reason.choices, default=Reason.NONE
    )
    #: When a worker may claim the row. Null: never, or not until a channel before it has failed.
    next_at = models.DateTimeField(_("next attempt"), null=True)
    attempts_used = models.PositiveSmallIntegerField(_("attempts"), default=0)
    lease_token = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    #: Set just before the request is written: from here a crash leaves the outcome UNKNOWN.
    writing_at = models.DateTimeField(null=True, editable=False)
    request_id = models.UUIDField(null=True, editable=False)
    payload = models.BinaryField(null=True)
    provider_id = models.CharField(_("provider's id"), max_length=128)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    read_at = models.DateTimeField(_("read"), null=True)

    objects: ClassVar[models.Manager["Delivery"]] = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            models.UniqueConstraint(
                fields=["message", "channel", "recipient"], name="crm_notify_once_per_recipient"
            ),
            models.CheckConstraint(
                condition=Q(next_at=None) | Q(state__in=[State.PENDING, State.RETRY_WAIT]),
                name="crm_notify_only_waiting_rows_are_due",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.SENDING) | Q(lease_until__isnull=False),
                name="crm_notify_sending_has_a_lease",
            ),
        ]
        indexes = [
            models.Index(fields=["channel", "next_at", "id"], name="crm_notify_due"),
            models.Index(fields=["lease_until"], name="crm_notify_lease"),
            models.Index(fields=["lease_token"], name="crm_notify_token"),
            models.Index(fields=["user", "channel", "state"], name="crm_notify_inbox"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.pk} {self.state}"


class Attempt(models.Model):
    """One try at one delivery and what came of it."""

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="attempts")
    request_id = models.UUIDField(null=True)
    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), default=timezone.now)
    outcome = models.CharField(_("outcome"), max_length=12)
    code = models.CharField(_("provider's code"), max_length=40)
    detail = models.CharField(_("detail"), max_length=500)

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.outcome} {self.code}".strip()
