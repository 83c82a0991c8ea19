from django.db import models
from django.utils.translation import gettext_lazy as _


class Category(models.Model):
    name = models.CharField(max_length=40, unique=True)

    class Meta:
        verbose_name_plural = "categories"

    def __str__(self):
        return self.name


class Supplier(models.Model):
    name = models.CharField(max_length=40)
    city = models.CharField(max_length=40, blank=True)
    is_active = models.BooleanField(default=True)

    def __str__(self):
        return self.name


class Tag(models.Model):
    name = models.CharField(max_length=20)

    def __str__(self):
        return self.name


class Product(models.Model):
    class State(models.TextChoices):
        NEW = "new", "New"
        SOLD = "sold", "On sale"
        GONE = "gone", "Gone"

    sku = models.CharField("SKU", max_length=20, unique=True)
    name = models.CharField(max_length=80)
    state = models.CharField(max_length=10, choices=State.choices, default=State.NEW)
    category = models.ForeignKey(Category, on_delete=models.PROTECT)
    supplier = models.ForeignKey(
        Supplier,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        limit_choices_to={"is_active": True},
    )
    tags = models.ManyToManyField(Tag, blank=True)
    price = models.DecimalField(max_digits=10, decimal_places=2, default=0)
    cost = models.DecimalField(max_digits=10, decimal_places=2, default=0)
    stock = models.IntegerField("in stock", default=0)
    is_fragile = models.BooleanField(_("fragile"), default=False)
    received_at = models.DateTimeField("received", null=True, blank=True)
    notes = models.TextField(blank=True)
    archived = models.BooleanField(default=False, editable=False)

    def __str__(self):
        return self.name


class Movement(models.Model):
    product = models.ForeignKey(Product, on_delete=models.CASCADE)
    amount = models.IntegerField()

    def __str__(self):
        return f"{self.amount}"
