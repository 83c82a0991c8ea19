"""The only module that reads Django's settings."""

from typing import Any

from django.conf import settings as django_settings
from django.core import mail
from django.utils.module_loading import import_string

#: Every key of ``settings.STARK`` with its default.
DEFAULTS: dict[str, Any] = {
    "ACCESS_POLICY": "stark.access.ModelPermissionPolicy",
    "BASE_TEMPLATE": "stark/base.html",
    "SITE_TITLE": "",
    "COUNT_LIMIT": 10_000,
    "FACET_ROWS_LIMIT": 500_000,
    "MAX_PER_PAGE": 200,
    "CACHE": "default",
    "CHOICES_CACHE_SECONDS": 60,
    "REFUSE_LAZY_LOADING": False,
}


class StarkSettings:
    """Typed, live view of ``settings.STARK``."""

    def _get(self, key: str) -> Any:
        return getattr(django_settings, "STARK", {}).get(key, DEFAULTS[key])

    @property
    def access_policy(self) -> Any:
        """Class that decides every request (``STARK["ACCESS_POLICY"]``).

        Default: Django's model permissions.
        """
        return import_string(self._get("ACCESS_POLICY"))

    @property
    def base_template(self) -> str:
        """Template that stark's pages extend (``STARK["BASE_TEMPLATE"]``)."""
        return str(self._get("BASE_TEMPLATE"))

    @property
    def site_title(self) -> str:
        """Name shown in stark's own base template (``STARK["SITE_TITLE"]``)."""
        return str(self._get("SITE_TITLE"))

    @property
    def count_limit(self) -> int:
        """Rows counted exactly; above it the count reads "10,000+" (``STARK["COUNT_LIMIT"]``)."""
        return int(self._get("COUNT_LIMIT"))

    @property
    def facet_rows_limit(self) -> int:
        """Rows above which chips show no counts (``STARK["FACET_ROWS_LIMIT"]``)."""
        return int(self._get("FACET_ROWS_LIMIT"))

    @property
    def max_per_page(self) -> int:
        """Largest page a query string may ask for (``STARK["MAX_PER_PAGE"]``)."""
        return int(self._get("MAX_PER_PAGE"))

    @property
    def cache_alias(self) -> str:
        """Cache that keeps the choices of relation filters (``STARK["CACHE"]``)."""
        return str(self._get("CACHE"))

    @property
    def choices_cache_seconds(self) -> int:
        """Seconds such choices are kept; 0 asks the database each time.

        ``STARK["CHOICES_CACHE_SECONDS"]``. Saving or deleting an object drops them at once.
        """
        return int(self._get("CHOICES_CACHE_SECONDS"))

    @property
    def refuse_lazy_loading(self) -> bool:
        """Raise when a row loads a relation by itself (``STARK["REFUSE_LAZY_LOADING"]``).

        For tests; needs Django 6.1, older versions ignore it.
        """
        return bool(self._get("REFUSE_LAZY_LOADING"))

    def unknown_keys(self) -> list[str]:
        return sorted(set(getattr(django_settings, "STARK", {})) - set(DEFAULTS))

    @property
    def debug(self) -> bool:
        return bool(django_settings.DEBUG)

    @property
    def testing(self) -> bool:
        """Whether Django's test environment is set up."""
        return hasattr(mail, "outbox")


conf = StarkSettings()
