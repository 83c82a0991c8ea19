"""The one place where access is decided; middleware, menus, tags and tests all ask here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db.models import Model, QuerySet

from rbac import scopes, snapshots
from rbac.conf import rbac_settings
from rbac.declarations import registry
from rbac.decorators import ViewAccess
from rbac.exceptions import UnknownPermission
from rbac.scopes import Reach, Scope

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.urls import ResolverMatch

    from rbac.compiled import Policy

    AnyUser = AbstractBaseUser | AnonymousUser

ModelT = TypeVar("ModelT", bound=Model)


@dataclass(frozen=True, slots=True)
class Subject:
    """Who asks, reduced to what decides."""

    is_known: bool
    is_unlimited: bool = False
    mask: int = 0


ANONYMOUS = Subject(is_known=False)


class Outcome(Enum):
    """What becomes of a request."""

    ALLOWED = "allowed"
    #: Nobody is logged in: ask for it, do not refuse.
    LOGIN = "login"
    DENIED = "denied"
    #: OPTIONS, answered without running the view.
    OPTIONS = "options"


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer to one request, with the permission that opened it and why it was refused."""

    outcome: Outcome
    permission: str | None = None
    reason: str = ""
    methods: tuple[str, ...] = ()


def superusers_count() -> bool:
    """Whether the project lets superusers do everything."""
    return rbac_settings.superuser_bypass


def is_unlimited(user: AnyUser) -> bool:
    """Whether ``user`` may do everything: the only question about superusers there is."""
    # In this order: few users are superusers, and the setting costs more to read.
    return bool(getattr(user, "is_superuser", False)) and superusers_count()


def subject_of(user: AnyUser) -> Subject:
    """``user`` as the policy sees him; inactive users count as nobody."""
    if not user.is_authenticated or not user.is_active:
        return ANONYMOUS
    if is_unlimited(user):
        return Subject(is_known=True, is_unlimited=True)
    return Subject(is_known=True, mask=snapshots.current().mask(user.pk))


def require_known(code: str) -> None:
    """Raises: UnknownPermission, unless ``code`` is stored, or declared but not yet stored."""
    if code in snapshots.current().policy.permissions:
        return
    if code not in registry.complete().permissions:
        raise UnknownPermission(code)


def can(user: AnyUser, code: str, obj: Model | None = None) -> bool:
    """Whether ``user`` holds ``code``, and for ``obj`` whether his scope covers it."""
    policy = snapshots.current().policy
    if code not in policy.permissions:
        require_known(code)
    if obj is not None:
        return reach(user, code).covers(_model_instance(obj))
    subject = subject_of(user)
    if subject.is_unlimited:
        return True
    return bool(subject.mask & policy.grants.get(code, 0))


def _model_instance(obj: Any) -> Model:
    if not isinstance(obj, Model):
        raise TypeError(f"A data scope applies to a model instance, not to {obj!r}.")
    return obj


def scope(user: AnyUser, code: str, queryset: QuerySet[ModelT]) -> QuerySet[ModelT]:
    """The rows of ``queryset`` that ``user`` reaches through ``code``."""
    require_known(code)
    reached = reach(user, code)
    if reached.is_everything:
        return queryset
    condition = reached.condition(queryset.model)
    if condition is None:
        return queryset.none()
    paths = scopes.paths_of(queryset.model)
    used = [path for path in (paths.owner, paths.department) if path]
    if any(scopes.crosses_to_many(queryset.model, path) for path in used):
        # A join over a to-many relation would repeat rows; a subquery does not.
        matching = queryset.model._base_manager.filter(condition).values("pk")
        return queryset.filter(pk__in=matching)
    return queryset.filter(condition)


def reach(user: AnyUser, code: str) -> Reach:
    """Union of the scopes under which the user's roles grant this very permission."""
    subject = subject_of(user)
    if subject.is_unlimited:
        return Reach(is_everything=True)
    granted = snapshots.current().policy.scope_masks.get(code, ())
    held = {kind for kind, mask in granted if mask & subject.mask}
    if Scope.ALL in held:
        return Reach(is_everything=True)
    return Reach(
        owner_id=user.pk if Scope.OWN in held else None,
        department_ids=_department_ids(user, held),
    )


