"""The smallest project that uses crm-notify; the database may be named from outside."""

import os
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

BASE_DIR = Path(__file__).parent

SECRET_KEY = "not-a-secret"
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [BASE_DIR / "locale"]
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "crm_notify",
    "notify_testapp",
]
AUTH_USER_MODEL = "notify_testapp.Person"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}


def database(url: str) -> dict[str, object]:
    """``postgresql://user:password@host:port/name?host=/socket/folder`` for Django."""
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/") or "postgres",
        "USER": unquote(parts.username or "postgres"),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parse_qs(parts.query).get("host", [parts.hostname or ""])[0],
        "PORT": str(parts.port or ""),
    }


if os.environ.get("NOTIFY_TEST_DATABASE_URL"):
    DATABASES = {"default": database(os.environ["NOTIFY_TEST_DATABASE_URL"])}
else:
    DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}

CRM_NOTIFY = {
    "CHANNELS": {
        "memory": {"BACKEND": "crm_notify.backends.memory.MemoryBackend"},
        "email": {"BACKEND": "crm_notify.backends.email.EmailBackend"},
        "inbox": {"BACKEND": "crm_notify.backends.inbox.InboxBackend"},
    },
    "EVENTS": {
        "customers.assigned": {"channels": ["memory"]},
        "customers.everywhere": {"channels": ["memory", "email", "inbox"]},
        "customers.first": {"channels": ["email", "memory"], "mode": "first"},
    },
}
