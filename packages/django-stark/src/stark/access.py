"""Who may do what: the one place that is asked for every page, button, row and column."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_permission_codename
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from stark.conf import conf

if TYPE_CHECKING:
    from stark.options import ModelConfig


class AccessPolicy:
    """Base class of policies: refuses everything until a subclass says otherwise."""

    def allows(
        self,
        request: HttpRequest,  # noqa: ARG002
        config: "ModelConfig",  # noqa: ARG002
        role: str,  # noqa: ARG002
        obj: Model | None = None,  # noqa: ARG002
    ) -> bool:
        """Whether the user of ``request`` has ``role`` (or the action of that name)."""
        return False

    def scope(
        self,
        request: HttpRequest,  # noqa: ARG002
        config: "ModelConfig",  # noqa: ARG002
        role: str,  # noqa: ARG002
        queryset: QuerySet[Any],
    ) -> QuerySet[Any]:
        """The rows of ``queryset`` the user may meet in ``role``."""
        return queryset

    def fields(self, request: HttpRequest, config: "ModelConfig", role: str) -> Collection[str]:  # noqa: ARG002
        """Names of the fields and codes of the columns the user may see or write in ``role``."""
        return config.field_names()


class ModelPermissionPolicy(AccessPolicy):
    """Django's own model permissions: view, add, change, delete.

    Lists, details and exports need *view* or *change*; an action needs the permission that its
    ``permission`` names, *change* unless said otherwise.
    """

    def allows(
        self,
        request: HttpRequest,
        config: "ModelConfig",
        role: str,
        obj: Model | None = None,  # noqa: ARG002
    ) -> bool:
        user = request.user
        return user.is_active and any(
            user.has_perm(f"{config.opts.app_label}.{get_permission_codename(verb, config.opts)}")
            for verb in _verbs(config, role)
        )


def _verbs(config: "ModelConfig", role: str) -> tuple[str, ...]:
    if role in {"list", "detail", "export"}:
        return ("view", "change")
    if role in {"add", "change", "delete"}:
        return (role,)
    return (config.get_action(role).permission,)


class Access:
    """The policy as one request sees it; remembers answers that do not depend on an object."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.policy: AccessPolicy = conf.access_policy()
        self._answers: dict[tuple[str, str], bool] = {}
        self._fields: dict[tuple[str, str], frozenset[str]] = {}

    @classmethod
    def of(cls, request: HttpRequest) -> "Access":
        access: Access | None = getattr(request, "_stark_access", None)
        if access is None:
            access = cls(request)
            request._stark_access = access  # type: ignore[attr-defined]  # one policy per request
        return access

    def allows(self, config: "ModelConfig", role: str, obj: Model | None = None) -> bool:
        """Raises: TypeError, when the policy answers anything but True or False."""
        if not config.operates(role):
            return False
        key = (config.code, str(role))
        if obj is None and key in self._answers:
            return self._answers[key]
        answer = self.policy.allows(self.request, config, str(role), obj)
        if answer is not True and answer is not False:
            message = (
                f"{type(self.policy).__name__}.allows() answered {answer!r} for "
                f"{config.code}:{role}; only True and False are answers."
            )
            raise TypeError(message)
        if obj is None:
            self._answers[key] = answer
        return answer

    def scope(self, config: "ModelConfig", role: str, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return self.policy.scope(self.request, config, str(role), queryset)

    def fields(self, config: "ModelConfig", role: str) -> frozenset[str]:
        key = (config.code, str(role))
        if key not in self._fields:
            self._fields[key] = frozenset(self.policy.fields(self.request, config, str(role)))
        return self._fields[key]
