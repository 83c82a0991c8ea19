"""What can be done with customers, beyond the lists that stark declares."""

import rbac
from django.utils.translation import gettext_lazy as _

rbac.declare_menu("customers", title=_("Customers"), icon="people", order=10)
rbac.declare_group("customers.record", title=_("Customer record"), menu="customers")
rbac.declare_group("customers.intake", title=_("Intake"), menu="customers")

rbac.declare(
    "customers.customer:detail",
    title=_("Open a customer"),
    url="customers:detail",
    methods=("GET",),
    group="customers.record",
    parent="customers.customer_my:list",
)
rbac.declare(
    "customers.customer:contacts",
    title=_("Read contacts of customers"),
    group="customers.record",
)
rbac.declare(
    "customers.customer:follow_up",
    title=_("Write follow-ups"),
    url="customers:follow_up_add",
    methods=("POST",),
    group="customers.record",
    parent="customers.customer_my:list",
)
rbac.declare(
    "customers.customer:claim",
    title=_("Claim from the pool"),
    url="customers:claim",
    methods=("POST",),
    group="customers.record",
    parent="customers.customer_pool:list",
)
rbac.declare(
    "customers.customer:release",
    title=_("Release to the pool"),
    url="customers:release",
    methods=("GET", "POST"),
    group="customers.record",
    parent="customers.customer_my:list",
)
rbac.declare(
    "customers.customer:add",
    title=_("Add a customer"),
    url="customers:add",
    methods=("GET", "POST"),
    group="customers.intake",
    menu="customers",
    order=40,
    icon="person-plus",
)
rbac.declare(
    "customers.importbatch:upload",
    title=_("Import customers"),
    url="customers:import_(upload|template)",
    regex=True,
    methods=("GET", "POST"),
    group="customers.intake",
    parent="customers.importbatch:list",
)
rbac.declare(
    "customers.importbatch:detail",
    title=_("Open an import"),
    url="customers:import_(detail|errors)",
    regex=True,
    methods=("GET",),
    group="customers.intake",
    parent="customers.importbatch:list",
)
rbac.declare(
    "customers.importbatch:run",
    title=_("Run or drop an import"),
    url="customers:import_(start|cancel)",
    regex=True,
    methods=("POST",),
    group="customers.intake",
    parent="customers.importbatch:list",
)
