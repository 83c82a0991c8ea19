"""Menus of the enrolment app; its lists are declared by stark."""

import rbac
from django.utils.translation import gettext_lazy as _

rbac.declare_menu("courses", title=_("Courses and classes"), icon="mortarboard", order=30)
