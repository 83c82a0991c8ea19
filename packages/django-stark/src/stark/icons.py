"""Icons from our sprite: the part of Bootstrap Icons named in ``icons.txt``."""

from functools import cache
from pathlib import Path

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from stark.conf import conf


@cache
def icon_names() -> frozenset[str]:
    """Every name that the sprite has."""
    listed = Path(__file__).with_name("icons.txt").read_text(encoding="utf-8")
    return frozenset(listed.split())


def icon_svg(name: str) -> SafeString:
    """``<svg>`` that shows the icon, hidden from screen readers.

    Raises: LookupError for an unknown name while DEBUG or tests look; otherwise nothing is shown.
    """
    if name not in icon_names():
        if conf.debug or conf.testing:
            message = f"There is no icon {name!r}; stark/icons.txt lists those there are."
            raise LookupError(message)
        return SafeString("")
    return _svg(name)


@cache
def _svg(name: str) -> SafeString:
    """A page shows the same icon dozens of times; where it is never changes in a process."""
    return format_html(
        '<svg class="i" aria-hidden="true"><use href="{}#{}"/></svg>',
        static("stark/icons.svg"),
        name,
    )
