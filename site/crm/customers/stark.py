"""Customer lists: all, the pool, one's own; imports; distribution weights."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import rbac
import stark
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from crm.common.templatetags.crm import due as due_mark
from crm.common.templatetags.crm import moment, phone
from crm.common.text import mask_contact
from crm.customers.clocks import end_of_day
from crm.customers.contacts import ContactKind
from crm.customers.errors import RuleError
from crm.customers.forms import LoadForm
from crm.customers.models import ConsultantLoad, Customer, ImportBatch
from crm.customers.services import redistribution, tenures
from crm.customers.states import CustomerState


def contact_of(customer: Customer, kind: str) -> str:
    """The customer's contact of this kind from the prefetched ones, or nothing."""
    return next((point.value for point in customer.contacts.all() if point.kind == kind), "")


def show_phone(customer: Customer) -> str:
    """The phone in groups."""
    return phone(contact_of(customer, ContactKind.PHONE)) or "—"


def show_masked_contact(customer: Customer) -> str:
    """Which contacts there are, masked: pool customers are nobody's (PRODUCT 21)."""
    points = list(customer.contacts.all())
    return mask_contact(points[0].value) if points else "—"


def show_due(customer: Customer) -> str:
    """Time left and which clock it is."""
    if customer.state == CustomerState.IN_ENROLMENT:
        return format_html('<span class="quiet">{}</span>', _("paused"))
    if customer.due_at is None:
        return "—"
    clock = _("follow-up") if customer.due_at == customer.follow_due_at else _("deal")
    return format_html('{} <span class="small quiet">{}</span>', due_mark(customer.due_at), clock)


def show_last_follow_up(customer: Customer) -> str:
    """Day and beginning of the last note."""
    if customer.last_follow_up_at is None:
        return format_html(
            '<span class="clip clip-m"><span class="is-warn">{}</span></span>',
            _("No follow-up yet"),
        )
    return format_html(
        '<span class="clip clip-m" title="{}"><span class="quiet num">{}</span> {}</span>',
        customer.last_follow_up_text,
        f"{timezone.localtime(customer.last_follow_up_at):%m-%d}",
        customer.last_follow_up_text,
    )


def show_courses(customer: Customer) -> str:
    """The courses of interest on one line, whole on hover."""
    names = _(", ").join(course.name for course in customer.courses.all())
    return format_html('<span class="clip clip-s" title="{0}">{0}</span>', names or "—")


NAME = stark.Column("name", card=True, css="nowrap")
INTENT = stark.Column("intent", css="nowrap")
SOURCE = stark.Column("source", css="nowrap")
COURSES = stark.Column(
    "courses",
    label=gettext_lazy("Courses of interest"),
    value=show_courses,
    export=lambda customer: ", ".join(course.name for course in customer.courses.all()),
    prefetch=["courses"],
)
DUE = stark.Column(
    "due_at",
    label=gettext_lazy("Time left"),
    value=show_due,
    order_by="due_at",
    card=True,
    css="nowrap",
)
LAST_FOLLOW_UP = stark.Column(
    "last_follow_up_at",
    label=gettext_lazy("Last follow-up"),
    value=show_last_follow_up,
    order_by="last_follow_up_at",
    card="wide",
)
NEXT_CONTACT = stark.Column(
    "next_contact_at",
    label=gettext_lazy("Next contact"),
    value=lambda customer: moment(customer.next_contact_at),
    order_by="next_contact_at",
    css="nowrap",
)
PHONE = stark.Column(
    "phone",
    label=gettext_lazy("Phone"),
    value=show_phone,
    prefetch=["contacts"],
    css="nowrap num-text",
)
MASKED = stark.Column(
    "contact",
    label=gettext_lazy("Contact"),
    value=show_masked_contact,
    prefetch=["contacts"],
    css="nowrap num-text",
)


class DueFilter(stark.ChoiceFilter):
    """Whose time runs out when."""

    def choices(self, request: HttpRequest, config: stark.ModelConfig) -> Sequence[tuple[str, Any]]:  # noqa: ARG002
        return [
            ("today", _("today")),
            ("day", _("within 24 hours")),
            ("week", _("within 7 days")),
        ]

    def apply(self, queryset: QuerySet[Any], values: Sequence[str]) -> QuerySet[Any]:
        now = timezone.now()
        ends = {
            "today": end_of_day(timezone.localdate()),
            "day": now + timedelta(days=1),
            "week": now + timedelta(days=7),
        }
        return queryset.filter(state=CustomerState.PRIVATE, due_at__lte=ends[values[0]])


