"""The course catalogue."""

import stark
from django.utils.translation import gettext_lazy as _

from crm.enrolment.models import Course


@stark.register(Course)
class Courses(stark.ModelConfig):
    """Courses with length, price and lecturers."""

    label_plural = _("Courses")
    menu = "courses"
    menu_order = 10
    icon = "mortarboard"
    list_display = [
        stark.Column("name", card=True),
        "period_weeks",
        "price",
        "lecturers",
        "is_open",
    ]
    list_filter = ["is_open", stark.Filter("lecturers", multiple=True)]
    search_fields = ["name", "outline"]
    search_placeholder = _("Name or outline")
    ordering = ["name"]
    fields = ["name", "outline", "period_weeks", "price", "lecturers", "is_open"]
    operations = ("list", "add", "change", "delete", "detail")
