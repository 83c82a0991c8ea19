import stark

from bench.project.shop.columns import COLUMNS, FILTERS
from bench.project.shop.models import Product


@stark.register(Product)
class ProductConfig(stark.ModelConfig):
    list_display = COLUMNS
    list_filter = FILTERS
    search_fields = ("name", "sku")
    ordering = ("-id",)
    list_per_page = 50
