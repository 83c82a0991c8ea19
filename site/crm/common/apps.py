"""What the site's apps share."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CommonConfig(AppConfig):
    """Shell, preferences, audit adapter."""

    name = "crm.common"
    label = "common"
    verbose_name = _("Common")
