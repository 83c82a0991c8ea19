"""Checks of what the apps declare, and of the models that data scopes apply to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core import checks
from django.core.checks import CheckMessage, Error
from django.db.models import Model

from rbac.conf import rbac_settings
from rbac.declarations import RoleDeclaration, registry
from rbac.problems import declaration_problems
from rbac.scopes import Scope, path_problem, paths_of


def check_declarations(**_kwargs: Any) -> list[CheckMessage]:
    """Dangling references, routes without methods, broken patterns, roles that grant nothing."""
    problems = declaration_problems(registry.complete())
    return [Error(problem.message, hint=problem.hint, id=problem.id) for problem in problems]


def check_scope_paths(**_kwargs: Any) -> list[CheckMessage]:
    """Owner and department lookups lead somewhere, and exist where a role narrows a grant."""
    return [*_broken_paths(), *_missing_paths(), *_missing_departments()]


def _broken_paths() -> Iterator[CheckMessage]:
    for model in apps.get_models():
        paths = paths_of(model)
        for name, path in (("rbac_owner", paths.owner), ("rbac_department", paths.department)):
            problem = path_problem(model, path) if path else None
            if problem:
                yield Error(
                    f"{name} of {model._meta.label} is {path!r}: {problem}.",
                    obj=model,
                    id="rbac.E024",
                )


def _missing_paths() -> Iterator[CheckMessage]:
    """A narrowed grant on a model without the lookup it needs reaches no row: say so."""
    told = set()
    for role, code, scope in _narrowed_grants():
        model = _model_of(code)
        if model is None or (model, scope) in told:
            continue
        paths = paths_of(model)
        name = "rbac_owner" if scope == Scope.OWN else "rbac_department"
        if (paths.owner if scope == Scope.OWN else paths.department) is None:
            told.add((model, scope))
            yield checks.Warning(
                f"The role {role.code!r} grants {code!r} with the scope {scope!r}, "
                f"but {model._meta.label} has no {name}: the grant reaches no row.",
                hint=f"Set {name} on the model, or register it with rbac.scopes.register().",
                obj=model,
                id="rbac.W023",
            )


def _missing_departments() -> Iterator[CheckMessage]:
    needed = {Scope.DEPARTMENT, Scope.DEPARTMENT_BELOW}
    if rbac_settings.raw.get("DEPARTMENTS_OF"):
        return
    if any(scope in needed for _role, _code, scope in _narrowed_grants()):
        yield checks.Warning(
            "Roles grant by department, but RBAC['DEPARTMENTS_OF'] is not set: "
            "such grants reach no row.",
            id="rbac.W026",
        )


def _narrowed_grants() -> Iterator[tuple[RoleDeclaration, str, str]]:
    declared = registry.complete()
    for role in declared.roles.values():
        for pattern, scope in role.scopes.items():
            for code in declared.expand(pattern):
                if scope != Scope.ALL:
                    yield role, code, scope


def _model_of(code: str) -> type[Model] | None:
    """The model a code names by ``<app>.<model>``; None for an entity that is no model."""
    label, _colon, _verb = code.partition(":")
    try:
        return apps.get_model(label)
    except (LookupError, ValueError):
        return None
