"""Processes that tests start, and sometimes kill."""

from __future__ import annotations

import os
import sys
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection


def child_environment() -> dict[str, str]:
    """Environment of a process that works on this test's database and folder."""
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        url = f"sqlite:///{database['NAME']}"
    else:
        url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{database['NAME']}").geturl()
    return {
        **os.environ,
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "child_settings",
        "CRM_CHILD_MEDIA": str(settings.MEDIA_ROOT),
        "PYTHONPATH": os.pathsep.join(p for p in sys.path if p),
    }
