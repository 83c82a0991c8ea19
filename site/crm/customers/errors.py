"""What the rules of this app refuse, in words for the person who tried."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


class RuleError(Exception):
    """A rule says no; ``str()`` is the sentence to show."""


class NotYoursError(RuleError):
    """The customer is somebody else's, or nobody's."""

    def __init__(self) -> None:
        super().__init__(_("This customer is not on your list any more."))


class OverdueError(RuleError):
    """The clock ran out before the note was written (PRODUCT 25)."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "The time for this customer ran out, so the note was not saved and the customer "
                "went back to the pool."
            )
        )


class CapReachedError(RuleError):
    """The consultant's list is full."""

    def __init__(self, cap: int) -> None:
        super().__init__(
            _("The list is full: %(cap)d un-won customers. Release one first.") % {"cap": cap}
        )


class FormerOwnerError(RuleError):
    """A former owner may not have the customer again (PRODUCT 26)."""

    def __init__(self) -> None:
        super().__init__(
            _("You were responsible for this customer before; he can't be yours again.")
        )


class TakenError(RuleError):
    """Somebody else was faster, or the customer is not in the pool."""

    def __init__(self, owner: str = "") -> None:
        super().__init__(
            _("Taken by %(name)s a moment ago.") % {"name": owner}
            if owner
            else _("This customer is not in the pool.")
        )


class DuplicateCustomerError(RuleError):
    """The contact belongs to a living customer already (PRODUCT 3)."""

    def __init__(self, kind_label: str, masked_name: str, owner: str, state: str) -> None:
        super().__init__(
            _("%(kind)s is already registered: %(name)s, %(state)s, %(owner)s.")
            % {"kind": kind_label, "name": masked_name, "state": state, "owner": owner}
        )


def as_validation_error(error: RuleError, field: str | None = None) -> ValidationError:
    """The same sentence for a form."""
    return ValidationError({field: str(error)} if field else str(error))
