"""Who had a customer when, and what was said (PRODUCT 15, 30–32)."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MinLengthValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.customers.choices import Channel, Intent
from crm.customers.models.customer import Customer
from crm.customers.states import PoolReason, TenureHow, TenureStatus


class Tenure(models.Model):
    """One consultant's time with a customer."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="tenures")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("consultant"),
        related_name="tenures",
        db_index=False,  # the index over user and status serves
    )
    how = models.CharField(_("how"), max_length=10, choices=TenureHow.choices)
    status = models.CharField(
        _("status"),
        max_length=12,
        choices=TenureStatus.choices,
        default=TenureStatus.FOLLOWING,
    )
    started_at = models.DateTimeField(_("from"), default=timezone.now)
    ended_at = models.DateTimeField(_("until"), null=True, blank=True)
    end_reason = models.CharField(max_length=12, choices=PoolReason.choices, blank=True)
    memo = models.CharField(_("memo"), max_length=200, blank=True)
    #: The customer while the tenure is open, NULL afterwards: at most one open tenure each.
    open_for = models.OneToOneField(
        Customer, models.PROTECT, null=True, editable=False, related_name="open_tenure"
    )
    #: The place in the cycle this customer was given on; a place serves one customer.
    slot = models.OneToOneField(
        "customers.Slot", models.PROTECT, null=True, editable=False, related_name="tenure"
    )
    #: Consultants passed over for this customer and why: ``[[user id, reason], …]``.
    passed_over = models.JSONField(default=list, editable=False)

    class Meta:
        verbose_name = _("tenure")
        verbose_name_plural = _("tenures")
        ordering = ["-started_at", "-pk"]
        indexes = [models.Index(fields=["user", "status"], name="tenure_user_status")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, open_for__isnull=False)
                | Q(ended_at__isnull=False, open_for__isnull=True),
                name="tenure_open_or_ended",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer} – {self.user}"


class FollowUp(models.Model):
    """A note of a conversation with a customer."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="follow_ups")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("author"), related_name="+"
    )
    written_at = models.DateTimeField(_("written"), default=timezone.now, editable=False)
    channel = models.CharField(
        _("channel"),
        max_length=8,
        choices=Channel.choices,
        default=Channel.PHONE,
    )
    intent = models.CharField(_("intent"), max_length=20, choices=Intent.choices, blank=True)
    text = models.TextField(
        _("note"),
        validators=[
            MinLengthValidator(10, _("Write at least 10 characters: what was said, what is next."))
        ],
    )
    next_contact_at = models.DateTimeField(_("next contact"), null=True, blank=True)
    #: Set once per form, so that a double click writes one note.
    submission = models.UUIDField(null=True, unique=True, editable=False)

    class Meta:
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")
        ordering = ["-written_at", "-pk"]

    def __str__(self) -> str:
        return self.text[:40]
