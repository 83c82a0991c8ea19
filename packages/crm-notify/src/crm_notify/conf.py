"""The only reader of ``settings.CRM_NOTIFY``, in both of its forms."""

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

MODES = ("all", "first")
DISPATCHERS = {
    "inline": "crm_notify.dispatchers.InlineDispatcher",
    "thread": "crm_notify.dispatchers.ThreadDispatcher",
    "celery": "crm_notify.contrib.celery.CeleryDispatcher",
    "worker": "crm_notify.dispatchers.WorkerDispatcher",
}
CHANNEL_KEYS = ("BACKEND", "OPTIONS")
EVENT_KEYS = ("channels", "mode", "deadline_seconds")
DEFAULTS: dict[str, Any] = {
    "CHANNELS": {},
    "EVENTS": {},
    "DISPATCHER": "inline",
    "ADDRESS": None,
    "LANGUAGE_OF": "language",
    "LEASE_SECONDS": 300,
    "BATCH_SIZE": 100,
    "RETRY_AFTER_SECONDS": (30, 120, 600, 1800, 7200, 21600),
    "RETRY_UNKNOWN_AFTER_SECONDS": None,
    "BREAKER_CACHE": "default",
    "BREAKER_SECONDS": 60,
    "BREAKER_FAILURES": 5,
}
POSITIVE_NUMBERS = ("LEASE_SECONDS", "BATCH_SIZE", "BREAKER_SECONDS", "BREAKER_FAILURES")


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in the settings; ``number`` becomes the id of the system check."""

    number: str
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class ChannelConfig:
    alias: str
    backend_path: str
    #: Not shown in repr: options hold secrets.
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class EventConfig:
    name: str
    channels: tuple[str, ...]
    mode: str = "all"
    #: After this long a channel that only asks to wait counts as failed.
    deadline: timedelta | None = None


@dataclass(slots=True)
class Config:
    """CRM_NOTIFY after reading. ``takes_any_event`` is the short form."""

    channels: dict[str, ChannelConfig] = field(default_factory=dict)
    events: dict[str, EventConfig] = field(default_factory=dict)
    takes_any_event: bool = False
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def parse(raw: Any) -> Config:
    """Read a CRM_NOTIFY value; mistakes are collected in ``problems``, never raised."""
    config = Config(values=dict(DEFAULTS))
    if isinstance(raw, (list, tuple)):
        _parse_short(raw, config)
    elif isinstance(raw, Mapping):
        _parse_long(raw, config)
    else:
        config.problems.append(
            Problem(
                "E001", f"CRM_NOTIFY must be a dict or a list of class paths, not {_kind(raw)}."
            )
        )
    return config


def _parse_short(raw: Sequence[Any], config: Config) -> None:
    config.takes_any_event = True
    for path in raw:
        if not isinstance(path, str):
            config.problems.append(
                Problem("E002", f"CRM_NOTIFY lists {_kind(path)}, which is no class path.")
            )
            continue
        alias = _alias_of(path)
        if alias in config.channels:
            config.problems.append(
                Problem(
                    "E002",
                    f"CRM_NOTIFY lists two backends that are both named {alias!r}.",
                    "Use the long form and name the channels yourself.",
                )
            )
            continue
        config.channels[alias] = ChannelConfig(alias=alias, backend_path=path)


def _alias_of(path: str) -> str:
    return path.rpartition(".")[2].removesuffix("Backend").lower()


def _parse_long(raw: Mapping[str, Any], config: Config) -> None:
    for key in raw:
        if key not in DEFAULTS:
            config.problems.append(
                Problem(
                    "E001",
                    f"CRM_NOTIFY has the unknown key {key!r}. {_known(key, DEFAULTS)}",
                )
            )
    config.values.update({key: raw[key] for key in DEFAULTS if key in raw})
    _parse_channels(config)
    _parse_events(config)
    _check_values(config)


def _parse_channels(config: Config) -> None:
    channels = config.values["CHANNELS"]
    if not isinstance(channels, Mapping):
        config.problems.append(Problem("E002", 'CRM_NOTIFY["CHANNELS"] must be a dict.'))
        return
    for alias, declared in channels.items():
        where = f'CRM_NOTIFY["CHANNELS"][{alias!r}]'
        if not isinstance(declared, Mapping) or not isinstance(declared.get("BACKEND"), str):
            config.problems.append(
                Problem("E002", f'{where} must be a dict with a class path as "BACKEND".')
            )
            continue
        _refuse_unknown_keys(config, "E002", where, declared, CHANNEL_KEYS)
        options = declared.get("OPTIONS", {})
        if not isinstance(options, Mapping):
            config.problems.append(Problem("E002", f'{where}["OPTIONS"] must be a dict.'))
            continue
        config.channels[alias] = ChannelConfig(alias, declared["BACKEND"], options)


def _parse_events(config: Config) -> None:
    events = config.values["EVENTS"]
    if not isinstance(events, Mapping):
        config.problems.append(Problem("E005", 'CRM_NOTIFY["EVENTS"] must be a dict.'))
        return
    for name, declared in events.items():
        where = f'CRM_NOTIFY["EVENTS"][{name!r}]'
        if not isinstance(declared, Mapping):
            config.problems.append(Problem("E005", f"{where} must be a dict."))
            continue
        _refuse_unknown_keys(config, "E005", where, declared, EVENT_KEYS)
        config.events[name] = EventConfig(
            name=name,
            channels=_event_channels(config, where, declared),
            mode=_event_mode(config, where, declared),
            deadline=_event_deadline(config, where, declared),
        )


def _event_channels(config: Config, where: str, declared: Mapping[str, Any]) -> tuple[str, ...]:
    channels = declared.get("channels", tuple(config.channels))
    if not isinstance(channels, (list, tuple)) or not channels:
        config.problems.append(
            Problem("E005", f'{where}["channels"] must be a list of channel names.')
        )
        return ()
    declared_channels = config.values["CHANNELS"]
    names = [*declared_channels] if isinstance(declared_channels, Mapping) else []
    for alias in channels:
        if alias not in names:
            known = _known(str(alias), names)
            config.problems.append(
                Problem("E005", f"{where} names the unknown channel {alias!r}. {known}")
            )
    return tuple(channels)


def _event_mode(config: Config, where: str, declared: Mapping[str, Any]) -> str:
    mode = declared.get("mode", "all")
    if mode not in MODES:
        config.problems.append(
            Problem("E006", f'{where}["mode"] is {mode!r}. {_known(str(mode), MODES)}')
        )
        return "all"
    return str(mode)


def _event_deadline(config: Config, where: str, declared: Mapping[str, Any]) -> timedelta | None:
    seconds = declared.get("deadline_seconds")
    if seconds is None:
        return None
    if not _is_positive(seconds):
        config.problems.append(
            Problem("E008", f'{where}["deadline_seconds"] must be a number above 0.')
        )
        return None
    return timedelta(seconds=seconds)


def _check_values(config: Config) -> None:
    values = config.values
    for key in POSITIVE_NUMBERS:
        if not _is_positive(values[key]):
            config.problems.append(
                Problem("E008", f'CRM_NOTIFY["{key}"] is {values[key]!r}, not a number above 0.')
            )
    steps = values["RETRY_AFTER_SECONDS"]
    if not isinstance(steps, (list, tuple)) or not all(_is_positive(step) for step in steps):
        config.problems.append(
            Problem("E008", 'CRM_NOTIFY["RETRY_AFTER_SECONDS"] must be a list of numbers above 0.')
        )
    unknown = values["RETRY_UNKNOWN_AFTER_SECONDS"]
    if unknown is not None and not _is_positive(unknown):
        config.problems.append(
            Problem("E008", 'CRM_NOTIFY["RETRY_UNKNOWN_AFTER_SECONDS"] must be above 0 or None.')
        )
    dispatcher = values["DISPATCHER"]
    if str(dispatcher) not in DISPATCHERS and "." not in str(dispatcher):
        config.problems.append(
            Problem(
                "E007",
                f'CRM_NOTIFY["DISPATCHER"] is {dispatcher!r}. '
                f"{_known(str(dispatcher), DISPATCHERS)}",
                "A class path works too.",
            )
        )


def _kind(value: Any) -> str:
    """What a misplaced value is, without showing it: it may hold secrets."""
    return f"a value of type {type(value).__name__}"


def _is_positive(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0


def _refuse_unknown_keys(
    config: Config, number: str, where: str, declared: Mapping[str, Any], known: Sequence[str]
) -> None:
    for key in declared:
        if key not in known:
            config.problems.append(
                Problem(number, f"{where} has the unknown key {key!r}. {_known(str(key), known)}")
            )


def _known(name: str, known: Sequence[str] | Mapping[str, Any]) -> str:
    """ "Known: a, b." with a guess at what was meant."""
    listed = f"Known: {', '.join(sorted(known)) or 'none'}."
    close = difflib.get_close_matches(name, list(known), n=1)
    return f"{listed} Did you mean {close[0]!r}?" if close else listed


class NotifySettings:
    """CRM_NOTIFY, read when used. Every property raises ImproperlyConfigured on a mistake."""

    def __init__(self) -> None:
        self._raw: Any = None
        self._config: Config | None = None

    def read(self) -> Config:
        """The parsed setting, mistakes included (the system checks want them all)."""
        raw = getattr(settings, "CRM_NOTIFY", {})
        if self._config is None or raw is not self._raw:
            self._raw, self._config = raw, parse(raw)
        return self._config

    def _valid(self) -> Config:
        config = self.read()
        if config.problems:
            raise ImproperlyConfigured(" ".join(problem.message for problem in config.problems))
        return config

    @property
    def channels(self) -> Mapping[str, ChannelConfig]:
        """Channels by alias, in the order of the setting."""
        return self._valid().channels

    @property
    def events(self) -> Mapping[str, EventConfig]:
        """Declared events by name. Empty in the short form."""
        return self._valid().events

    @property
    def takes_any_event(self) -> bool:
        """Short form: every event goes to every channel."""
        return self._valid().takes_any_event

    @property
    def dispatcher_path(self) -> str:
        """Class path of what runs after commit (``CRM_NOTIFY["DISPATCHER"]``). Default: inline."""
        name = str(self._valid().values["DISPATCHER"])
        return DISPATCHERS.get(name, name)

    @property
    def address(self) -> Callable[[Any, str], str | None] | None:
        """``(user, channel alias) -> address`` (``CRM_NOTIFY["ADDRESS"]``). Default: None."""
        found: Callable[[Any, str], str | None] | str | None = self._valid().values["ADDRESS"]
        return import_string(found) if isinstance(found, str) else found

    @property
    def language_of(self) -> str | Callable[[Any], str | None]:
        """Attribute, class path or callable giving a user's language. Default: ``language``."""
        found: str | Callable[[Any], str | None] = self._valid().values["LANGUAGE_OF"]
        if isinstance(found, str) and "." in found:
            return import_string(found)  # type: ignore[no-any-return]
        return found

    @property
    def default_language(self) -> str:
        """Language of recipients that have none: Django's ``LANGUAGE_CODE``."""
        return settings.LANGUAGE_CODE

    @property
    def user_model(self) -> str:
        """Django's ``AUTH_USER_MODEL``, for foreign keys."""
        return settings.AUTH_USER_MODEL

    @property
    def lease(self) -> timedelta:
        """How long a claimed row stays with its worker (``LEASE_SECONDS``). Default: 300."""
        return timedelta(seconds=self._valid().values["LEASE_SECONDS"])

    @property
    def batch_size(self) -> int:
        """Rows claimed at once (``BATCH_SIZE``). Default: 100."""
        return int(self._valid().values["BATCH_SIZE"])

    @property
    def retry_after_seconds(self) -> Sequence[float]:
        """Waits after the 1st, 2nd, … failed attempt; after the last the delivery is DEAD."""
        return tuple(self._valid().values["RETRY_AFTER_SECONDS"])

    @property
    def retry_unknown_after(self) -> timedelta | None:
        """Send UNKNOWN deliveries again after this long. Default: None, an operator decides."""
        seconds = self._valid().values["RETRY_UNKNOWN_AFTER_SECONDS"]
        return None if seconds is None else timedelta(seconds=seconds)

    @property
    def breaker_cache(self) -> str:
        """Alias of the cache that all workers share (``BREAKER_CACHE``). Default: default."""
        return str(self._valid().values["BREAKER_CACHE"])

    @property
    def breaker_open_for(self) -> timedelta:
        """How long a channel rests after a CONFIG outcome (``BREAKER_SECONDS``). Default: 60."""
        return timedelta(seconds=self._valid().values["BREAKER_SECONDS"])

    @property
    def breaker_failures(self) -> int:
        """Failures in a row that open the breaker (``BREAKER_FAILURES``). Default: 5."""
        return int(self._valid().values["BREAKER_FAILURES"])


notify_settings = NotifySettings()
