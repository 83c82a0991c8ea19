"""One line of the table."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Result:
    """A figure, what it is compared with, and whether the target is met."""

    name: str
    ours: float
    unit: str
    #: The target in words, such as "≤ 0.5× the peer".
    target: str
    met: bool
    #: What it is measured beside; empty for an absolute figure.
    peer: str = ""
    peer_value: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Ours by the peer's, in the unit of both."""
        return self.ours / self.peer_value if self.peer_value else None

    def as_json(self) -> dict[str, Any]:
        found = asdict(self)
        ratio = self.ratio
        found["ratio"] = None if ratio is None else round(ratio, 3)
        return found


def failed(name: str, reason: str) -> Result:
    """A figure that could not be taken: it counts as not met, and says why."""
    return Result(name, 0.0, "", "measured", met=False, note=reason)
