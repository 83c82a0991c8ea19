from django.apps import AppConfig


class WarehouseConfig(AppConfig):
    name = "stark_testproject.warehouse"
    label = "warehouse"
    verbose_name = "Warehouse"
