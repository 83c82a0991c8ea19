from decimal import Decimal

import stark
from django.utils.html import format_html

from stark_testproject.warehouse.forms import ProductForm, RepriceForm
from stark_testproject.warehouse.models import Category, Movement, Product, Supplier, Tag


def product_margin(product):
    return product.price - product.cost


def stock_tag(product):
    level = "bad" if product.stock <= 0 else "ok"
    return format_html('<span class="tag tag-{}">{}</span>', level, product.stock)


class StockFilter(stark.ChoiceFilter):
    """Rows by how much there is."""

    def choices(self, request, config):
        return [("none", "None"), ("some", "Some")]

    def apply(self, queryset, values):
        return queryset.filter(stock__lte=0) if values == ["none"] else queryset.filter(stock__gt=0)


@stark.action(label="Archive", permission="delete", icon="archive")
def archive(config, request, queryset):
    queryset.update(archived=True)


@stark.action(label="Reprice…", form=RepriceForm, confirm=True, icon="percent")
def reprice(config, request, queryset, form):
    factor = 1 + Decimal(form.cleaned_data["percent"]) / 100
    results = []
    for product in queryset:
        if product.state == Product.State.GONE:
            results.append(stark.RowResult(product, ok=False, message="It is gone."))
            continue
        product.price = (product.price * factor).quantize(Decimal("0.01"))
        product.save(update_fields=["price"])
        results.append(stark.RowResult(product, ok=True, message=str(product.price)))
    return results


@stark.action(label="Count", permission="view")
def count(config, request, queryset):
    return f"{queryset.count()} counted"


@stark.register(Product)
class ProductConfig(stark.ModelConfig):
    menu = "warehouse"
    icon = "box-seam"
    list_display = [
        "name",
        "sku",
        "state",
        "category",
        "supplier__name",
        "tags",
        "price",
        stark.Column(
            "margin",
            value=product_margin,
            order_by="price",
            requires="warehouse.product:field.cost",
        ),
        stark.Column("stock", value=stock_tag, order_by="stock", card=True),
        "is_fragile",
        "received_at",
    ]
    list_filter = [
        "state",
        stark.Filter("category", multiple=True),
        stark.Filter("supplier", multiple=True, empty_label="No supplier"),
        stark.Filter("tags", multiple=True),
        stark.Filter("is_fragile", half=True),
        "received_at",
        StockFilter("level", label="Stock"),
    ]
    search_fields = ["=sku", "^name", "supplier__name", "tags__name"]
    search_placeholder = "SKU, name, supplier"
    list_views = [
        stark.View("fragile", "Fragile", {"is_fragile": "1"}, count=True),
        stark.View("fresh", "New", {"state": "new"}),
    ]
    ordering = ["name"]
    actions = [archive, reprice, count]
    form_class = ProductForm
    fieldsets = [
        ("Product", {"fields": ["sku", "name", "state", "category", "supplier", "tags"]}),
        ("Money", {"fields": ["price", "cost"], "description": "Without tax."}),
    ]
    empty_text = "Add the first product."

    def get_queryset(self, request):
        return Product.objects.filter(archived=False)

    def page_facts(self, request):
        return [stark.Fact("Stocktaking on Friday", level="warn")]

    def header_links(self, request):
        return [stark.Link("Suppliers", "/stark/warehouse/supplier/")]


@stark.register(Product, name="plain")
class PlainProducts(stark.ModelConfig):
    """A second config of the same model: read only."""

    label_plural = "Price list"
    operations = ("list", "export")
    list_display = ["name", "price"]


@stark.register(Supplier)
class SupplierConfig(stark.ModelConfig):
    list_display = ["name", "city", "is_active"]
    list_filter = ["is_active"]
    search_fields = ["name"]
    fields = ["name", "city", "is_active"]

    def row_links(self, request, obj):
        return [stark.Link("Products", f"/stark/warehouse/product/?supplier={obj.pk}", icon="box")]


@stark.register(Category)
class CategoryConfig(stark.ModelConfig):
    icon = "tags"


stark.site.register(Tag)
stark.site.register(Movement)
