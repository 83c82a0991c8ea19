"""What goes wrong before anything is sent. What goes wrong while sending is an ``Outcome``."""

from collections.abc import Iterable


class NotifyError(Exception):
    """Base of everything that ``notify`` raises."""


class UnknownNameError(NotifyError):
    """A name that the settings do not declare; the message lists the ones they do."""

    what = "name"

    def __init__(self, name: str, known: Iterable[str]) -> None:
        self.name = name
        self.known = sorted(known)
        listed = ", ".join(self.known) or "none"
        super().__init__(f"Unknown {self.what} {name!r}. Known {self.what}s: {listed}.")


class UnknownEventError(UnknownNameError):
    what = "event"


class UnknownChannelError(UnknownNameError):
    what = "channel"


class KeyConflictError(NotifyError):
    """The idempotency key was used before, for another event, context or set of recipients."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(
            f"The key {key!r} already stands for a message with another event, context or "
            f"recipients. Put what differs into the key."
        )


class ContextError(NotifyError):
    """A context value that has no stable form, so that a repeated call can't be recognised."""
