"""``make demo``: SQLite, an embedded Valkey, mail written to files. Never for real customers."""

from config.settings.base import *  # noqa: F403
from config.settings.base import STORAGES, VAR_DIR
from config.settings.mail import mail_settings

SECRET_KEY = "for-the-demo-only-and-known-to-everybody"  # noqa: S105
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_USE_FINDERS = True
vars().update(
    mail_settings(
        {
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "EMAIL_FILE_PATH": str(VAR_DIR / "mail"),
        }
    )
)
#: The login page names the demo accounts.
CRM_SHOW_DEMO_ACCOUNTS = True
