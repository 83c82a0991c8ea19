"""Campuses, departments, accounts and leave (PRODUCT 40)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Campus(models.Model):
    """A place where the school teaches."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    address = models.CharField(_("address"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("campus")
        verbose_name_plural = _("campuses")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class DepartmentFunction(models.TextChoices):
    """What a department does. Rules ask for the function, never for a department's number."""

    SALES = "sales", _("Sales")
    OPERATIONS = "operations", _("Operations")
    MARKETING = "marketing", _("Marketing")
    TEACHING = "teaching", _("Teaching")
    QUALITY = "quality", _("Teaching quality")
    FINANCE = "finance", _("Finance")
    ADMIN = "admin", _("Administration")


class Department(models.Model):
    """A department with its code and function."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=60)
    function = models.CharField(
        _("function"), max_length=12, choices=DepartmentFunction.choices, db_index=True
    )
    campus = models.ForeignKey(
        Campus, models.PROTECT, verbose_name=_("campus"), related_name="departments"
    )
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        verbose_name=_("part of"),
        null=True,
        blank=True,
        related_name="children",
    )

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class AccountKind(models.TextChoices):
    """Who an account belongs to."""

    STAFF = "staff", _("Staff")
    STUDENT = "student", _("Student")


class Theme(models.TextChoices):
    """How the pages look for this user."""

    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class User(AbstractUser):
    """An account: staff and students share one table and one login page."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    kind = models.CharField(
        _("kind"), max_length=8, choices=AccountKind.choices, default=AccountKind.STAFF
    )
    name = models.CharField(pgettext_lazy("person", "name"), max_length=60)
    #: NULL when there is none: two accounts without an address don't collide.
    email = models.EmailField(_("e-mail"), unique=True, null=True, blank=True)
    department = models.ForeignKey(
        Department,
        models.PROTECT,
        verbose_name=_("department"),
        null=True,
        blank=True,
        related_name="staff",
    )
    job_title = models.CharField(_("job title"), max_length=40, blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    wecom_userid = models.CharField(_("WeCom account"), max_length=64, blank=True)
    wechat_openid = models.CharField(_("WeChat openid"), max_length=64, blank=True)
    dingtalk_userid = models.CharField(_("DingTalk account"), max_length=64, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    theme = models.CharField(_("theme"), max_length=5, choices=Theme.choices, default=Theme.LIGHT)

    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        ordering = ["username"]

    def __str__(self) -> str:
        return self.name or self.username

    def save(self, *args: Any, **kwargs: Any) -> None:
        # create_user() normalises "no address" to "", which would not stay unique.
        self.email = self.email or None
        super().save(*args, **kwargs)

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name


class LeavePeriod(models.Model):
    """Days on which a member of staff gets no new customers."""

    user = models.ForeignKey(
        User, models.CASCADE, verbose_name=_("staff"), related_name="leave_periods"
    )
    first_on = models.DateField(_("first day"))
    last_on = models.DateField(_("last day"))
    memo = models.CharField(_("memo"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("leave")
        verbose_name_plural = _("leave")
        ordering = ["-first_on"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(last_on__gte=models.F("first_on")),
                name="org_leave_ends_after_it_starts",
                violation_error_message=_("The last day is before the first day."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.first_on} – {self.last_on}"

    def covers(self, day: date) -> bool:
        """True when the person is away on ``day``."""
        return self.first_on <= day <= self.last_on