class ContactFilter(stark.ChoiceFilter):
    """When the customer is to be contacted, or was last."""

    def choices(self, request: HttpRequest, config: stark.ModelConfig) -> Sequence[tuple[str, Any]]:  # noqa: ARG002
        return [
            ("today", _("arranged for today")),
            ("never", _("never followed up")),
            ("month", _("silent for a month")),
        ]

    def apply(self, queryset: QuerySet[Any], values: Sequence[str]) -> QuerySet[Any]:
        month_ago = timezone.now() - timedelta(days=30)
        return queryset.filter(
            {
                "today": Q(next_contact_at__lt=end_of_day(timezone.localdate())),
                "never": Q(last_follow_up_at__isnull=True),
                "month": Q(last_follow_up_at__lt=month_ago)
                | Q(last_follow_up_at__isnull=True, received_at__lt=month_ago),
            }[values[0]]
        )


class EnteredFilter(stark.ChoiceFilter):
    """When the customer was entered."""

    def choices(self, request: HttpRequest, config: stark.ModelConfig) -> Sequence[tuple[str, Any]]:  # noqa: ARG002
        return [("today", _("today")), ("week", _("last 7 days")), ("month", _("this month"))]

    def apply(self, queryset: QuerySet[Any], values: Sequence[str]) -> QuerySet[Any]:
        midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
        begins = {
            "today": midnight,
            "week": midnight - timedelta(days=6),
            "month": midnight.replace(day=1),
        }
        return queryset.filter(created_at__gte=begins[values[0]])


class CustomerConfig(stark.ModelConfig):
    """What the three lists share."""

    icon = "people"
    search_fields = ["name", "^pinyin", "^initials", "^contacts__value"]
    search_placeholder = gettext_lazy("Name, pinyin, phone, QQ")
    list_filter_common = [
        stark.Filter("source", multiple=True),
        stark.Filter("courses", multiple=True),
    ]

    def object_url(self, request: HttpRequest, obj: Any) -> str | None:  # noqa: ARG002
        """The customer's own page."""
        return str(obj.get_absolute_url())


@stark.register(Customer, name="my")
class MyCustomers(CustomerConfig):
    """The consultant's private list, most urgent first."""

    label_plural = gettext_lazy("My customers")
    menu = "customers"
    menu_order = 10
    operations = ("list",)
    list_display = [
        NAME,
        DUE,
        INTENT,
        LAST_FOLLOW_UP,
        NEXT_CONTACT,
        COURSES,
        SOURCE,
        PHONE,
    ]
    list_filter = [
        "intent",
        *CustomerConfig.list_filter_common,
        stark.Filter("work_state", half=True),
        DueFilter("due", label=gettext_lazy("Due"), half=True),
        ContactFilter("contact", label=pgettext_lazy("filter", "Contact"), half=True),
    ]
    list_views = [
        stark.View("due", gettext_lazy("Due today"), {"due": "today"}, count=True),
        stark.View("contact", gettext_lazy("To contact today"), {"contact": "today"}, count=True),
        stark.View("never", gettext_lazy("No follow-up yet"), {"contact": "never"}, count=True),
    ]
    list_all_label = gettext_lazy("Following up")
    ordering = ["due_at"]
    empty_text = gettext_lazy(
        "New customers come from the distributor. You can also claim some from the pool."
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Customer]:
        """Own un-won customers."""
        return Customer.objects.private_to(request.user)

    def page_facts(self, request: HttpRequest) -> list[stark.Fact]:
        """How full the list is, and what is due today."""
        load = ConsultantLoad.objects.filter(user=request.user).first()
        ends = end_of_day(timezone.localdate())
        due = self.get_queryset(request).due_before(ends + timedelta(microseconds=1)).count()
        facts = []
        if load is not None:
            facts.append(
                stark.Fact(
                    _("%(n)s of %(cap)s places")
                    % {"n": f"{load.open_count:,}", "cap": f"{load.cap:,}"}
                )
            )
        if due:
            text = _("%(n)d due today") % {"n": due}
            facts.append(stark.Fact(text, url=f"{self.url('list')}?due=today", level="bad"))
        return facts

    def header_links(self, request: HttpRequest) -> list[stark.Link]:
        """To the pool, and the own entry of a customer."""
        links = []
        if rbac.can(request.user, "customers.customer_pool:list"):
            pool = reverse("stark:customers_customer_pool_list")
            links.append(stark.Link(_("Claim from the pool"), pool))
        if rbac.can(request.user, "customers.customer:add"):
            add = reverse("customers:add")
            links.append(stark.Link(_("Add customer"), add, icon="plus-lg", primary=True))
        return links

    def row_links(self, request: HttpRequest, obj: Any) -> list[stark.Link]:  # noqa: ARG002
        """Straight to the follow-up box."""
        url = f"{obj.get_absolute_url()}#follow-up"
        return [stark.Link(_("Follow up"), url, icon="pencil-square")]


