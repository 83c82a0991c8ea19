"""Start-up: find the declarations, watch the tables, register the checks."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class RbacConfig(AppConfig):
    """Roles, menus and permissions."""

    name = "rbac"
    verbose_name = _("Roles and permissions")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Import every app's ``permissions.py`` and connect what keeps the policy current."""
        from rbac import checks, versions
        from rbac.declarations import registry

        checks.register_all()
        versions.watch_models(self)
        autodiscover_modules("permissions")
        registry.add_source(_declare_stark)


def _declare_stark() -> None:
    """Asked at the first use of the declarations, when stark has found its configs."""
    from rbac.conf import rbac_settings

    if rbac_settings.declares_stark:
        from rbac.contrib.stark import declare_installed_site

        declare_installed_site()
