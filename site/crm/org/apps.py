"""Organisation: campuses, departments and accounts."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrgConfig(AppConfig):
    """Campuses, departments, accounts, leave."""

    name = "crm.org"
    label = "org"
    verbose_name = _("Organisation")
