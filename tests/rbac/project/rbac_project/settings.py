"""A small project with its own user model, as any user of the package might have."""

SECRET_KEY = "for tests only"
USE_TZ = True
ALLOWED_HOSTS = ["testserver"]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "rbac",
    "rbac_accounts",
    "rbac_testapp",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "rbac.middleware.RbacMiddleware",
]
AUTHENTICATION_BACKENDS = [
    "rbac.backends.RoleBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_USER_MODEL = "rbac_accounts.Account"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGIN_URL = "login"
ROOT_URLCONF = "rbac_project.urls"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
STATIC_URL = "static/"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
            ]
        },
    }
]
RBAC = {
    "PUBLIC": ["login", "vendor:*"],
    "LOGIN_ONLY": ["home"],
    "DEPARTMENTS_OF": "rbac_testapp.org.departments_of",
}
