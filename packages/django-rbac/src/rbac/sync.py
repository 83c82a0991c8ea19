"""Brings the tables in line with the declarations in code: first a plan, then its execution."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import models, transaction
from django.utils import translation

from rbac import versions
from rbac.declarations import Registry, registry
from rbac.exceptions import SyncRefused
from rbac.models import Menu, Permission, PermissionGroup, Role, RolePermission
from rbac.problems import declaration_problems
from rbac.scopes import Scope

#: Rows as plain values, foreign keys as codes: comparable without an object.
Rows = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Change:
    """One row to create, update or delete."""

    action: str
    kind: str
    code: str
    #: Field → (old, new); only for updates.
    fields: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)

    def __str__(self) -> str:
        sign = {"create": "+", "update": "~", "delete": "-"}[self.action]
        details = ", ".join(
            f"{name}: {old!r} → {new!r}" for name, (old, new) in self.fields.items()
        )
        return f"{sign} {self.kind} {self.code}" + (f" ({details})" if details else "")


@dataclass(frozen=True, slots=True)
class Kind:
    """One table: its model and the foreign keys that the plan names by code."""

    name: str
    model: type[models.Model]
    fields: tuple[str, ...]
    references: Mapping[str, type[models.Model]]


MENU = Kind("menu", Menu, ("title", "icon", "order", "link"), {"parent": Menu})
GROUP = Kind("group", PermissionGroup, ("title",), {"menu": Menu})
PERMISSION = Kind(
    "permission",
    Permission,
    ("title", "url", "is_regex", "methods", "also", "icon", "order"),
    {"group": PermissionGroup, "menu": Menu, "parent": Permission},
)
ROLE = Kind("role", Role, ("title",), {})


KINDS = (MENU, GROUP, PERMISSION)


def plan(*, roles: bool = False, prune: bool = False) -> list[Change]:
    """What differs between the declarations and the tables, in the order it is carried out.

    Without ``roles``, roles and grants are left alone: they belong to the administrators. Only
    ``prune`` deletes, and only rows that once came from code.

    Raises: SyncRefused, when the declarations contradict themselves.
    Queries: one per table.
    """
    declared = registry.complete()
    problems = declaration_problems(declared)
    if problems:
        raise SyncRefused("\n".join(f"{problem.id}: {problem.message}" for problem in problems))
    changes: list[Change] = []
    for kind in (*KINDS, ROLE) if roles else KINDS:
        changes += _differences(kind, _declared_rows(kind, declared), prune=prune)
    if roles:
        changes += _grant_differences(_declared_grants(declared), declared, prune=prune)
    return changes


def apply(*, roles: bool = False, prune: bool = False) -> list[Change]:
    """Carry out the plan in one transaction and return what was done.

    Raises: SyncRefused, when the declarations contradict themselves.
    Effects: a new policy version, so that every process follows; none when nothing differs.
    """
    if not plan(roles=roles, prune=prune):
        return []
    with transaction.atomic(using=versions.database()):
        versions.change_policy()  # takes the row's lock: the plan made next is the one carried out
        changes = plan(roles=roles, prune=prune)
        for kind in (*KINDS, ROLE):
            _write(kind, [change for change in changes if change.kind == kind.name])
        _write_grants([change for change in changes if change.kind == "grant"])
    return changes


def _declared_rows(kind: Kind, declared: Registry) -> Rows:
    by_kind: dict[str, Mapping[str, Any]] = {
        "menu": declared.menus,
        "group": declared.groups,
        "permission": declared.permissions,
        "role": declared.roles,
    }
    names = (*kind.fields, *kind.references)
    # Deactivated, a lazy title comes out as its English source; each page translates it again.
    with translation.override(None):
        return {
            code: {name: _plain(getattr(item, name)) for name in names}
            for code, item in by_kind[kind.name].items()
        }


def _plain(value: Any) -> Any:
    """``value`` as it comes back from the database."""
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)


def _stored_rows(kind: Kind) -> Rows:
    names = {name: name for name in kind.fields}
    names |= {name: f"{name}__code" for name in kind.references}
    stored = kind.model._default_manager.using(versions.database())
    rows = stored.order_by("pk").values("code", "is_declared", *names.values())
    return {
        row["code"]: {"is_declared": row["is_declared"]}
        | {name: row[lookup] for name, lookup in names.items()}
        for row in rows
    }


def _differences(kind: Kind, declared: Rows, *, prune: bool) -> Iterator[Change]:
    stored = _stored_rows(kind)
    for code, row in declared.items():
        if code not in stored:
            yield Change("create", kind.name, code)
            continue
        wanted = {"is_declared": True} | row
        moved = {
            name: (stored[code][name], value)
            for name, value in wanted.items()
            if stored[code][name] != value
        }
        if moved:
            yield Change("update", kind.name, code, moved)
    if prune:
        for code, row in stored.items():
            if row["is_declared"] and code not in declared:
                yield Change("delete", kind.name, code)


def _write(kind: Kind, changes: Iterable[Change]) -> None:
    """Create, update and delete the rows of one table; references last, when all rows exist."""
    using = versions.database()
    objects = kind.model._default_manager.using(using)
    declared = _declared_rows(kind, registry)
    by_action: dict[str, list[str]] = {"create": [], "update": [], "delete": []}
    for change in changes:
        by_action[change.action].append(change.code)
    objects.bulk_create(
        kind.model(code=code, is_declared=True, **{n: declared[code][n] for n in kind.fields})
        for code in by_action["create"]
    )
    ids = {name: _ids_by_code(model) for name, model in kind.references.items()}
    rows = list(objects.filter(code__in=by_action["create"] + by_action["update"]))
    for row in rows:
        _fill(row, kind, declared[row.code], ids)  # type: ignore[attr-defined]
    if rows:
        objects.bulk_update(rows, ["is_declared", *kind.fields, *kind.references], batch_size=500)
    objects.filter(code__in=by_action["delete"]).delete()


def _fill(row: Any, kind: Kind, values: Mapping[str, Any], ids: Mapping[str, Any]) -> None:
    row.is_declared = True
    for name in kind.fields:
        setattr(row, name, values[name])
    for name in kind.references:
        code = values[name]
        setattr(row, f"{name}_id", None if code is None else ids[name][code])


def _ids_by_code(model: type[models.Model]) -> dict[str, int]:
    return dict(model._default_manager.using(versions.database()).values_list("code", "pk"))


def _declared_grants(declared: Registry) -> dict[tuple[str, str], str]:
    """(role, permission) → scope, with every ``*`` expanded."""
    grants = {}
    for role in declared.roles.values():
        for pattern in role.permissions:
            for code in declared.expand(pattern):
                grants[role.code, code] = _scope_of(role.scopes, code)
    return grants


def _scope_of(scopes: Mapping[str, str], code: str) -> str:
    """The scope written for ``code``, else for the longest pattern that takes it in, else all."""
    if code in scopes:
        return str(Scope(scopes[code]))
    patterns = [key for key in scopes if key.endswith("*") and code.startswith(key[:-1])]
    return str(Scope(scopes[max(patterns, key=len)])) if patterns else str(Scope.ALL)


def _grant_differences(
    declared: Mapping[tuple[str, str], str], registry: Registry, *, prune: bool
) -> Iterator[Change]:
    rows = RolePermission.objects.using(versions.database()).order_by("pk")
    stored = {
        (role, code): scope
        for role, code, scope in rows.values_list("role__code", "permission__code", "scope")
    }
    for (role, code), scope in declared.items():
        if (role, code) not in stored:
            yield Change("create", "grant", f"{role} {code}", {"scope": (None, scope)})
        elif stored[role, code] != scope:
            moved = {"scope": (stored[role, code], scope)}
            yield Change("update", "grant", f"{role} {code}", moved)
    for role, code in stored if prune else ():
        # Rows that vanish with their pruned role or permission need no line of their own.
        is_ours = role in registry.roles and code in registry.permissions
        if is_ours and (role, code) not in declared:
            yield Change("delete", "grant", f"{role} {code}")


def _write_grants(changes: Iterable[Change]) -> None:
    grants = RolePermission.objects.using(versions.database())
    roles, permissions = _ids_by_code(Role), _ids_by_code(Permission)
    added = []
    for change in changes:
        role, code = change.code.split(" ")
        key = {"role_id": roles[role], "permission_id": permissions[code]}
        if change.action == "create":
            added.append(RolePermission(**key, scope=change.fields["scope"][1]))
        elif change.action == "update":
            grants.filter(**key).update(scope=change.fields["scope"][1])
        else:
            grants.filter(**key).delete()
    grants.bulk_create(added, batch_size=500)
