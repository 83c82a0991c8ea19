from django.apps import AppConfig


class ShopConfig(AppConfig):
    name = "bench.project.shop"
    label = "bench_shop"
