"""One content security policy (UI.md 8), through Django's own middleware or django-csp on 5.2."""

import django

NATIVE = django.VERSION >= (6, 0)

_SELF = "'self'"
_POLICY = {
    "default-src": [_SELF],
    "script-src": [_SELF],
    "style-src": [_SELF],
    "img-src": [_SELF, "data:"],
    "connect-src": [_SELF],
    "object-src": ["'none'"],
    "base-uri": ["'none'"],
    "form-action": [_SELF],
    "frame-ancestors": ["'none'"],
}

if NATIVE:
    APPS: list[str] = []
    MIDDLEWARE = ["django.middleware.csp.ContentSecurityPolicyMiddleware"]
    SETTINGS: dict[str, object] = {"SECURE_CSP": _POLICY}
else:
    APPS = ["csp"]
    MIDDLEWARE = ["csp.middleware.CSPMiddleware"]
    SETTINGS = {"CONTENT_SECURITY_POLICY": {"DIRECTIVES": _POLICY}}