def _department_ids(user: AnyUser, held: Iterable[Scope]) -> frozenset[Any]:
    held = set(held)
    if not held & {Scope.DEPARTMENT, Scope.DEPARTMENT_BELOW}:
        return frozenset()
    own, below = _departments(user)
    return own | below if Scope.DEPARTMENT_BELOW in held else own


def _departments(user: AnyUser) -> tuple[frozenset[Any], frozenset[Any]]:
    """The user's departments and those below, as the project tells them, once per request."""
    departments_of = rbac_settings.departments_of
    if departments_of is None:
        return frozenset(), frozenset()
    pin = snapshots.current_pin()
    if pin is not None and user.pk in pin.departments:
        return pin.departments[user.pk]
    own, below = departments_of(user)
    answer = frozenset(own), frozenset(below)
    if pin is not None and not pin.is_live:
        pin.departments[user.pk] = answer
    return answer


def held_codes(user: AnyUser) -> frozenset[str]:
    """Every code ``user`` holds in some scope."""
    policy = snapshots.current().policy
    subject = subject_of(user)
    if subject.is_unlimited:
        return frozenset(policy.permissions)
    return frozenset(code for code, mask in policy.grants.items() if mask & subject.mask)


def role_codes(user: AnyUser) -> tuple[str, ...]:
    """Codes of the roles ``user`` is a member of now, superuser or not."""
    if not user.is_authenticated or not user.is_active:
        return ()
    snapshot = snapshots.current()
    mask = snapshot.mask(user.pk)
    return tuple(code for bit, code in snapshot.policy.role_codes.items() if bit & mask)


def route_name(match: ResolverMatch) -> str:
    """The URL name with its namespaces; of a nameless route the namespaces and a colon, or "".

    Not ``view_name``: for a nameless route that is the path of the function, which somebody
    could have used as a name elsewhere.
    """
    return ":".join((*match.namespaces, match.url_name or ""))


def decide(
    subject: Subject, *, method: str, url_name: str, view: Callable[..., Any] | None
) -> Decision:
    """The answer to a request for the route ``url_name``, served by ``view``, with ``method``."""
    access = getattr(view, "rbac_access", None)
    if access is ViewAccess.PUBLIC or rbac_settings.public.match(url_name):
        return Decision(Outcome.ALLOWED)
    if not subject.is_known:
        return Decision(Outcome.LOGIN, reason="nobody is logged in")
    policy = snapshots.current().policy
    required: tuple[str, ...] = getattr(view, "rbac_requires", ())
    route = policy.route(url_name)
    opened = _opened(subject, route.get("GET" if method == "HEAD" else method, ()))
    if subject.is_unlimited:
        return Decision(Outcome.ALLOWED, opened or next(iter(required), None))
    if not _holds_all(subject, policy, required):
        return Decision(Outcome.DENIED, reason=f"needs {' and '.join(required)}")
    if opened is not None:
        return Decision(Outcome.ALLOWED, opened)
    if access is ViewAccess.LOGIN_ONLY or rbac_settings.login_only.match(url_name):
        return Decision(Outcome.ALLOWED)
    return _unopened(subject, method, url_name, route, required)


def _unopened(
    subject: Subject,
    method: str,
    url_name: str,
    route: dict[str, Any],
    required: tuple[str, ...],
) -> Decision:
    """The answer where no permission of the route's table opened the request."""
    if not route:
        if required:
            return Decision(Outcome.ALLOWED, required[0])
        return Decision(Outcome.DENIED, reason=f"{url_name or 'a nameless route'} is not declared")
    if method == "OPTIONS":
        held = tuple(sorted(name for name, rules in route.items() if _opened(subject, rules)))
        return Decision(Outcome.OPTIONS, methods=held)
    return Decision(Outcome.DENIED, reason=f"no role opens {method} {url_name}")


def _opened(subject: Subject, rules: Iterable[Any]) -> str | None:
    """The first permission of ``rules`` that the subject holds."""
    for code, mask in rules:
        if subject.is_unlimited or mask & subject.mask:
            return str(code)
    return None


def _holds_all(subject: Subject, policy: Policy, codes: Iterable[str]) -> bool:
    for code in codes:
        require_known(code)
        if not policy.grants.get(code, 0) & subject.mask:
            return False
    return True
