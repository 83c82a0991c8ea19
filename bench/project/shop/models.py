"""Products with two foreign keys, as many as asked for."""

from django.db import models


class Category(models.Model):
    name = models.CharField(max_length=50)

    class Meta:
        verbose_name_plural = "categories"

    def __str__(self) -> str:
        return self.name


class Supplier(models.Model):
    name = models.CharField(max_length=50)

    def __str__(self) -> str:
        return self.name


class Product(models.Model):
    class State(models.TextChoices):
        NEW = "new", "New"
        ON_SALE = "sale", "On sale"
        GONE = "gone", "Gone"

    name = models.CharField(max_length=80)
    sku = models.CharField(max_length=20, unique=True)
    state = models.CharField(max_length=4, choices=State.choices, db_index=True)
    category = models.ForeignKey(Category, models.PROTECT)
    supplier = models.ForeignKey(Supplier, models.PROTECT)
    price = models.DecimalField(max_digits=8, decimal_places=2)
    cost = models.DecimalField(max_digits=8, decimal_places=2)
    stock = models.IntegerField()
    is_fragile = models.BooleanField(db_index=True)
    received_on = models.DateField(db_index=True)

    def __str__(self) -> str:
        return self.name
