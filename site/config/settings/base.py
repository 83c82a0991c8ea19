"""Settings that every environment shares. Values of one machine come from the environment."""

from pathlib import Path

import environ
from django.utils.translation import gettext_lazy as _

from config.settings import csp
from config.settings.mail import mail_settings

env = environ.Env()

SITE_DIR = Path(__file__).resolve().parents[2]

#: Folder for what the running site writes: uploads, mail files, the SQLite database.
VAR_DIR = Path(env("CRM_VAR", default=str(SITE_DIR.parent / "var"))).resolve()

DEBUG = False
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
SECRET_KEY = env("SECRET_KEY", default="")

INSTALLED_APPS = [
    "crm.common",
    "crm.org",
    "crm.customers",
    "crm.enrolment",
    "rbac",
    "stark",
    "crm_notify",
    "axes",
    "auditlog",
    *csp.APPS,
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    *csp.MIDDLEWARE,
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "crm.common.middleware.PreferencesMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "rbac.middleware.RbacMiddleware",
    "auditlog.middleware.AuditlogMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [SITE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "crm.common.context_processors.shell",
            ],
        },
    },
]

#: SQLite shares one file between web, worker and beat: WAL, and write locks taken at BEGIN.
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 30,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
}
DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'crm.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = SQLITE_OPTIONS
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env("REDIS_URL", default="redis://127.0.0.1:6379/0")
CACHES = {
    "default": {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "crm",
        "OPTIONS": {
            # The pages keep working without the cache; they only get slower.
            "IGNORE_EXCEPTIONS": True,
            "SOCKET_CONNECT_TIMEOUT": 1,
            "SOCKET_TIMEOUT": 2,
        },
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SAMESITE = "Lax"

AUTH_USER_MODEL = "org.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "rbac.backends.RoleBackend",
    "crm.org.backends.LoginBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"

AXES_FAILURE_LIMIT = 6
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "registration/locked.html"
AXES_ENABLE_ACCESS_FAILURE_LOG = True

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [SITE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [SITE_DIR / "static"]
MEDIA_ROOT = VAR_DIR / "private"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="crm@example.com")
vars().update(mail_settings(env.email_url("EMAIL_URL", default="consolemail://")))

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TIMEZONE = TIME_ZONE
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A page that queues work answers at once even when the broker is away.
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 1, "visibility_timeout": 3600}
CELERY_BEAT_SCHEDULE = {
    "notify-drain": {"task": "crm_notify.drain", "schedule": 10.0, "options": {"expires": 10}},
    "import-resume": {
        "task": "crm.customers.import_resume",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
}

RBAC = {
    "PUBLIC": ["login", "language", "healthz", "readyz"],
    "LOGIN_ONLY": [
        "home",
        "logout",
        "password_change",
        "theme",
        "inbox",
        "inbox_read",
        "stark:index",
    ],
    "DEPARTMENTS_OF": "crm.org.selectors.departments_of",
    "ICON_SPRITE": "stark/icons.svg",
    "MENU_BADGES": "crm.common.workbench.menu_badges",
}
STARK = {
    "ACCESS_POLICY": "rbac.contrib.stark.RbacAccess",
    "BASE_TEMPLATE": "base.html",
}
CRM_NOTIFY = {
    "CHANNELS": {
        "email": {"BACKEND": "crm_notify.backends.email.EmailBackend"},
        "inbox": {"BACKEND": "crm_notify.backends.inbox.InboxBackend"},
    },
    "EVENTS": {
        "customers.assigned": {"channels": ["email", "inbox"], "mode": "all"},
        "customers.import_finished": {"channels": ["inbox"]},
    },
    "DISPATCHER": "celery",
}

#: Most un-won customers one consultant may hold (PRODUCT 22); a person's own cap overrides it.
CRM_CUSTOMER_CAP = env.int("CRM_CUSTOMER_CAP", default=150)
#: Calendar days without a follow-up, and days without a deal, after which a customer is due
#: back in the pool (PRODUCT 24).
CRM_FOLLOW_UP_DAYS = 3
CRM_DEAL_DAYS = 15
#: Largest workbook that may be uploaded.
CRM_IMPORT_MAX_BYTES = 20 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
#: Name in the header and in messages.
CRM_BRAND = env("CRM_BRAND", default="")
CRM_BRAND_DEFAULT = _("Zhixing Academy")

vars().update(csp.SETTINGS)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "httpx": {"level": "WARNING"},
        "httpcore": {"level": "WARNING"},
        "axes": {"level": "WARNING"},
    },
}
