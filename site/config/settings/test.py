"""The test suite: fast passwords, mail in memory, work done in the caller."""

import os

from config.settings.base import *  # noqa: F403
from config.settings.base import CRM_NOTIFY, DATABASES, SQLITE_OPTIONS, STORAGES, VAR_DIR
from config.settings.mail import mail_settings

SECRET_KEY = "for-tests"  # noqa: S105
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_USE_FINDERS = True
vars().update(mail_settings({"EMAIL_BACKEND": "django.core.mail.backends.locmem.EmailBackend"}))
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
AXES_ENABLED = False
CRM_NOTIFY = {**CRM_NOTIFY, "DISPATCHER": os.environ.get("CRM_TEST_DISPATCHER", "inline")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file, so that processes which tests start and kill see the same rows.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
    DATABASES["default"]["OPTIONS"] = {
        **SQLITE_OPTIONS,
        "init_command": SQLITE_OPTIONS["init_command"].replace("NORMAL", "OFF"),
    }
