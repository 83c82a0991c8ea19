"""The workbench, the inbox, health and the pages for things that went wrong."""

from __future__ import annotations

import logging
import uuid
from typing import Any

from crm_notify import inbox as inboxkit
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe
from django_redis import get_redis_connection
from redis.exceptions import RedisError

from crm.common.workbench import workbench_for

logger = logging.getLogger(__name__)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The start page: what is due first, for each role what it can do today."""
    return render(request, "home.html", {"bench": workbench_for(request.user)})


@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """The newest messages to this user."""
    return render(request, "inbox.html", {"entries": list(inboxkit.messages(request.user)[:50])})


@require_POST
def inbox_read(request: HttpRequest) -> HttpResponse:
    """Mark all of the user's messages as read."""
    inboxkit.mark_read(request.user)
    return HttpResponseRedirect(reverse("inbox"))


@require_GET
def healthz(_request: HttpRequest) -> HttpResponse:
    """200 while the process answers."""
    return HttpResponse("ok", content_type="text/plain")


@require_GET
def readyz(_request: HttpRequest) -> HttpResponse:
    """200 when the database answers; says too whether Redis does, without which pages work on."""
    parts: dict[str, str] = {"database": "ok", "redis": "ok"}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Exception:
        logger.exception("database is away")
        parts["database"] = "away"
    try:
        get_redis_connection().ping()
    except (RedisError, OSError):
        parts["redis"] = "away"
    return JsonResponse(parts, status=200 if parts["database"] == "ok" else 503)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """403: what the person may do instead."""
    return _problem(
        request,
        403,
        _("You have no right to open this page"),
        _("Ask an administrator if you need it for your work."),
        icon="lock",
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """404: a wrong address, or an object that is not this user's to see."""
    return _problem(
        request,
        404,
        _("There is nothing here for you"),
        _("The address is wrong, or the record belongs to somebody else or is gone."),
        icon="search",
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """500: what is kept, and a reference for whoever repairs it."""
    reference = uuid.uuid4().hex[:8]
    logger.error("page failed, reference %s, path %s", reference, request.path)
    return _problem(
        request,
        500,
        _("Something went wrong on our side"),
        _("What was saved before is safe. Try again; if it stays, report this reference."),
        icon="exclamation-triangle",
        reference=reference,
    )


def _problem(
    request: HttpRequest, status: int, title: str, text: str, *, icon: str, reference: str = ""
) -> HttpResponse:
    context: dict[str, Any] = {
        "problem_title": title,
        "problem_text": text,
        "problem_icon": icon,
        "problem_reference": reference,
    }
    # Without the shell where it could fail again, or where nobody is logged in.
    user = getattr(request, "user", None)
    in_shell = status != 500 and user is not None and user.is_authenticated
    template = "problem.html" if in_shell else "problem_bare.html"
    return render(request, template, context, status=status)
