"""The distributor's record: loads, cycles, slots (PRODUCT 12–17, 22)."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.customers.states import SkipReason, SlotState


def default_cap() -> int:
    """The school's cap on a consultant's un-won customers."""
    return int(settings.CRM_CUSTOMER_CAP)


class ConsultantLoad(models.Model):
    """What a consultant may receive, and how many un-won customers he has now.

    ``open_count`` changes only together with a customer's owner, in the same transaction.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        primary_key=True,
        verbose_name=_("consultant"),
        related_name="load",
        limit_choices_to={"department__function": "sales", "kind": "staff"},
    )
    weight = models.PositiveIntegerField(
        _("weight"), default=100, help_text=_("A higher weight comes earlier in each pass.")
    )
    quota = models.PositiveIntegerField(
        _("quota"),
        default=3,
        validators=[MaxValueValidator(100)],
        help_text=_("Places in one cycle."),
    )
    cap = models.PositiveIntegerField(
        _("cap"), default=default_cap, help_text=_("Most un-won customers at a time.")
    )
    open_count = models.PositiveIntegerField(_("un-won customers"), default=0, editable=False)
    daily_max = models.PositiveIntegerField(
        _("daily maximum"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Most distributed customers a day; empty: no limit."),
    )
    is_receiving = models.BooleanField(_("receives customers"), default=True)

    class Meta:
        verbose_name = _("consultant's load")
        verbose_name_plural = _("distribution weights")
        ordering = ["-weight", "user_id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(open_count__lte=F("cap")),
                name="load_open_count_within_cap",
                violation_error_message=_("The cap is below the customers he has now."),
            ),
            models.CheckConstraint(condition=Q(open_count__gte=0), name="load_not_negative"),
        ]

    def __str__(self) -> str:
        return str(self.user)

    @property
    def room(self) -> int:
        """How many more un-won customers fit."""
        return max(0, self.cap - self.open_count)


class DistributionState(models.Model):
    """One row: the number of the running cycle. Opening a cycle is a conditional update of it."""

    # Not an automatic key: MariaDB checks no AUTO_INCREMENT column.
    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    current_number = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("distribution")
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="distribution_state_is_one_row")
        ]

    def __str__(self) -> str:
        return str(self.current_number)


class DistributionCycle(models.Model):
    """One round of the distributor with the weights and quotas it was built from."""

    number = models.PositiveIntegerField(_("cycle"), unique=True)
    opened_at = models.DateTimeField(_("opened"), default=timezone.now)
    #: ``[[user id, weight, quota], …]`` in the order of the first pass.
    consultants = models.JSONField(default=list)

    class Meta:
        verbose_name = _("distribution cycle")
        verbose_name_plural = _("distribution cycles")
        ordering = ["-number"]

    def __str__(self) -> str:
        return str(self.number)


class Slot(models.Model):
    """One place in a cycle: the next customer for one consultant."""

    cycle = models.ForeignKey(
        DistributionCycle,
        models.PROTECT,
        related_name="slots",
        db_index=False,  # the unique constraint begins with it
    )
    position = models.PositiveIntegerField(_("position"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("consultant"),
        related_name="+",
        db_index=False,  # slots are read by state, in order
    )
    state = models.CharField(
        _("state"), max_length=8, choices=SlotState.choices, default=SlotState.FREE
    )
    skip_reason = models.CharField(max_length=10, choices=SkipReason.choices, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("slot")
        verbose_name_plural = _("slots")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["cycle", "position"], name="slot_position_once_per_cycle"
            ),
        ]
        indexes = [models.Index(fields=["state", "id"], name="slot_next_free")]

    def __str__(self) -> str:
        return f"{self.cycle_id}/{self.position}"
