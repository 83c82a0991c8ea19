"""Staff, departments, campuses."""

from __future__ import annotations

import stark
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from crm.org.forms import StaffAddForm, StaffForm
from crm.org.models import AccountKind, Campus, Department, LeavePeriod, User


@stark.register(User)
class Staff(stark.ModelConfig):
    """Accounts of the staff; students get theirs with their enrolment."""

    label = _("member of staff")
    label_plural = _("Staff")
    menu = "org"
    menu_order = 10
    icon = "person-badge"
    operations = ("list", "add", "change", "detail")
    list_display = [
        stark.Column("name", card=True),
        stark.Column("username", label=_("Staff number")),
        "department",
        "job_title",
        "email",
        "phone",
        stark.Column("is_active", label=_("Enabled")),
    ]
    list_filter = ["department", stark.Filter("is_active", label=_("Enabled"))]
    search_fields = ["name", "^username", "^email", "^phone"]
    search_placeholder = _("Name, staff number, e-mail, phone")
    ordering = ["username"]
    detail_display = [
        "name",
        stark.Column("username", label=_("Staff number")),
        "email",
        "phone",
        "department",
        "job_title",
        "wecom_userid",
        "wechat_openid",
        "dingtalk_userid",
        stark.Column("is_active", label=_("Enabled")),
        "last_login",
    ]
    add_form_class = StaffAddForm
    change_form_class = StaffForm

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:  # noqa: ARG002
        """Staff only."""
        return User.objects.filter(kind=AccountKind.STAFF)


@stark.register(Department)
class Departments(stark.ModelConfig):
    """Departments with code and function."""

    menu = "org"
    menu_order = 20
    icon = "diagram-3"
    operations = ("list", "add", "change", "delete")
    list_display = ["name", "code", "function", "campus", "parent"]
    list_filter = ["function", "campus"]
    search_fields = ["name", "^code"]
    search_placeholder = _("Name or code")
    ordering = ["code"]
    fields = ["code", "name", "function", "campus", "parent"]


@stark.register(Campus)
class Campuses(stark.ModelConfig):
    """Campuses."""

    menu = "org"
    menu_order = 30
    icon = "geo-alt"
    operations = ("list", "add", "change", "delete")
    list_display = ["name", "address"]
    search_fields = ["name", "address"]
    search_placeholder = _("Name or address")
    fields = ["name", "address"]


@stark.register(LeavePeriod)
class Leave(stark.ModelConfig):
    """Days on which somebody gets no new customers."""

    label_plural = _("Leave")
    menu = "org"
    menu_order = 40
    icon = "calendar-week"
    operations = ("list", "add", "change", "delete")
    list_display = ["user", "first_on", "last_on", "memo"]
    list_filter = ["user__department"]
    search_fields = ["user__name", "memo"]
    search_placeholder = _("Name or memo")
    ordering = ["-first_on"]
    fields = ["user", "first_on", "last_on", "memo"]
