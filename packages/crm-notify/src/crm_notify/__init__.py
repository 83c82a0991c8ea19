"""Messages that arrive once, over channels named in settings.

``notify``, ``notify_many`` and ``Notice`` are the whole public calling surface. They are loaded
on first use, so that this package can be imported before Django's app registry is ready.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crm_notify.outbox import Notice, notify, notify_many

__all__ = ["Notice", "notify", "notify_many"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from crm_notify import outbox

        return getattr(outbox, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
