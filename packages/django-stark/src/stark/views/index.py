"""The start page: every list the user may open."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from stark.access import Access
from stark.conf import conf
from stark.roles import Role
from stark.views.base import refuse

if TYPE_CHECKING:
    from stark.sites import StarkSite


def index_view(site: "StarkSite") -> Callable[[HttpRequest], HttpResponse]:
    def view(request: HttpRequest) -> HttpResponse:
        groups = menu_groups(request, site)
        if not groups:
            return refuse(request)
        context: dict[str, Any] = {
            "base_template": conf.base_template,
            "title": _("Lists"),
            "groups": groups,
        }
        return render(request, "stark/index.html", context)

    return view


def menu_groups(request: HttpRequest, site: "StarkSite") -> list[dict[str, Any]]:
    """Lists the user may open, by app, in the order the configs ask for."""
    access = Access.of(request)
    groups: dict[str, dict[str, Any]] = {}
    for config in sorted(site.configs, key=lambda each: each.menu_order):
        if access.allows(config, Role.LIST):
            label = config.opts.app_label
            title = config.opts.app_config.verbose_name
            group = groups.setdefault(label, {"title": title, "icon": "list-ul", "entries": []})
            url = config.url(Role.LIST)
            entry = {
                "title": config.menu_title or config.label_plural,
                "url": url,
                "is_current": request.path.startswith(url),
            }
            group["entries"].append(entry)
            group["is_open"] = group.get("is_open") or entry["is_current"]
            if config.icon and group["icon"] == "list-ul":
                group["icon"] = config.icon
    return list(groups.values())
