"""Only imported where stark is installed."""

import stark
from django.utils.translation import gettext_lazy as _

from rbac_testapp.models import Brochure, Tour


@stark.action(label="Cancel")
def cancel(config, request, queryset):
    queryset.update(name="cancelled")


@stark.register(Tour)
class TourConfig(stark.ModelConfig):
    label_plural = _("All tours")
    menu = "tours"
    menu_order = 5
    icon = "people"
    list_display = ("name", stark.Column("guide", requires="rbac_testapp.tour:field.guide"))
    fields = ("name",)
    actions = (cancel,)


@stark.register(Brochure, name="archive")
class ArchiveConfig(stark.ModelConfig):
    operations = ("list",)
    list_display = ("name",)
