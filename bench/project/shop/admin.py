from django.contrib import admin

from bench.project.shop.columns import COLUMNS, FILTERS
from bench.project.shop.models import Product


@admin.register(Product)
class ProductAdmin(admin.ModelAdmin):
    list_display = COLUMNS
    list_filter = FILTERS
    list_select_related = ("category", "supplier")
    search_fields = ("name", "sku")
    ordering = ("-id",)
    list_per_page = 50
