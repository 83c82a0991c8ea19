"""How the school writes moments, deadlines and time left."""

from __future__ import annotations

from datetime import datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from stark.templatetags.stark import icon

register = template.Library()


@register.filter
def moment(value: datetime | None) -> str:
    """Today 19:30, tomorrow 10:00, 07-18 10:00; with the year when it isn't this one."""
    if value is None:
        return "—"
    local = timezone.localtime(value)
    today = timezone.localdate()
    clock = local.strftime("%H:%M")
    if local.date() == today:
        return _("today %(time)s") % {"time": clock}
    if local.date() == today + timedelta(days=1):
        return _("tomorrow %(time)s") % {"time": clock}
    if local.year == today.year:
        return local.strftime("%m-%d %H:%M")
    return local.strftime("%Y-%m-%d %H:%M")


@register.filter
def day(value: datetime | None) -> str:
    """The day without the year: 7月13日, 13 Jul."""
    if value is None:
        return "—"
    local = timezone.localtime(value) if isinstance(value, datetime) else value
    return date_format(local, _("j M"))


@register.filter
def deadline(value: datetime | None) -> str:
    """An end of day as people say it: 7月16日 24:00."""
    if value is None:
        return "—"
    local = timezone.localtime(value)
    if (local.hour, local.minute) == (0, 0):
        return f"{date_format(local - timedelta(days=1), _('j M'))} 24:00"
    return f"{date_format(local, _('j M'))} {local:%H:%M}"


@register.filter
def phone(value: str) -> str:
    """A mainland number in groups: 138 0013 8012."""
    if len(value) == 11 and value.startswith("1") and value.isdigit():
        return f"{value[:3]} {value[3:7]} {value[7:]}"
    return value


def time_left(due_at: datetime, *, now: datetime) -> tuple[str, str]:
    """What is left in words, and its level: bad under a day, warn under two."""
    left = due_at - now
    if left <= timedelta(0):
        return _("overdue"), "bad"
    hours = int(left.total_seconds() // 3600)
    if hours < 1:
        return _("under 1 hour"), "bad"
    if hours < 24:
        return ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}, "bad"
    days = hours // 24
    text = ngettext("%(n)d day", "%(n)d days", days) % {"n": days}
    return text, "warn" if hours < 48 else ""


_ICONS = {"bad": "exclamation-circle-fill", "warn": "clock"}


@register.simple_tag
def due(due_at: datetime | None, now: datetime | None = None) -> SafeString:
    """Time left with its mark (UI.md 4, Due)."""
    if due_at is None:
        return format_html('<span class="quiet">{}</span>', "—")
    text, level = time_left(due_at, now=now or timezone.now())
    mark = icon(_ICONS[level]) if level else ""
    css = f"due due-{level}" if level else "due"
    return format_html('<span class="{}">{}{}</span>', css, mark, text)


@register.simple_tag
def used_percent(start: datetime, end: datetime, now: datetime) -> int:
    """How much of the time between ``start`` and ``end`` is gone, 0 to 100."""
    whole = (end - start).total_seconds()
    gone = (now - start).total_seconds()
    return max(0, min(100, round(100 * gone / whole))) if whole > 0 else 100


@register.filter
def percent_of(part: int, whole: int) -> float:
    """``part`` of ``whole`` in percent, for the width of a bar."""
    return round(100 * part / whole, 2) if whole else 0


@register.filter
def instant(value: str) -> datetime | None:
    """The moment that an ISO text in a message's context stands for."""
    return datetime.fromisoformat(value) if value else None


@register.filter
def thousands(value: int) -> str:
    """A whole number in groups of three, in every language: 1,284,600."""
    return f"{value:,}"
