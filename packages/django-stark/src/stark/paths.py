"""Follows lookup paths like ``supplier__city__name`` through the models."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field, Model
from django.db.models.constants import LOOKUP_SEP


@dataclass(frozen=True, slots=True)
class FieldPath:
    """A resolved path: its last field, the relations before it, and whether it fans out."""

    path: str
    field: Any
    #: Every step is a relation that leads to one object, up to the last relation.
    relation: str
    #: Some step leads to many objects.
    to_many: bool

    @property
    def is_relation(self) -> bool:
        return bool(self.field.is_relation)

    @property
    def related_model(self) -> type[Model]:
        model = self.field.related_model
        assert isinstance(model, type)
        return model

    @property
    def label(self) -> Any:
        """Verbose name of the field, of a reverse relation that of its model."""
        if isinstance(self.field, Field) or hasattr(self.field, "verbose_name"):
            return self.field.verbose_name
        return self.related_model._meta.verbose_name_plural


def resolve_path(model: type[Model], path: str) -> FieldPath:
    """The field at the end of ``path``.

    Raises: FieldDoesNotExist, when a step is no field of its model.
    """
    current: type[Model] | None = model
    relations: list[str] = []
    to_many = False
    field: Any = None
    for step in path.split(LOOKUP_SEP):
        if current is None:
            message = f"{path}: {field.name} is no relation."
            raise FieldDoesNotExist(message)
        field = current._meta.pk if step == "pk" else current._meta.get_field(step)
        current = field.related_model if field.is_relation else None
        if field.is_relation:
            relations.append(step)
            to_many = to_many or bool(field.many_to_many or field.one_to_many)
    return FieldPath(path, field, LOOKUP_SEP.join(relations), to_many)


def find_path(model: type[Model], path: str) -> FieldPath | None:
    """As ``resolve_path``, but None for a path that names no field."""
    try:
        return resolve_path(model, path)
    except FieldDoesNotExist:
        return None


def clean_key(model: type[Model], text: str) -> Any:
    """``text`` as a primary key of ``model``.

    Raises: ValidationError, when no such key can exist (not even too large for its column).
    """
    field: Any = model._meta.pk
    while field.is_relation:
        field = field.target_field
    value = field.to_python(text)
    field.run_validators(value)
    return value
