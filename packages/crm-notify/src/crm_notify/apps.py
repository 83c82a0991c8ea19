from django.apps import AppConfig
from django.core.checks import register
from django.utils.translation import gettext_lazy as _


class CrmNotifyConfig(AppConfig):
    name = "crm_notify"
    verbose_name = _("Notifications")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from crm_notify.checks import check_settings

        register(check_settings)
