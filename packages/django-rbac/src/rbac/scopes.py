"""Data scopes: which rows a grant reaches, and where a model says whose its rows are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.db.models import Model


class Scope(models.TextChoices):
    """How far a grant reaches, from narrow to wide."""

    OWN = "own", _("own records")
    DEPARTMENT = "department", _("own department")
    DEPARTMENT_BELOW = "department_below", _("own department and below")
    ALL = "all", _("all records")

    def covers(self, other: str) -> bool:
        """Whether this scope is at least as wide as ``other``."""
        order = list(Scope)
        return order.index(self) >= order.index(Scope(other))


@dataclass(frozen=True, slots=True)
class Paths:
    """Lookups from a model to its owner and to its department; None where it has none."""

    owner: str | None
    department: str | None


_registered: dict[type[Model], Paths] = {}


def register(
    model: type[Model], *, owner: str | None = None, department: str | None = None
) -> None:
    """Say for ``model``, usually somebody else's, which lookups lead to owner and department."""
    _registered[model] = Paths(owner, department)


def paths_of(model: type[Model]) -> Paths:
    """The lookups of ``model``: the registered ones, else what its ``rbac_…`` attributes say."""
    for base in model.__mro__:
        if base in _registered:
            return _registered[base]
    return Paths(getattr(model, "rbac_owner", None), getattr(model, "rbac_department", None))


@dataclass(frozen=True, slots=True)
class Reach:
    """What the scopes of one user come to: everything, or his id and his departments."""

    is_everything: bool = False
    owner_id: Any = None
    department_ids: frozenset[Any] = frozenset()

    def condition(self, model: type[Model]) -> Q | None:
        """The reach as a condition on ``model``; None when it reaches no row at all."""
        paths = paths_of(model)
        parts = []
        if self.owner_id is not None and paths.owner:
            parts.append(Q(**{paths.owner: self.owner_id}))
        if self.department_ids and paths.department:
            parts.append(Q(**{f"{paths.department}__in": self.department_ids}))
        if not parts:
            return None
        return parts[0] if len(parts) == 1 else parts[0] | parts[1]

    def covers(self, obj: Model) -> bool:
        """Whether ``obj``, as it is held in memory, lies inside the reach.

        Queries: none for foreign keys already loaded; one when a path crosses a to-many relation.
        """
        if self.is_everything:
            return True
        paths = paths_of(type(obj))
        is_owner = (
            self.owner_id is not None
            and paths.owner is not None
            and self._meets(obj, paths.owner, frozenset([self.owner_id]))
        )
        if is_owner:
            return True
        return bool(
            self.department_ids
            and paths.department
            and self._meets(obj, paths.department, self.department_ids)
        )

    @staticmethod
    def _meets(obj: Model, path: str, wanted: frozenset[Any]) -> bool:
        if crosses_to_many(type(obj), path):
            rows = type(obj)._base_manager.filter(**{f"{path}__in": wanted}, pk=obj.pk)
            return rows.exists()
        return _value_at(obj, path) in wanted


def crosses_to_many(model: type[Model], path: str) -> bool:
    """Whether following ``path`` can meet several rows, so that a join would repeat the first.

    Raises: FieldDoesNotExist, when the path leads nowhere.
    """
    for field in _fields_along(model, path):
        if field.is_relation and (field.many_to_many or field.one_to_many):
            return True
    return False


def _fields_along(model: type[Model], path: str) -> list[Any]:
    fields: list[Any] = []
    current: Any = model
    for name in path.split("__"):
        if current is None:
            raise FieldDoesNotExist(f"{path!r} goes on after a field that is no relation")
        field = current._meta.pk if name == "pk" else current._meta.get_field(name)
        fields.append(field)
        current = field.related_model
    return fields


def path_problem(model: type[Model], path: str) -> str | None:
    """What is wrong with ``path`` as a lookup from ``model``, or None."""
    try:
        _fields_along(model, path)
    except FieldDoesNotExist as error:
        return str(error)
    return None


def _value_at(obj: Model, path: str) -> Any:
    """The key at the end of ``path``, last relation not loaded; None where the path breaks off."""
    *steps, last = path.split("__")
    current: Any = obj
    for step in steps:
        current = getattr(current, step, None)
        if current is None:
            return None
    if last == "pk":
        return current.pk
    field = current._meta.get_field(last)
    if field.concrete:
        return getattr(current, field.attname)
    related = getattr(current, last, None)
    return None if related is None else related.pk
