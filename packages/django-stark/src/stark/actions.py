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

    def run(self, config: Any, request: Any, queryset: Any, form: BaseForm | None) -> Any:
        """What the function answers; it is given ``form`` only where it declared one."""
        arguments = (config, request, queryset)
        return self.function(*arguments) if self.form is None else self.function(*arguments, form)

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
    """Turns ``def release(config, request, queryset)`` into a batch action.

    The queryset holds the selected rows the user may act on. The function returns None, a
    message, or a list of ``RowResult``. With ``form=`` the function takes the valid form last.
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
