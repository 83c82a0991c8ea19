"""Access said at the view: public, login only, or one code."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from functools import wraps
from typing import Any, TypeVar, cast

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

View = TypeVar("View", bound=Callable[..., Any])


class ViewAccess(Enum):
    """What a view says about itself, whatever its URL."""

    PUBLIC = "public"
    LOGIN_ONLY = "login_only"


def public(view: View) -> View:
    """``view``, open to everybody, logged in or not."""
    return _marked(view, ViewAccess.PUBLIC)


def login_only(view: View) -> View:
    """``view``, open to whoever is logged in."""
    return _marked(view, ViewAccess.LOGIN_ONLY)


def requires(code: str) -> Callable[[View], View]:
    """Let only holders of ``code`` into a view, on top of what its URL asks for.

    The view checks by itself too, so the rule holds where the middleware is not installed.
    """

    def decorate(view: View) -> View:
        _refuse_class(view)
        wrapper = _checked_async(view, code) if iscoroutinefunction(view) else _checked(view, code)
        codes = (*getattr(view, "rbac_requires", ()), code)
        wrapper = wraps(view)(wrapper)
        wrapper.rbac_requires = codes  # type: ignore[attr-defined]
        return cast(View, wrapper)

    return decorate


def _marked(view: View, access: ViewAccess) -> View:
    _refuse_class(view)
    wrapper: Callable[..., Any]

    # A wrapper, not an attribute on the view itself: the same function may be routed elsewhere
    # without the mark.
    if iscoroutinefunction(view):

        async def wrapper(*args: Any, **kwargs: Any) -> Any:
            return await view(*args, **kwargs)
    else:

        def wrapper(*args: Any, **kwargs: Any) -> Any:
            return view(*args, **kwargs)

    wrapper = wraps(view)(wrapper)
    wrapper.rbac_access = access  # type: ignore[attr-defined]
    return cast(View, wrapper)


def _refuse_class(view: object) -> None:
    if isinstance(view, type):
        raise TypeError(
            f"{view.__name__} is a class: decorate {view.__name__}.as_view(), "
            "or its dispatch with django.utils.decorators.method_decorator."
        )


def _checked(view: Callable[..., Any], code: str) -> Callable[..., Any]:
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        _refuse_without(request, code)
        return view(request, *args, **kwargs)

    return wrapper


def _checked_async(view: Callable[..., Any], code: str) -> Callable[..., Any]:
    async def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        await sync_to_async(_refuse_without)(request, code)
        return await view(request, *args, **kwargs)

    return wrapper


def _refuse_without(request: HttpRequest, code: str) -> None:
    from rbac import policies  # models cannot be imported while the apps are loading

    if not policies.can(request.user, code):
        raise PermissionDenied