@stark.action(label=gettext_lazy("Claim"), icon="hand-index", atomic=False)
def claim(
    config: stark.ModelConfig,  # noqa: ARG001
    request: HttpRequest,
    queryset: QuerySet[Any],
) -> list[stark.RowResult] | str:
    """Make the selected pool customers the user's own, each with its own answer."""
    results: list[stark.RowResult] = []
    for customer in queryset:
        try:
            tenures.customer_claim(actor=request.user, customer=customer)
        except RuleError as refusal:
            results.append(stark.RowResult(customer, ok=False, message=str(refusal)))
        else:
            results.append(stark.RowResult(customer, ok=True, message=_("yours now")))
    if results and all(result.ok for result in results):
        text = ngettext(
            "%(n)d customer is yours now.", "%(n)d customers are yours now.", len(results)
        )
        return text % {"n": len(results)}
    return results


@stark.action(
    label=gettext_lazy("Send to the distributor"), icon="shuffle", confirm=True, atomic=False
)
def distribute(
    config: stark.ModelConfig,  # noqa: ARG001
    request: HttpRequest,
    queryset: QuerySet[Any],
) -> list[stark.RowResult]:
    """Give the selected pool customers to the next consultants of the cycle (PRODUCT 19)."""
    results = []
    for customer in queryset:
        try:
            owner = redistribution.customer_distribute(actor=request.user, customer=customer)
        except RuleError as refusal:
            results.append(stark.RowResult(customer, ok=False, message=str(refusal)))
        else:
            text = _("to %(name)s") % {"name": owner}
            results.append(stark.RowResult(customer, ok=True, message=text))
    return results


