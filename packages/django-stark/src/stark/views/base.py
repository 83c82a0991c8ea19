"""What every view shares: the access question, the object, the template and the way back."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, QueryDict
from django.template.loader import select_template
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from stark.access import Access
from stark.conf import conf
from stark.options import ModelConfig
from stark.paths import clean_key
from stark.pipeline import refuse_lazy_loading, scoped_rows
from stark.roles import Role
from stark.state import StateError, parse_state
from stark.surface import Surface

Handler = Callable[..., Any]


def guarded(
    config: ModelConfig, role: str, methods: tuple[str, ...], handler: Handler
) -> Callable[..., Any]:
    """The view for ``role``: method, then right, then the handler.

    The right is asked before any object is looked for: no right is 403 whatever the key.
    """

    def view(request: HttpRequest, **kwargs: Any) -> Any:
        if request.method == "OPTIONS" or _method(request) not in methods:
            return HttpResponseNotAllowed(methods)
        if not Access.of(request).allows(config, role):
            return refuse(request)
        try:
            response = handler(request, config, str(role), **kwargs)
        except StateError as error:
            response = bad_request(request, config, error)
        patch_vary_headers(response, ["HX-Request"])
        return response

    view.stark_config = config  # type: ignore[attr-defined]  # for tools that walk the URLs
    view.stark_role = str(role)  # type: ignore[attr-defined]
    return view


def _method(request: HttpRequest) -> str:
    return "GET" if request.method == "HEAD" else str(request.method)


def refuse(request: HttpRequest) -> HttpResponse:
    """Log-in for those who are nobody yet, 403 for everybody else."""
    if request.user.is_authenticated:
        raise PermissionDenied
    response = redirect_to_login(request.get_full_path())
    if not is_htmx(request):
        return response
    return HttpResponse(status=401, headers={"HX-Redirect": response.url})


def is_htmx(request: HttpRequest) -> bool:
    """Whether htmx wants a part of the page; its history asks for the whole."""
    headers = request.headers
    return headers.get("HX-Request") == "true" and "HX-History-Restore-Request" not in headers


def get_object(request: HttpRequest, config: ModelConfig, role: str, pk: str) -> Any:
    """The object with key ``pk`` within the user's scope for ``role``.

    Raises: Http404, when there is none; PermissionDenied, when the policy refuses this one.
    """
    surface = Surface(request, config, role)
    try:
        key = clean_key(config.model, pk)
    except ValidationError:
        raise Http404(_("There is no such object, or it is not yours to see.")) from None
    obj = refuse_lazy_loading(scoped_rows(surface, role)).filter(pk=key).first()
    if obj is None:
        raise Http404(_("There is no such object, or it is not yours to see."))
    if not surface.allows(role, obj):
        raise PermissionDenied
    return obj


def render_page(
    request: HttpRequest,
    config: ModelConfig,
    template: str,
    context: dict[str, Any],
    status: int = 200,
) -> HttpResponse:
    """Renders ``<app>/<model>/<template>`` or stark's own, as page or as htmx part."""
    folder = f"{config.opts.app_label}/{config.opts.model_name}"
    found = select_template([f"{folder}/{template}", f"stark/{template}"])
    whole = not is_htmx(request)
    shared = {
        "base_template": conf.base_template if whole else "stark/partial.html",
        "config": config,
        "list_crumb": list_crumb(request, config),
    }
    return HttpResponse(found.render({**shared, **context}, request), status=status)


def list_crumb(request: HttpRequest, config: ModelConfig) -> dict[str, Any] | None:
    if not Access.of(request).allows(config, Role.LIST):
        return None
    return {"title": config.label_plural, "url": config.url(Role.LIST)}


def bad_request(request: HttpRequest, config: ModelConfig, error: StateError) -> HttpResponse:
    """The 400 page: what is wrong, what would be valid, and the way on without it."""
    context = {
        "error": error,
        "title": _("This link asks for something the list does not have"),
        "list_url": config.url(Role.LIST) if "list" in config.operations else "",
    }
    return render_page(request, config, "bad_request.html", context, status=400)


def return_query(request: HttpRequest, config: ModelConfig) -> str:
    """The list's query string to come back to; "" unless it is a valid one of this list."""
    text = request.POST.get("back") or request.GET.get("back") or ""
    if not text or Role.LIST not in config.operations:
        return ""
    try:
        return parse_state(Surface(request, config), QueryDict(text)).query()
    except StateError:
        return ""


def list_url(request: HttpRequest, config: ModelConfig, anchor: Any = None) -> str:
    """Where a form goes back to: the list as it was, at the row it was about."""
    if not Access.of(request).allows(config, Role.LIST):
        return config.site.index_url()
    query = return_query(request, config)
    url = config.url(Role.LIST)
    if query:
        url = f"{url}?{query}"
    return f"{url}#r{anchor}" if anchor is not None else url
