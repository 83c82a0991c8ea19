"""The test suite: fast passwords, mail in memory, work done in the caller."""

import os

from config.settings.base import *  # noqa: F403
from config.settings.base import CRM_NOTIFY, RBAC, STORAGES

SECRET_KEY = "for-tests"  # noqa: S105
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_USE_FINDERS = True
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
AXES_ENABLED = False
CRM_NOTIFY = {**CRM_NOTIFY, "DISPATCHER": os.environ.get("CRM_TEST_DISPATCHER", "inline")}
RBAC = {**RBAC}
