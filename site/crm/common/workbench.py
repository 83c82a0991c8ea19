"""What a person's start page shows, by what he may do (PRODUCT 1)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import rbac
from django.db.models import Count, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.customers.clocks import end_of_day
from crm.customers.models import ConsultantLoad, Customer, DistributionState, ImportBatch, Slot
from crm.customers.states import CustomerState, PoolReason, SlotState
from crm.org.models import User


@dataclass(frozen=True, slots=True)
class Tile:
    """A number that opens its rows."""

    label: str
    value: int
    url: str
    hint: str = ""
    level: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """Something that waits for this person."""

    text: str
    link_text: str
    url: str
    icon: str


@dataclass(slots=True)
class Workbench:
    """The parts of one start page; empty parts are not shown."""

    tiles: list[Tile] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    due: list[Customer] = field(default_factory=list)
    loads: list[ConsultantLoad] = field(default_factory=list)
    sources: list[dict[str, Any]] = field(default_factory=list)
    imports: list[ImportBatch] = field(default_factory=list)
    cycle_number: int = 0
    cycle_taken: int = 0
    cycle_places: int = 0

    @property
    def is_empty(self) -> bool:
        """True for people whose part of the CRM holds no work yet."""
        return not (self.tiles or self.tasks or self.loads or self.imports)


def workbench_for(user: User) -> Workbench:
    """The start page of ``user``. Queries: at most ten, whatever he may do."""
    bench = Workbench()
    if rbac.can(user, "customers.customer_my:list"):
        _own_customers(bench, user)
    if rbac.can(user, "customers.customer:list"):
        _all_customers(bench)
        _team(bench)
    if rbac.can(user, "customers.importbatch:list"):
        bench.imports = list(ImportBatch.objects.select_related("created_by")[:5])
    return bench


def menu_badges(request: HttpRequest) -> dict[str, int]:
    """How many customers the consultant has, beside his list in the menu. Queries: one."""
    code = "customers.customer_my:list"
    if not rbac.can(request.user, code):
        return {}
    load = ConsultantLoad.objects.filter(user=request.user.pk).first()
    return {code: load.open_count} if load else {}


def _own_customers(bench: Workbench, user: User) -> None:
    today_ends = end_of_day(timezone.localdate())
    mine = Customer.objects.private_to(user)
    counts = mine.aggregate(
        open=Count("pk"),
        due=Count("pk", filter=Q(state=CustomerState.PRIVATE, due_at__lte=today_ends)),
        contact=Count("pk", filter=Q(next_contact_at__lt=today_ends)),
        never=Count("pk", filter=Q(last_follow_up_at__isnull=True)),
    )
    if not counts["open"] and not ConsultantLoad.objects.filter(user=user).exists():
        return
    load = ConsultantLoad.objects.filter(user=user).first()
    url = reverse("stark:customers_customer_my_list")
    bench.tiles += [
        Tile(
            _("My customers"),
            counts["open"],
            url,
            hint=_("of %(cap)s places") % {"cap": f"{load.cap:,}"} if load else "",
        ),
        Tile(
            _("Due today"),
            counts["due"],
            f"{url}?due=today",
            hint=_("back to the pool at 24:00"),
            level="bad" if counts["due"] else "",
        ),
        Tile(
            _("To contact today"), counts["contact"], f"{url}?contact=today", hint=_("as arranged")
        ),
        Tile(
            _("No follow-up yet"),
            counts["never"],
            f"{url}?contact=never",
            hint=_("since they came to you"),
            level="warn" if counts["never"] else "",
        ),
    ]
    bench.due = list(
        mine.filter(state=CustomerState.PRIVATE)
        .order_by("due_at", "pk")
        .prefetch_related("contacts")[:8]
    )


def _all_customers(bench: Workbench) -> None:
    now = timezone.now()
    month_start = timezone.localtime(now).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    living = Customer.objects.living()
    counts = living.aggregate(
        month=Count("pk", filter=Q(created_at__gte=month_start)),
        pool=Count("pk", filter=Q(state=CustomerState.POOL)),
        private=Count("pk", filter=Q(state=CustomerState.PRIVATE)),
        soon=Count("pk", filter=Q(state=CustomerState.PRIVATE, due_at__lt=now + timedelta(days=1))),
        stranded=Count(
            "pk", filter=Q(state=CustomerState.POOL, pool_reason=PoolReason.NO_CAPACITY)
        ),
    )
    all_url = reverse("stark:customers_customer_list")
    pool_url = reverse("stark:customers_customer_pool_list")
    bench.tiles += [
        Tile(_("New this month"), counts["month"], f"{all_url}?entered=month"),
        Tile(_("In the pool"), counts["pool"], pool_url),
        Tile(_("On private lists"), counts["private"], f"{all_url}?state=private"),
        Tile(
            _("Due within a day"),
            counts["soon"],
            f"{all_url}?due=day",
            level="bad" if counts["soon"] else "",
        ),
    ]
    if counts["stranded"]:
        bench.tasks.append(
            Task(
                ngettext(
                    "%(n)d customer found no consultant with room and is in the pool",
                    "%(n)d customers found no consultant with room and are in the pool",
                    counts["stranded"],
                )
                % {"n": counts["stranded"]},
                _("See them"),
                f"{pool_url}?pool_reason={PoolReason.NO_CAPACITY}",
                "inbox",
            )
        )
    rows = list(
        living.filter(created_at__gte=month_start)
        .order_by()
        .values("source")
        .annotate(n=Count("pk"))
        .order_by("-n")[:8]
    )
    labels = dict(Customer._meta.get_field("source").flatchoices)
    top = max((row["n"] for row in rows), default=1)
    bench.sources = [
        {
            "label": labels.get(row["source"], row["source"]),
            "n": row["n"],
            "share": round(100 * row["n"] / top, 1),
            "url": f"{all_url}?entered=month&source={row['source']}",
        }
        for row in rows
    ]


def _team(bench: Workbench) -> None:
    bench.loads = list(
        ConsultantLoad.objects.select_related("user__department")
        .filter(Q(user__is_active=True) | Q(open_count__gt=0))
        .order_by("-open_count", "user_id")
    )
    for load in bench.loads:
        if load.open_count >= load.cap:
            bench.tasks.append(
                Task(
                    _("The list of %(name)s is full; distribution skips it") % {"name": load.user},
                    _("Change the cap"),
                    reverse("stark:customers_consultantload_list"),
                    "people",
                )
            )
    state = DistributionState.objects.filter(pk=1).first()
    if state is not None and state.current_number:
        counts = Slot.objects.filter(cycle__number=state.current_number).aggregate(
            places=Count("pk"), taken=Count("pk", filter=~Q(state=SlotState.FREE))
        )
        bench.cycle_number = state.current_number
        bench.cycle_taken, bench.cycle_places = counts["taken"], counts["places"]
