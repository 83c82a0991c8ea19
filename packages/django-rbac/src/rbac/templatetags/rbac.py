"""``{% menu %}``, ``{% breadcrumbs %}`` and ``{% may %}``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import template
from django.http import HttpRequest
from django.template.base import FilterExpression, Parser, Token
from django.template.context import Context
from django.templatetags.static import static
from django.utils.safestring import SafeString, mark_safe

from rbac import menus, policies
from rbac.conf import rbac_settings

register = template.Library()
_NOTHING = mark_safe("")
_ANSWERS = {True: mark_safe("True"), False: mark_safe("False")}


class ListTag(template.Node):
    """A tag that renders a list by a template, or with ``as name`` hands the list over."""

    template_name: str
    variable: str

    def __init__(self, as_name: str | None) -> None:
        self.as_name = as_name

    def get_items(self, request: HttpRequest, context: Context) -> Sequence[Any]:
        """What the tag lists."""
        raise NotImplementedError

    def render(self, context: Context) -> SafeString:
        """The rendered list, or nothing where it goes into a variable."""
        items = self.get_items(_request(context), context)
        if self.as_name:
            context[self.as_name] = items
            return _NOTHING
        sprite = rbac_settings.icon_sprite
        values = {self.variable: items, "sprite": static(sprite) if sprite else ""}
        engine = context.template.engine if context.template else template.Engine.get_default()
        with context.push(**values):
            return engine.get_template(self.template_name).render(context)


class MenuTag(ListTag):
    """The menu of the user of this request."""

    template_name = "rbac/menu.html"
    variable = "items"

    def get_items(self, request: HttpRequest, context: Context) -> Sequence[Any]:  # noqa: ARG002
        """Level one, each with its children."""
        return menus.menu_for(request)


class BreadcrumbsTag(ListTag):
    """Where the current page is, ending with the context's ``crumbs``."""

    template_name = "rbac/breadcrumbs.html"
    variable = "trail"

    def get_items(self, request: HttpRequest, context: Context) -> Sequence[Any]:
        """The steps from the menu to the page."""
        return menus.breadcrumbs_for(request, context.get("crumbs") or ())


def _request(context: Context) -> HttpRequest:
    request = context.get("request")
    if request is None:
        raise template.TemplateSyntaxError(
            "rbac's tags need the request: render with it, and with the context processor "
            "django.template.context_processors.request."
        )
    return request  # type: ignore[no-any-return]


def _as_name(token: Token) -> str | None:
    name, *rest = token.split_contents()
    if not rest:
        return None
    if len(rest) != 2 or rest[0] != "as":
        raise template.TemplateSyntaxError(f"Write {{% {name} %}} or {{% {name} as variable %}}.")
    return rest[1]


@register.tag
def menu(_parser: Parser, token: Token) -> MenuTag:
    """``{% menu %}`` renders ``rbac/menu.html``; ``{% menu as items %}`` only sets ``items``."""
    return MenuTag(_as_name(token))


@register.tag
def breadcrumbs(_parser: Parser, token: Token) -> BreadcrumbsTag:
    """``{% breadcrumbs %}`` renders ``rbac/breadcrumbs.html``; ``as trail`` only sets ``trail``."""
    return BreadcrumbsTag(_as_name(token))


class MayTag(template.Node):
    """A node of its own: pages ask a hundred times, and a simple tag doubles the price."""

    def __init__(
        self, code: FilterExpression, obj: FilterExpression | None, as_name: str | None
    ) -> None:
        self.code = code
        self.obj = obj
        self.as_name = as_name

    def render(self, context: Context) -> SafeString:
        """The answer as text, or nothing where it goes into a variable."""
        answer = self.answer(context)
        if self.as_name:
            context[self.as_name] = answer
            return _NOTHING
        return _ANSWERS[answer]

    def answer(self, context: Context) -> bool:
        """Whether the user of this request may."""
        user = _request(context).user
        code = self.code.resolve(context)
        if self.obj is None:
            return policies.can(user, code)
        obj = self.obj.resolve(context)
        if obj is None:
            policies.require_known(code)
            return False
        return policies.can(user, code, obj)


@register.tag
def may(parser: Parser, token: Token) -> MayTag:
    """``{% may "code" as ok %}`` or ``{% may "code" obj as ok %}``: whether the user may.

    An object that is None is out of reach: a missing variable must not widen the question.
    Raises: UnknownPermission, for a code nobody declared.
    """
    _name, *words = token.split_contents()
    as_name = None
    if len(words) > 2 and words[-2] == "as":
        *words, _as, as_name = words
    if len(words) not in {1, 2}:
        raise template.TemplateSyntaxError("{% may %} takes a code and at most one object.")
    code, obj = parser.compile_filter(words[0]), None
    if len(words) == 2:
        obj = parser.compile_filter(words[1])
    return MayTag(code, obj, as_name)
