"""App config: finds the projects' ``stark`` modules and registers the checks."""

from django.apps import AppConfig
from django.core import checks
from django.db.models.signals import post_delete, post_save


class StarkConfig(AppConfig):
    name = "stark"
    verbose_name = "Stark"

    def ready(self) -> None:
        from stark.checks import check_configs, check_settings
        from stark.choices import forget_choices
        from stark.sites import autodiscover

        checks.register(check_settings)
        checks.register(check_configs)
        post_save.connect(forget_choices, dispatch_uid="stark.forget_choices")
        post_delete.connect(forget_choices, dispatch_uid="stark.forget_choices")
        autodiscover()
