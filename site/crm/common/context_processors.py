"""What the shell shows on every page."""

from __future__ import annotations

from typing import Any

from crm_notify import inbox
from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from crm.org.models import Theme


def shell(request: HttpRequest) -> dict[str, Any]:
    """Brand, theme, the other language and the number of unread messages (one lazy query)."""
    user = getattr(request, "user", None)
    known = user is not None and user.is_authenticated
    theme = getattr(user, "theme", "") or request.COOKIES.get("theme", "")
    return {
        "brand": settings.CRM_BRAND or settings.CRM_BRAND_DEFAULT,
        "theme": theme if theme in Theme.values else Theme.LIGHT,
        "unread_count": SimpleLazyObject(lambda: inbox.unread_count(user) if known else 0),
    }
