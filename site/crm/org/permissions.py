"""Menus of the organisation, and the roles the school starts with."""

import rbac
from django.utils.translation import gettext_lazy as _

rbac.declare_menu("home", title=_("Workbench"), icon="house", order=0, link="home")
rbac.declare_menu("org", title=_("Organisation"), icon="building", order=80)

READ_COURSES = ["enrolment.course:list", "enrolment.course:detail"]
IMPORTS = [
    "customers.importbatch:list",
    "customers.importbatch:upload",
    "customers.importbatch:detail",
    "customers.importbatch:run",
]

rbac.declare_role(
    "consultant",
    title=_("Sales consultant"),
    permissions=[
        "customers.customer_my:*",
        "customers.customer_pool:list",
        "customers.customer_pool:claim",
        "customers.customer:detail",
        "customers.customer:contacts",
        "customers.customer:claim",
        "customers.customer:release",
        "customers.customer:add",
        "customers.customer:follow_up",
        *READ_COURSES,
    ],
    scopes={
        "customers.customer:detail": "own",
        "customers.customer:contacts": "own",
        "customers.customer:release": "own",
        "customers.customer:follow_up": "own",
    },
)
rbac.declare_role(
    "director",
    title=_("Sales director"),
    permissions=[
        "customers.customer:list",
        "customers.customer:export",
        "customers.customer:detail",
        "customers.customer:contacts",
        "customers.customer_pool:list",
        "customers.customer_pool:distribute",
        "customers.consultantload:*",
        "org.user:list",
        "org.user:detail",
        *IMPORTS,
        *READ_COURSES,
    ],
)
rbac.declare_role(
    "operations",
    title=_("Operations"),
    permissions=[
        "customers.customer:add",
        "customers.customer_pool:list",
        *IMPORTS,
        *READ_COURSES,
    ],
)
rbac.declare_role("finance", title=_("Finance"), permissions=READ_COURSES)
rbac.declare_role("lecturer", title=_("Lecturer"), permissions=READ_COURSES)
rbac.declare_role("tutor", title=_("Class tutor"), permissions=READ_COURSES)
rbac.declare_role("quality", title=_("Teaching-quality manager"), permissions=READ_COURSES)
rbac.declare_role("student", title=_("Student"), permissions=[])
rbac.declare_role(
    "administrator",
    title=_("Administrator"),
    permissions=["org.*", "enrolment.*", "customers.customer:list", "customers.consultantload:*"],
)
