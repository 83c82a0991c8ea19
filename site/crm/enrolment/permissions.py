"""Menus of the enrolment app; its lists are declared by stark."""

from django.utils.translation import gettext_lazy as _

import rbac

rbac.declare_menu("courses", title=_("Courses"), icon="mortarboard", order=30)
