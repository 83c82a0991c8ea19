"""Every request is refused unless something opens it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from django.contrib.auth import REDIRECT_FIELD_NAME
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    JsonResponse,
)
from django.utils.encoding import escape_uri_path
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from rbac import conf, policies, snapshots
from rbac.policies import Decision, Outcome

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet

logger = logging.getLogger("rbac.decisions")


class RequestAccess:
    """``request.rbac``: what the one who asks may do."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        #: Code of the permission that opened this request; None where none was needed.
        self.permission: str | None = None

    @property
    def user_roles(self) -> tuple[str, ...]:
        """Codes of the roles the user is a member of now."""
        return policies.role_codes(self._request.user)

    def can(self, code: str, obj: Model | None = None) -> bool:
        """``rbac.can`` for the user of this request."""
        return policies.can(self._request.user, code, obj)

    def scope(self, code: str, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """``rbac.scope`` for the user of this request."""
        return policies.scope(self._request.user, code, queryset)


class RbacMiddleware:
    """Decides on URL name and method, after Django has resolved the URL and before the view runs.

    Queries: the policy version, once per request; none for a public view that asks nothing.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer ``request`` under one version of the policy from its start to its end."""
        if not hasattr(request, "user"):
            raise ImproperlyConfigured(
                "rbac.middleware.RbacMiddleware must come after "
                "django.contrib.auth.middleware.AuthenticationMiddleware in MIDDLEWARE."
            )
        request.rbac = RequestAccess(request)  # type: ignore[attr-defined]
        with snapshots.pinned():
            return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., Any],
        _args: tuple[Any, ...],
        _kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        """None lets the view run; a response takes its place.

        Raises: PermissionDenied, so that the project's own 403 page answers.
        """
        decision = decide_request(request, view)
        if decision.outcome is Outcome.ALLOWED:
            request.rbac.permission = decision.permission  # type: ignore[attr-defined]
            return None
        if decision.outcome is Outcome.OPTIONS:
            return HttpResponse(headers={"Allow": ", ".join([*decision.methods, "OPTIONS"])})
        _log(request, decision)
        if decision.outcome is Outcome.LOGIN:
            return _ask_for_login(request)
        if _is_api(request):
            return JsonResponse({"detail": _("You do not have this right.")}, status=403)
        raise PermissionDenied


def decide_request(request: HttpRequest, view: Callable[..., Any]) -> Decision:
    """The policy's answer to ``request``; the user is only looked at where the route needs one."""
    match = request.resolver_match
    url_name = policies.route_name(match) if match is not None else ""
    method = request.method or ""
    anonymous = policies.decide(policies.ANONYMOUS, method=method, url_name=url_name, view=view)
    if anonymous.outcome is Outcome.ALLOWED:
        return anonymous
    subject = policies.subject_of(request.user)
    return policies.decide(subject, method=method, url_name=url_name, view=view)


def _ask_for_login(request: HttpRequest) -> HttpResponseBase:
    """Pages go to the login page; scripts get 401, with the way there for htmx."""
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=401, headers={"HX-Redirect": _login(_page_of_htmx(request))})
    if _is_api(request):
        detail = {"detail": _("Log in first.")}
        return JsonResponse(detail, status=401, headers={"WWW-Authenticate": "Session"})
    # Coming back by GET to an address that only takes POST would end in an error page.
    came_for = request.get_full_path() if request.method in ("GET", "HEAD") else ""
    return HttpResponseRedirect(_login(came_for))


def _login(next_path: str) -> str:
    """The login page's address, coming back to ``next_path`` unless that is empty."""
    target = conf.login_url()
    if not next_path:
        return target
    joiner = "&" if "?" in target else "?"
    return f"{target}{joiner}{urlencode({REDIRECT_FIELD_NAME: next_path}, safe='/')}"


def _page_of_htmx(request: HttpRequest) -> str:
    """Path of the page the fragment belongs to; empty unless it is one of this site."""
    page = request.headers.get("HX-Current-URL", "")
    hosts = {request.get_host()}
    if not url_has_allowed_host_and_scheme(page, hosts, require_https=request.is_secure()):
        return ""
    parts = urlsplit(page)
    return parts._replace(scheme="", netloc="").geturl()


def _is_api(request: HttpRequest) -> bool:
    """Whether the client asked for JSON rather than for a page."""
    wanted = request.get_preferred_type(["text/html", "application/json"])
    return wanted == "application/json"


def _log(request: HttpRequest, decision: Decision) -> None:
    if conf.rbac_settings.log_decisions:
        # Escaped: a line break in the path must not become one in the log.
        logger.info(
            "%s %s refused: %s",
            request.method,
            escape_uri_path(request.path),
            decision.reason,
            extra={"user_id": request.user.pk, "outcome": decision.outcome.value},
        )
