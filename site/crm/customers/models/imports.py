"""Import batches and the rows that were not imported (PRODUCT 9, section 3)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.customers.states import ImportState, ImportTarget


class ImportBatch(models.Model):
    """One uploaded workbook on its way to customers."""

    file = models.FileField(upload_to="imports/%Y/%m/", max_length=200)
    #: Checked rows, written by the check and read by the run: one JSON object a line.
    spool = models.FileField(upload_to="imports/%Y/%m/", max_length=200, blank=True)
    filename = models.CharField(_("file"), max_length=200)
    state = models.CharField(
        _("state"), max_length=16, choices=ImportState.choices, default=ImportState.UPLOADED
    )
    target = models.CharField(
        _("goes to"), max_length=10, choices=ImportTarget.choices, default=ImportTarget.DISTRIBUTE
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("consultant"),
        related_name="+",
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        verbose_name=_("uploaded by"),
        related_name="+",
    )
    created_at = models.DateTimeField(_("uploaded"), default=timezone.now)
    checked_at = models.DateTimeField(null=True, blank=True)
    run_started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    #: Renewed by the worker that has the batch; a lapsed lease means that the worker died.
    lease_until = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=300, blank=True)

    column_count = models.PositiveIntegerField(default=0)
    data_rows = models.PositiveIntegerField(_("rows"), default=0)
    blank = models.PositiveIntegerField(default=0)
    valid = models.PositiveIntegerField(default=0)
    invalid = models.PositiveIntegerField(_("invalid"), default=0)
    duplicate_in_file = models.PositiveIntegerField(_("duplicate in the file"), default=0)
    duplicate_existing = models.PositiveIntegerField(_("already a customer"), default=0)
    skipped = models.PositiveIntegerField(_("imported before"), default=0)
    created = models.PositiveIntegerField(_("created"), default=0)
    to_pool = models.PositiveIntegerField(default=0)
    #: Rows of the file read by the check so far.
    checked_rows = models.PositiveIntegerField(default=0)
    #: Lines of the spool that are settled; a killed run goes on behind them.
    settled_rows = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(target=ImportTarget.OWNER) | Q(owner__isnull=False),
                name="import_to_owner_names_him",
            ),
            models.CheckConstraint(
                condition=Q(data_rows=F("valid") + F("invalid") + F("duplicate_in_file"))
                | Q(state__in=[ImportState.UPLOADED, ImportState.CHECKING, ImportState.FAILED]),
                name="import_check_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(valid=F("created") + F("skipped") + F("duplicate_existing"))
                | ~Q(state__in=[ImportState.DONE, ImportState.DONE_WITH_ERRORS]),
                name="import_run_adds_up",
            ),
        ]

    def __str__(self) -> str:
        return self.filename

    def get_absolute_url(self) -> str:
        return reverse("customers:import_detail", args=[self.pk])

    @property
    def is_working(self) -> bool:
        """True while a worker has or will soon have the batch."""
        return self.state in {ImportState.UPLOADED, ImportState.CHECKING, ImportState.RUNNING}

    @property
    def fresh_count(self) -> int:
        """Customers created, or before the run those that would be."""
        ended = self.state in {ImportState.DONE, ImportState.DONE_WITH_ERRORS, ImportState.RUNNING}
        return self.created if ended else self.valid - self.skipped - self.duplicate_existing

    @property
    def problem_count(self) -> int:
        """Rows that were not imported and need a look."""
        return self.invalid + self.duplicate_in_file + self.duplicate_existing


class ProblemKind(models.TextChoices):
    """Why a row was not imported."""

    INVALID = "invalid", _("Invalid")
    DUPLICATE_IN_FILE = "in_file", _("Duplicate in the file")
    DUPLICATE_EXISTING = "existing", _("Already a customer")


class ImportProblem(models.Model):
    """A row that was not imported, with the cell, the reason and what it is filled from.

    Codes and their parameters are stored, not sentences: everybody reads them in his language.
    """

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="problems")
    #: Row number in the sheet, as the person sees it.
    number = models.PositiveIntegerField(_("row"))
    kind = models.CharField(max_length=10, choices=ProblemKind.choices)
    code = models.CharField(max_length=40)
    field = models.CharField(max_length=20, blank=True)
    cell = models.CharField(max_length=12, blank=True)
    value = models.CharField(max_length=200, blank=True)
    params = models.JSONField(default=dict)
    #: Further faults of the same row: ``[[cell, field, code, value, params], …]``.
    others = models.JSONField(default=list)

    class Meta:
        verbose_name = _("import problem")
        verbose_name_plural = _("import problems")
        ordering = ["batch_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "number"], name="import_problem_once_a_row"),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.code}"
