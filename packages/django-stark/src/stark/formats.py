"""How values read in a cell: short, in the user's language, never a surprise."""

import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.formats import get_format
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

EMPTY = "—"


def show(value: Any) -> str:
    """``value`` as text for a person; not yet escaped."""
    if value is None or value == "":
        return EMPTY
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, datetime.datetime):
        return show_instant(value)
    if isinstance(value, datetime.date):
        return show_day(value)
    if isinstance(value, int | float | Decimal):
        return show_number(value)
    if isinstance(value, datetime.time):
        return value.strftime("%H:%M")
    return str(value)


def show_number(value: float | Decimal) -> str:
    """Grouped in thousands, with a real minus sign and the language's separators.

    Languages whose format has no separator (Chinese) group by commas, as tables here do.
    """
    text = f"{value:,}" if not isinstance(value, Decimal) else f"{value:,f}"
    thousands = get_format("THOUSAND_SEPARATOR") or ","
    point = get_format("DECIMAL_SEPARATOR")
    if (thousands, point) != (",", "."):
        text = text.replace(",", "\0").replace(".", point).replace("\0", thousands)
    return f"−{text[1:]}" if text.startswith("-") else text


def show_instant(value: datetime.datetime) -> str:
    """Today 19:30, Tomorrow 10:00, 07-18 10:00, or with the year when it is another one."""
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return f"{show_day(local.date())} {local:%H:%M}"


def show_day(value: datetime.date) -> str:
    today = timezone.localdate()
    days = (value - today).days
    if days in (-1, 0, 1):
        return (_("Yesterday"), _("Today"), _("Tomorrow"))[days + 1]
    return f"{value:%m-%d}" if value.year == today.year else f"{value:%Y-%m-%d}"


def join_names(names: list[str]) -> str:
    """Names in a row, separated as the language does it (", " or 、)."""
    return pgettext("list separator", ", ").join(names)


def plain(value: Any) -> Any:
    """``value`` for an export: numbers, dates and booleans stay what they are."""
    if value is None or isinstance(value, bool | int | float | Decimal):
        return value
    if isinstance(value, datetime.datetime):
        local = timezone.localtime(value) if timezone.is_aware(value) else value
        return local.replace(tzinfo=None)
    if isinstance(value, datetime.date | datetime.time):
        return value
    text = str(value)
    return strip_tags(text) if hasattr(value, "__html__") else text
