"""What a menu may link to: an absolute address or a URL name, nothing that runs."""

from __future__ import annotations

import re

from django.utils.http import url_has_allowed_host_and_scheme

URL_NAME = re.compile(r"[\w.-]+(?::[\w.-]+)*")
#: Schemes a browser executes instead of opening; they read like a URL name in a namespace.
_EXECUTABLE = ("javascript:", "data:", "vbscript:")


def is_absolute(link: str) -> bool:
    """Whether ``link`` is an http(s) address or a path of this site."""
    if link.startswith("/"):
        return url_has_allowed_host_and_scheme(link, allowed_hosts=None)
    return bool(re.match(r"https?://[^/\s]", link))


def is_url_name(link: str) -> bool:
    """Whether ``link`` reads like a URL name and like nothing a browser would run."""
    return bool(URL_NAME.fullmatch(link)) and not link.lower().startswith(_EXECUTABLE)
