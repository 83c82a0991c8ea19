"""Import of workbooks: upload, watch, run, mend."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.common.text import joined
from crm.customers import selectors
from crm.customers.errors import RuleError
from crm.customers.forms import ImportUploadForm
from crm.customers.importing.errors import WorkbookError
from crm.customers.models import ImportBatch
from crm.customers.services import import_check, import_report, import_run
from crm.customers.states import ImportState
from crm.customers.tasks import enqueue

#: States in the order of the steps shown above the page.
STEPS = [
    (gettext_lazy("Upload"), {ImportState.UPLOADED}),
    (gettext_lazy("Check"), {ImportState.CHECKING}),
    (gettext_lazy("Confirm"), {ImportState.CHECKED}),
    (gettext_lazy("Import"), {ImportState.RUNNING}),
    (gettext_lazy("Done"), {ImportState.DONE, ImportState.DONE_WITH_ERRORS}),
]


@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Choose a workbook; anything that is none is refused with what to do."""
    form = ImportUploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            batch = import_check.import_upload(
                actor=request.user,
                file=file,
                filename=file.name,
                target=form.cleaned_data["target"],
                owner=form.cleaned_data["owner"],
            )
        except WorkbookError as error:
            form.add_error("file", joined(error.message, error.cure))
        else:
            enqueue("check", batch)
            return redirect(batch)
    return render(
        request,
        "customers/import_upload.html",
        {"form": form, "crumbs": [{"title": _("Upload a workbook")}]},
        status=422 if form.is_bound else 200,
    )


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The batch as it stands; htmx asks for the moving part every second while it works."""
    batch = selectors.import_get(actor=request.user, pk=pk)
    context = _context(batch)
    is_partial = request.headers.get("HX-Request") == "true"
    template = "customers/_import_state.html" if is_partial else "customers/import_detail.html"
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    response.headers["Cache-Control"] = "no-store"
    return response


@require_POST
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Run a checked batch; a second click changes nothing."""
    batch = selectors.import_get(actor=request.user, pk=pk)
    try:
        import_run.import_start(actor=request.user, batch=batch)
    except RuleError as refusal:
        messages.error(request, _("It can't be started now: %(state)s.") % {"state": refusal})
    else:
        enqueue("run", batch)
    return redirect(batch)


@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Drop a checked batch."""
    batch = selectors.import_get(actor=request.user, pk=pk)
    try:
        import_run.import_cancel(actor=request.user, batch=batch)
    except RuleError as refusal:
        messages.error(request, _("It can't be dropped now: %(state)s.") % {"state": refusal})
    else:
        messages.success(request, _("Dropped. No customer was imported."))
    return redirect(batch)


@require_safe
def errors(request: HttpRequest, pk: int) -> FileResponse:
    """The rows that were not imported, as a workbook that can be uploaded again."""
    batch = selectors.import_get(actor=request.user, pk=pk)
    return FileResponse(
        import_report.errors_workbook(batch=batch),
        as_attachment=True,
        filename=_("errors of %(name)s.xlsx") % {"name": batch.filename.rsplit(".", 1)[0]},
        content_type=import_report.XLSX,
    )


@require_safe
def template(_request: HttpRequest) -> FileResponse:
    """An empty workbook with the right columns."""
    return FileResponse(
        import_report.template_workbook(),
        as_attachment=True,
        filename=_("customer import template.xlsx"),
        content_type=import_report.XLSX,
    )


def _context(batch: ImportBatch) -> dict[str, Any]:
    return {
        "batch": batch,
        "steps": _steps(batch),
        "groups": selectors.problem_groups(batch=batch),
        "progress": _progress(batch),
        "crumbs": [{"title": batch.filename}],
    }


def _steps(batch: ImportBatch) -> list[dict[str, Any]]:
    current = next((i for i, (_l, states) in enumerate(STEPS) if batch.state in states), -1)
    is_done = current == len(STEPS) - 1
    return [
        {
            "label": label,
            "number": index + 1,
            "is_done": index < current or is_done,
            "is_current": index == current and not is_done,
        }
        for index, (label, _states) in enumerate(STEPS)
    ]


def _progress(batch: ImportBatch) -> dict[str, int]:
    """Rows done, rows in all and seconds left, for the bar."""
    checking = batch.state in {ImportState.UPLOADED, ImportState.CHECKING}
    done = batch.checked_rows if checking else batch.settled_rows
    total = batch.data_rows if checking else batch.valid
    begun = batch.created_at if checking else batch.run_started_at
    seconds_left = 0
    if done and begun is not None:
        elapsed = (timezone.now() - begun).total_seconds()
        seconds_left = max(1, round(elapsed * (total - done) / done)) if total > done else 0
    return {"done": done, "total": total, "seconds_left": seconds_left}
