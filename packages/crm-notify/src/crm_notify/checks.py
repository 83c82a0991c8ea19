"""System checks: a mistake in CRM_NOTIFY is told at start, not at the first message."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error
from django.core.checks import Warning as CheckWarning
from django.utils.module_loading import import_string

from crm_notify.backends.base import Backend, known_options, takes_any_option
from crm_notify.conf import ChannelConfig, notify_settings


def check_settings(
    app_configs: Sequence[AppConfig] | None = None,  # noqa: ARG001 - Django's signature
    **kwargs: Any,  # noqa: ARG001
) -> list[CheckMessage]:
    """Every mistake in CRM_NOTIFY. Values of OPTIONS are never shown."""
    config = notify_settings.read()
    found: list[CheckMessage] = [
        Error(problem.message, hint=problem.hint or None, id=f"crm_notify.{problem.number}")
        for problem in config.problems
    ]
    for channel in config.channels.values():
        found.extend(_check_backend(channel))
    found.extend(_check_dispatcher(config.values["DISPATCHER"]))
    if not config.channels and not config.problems:
        found.append(
            CheckWarning(
                "CRM_NOTIFY names no channel: nothing can be sent.",
                hint='Add one to CRM_NOTIFY["CHANNELS"].',
                id="crm_notify.W001",
            )
        )
    return found


def _check_backend(channel: ChannelConfig) -> Iterable[CheckMessage]:
    where = f"Channel {channel.alias!r}"
    try:
        backend_class = import_string(channel.backend_path)
    except ImportError as error:
        yield Error(
            f"{where}: the backend {channel.backend_path!r} can't be imported: {error}",
            id="crm_notify.E003",
        )
        return
    missing = [name for name in _protocol_names() if not hasattr(backend_class, name)]
    if missing:
        yield Error(
            f"{where}: {channel.backend_path} is no backend; it lacks {', '.join(missing)}.",
            hint="Derive it from crm_notify.backends.base.BaseBackend.",
            id="crm_notify.E003",
        )
        return
    if takes_any_option(backend_class):
        return
    known = known_options(backend_class)
    for name in sorted(set(channel.options) - known):
        yield Error(
            f"{where}: {backend_class.__name__} has no option {name!r}. "
            f"Known: {', '.join(sorted(known)) or 'none'}.",
            id="crm_notify.E004",
        )


def _protocol_names() -> Iterable[str]:
    return [*Backend.__annotations__, "open", "build", "send", "close", "secrets"]


def _check_dispatcher(name: Any) -> Iterable[CheckMessage]:
    if "." not in str(name):
        return
    try:
        import_string(str(name))
    except ImportError as error:
        yield Error(
            f'CRM_NOTIFY["DISPATCHER"] {name!r} can\'t be imported: {error}',
            id="crm_notify.E007",
        )
