"""Live backends, one per channel and process."""

import threading

from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from crm_notify.backends.base import Backend, known_options, takes_any_option
from crm_notify.conf import ChannelConfig, notify_settings
from crm_notify.exceptions import UnknownChannelError

_lock = threading.Lock()
_live: dict[str, tuple[ChannelConfig, Backend]] = {}


def backend_for(alias: str) -> Backend:
    """The backend of a channel, made at first use and again when its settings change.

    Raises: UnknownChannelError; ImproperlyConfigured for an option the backend doesn't have.
    """
    try:
        config = notify_settings.channels[alias]
    except KeyError:
        raise UnknownChannelError(alias, notify_settings.channels) from None
    with _lock:
        known = _live.get(alias)
        if known is not None and known[0] is config:
            return known[1]
        backend = build_backend(config)
        _live[alias] = (config, backend)
    if known is not None:
        known[1].close()
    return backend


def build_backend(config: ChannelConfig) -> Backend:
    """A new backend from its settings. Raises: ImproperlyConfigured, without option values."""
    backend_class = import_string(config.backend_path)
    unknown = set(config.options) - known_options(backend_class)
    if unknown and not takes_any_option(backend_class):
        listed = ", ".join(sorted(known_options(backend_class))) or "none"
        raise ImproperlyConfigured(
            f"Channel {config.alias!r}: {backend_class.__name__} has no option "
            f"{', '.join(sorted(unknown))}. Known: {listed}."
        )
    backend: Backend = backend_class(alias=config.alias, **config.options)
    return backend


def close_all() -> None:
    """Close every backend of this process. Workers call it when they stop."""
    with _lock:
        backends = [backend for _, backend in _live.values()]
        _live.clear()
    for backend in backends:
        backend.close()


def without_secrets(alias: str, text: str) -> str:
    """``text`` with the secrets of the channel's backend replaced by ``***``."""
    if alias not in notify_settings.channels:
        return text
    for secret in sorted(filter(None, backend_for(alias).secrets()), key=len, reverse=True):
        text = text.replace(secret, "***")
    return text
