"""States and reasons of customers, tenures, slots and import batches (PRODUCT 5)."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class CustomerState(models.TextChoices):
    """Where a customer stands. Only ``PRIVATE`` has running clocks."""

    POOL = "pool", _("In the pool")
    PRIVATE = "private", _("Private")
    IN_ENROLMENT = "in_enrolment", _("Enrolling")
    WON = "won", _("Won")
    ALUMNUS = "alumnus", _("Alumnus")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    MERGED = "merged", _("Merged")
    INVALID = "invalid", _("Invalid")


#: States that count against a consultant's cap.
UNWON_PRIVATE_STATES = (CustomerState.PRIVATE, CustomerState.IN_ENROLMENT)
#: States whose contact points are unique.
DEAD_STATES = (CustomerState.MERGED, CustomerState.INVALID)


class PoolReason(models.TextChoices):
    """Why a customer is in the pool."""

    ENTERED = "entered", _("Entered into the pool")
    NO_CAPACITY = "no_capacity", _("Nobody had room")
    NO_FOLLOW_UP = "no_follow_3d", _("3 days without a follow-up")
    NO_DEAL = "no_deal_15d", _("15 days without a deal")
    RELEASED = "release", _("Released by the owner")
    RECALLED = "recall", _("Recalled by the director")
    LEAVER = "leaver", _("The owner left")


class TenureHow(models.TextChoices):
    """How a consultant got a customer."""

    DISTRIBUTE = "distribute", _("Automatic distribution")
    CLAIM = "claim", _("Claimed")
    ASSIGN = "assign", _("Assigned")
    SELF = "self", _("Entered by the consultant")
    IMPORT = "import", _("Imported")


class TenureStatus(models.TextChoices):
    """State of one consultant's time with a customer (PRODUCT 15)."""

    FOLLOWING = "following", _("Following up")
    WON = "won", _("Won")
    NO_FOLLOW_UP = "no_follow_3d", _("3 days without a follow-up")
    NO_DEAL = "no_deal_15d", _("15 days without a deal")
    ENDED = "ended", _("Ended")


class SlotState(models.TextChoices):
    """State of one place in a distribution cycle."""

    FREE = "free", _("Free")
    TAKEN = "taken", _("Taken")
    SKIPPED = "skipped", _("Skipped")


class SkipReason(models.TextChoices):
    """Why a place was passed over. A skipped place is not owed."""

    INACTIVE = "inactive", _("Account disabled")
    PAUSED = "paused", _("Receives no customers")
    LEAVE = "leave", _("On leave")
    CAP = "cap", _("List is full")
    DAILY_MAX = "daily_max", _("Daily maximum reached")
    NEW_CYCLE = "new_cycle", _("A new cycle was opened")


class ImportTarget(models.TextChoices):
    """Where the customers of an import batch go."""

    DISTRIBUTE = "distribute", _("Distribute to consultants")
    POOL = "pool", _("Into the pool")
    OWNER = "owner", _("To one consultant")


class ImportState(models.TextChoices):
    """State of an import batch."""

    UPLOADED = "uploaded", pgettext_lazy("import state", "Uploaded")
    CHECKING = "checking", _("Checking")
    CHECKED = "checked", _("Checked")
    RUNNING = "running", _("Importing")
    DONE = "done", _("Done")
    DONE_WITH_ERRORS = "done_with_errors", _("Done with errors")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")