@stark.register(Customer, name="pool")
class PoolCustomers(CustomerConfig):
    """Customers that nobody has; contacts masked until claimed."""

    label_plural = gettext_lazy("Pool")
    menu = "customers"
    menu_order = 20
    operations = ("list",)
    list_display = [
        NAME,
        stark.Column("pool_reason", css="nowrap"),
        INTENT,
        LAST_FOLLOW_UP,
        COURSES,
        SOURCE,
        MASKED,
        stark.Column(
            "created_at",
            label=gettext_lazy("Entered"),
            value=lambda customer: moment(customer.created_at),
            order_by="created_at",
            css="nowrap",
        ),
    ]
    list_filter = [
        "pool_reason",
        *CustomerConfig.list_filter_common,
        stark.Filter("education", multiple=True),
    ]
    search_fields = ["name", "^pinyin", "^initials"]
    search_placeholder = gettext_lazy("Name or pinyin")
    ordering = ["-pk"]
    actions = [claim, distribute]
    empty_text = gettext_lazy("Nobody is waiting here. Released and overdue customers come back.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Customer]:  # noqa: ARG002
        """Everybody in the pool."""
        return Customer.objects.in_pool()


@stark.register(Customer)
class AllCustomers(CustomerConfig):
    """Every living customer, for those who lead the sales."""

    label_plural = gettext_lazy("All customers")
    menu = "customers"
    menu_order = 30
    operations = ("list", "export")
    list_display = [
        NAME,
        stark.Column("state", css="nowrap"),
        stark.Column("owner", css="nowrap"),
        DUE,
        INTENT,
        LAST_FOLLOW_UP,
        COURSES,
        SOURCE,
        PHONE,
    ]
    list_filter = [
        "state",
        stark.Filter("owner", multiple=True),
        *CustomerConfig.list_filter_common,
        DueFilter("due", label=gettext_lazy("Due"), half=True),
        EnteredFilter("entered", label=gettext_lazy("Entered"), half=True),
        ContactFilter("contact", label=pgettext_lazy("filter", "Contact"), half=True),
    ]
    list_views = [
        stark.View("due", gettext_lazy("About to expire"), {"due": "day"}, count=True),
        stark.View("silent", gettext_lazy("Silent for a month"), {"contact": "month"}, count=True),
        stark.View("new", gettext_lazy("New this month"), {"entered": "month"}, count=True),
    ]
    ordering = ["-pk"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Customer]:  # noqa: ARG002
        """Neither merged nor invalid."""
        return Customer.objects.living()


def show_progress(batch: ImportBatch) -> str:
    """State as a tag."""
    levels = {"done": "ok", "done_with_errors": "warn", "failed": "bad", "cancelled": ""}
    level = levels.get(batch.state, "info")
    css = f"tag tag-{level}" if level else "tag"
    return format_html('<span class="{}">{}</span>', css, batch.get_state_display())


@stark.register(ImportBatch)
class ImportBatches(stark.ModelConfig):
    """Uploaded workbooks, newest first."""

    label = gettext_lazy("import")
    label_plural = gettext_lazy("Imports")
    menu = "customers"
    menu_order = 50
    icon = "upload"
    operations = ("list",)
    list_display = [
        stark.Column("filename", card=True, css="raw"),
        stark.Column(
            "state",
            label=gettext_lazy("State"),
            value=show_progress,
            order_by="state",
            card=True,
        ),
        "target",
        "data_rows",
        "created",
        "duplicate_existing",
        "invalid",
        "created_by",
        "created_at",
    ]
    list_filter = ["state", "target"]
    search_fields = ["filename"]
    search_placeholder = gettext_lazy("File name")
    ordering = ["-created_at"]
    empty_text = gettext_lazy("Upload a workbook of customers; the template shows the columns.")

    def object_url(self, request: HttpRequest, obj: Any) -> str | None:
        """The batch's own page, for those who may open it."""
        if rbac.can(request.user, "customers.importbatch:detail"):
            return str(obj.get_absolute_url())
        return None

    def header_links(self, request: HttpRequest) -> list[stark.Link]:
        """Template and upload."""
        if not rbac.can(request.user, "customers.importbatch:upload"):
            return []
        return [
            stark.Link(_("Template"), reverse("customers:import_template"), icon="download"),
            stark.Link(
                _("Upload a workbook"),
                reverse("customers:import_upload"),
                icon="upload",
                primary=True,
            ),
        ]


def show_load(load: ConsultantLoad) -> str:
    """The list's fullness as numbers and a bar."""
    percent = min(100, round(100 * load.open_count / load.cap)) if load.cap else 100
    css = "c-bad" if load.open_count >= load.cap else "c5"
    return format_html(
        '<span class="nowrap num">{} / {}</span> <svg class="bar" viewBox="0 0 100 10" '
        'preserveAspectRatio="none" aria-hidden="true"><rect class="c0" width="100" height="10"/>'
        '<rect class="{}" width="{}" height="10"/></svg>',
        f"{load.open_count:,}",
        f"{load.cap:,}",
        css,
        percent,
    )


@stark.register(ConsultantLoad)
class Loads(stark.ModelConfig):
    """Weights, quotas and caps of the distributor."""

    label = gettext_lazy("distribution weight")
    label_plural = gettext_lazy("Distribution")
    menu = "customers"
    menu_order = 60
    icon = "shuffle"
    operations = ("list", "add", "change")
    list_display = [
        stark.Column("user", card=True),
        stark.Column("user__department", label=gettext_lazy("Department")),
        "weight",
        "quota",
        stark.Column(
            "open_count",
            label=gettext_lazy("Private customers"),
            value=show_load,
            order_by="open_count",
            card="wide",
        ),
        "daily_max",
        "is_receiving",
    ]
    list_filter = ["is_receiving"]
    search_fields = ["user__name"]
    ordering = ["-weight"]
    form_class = LoadForm
    search_placeholder = gettext_lazy("Name of a consultant")
    empty_text = gettext_lazy("Add the consultants who receive customers, with weight and quota.")

    def page_facts(self, request: HttpRequest) -> list[stark.Fact]:  # noqa: ARG002
        """How much room the team has."""
        loads = list(ConsultantLoad.objects.filter(is_receiving=True))
        room = sum(load.room for load in loads)
        return [
            stark.Fact(_("room for %(n)s more customers") % {"n": f"{room:,}"}),
            stark.Fact(_("changes hold from the next cycle")),
        ]
