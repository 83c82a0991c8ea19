"""Login by e-mail address or staff number. Rights come from rbac alone."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password
from django.db.models import Q
from django.http import HttpRequest

from crm.org.models import User


class LoginBackend(BaseBackend):
    """Checks a password; answers no permission question, so rbac stays the only judge."""

    def authenticate(
        self,
        request: HttpRequest | None,  # noqa: ARG002 - Django's signature
        username: str | None = None,
        password: str | None = None,
        **_kwargs: Any,
    ) -> User | None:
        """The active account of this e-mail address or staff number, or None."""
        if not username or not password:
            return None
        name = username.strip()
        user = User.objects.filter(Q(username=name) | Q(email__iexact=name)).first()
        if user is None:
            make_password(password)  # as slow as a wrong password: no probing for accounts
            return None
        return user if user.check_password(password) and user.is_active else None

    def get_user(self, user_id: int) -> User | None:
        """The account with this id, with its department at hand."""
        user = User.objects.select_related("department").filter(pk=user_id).first()
        return user if user is not None and user.is_active else None
