"""Reads of the organisation."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet

from crm.org.models import AccountKind, Department, DepartmentFunction, LeavePeriod, User


def departments_of(user: User) -> tuple[set[int], set[int]]:
    """Ids of the user's own departments, and of those below them (``RBAC["DEPARTMENTS_OF"]``).

    Queries: one.
    """
    if user.department_id is None:
        return set(), set()
    children: dict[int | None, list[int]] = {}
    for pk, parent in Department.objects.values_list("pk", "parent_id"):
        children.setdefault(parent, []).append(pk)
    below: set[int] = set()
    todo = [user.department_id]
    while todo:
        for child in children.get(todo.pop(), ()):
            if child not in below:
                below.add(child)
                todo.append(child)
    return {user.department_id}, below


def staff_in(function: DepartmentFunction) -> QuerySet[User]:
    """Active staff of the departments with this function."""
    return User.objects.filter(
        kind=AccountKind.STAFF, is_active=True, department__function=function
    )


def on_leave_ids(day: date) -> set[int]:
    """Ids of the people away on ``day``. Queries: one."""
    return set(
        LeavePeriod.objects.filter(first_on__lte=day, last_on__gte=day).values_list(
            "user_id", flat=True
        )
    )
