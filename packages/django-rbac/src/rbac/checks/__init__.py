"""System checks, each under an id; none of them touches the database."""

from __future__ import annotations


def register_all() -> None:
    """Register every check with Django."""
    from django.core import checks

    from rbac.checks import declared, routed, settings

    checks.register(settings.check_settings)
    checks.register(settings.check_middleware, checks.Tags.security)
    checks.register(declared.check_declarations)
    checks.register(declared.check_scope_paths, checks.Tags.models)
    checks.register(routed.check_routes, checks.Tags.urls)
