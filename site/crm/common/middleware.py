"""What the user prefers, put in force for the request."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

LANGUAGE_CODES = tuple(code for code, _name in settings.LANGUAGES)


class PreferencesMiddleware:
    """Language: the account's, else the cookie's, else the site's own.

    Not the browser's ``Accept-Language``: the school's language is Chinese, whoever's machine
    it is read on, until somebody switches.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = language_of(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


def language_of(request: HttpRequest) -> str:
    """The language this request is answered in."""
    wishes = (
        getattr(request.user, "language", ""),
        request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, ""),
    )
    return next((code for code in wishes if code in LANGUAGE_CODES), settings.LANGUAGE_CODE)
