"""What the package raises."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _


class RbacError(Exception):
    """Base of the errors below, so that a caller can tell them from anybody else's."""


class UnknownPermission(RbacError, LookupError):  # noqa: N818 - reads as what happened
    """A permission code that nobody declared: a spelling mistake, never an answer."""

    def __init__(self, code: str) -> None:
        super().__init__(f"No permission {code!r} is declared in code or stored in the database.")
        self.code = code


class SyncRefused(RbacError):  # noqa: N818 - reads as what happened
    """The declarations contradict themselves, so nothing was written."""


class EscalationRefused(RbacError, PermissionDenied):  # noqa: N818 - reads as what happened
    """The actor tried to hand out more than he holds; a view that lets it pass answers 403."""

    @classmethod
    def not_held(cls, codes: list[str]) -> EscalationRefused:
        """A refusal that names what the actor lacks."""
        names = ", ".join(codes)
        return cls(_("You can only hand out what you hold yourself; missing: %s.") % names)

    @classmethod
    def own_role(cls) -> EscalationRefused:
        """A refusal because the actor is a member of the role he wants to change."""
        return cls(_("You hold this role yourself; somebody else has to change it."))
