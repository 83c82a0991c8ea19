"""Enrolment: for now the course catalogue."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EnrolmentConfig(AppConfig):
    """Courses; classes, contracts and payments follow."""

    name = "crm.enrolment"
    label = "enrolment"
    verbose_name = _("Enrolment")
