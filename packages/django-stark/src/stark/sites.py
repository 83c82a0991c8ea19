"""The registry of configs, and the URLs they get."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeVar

from django.db.models import Model
from django.urls import URLPattern, path, reverse

if TYPE_CHECKING:
    from stark.options import ModelConfig

ConfigType = TypeVar("ConfigType", bound="type[ModelConfig]")


class AlreadyRegistered(Exception):  # noqa: N818 - the name Django's admin gave it
    """Two configs of one model would have the same code; give one of them a name."""


class StarkSite:
    """Configs by code. ``path("stark/", stark.site.urls)`` serves them."""

    def __init__(self, name: str = "stark") -> None:
        self.name = name
        self._registry: dict[str, ModelConfig] = {}

    @property
    def configs(self) -> "list[ModelConfig]":
        """Every registered config, in the order of registration."""
        return list(self._registry.values())

    def __iter__(self) -> "Iterator[ModelConfig]":
        return iter(self.configs)

    def get(self, code: str) -> "ModelConfig":
        """The config with this code. Raises: LookupError, naming the codes there are."""
        try:
            return self._registry[code]
        except KeyError:
            known = ", ".join(sorted(self._registry))
            message = f"No config {code!r} is registered; there are: {known}"
            raise LookupError(message) from None

    def register(
        self, model: type[Model], config_class: "type[ModelConfig] | None" = None, *, name: str = ""
    ) -> None:
        """Adds a config. Raises: AlreadyRegistered, when its code is taken."""
        from stark.options import ModelConfig

        config = (config_class or ModelConfig)(model, self, name)
        if config.code in self._registry:
            message = f"{config.code} is registered already; give this one a name of its own."
            raise AlreadyRegistered(message)
        self._registry[config.code] = config

    def unregister(self, code: str) -> None:
        self.get(code)
        del self._registry[code]

    def index_url(self) -> str:
        """Address of the start page."""
        return reverse(f"{self.name}:index")

    @property
    def urls(self) -> tuple[list[URLPattern], str, str]:
        """For ``path()``: patterns, app name and namespace."""
        return self.get_urls(), "stark", self.name

    def get_urls(self) -> list[URLPattern]:
        from stark.urlkit import config_urls
        from stark.views.index import index_view

        patterns = [path("", index_view(self), name="index")]
        for config in self.configs:
            patterns.extend(config_urls(config))
        return patterns


#: The default site; ``stark.register`` adds to it.
site = StarkSite()


def register(
    model: type[Model], *, name: str = "", site: StarkSite = site
) -> Callable[[ConfigType], ConfigType]:
    """Class decorator: registers the config for ``model``, under a name for a second one."""

    def decorate(config_class: ConfigType) -> ConfigType:
        site.register(model, config_class, name=name)
        return config_class

    return decorate


def autodiscover() -> None:
    """Imports the ``stark`` module of every installed app."""
    from django.utils.module_loading import autodiscover_modules

    autodiscover_modules("stark")
