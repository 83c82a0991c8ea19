"""Django's own questions — ``user.has_perm``, ``perms`` in templates — answered by the roles."""

from __future__ import annotations

from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth import get_user_model
from django.contrib.auth.backends import BaseBackend
from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from rbac import policies, versions
from rbac.exceptions import UnknownPermission
from rbac.models import UserRole


class RoleBackend(BaseBackend):
    """Authorisation by role; it never authenticates anybody.

    A code that rbac does not know is answered with False here, not with an error: it may be the
    business of another backend.
    """

    def get_user(self, user_id: Any) -> Any:
        """The active user behind a session that names this backend."""
        user = get_user_model()._default_manager.filter(pk=user_id).first()
        return user if user is not None and user.is_active else None

    def has_perm(self, user_obj: Any, perm: str, obj: Model | None = None) -> bool:
        """Whether the user's roles grant ``perm``, for ``obj`` as far as the scope reaches."""
        try:
            return policies.can(user_obj, perm, obj)
        except UnknownPermission:
            return False

    async def ahas_perm(self, user_obj: Any, perm: str, obj: Model | None = None) -> bool:
        """``has_perm`` for async callers."""
        return await sync_to_async(self.has_perm)(user_obj, perm, obj)

    def get_user_permissions(self, user_obj: Any, obj: Model | None = None) -> set[str]:  # noqa: ARG002
        """Nothing: rights come from roles only."""
        return set()

    def get_group_permissions(self, user_obj: Any, obj: Model | None = None) -> set[str]:
        """The codes the user's roles grant, for ``obj`` those whose scope covers it."""
        codes = policies.held_codes(user_obj)
        if obj is None:
            return set(codes)
        return {code for code in codes if policies.can(user_obj, code, obj)}

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        """Whether the user holds any code of ``app_label``."""
        return any(code.startswith(f"{app_label}.") for code in policies.held_codes(user_obj))

    def with_perm(
        self,
        perm: str,
        is_active: bool | None = True,  # noqa: FBT001, FBT002 - Django's signature
        include_superusers: bool = True,  # noqa: FBT001, FBT002
        obj: Model | None = None,
    ) -> QuerySet[Any]:
        """The users who hold ``perm``; with two backends, call it with ``backend=`` this one.

        Queries: one, evaluated by the caller; with ``obj`` each candidate's scope is computed.
        """
        users = get_user_model()._default_manager.using(versions.database())
        names = {field.name for field in users.model._meta.get_fields()}
        memberships = UserRole.objects.current().filter(
            user_id=OuterRef("pk"), role__grants__permission__code=perm
        )
        holds = Q(Exists(memberships))
        if include_superusers and "is_superuser" in names and policies.superusers_count():
            holds |= Q(is_superuser=True)
        found = users.filter(holds)
        if is_active is not None and "is_active" in names:
            found = found.filter(is_active=is_active)
        if obj is None:
            return found
        return users.filter(pk__in=[user.pk for user in found if self.has_perm(user, perm, obj)])
