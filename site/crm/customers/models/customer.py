"""The customer and the ways to reach him (PRODUCT 1–8)."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.customers.choices import (
    Education,
    Experience,
    Gender,
    Intent,
    Source,
    WorkState,
)
from crm.customers.contacts import ContactKind
from crm.customers.states import DEAD_STATES, UNWON_PRIVATE_STATES, CustomerState, PoolReason


class CustomerQuerySet(models.QuerySet["Customer"]):
    """Filters that compose."""

    def living(self) -> Self:
        """Neither merged into another record nor marked invalid."""
        return self.exclude(state__in=DEAD_STATES)

    def in_pool(self) -> Self:
        """Public: anybody in sales may claim them."""
        return self.filter(state=CustomerState.POOL)

    def private_to(self, user: models.Model) -> Self:
        """The un-won customers on this consultant's list; they count against his cap."""
        return self.filter(owner=user, state__in=UNWON_PRIVATE_STATES)

    def due_before(self, moment: datetime) -> Self:
        """Private customers whose first clock runs out before ``moment``."""
        return self.filter(state=CustomerState.PRIVATE, due_at__lt=moment)


class Customer(models.Model):
    """A person who asked about a course, enrolled or not."""

    name = models.CharField(pgettext_lazy("person", "name"), max_length=64)
    gender = models.CharField(_("gender"), max_length=8, choices=Gender.choices, blank=True)
    education = models.CharField(
        _("education"), max_length=24, choices=Education.choices, blank=True
    )
    school = models.CharField(_("school"), max_length=128, blank=True)
    major = models.CharField(_("major"), max_length=128, blank=True)
    experience = models.CharField(
        _("experience"), max_length=20, choices=Experience.choices, blank=True
    )
    work_state = models.CharField(_("work"), max_length=12, choices=WorkState.choices, blank=True)
    company = models.CharField(_("company"), max_length=128, blank=True)
    #: Yuan a month.
    salary = models.DecimalField(
        _("monthly salary"), max_digits=10, decimal_places=2, null=True, blank=True
    )
    source = models.CharField(
        _("source"), max_length=20, choices=Source.choices, default=Source.QQ_GROUP
    )
    referred_by = models.ForeignKey(
        "self", models.PROTECT, verbose_name=_("referred by"), null=True, blank=True
    )
    courses = models.ManyToManyField(
        "enrolment.Course", verbose_name=_("courses of interest"), blank=True
    )
    note = models.TextField(_("note"), blank=True)
    consulted_on = models.DateField(_("consulted on"), null=True, blank=True)

    state = models.CharField(
        _("state"), max_length=12, choices=CustomerState.choices, default=CustomerState.POOL
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("consultant"),
        null=True,
        blank=True,
        related_name="customers",
        limit_choices_to={"load__isnull": False},
        db_index=False,  # the index over owner, state and due_at serves
    )
    pool_reason = models.CharField(
        _("in the pool because"), max_length=12, choices=PoolReason.choices, blank=True
    )
    #: When the present owner got the customer; both clocks start here.
    received_at = models.DateTimeField(_("received"), null=True, blank=True)
    last_follow_up_at = models.DateTimeField(_("last follow-up"), null=True, blank=True)
    last_follow_up_text = models.CharField(_("last follow-up"), max_length=80, blank=True)
    follow_due_at = models.DateTimeField(_("follow-up due"), null=True, blank=True)
    deal_due_at = models.DateTimeField(_("deal due"), null=True, blank=True)
    #: The earlier of the two clocks, kept for sorting.
    due_at = models.DateTimeField(_("time left"), null=True, blank=True)
    next_contact_at = models.DateTimeField(_("next contact"), null=True, blank=True)
    intent = models.CharField(_("intent"), max_length=20, choices=Intent.choices, blank=True)

    #: Pinyin of the name without spaces, and its initials: 张三 → "zhangsan", "zs".
    pinyin = models.CharField(max_length=200, blank=True, editable=False)
    initials = models.CharField(max_length=64, blank=True, editable=False)
    #: Hash of the workbook row this customer came from; the same row again is skipped.
    import_digest = models.CharField(  # noqa: DJ001 - NULL where there is none stays unique
        max_length=64, null=True, unique=True, editable=False
    )
    import_batch = models.ForeignKey(
        "customers.ImportBatch",
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="customers",
    )
    created_at = models.DateTimeField(_("entered"), default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        db_index=False,  # nobody looks customers up by it
        verbose_name=_("entered by"),
    )

    objects = CustomerQuerySet.as_manager()

    rbac_owner = "owner"
    rbac_department = "owner__department"

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["owner", "state", "due_at"], name="customer_owner_due"),
            models.Index(fields=["state", "due_at"], name="customer_state_due"),
            models.Index(fields=["state", "-id"], name="customer_state_newest"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(state=CustomerState.POOL, owner__isnull=True)
                    | Q(state__in=UNWON_PRIVATE_STATES, owner__isnull=False)
                    | ~Q(state__in=[CustomerState.POOL, *UNWON_PRIVATE_STATES])
                ),
                name="customer_is_pooled_or_owned",
            ),
            models.CheckConstraint(
                condition=~Q(state=CustomerState.PRIVATE) | Q(due_at__isnull=False),
                name="customer_private_has_a_clock",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("customers:detail", args=[self.pk])


class ContactPoint(models.Model):
    """One way to reach a customer, normalised; unique among living customers (PRODUCT 2)."""

    customer = models.ForeignKey(
        Customer,
        models.CASCADE,
        related_name="contacts",
        db_index=False,  # the unique constraint begins with it
    )
    kind = models.CharField(_("kind"), max_length=6, choices=ContactKind.choices)
    value = models.CharField(_("value"), max_length=254)
    #: ``kind:value`` while the customer lives, NULL afterwards. A plain unique column, because
    #: MySQL knows no conditional unique constraint.
    identity = models.CharField(  # noqa: DJ001
        max_length=261, null=True, unique=True, editable=False
    )

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "kind", "value"], name="contact_once_per_customer"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.value}"


def identity_of(kind: str, value: str) -> str:
    """The unique key of a living customer's contact."""
    return f"{kind}:{value}"
