import rbac
from django.utils.translation import gettext_lazy as _

rbac.declare_menu("tours", title=_("Tours"), icon="map", order=20)
rbac.declare_menu(
    "tours.help", title="Handbook", order=99, parent="tours", link="https://example.org/handbook"
)
rbac.declare_menu("start", title="Start", icon="house", order=1, link="home")
rbac.declare_menu("office", title="Office", order=30)

rbac.declare_group("tours.daily", title="Daily work", menu="tours")

rbac.declare(
    "tours.tour:list",
    title=_("All tours"),
    url="tours:list",
    methods=("GET",),
    group="tours.daily",
    menu="tours",
    order=10,
)
rbac.declare(
    "tours.tour:add",
    title="New tour",
    url="tours:add",
    methods=("GET", "POST"),
    group="tours.daily",
    menu="tours",
    order=20,
)
rbac.declare(
    "tours.tour:detail",
    title="Tour",
    url="tours:detail",
    methods=("GET",),
    also=[("tours:map", ("GET",)), ("tours:rename", ("POST",))],
    group="tours.daily",
    parent="tours.tour:list",
)
rbac.declare(
    "tours.import:run",
    title="Import tours",
    url="tours:import_(upload|progress)",
    regex=True,
    methods=("GET", "POST"),
    parent="tours.tour:add",
)
rbac.declare(
    "tours.report:read",
    title="Report",
    url="tours:report",
    methods=("GET",),
    menu="office",
    icon="graph-up",
)
rbac.declare("tours.report:export", title="Export the report")

rbac.declare_role(
    "guide",
    title="Guide",
    permissions=["tours.tour:*"],
    scopes={"tours.tour:*": "own", "tours.tour:list": "department"},
)
rbac.declare_role("clerk", title="Clerk", permissions=["tours.*"])
