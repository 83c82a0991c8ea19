"""Where mail goes, in the form this Django wants: ``MAILERS`` from 6.1 on, ``EMAIL_*`` before."""

from typing import Any

import django

#: Names in an e-mail URL's settings, and as options of a mailer.
_OPTIONS = {
    "EMAIL_HOST": "host",
    "EMAIL_PORT": "port",
    "EMAIL_HOST_USER": "username",
    "EMAIL_HOST_PASSWORD": "password",
    "EMAIL_USE_TLS": "use_tls",
    "EMAIL_USE_SSL": "use_ssl",
    "EMAIL_FILE_PATH": "file_path",
}


def mail_settings(email: dict[str, Any]) -> dict[str, Any]:
    """Settings for ``email``, the ``EMAIL_*`` values that an e-mail URL stands for."""
    if django.VERSION < (6, 1):
        return email
    backend = email["EMAIL_BACKEND"]
    options = {_OPTIONS[name]: value for name, value in email.items() if name in _OPTIONS and value}
    takes_options = backend.endswith((".smtp.EmailBackend", ".filebased.EmailBackend"))
    return {
        "MAILERS": {"default": {"BACKEND": backend, "OPTIONS": options if takes_options else {}}}
    }
