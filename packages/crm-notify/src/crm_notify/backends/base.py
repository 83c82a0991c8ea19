"""The protocol of a channel's backend, and a base class that keeps most of it."""

import inspect
from collections.abc import Collection, Mapping
from typing import Any, ClassVar, Protocol, runtime_checkable

from crm_notify.outcomes import Outcome, Request


@runtime_checkable
class Backend(Protocol):
    """Builds, sends and classifies. Never sleeps, retries, logs secrets or opens a transaction."""

    #: The user's attribute that holds the address; None for a channel without recipients.
    address_attribute: ClassVar[str | None]
    #: How many addresses one request may carry.
    max_recipients: ClassVar[int]
    #: The provider drops a byte-identical repetition, so an UNKNOWN request may be sent again.
    deduplicates: ClassVar[bool]

    def open(self) -> None:
        """Make ready to write. Raises: NotReadyError; nothing has been written then."""
        ...

    def build(self, request: Request) -> Any:
        """What ``send`` writes, the same for the same request.

        Bytes where ``deduplicates``: they are stored before writing and become
        ``request.payload`` when the request is repeated.
        """
        ...

    def send(self, request: Request) -> Mapping[str, Outcome]:
        """Write the request; answer every address exactly once."""
        ...

    def close(self) -> None:
        """Give back connections. The next ``open`` or ``send`` makes new ones."""
        ...

    def secrets(self) -> Collection[str]:
        """Values that are cut out of every text before it is stored or logged."""
        ...


class BaseBackend:
    """A start for backends: name, repr without secrets, nothing to open or close."""

    address_attribute: ClassVar[str | None] = None
    max_recipients: ClassVar[int] = 1
    deduplicates: ClassVar[bool] = False

    def __init__(self, *, alias: str) -> None:
        self.alias = alias

    def __repr__(self) -> str:
        return f"<{type(self).__name__} for channel {self.alias!r}>"

    def open(self) -> None:
        """Nothing to make ready."""

    def build(self, request: Request) -> Any:
        return request.content.text.encode()

    def send(self, request: Request) -> Mapping[str, Outcome]:
        raise NotImplementedError(f"{type(self).__name__} must implement send(request)")

    def close(self) -> None:
        """Nothing to give back."""

    def secrets(self) -> Collection[str]:
        return ()


def known_options(backend_class: type) -> set[str]:
    """Names that the backend's ``__init__`` takes as OPTIONS."""
    names: set[str] = set()
    parameters: Mapping[str, Any] = inspect.signature(backend_class).parameters
    for name, parameter in parameters.items():
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY and name != "alias":
            names.add(name)
    return names


def takes_any_option(backend_class: type) -> bool:
    """The backend's ``__init__`` collects options in ``**kwargs`` and checks them itself."""
    parameters = inspect.signature(backend_class).parameters.values()
    return any(parameter.kind is inspect.Parameter.VAR_KEYWORD for parameter in parameters)
