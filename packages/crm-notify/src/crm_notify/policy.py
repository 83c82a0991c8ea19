"""Who gets an event on which channel, at which address, in which language."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Model

from crm_notify.channels import backend_for
from crm_notify.conf import notify_settings
from crm_notify.exceptions import NotifyError, UnknownChannelError, UnknownEventError


@dataclass(frozen=True, slots=True)
class Recipient:
    """A user, or a plain address. ``key`` is stable and tells recipients apart."""

    key: str
    language: str
    user: Any = None
    address: str = ""

    def address_on(self, alias: str) -> str:
        """Address for a channel; empty when there is none."""
        if self.user is None:
            return self.address
        chosen = notify_settings.address
        if chosen is not None:
            return str(chosen(self.user, alias) or "")
        attribute = backend_for(alias).address_attribute
        if attribute is None:
            return ""
        value = getattr(self.user, attribute, None)
        return "" if value is None else str(value)


@dataclass(frozen=True, slots=True)
class Plan:
    """What the settings say about one event."""

    channels: tuple[str, ...]
    mode: str = "all"
    deadline: timedelta | None = None


def plan_for(event: str, channels: Sequence[str] | None) -> Plan:
    """The event's channels and mode; ``channels`` replaces the channels.

    Raises: UnknownEventError, UnknownChannelError; both list the known names.
    """
    declared = notify_settings.events.get(event)
    if declared is None and not notify_settings.takes_any_event:
        raise UnknownEventError(event, notify_settings.events)
    if isinstance(channels, str):
        raise TypeError(f"channels must be a list of channel names, not the text {channels!r}.")
    for alias in channels or ():
        if alias not in notify_settings.channels:
            raise UnknownChannelError(alias, notify_settings.channels)
    if declared is None:
        return Plan(tuple(channels or notify_settings.channels))
    return Plan(tuple(channels or declared.channels), declared.mode, declared.deadline)


def recipients_of(to: Any, *, has_channels: bool) -> list[Recipient]:
    """Recipients in the order given, each once.

    Raises: NotifyError for a plain address without ``channels``: it belongs to one channel.
    """
    found: dict[str, Recipient] = {}
    for one in _each(to):
        if isinstance(one, str):
            if not has_channels:
                raise NotifyError(
                    f"{one!r} is a plain address: say with channels=[…] where it belongs."
                )
            recipient = Recipient(
                key=f"address:{one}", language=notify_settings.default_language, address=one
            )
        elif isinstance(one, Model):
            recipient = Recipient(key=f"user:{one.pk}", language=language_of(one), user=one)
        else:
            raise TypeError(f"to= takes users and addresses, not {type(one).__name__}.")
        found.setdefault(recipient.key, recipient)
    return list(found.values())


def _each(to: Any) -> Iterator[Any]:
    if to is None:
        return iter(())
    if isinstance(to, (str, Model)) or not isinstance(to, Iterable):
        return iter((to,))
    return iter(to)


def language_of(user: Any) -> str:
    """The user's language by ``LANGUAGE_OF``, else the project's."""
    source = notify_settings.language_of
    language = source(user) if callable(source) else getattr(user, source, None)
    return str(language or notify_settings.default_language)
