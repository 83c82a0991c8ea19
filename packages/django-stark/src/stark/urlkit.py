"""URL patterns of a config: one per role it operates and one per batch action."""

from django.urls import URLPattern, path

from stark.options import ModelConfig
from stark.roles import Role
from stark.views.actions import action_view
from stark.views.base import Handler, guarded
from stark.views.delete import delete_view
from stark.views.detail import detail_view
from stark.views.export import export_view
from stark.views.forms import add_view, change_view
from stark.views.lists import list_view

VIEWS: dict[Role, Handler] = {
    Role.LIST: list_view,
    Role.ADD: add_view,
    Role.CHANGE: change_view,
    Role.DELETE: delete_view,
    Role.DETAIL: detail_view,
    Role.EXPORT: export_view,
}


def config_urls(config: ModelConfig) -> list[URLPattern]:
    """Patterns below ``<app>/<model>[_<name>]/``; fixed words come before primary keys."""
    stem = f"{config.opts.app_label}/{config.key}/"
    actions = [
        _pattern(config, name, f"{stem}action/{name}/", ("POST",), action_view)
        for name in config.bound_actions
    ]
    roles = [
        _pattern(config, role, f"{stem}{role.path}", role.methods, VIEWS[role])
        for role in sorted(VIEWS, key=lambda each: each.takes_object)
        if role in config.operations
    ]
    return [*actions, *roles]


def _pattern(
    config: ModelConfig, right: str, route: str, methods: tuple[str, ...], handler: Handler
) -> URLPattern:
    name = config.url_name(right).split(":", 1)[1]
    return path(route, guarded(config, right, methods, handler), name=name)
