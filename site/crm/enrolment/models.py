"""The course catalogue (PRODUCT 41)."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class Course(models.Model):
    """A course that customers ask for."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    outline = models.TextField(_("outline"), blank=True)
    period_weeks = models.PositiveSmallIntegerField(
        _("length in weeks"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    #: Yuan.
    price = models.DecimalField(
        _("price"),
        max_digits=10,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    lecturers = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("lecturers"),
        blank=True,
        related_name="courses",
        limit_choices_to={"department__function": "teaching", "is_active": True},
    )
    is_open = models.BooleanField(_("open for enrolment"), default=True)

    class Meta:
        verbose_name = _("course")
        verbose_name_plural = _("courses")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(price__isnull=True) | models.Q(price__gte=0),
                name="enrolment_course_price_is_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return self.name
