"""Batch actions: a function, its label, and what it asks before it runs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.forms import BaseForm


@dataclass(frozen=True, slots=True)
class RowResult:
    """What an action did with one row. ``obj`` is the row or the text that names it."""

    obj: Any
    ok: bool
    message: Any = ""


@dataclass(frozen=True, slots=True)
class Action:
    """A batch action as declared by ``@stark.action``."""

    function: Callable[..., Any]
    name: str
    label: Any
    form: type[BaseForm] | None
    confirm: bool
    icon: str | None
    danger: bool
    #: Django permission verb that the default policy asks for.
    permission: str
    atomic: bool

    @property
    def asks(self) -> bool:
        """Whether a page stands between the button and the deed."""
        return self.confirm or self.form is not None


def action(
    *,
    label: Any,
    form: type[BaseForm] | None = None,
    confirm: bool = False,
    icon: str | None = None,
    danger: bool = False,
    name: str | None = None,
    permission: str = "change",
    atomic: bool = True,
) -> Callable[[Callable[..., Any]], Action]:
    """Turns ``def release(config, request, queryset, form)`` into a batch action.

    The queryset holds the selected rows the user may act on. The function returns None, a
    message, or a list of ``RowResult``. ``form`` is None for an action without a form.
    """

    def decorate(function: Callable[..., Any]) -> Action:
        return Action(
            function=function,
            name=name or function.__name__,
            label=label,
            form=form,
            confirm=confirm,
            icon=icon,
            danger=danger,
            permission=permission,
            atomic=atomic,
        )

    return decorate
