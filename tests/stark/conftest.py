"""The fixed cast, and the smallest rows that are valid."""

import itertools

import pytest
import stark
from django.contrib.auth.models import Permission
from django.core.cache import cache
from stark_testproject.accounts.models import Person
from stark_testproject.warehouse.models import Category, Product, Supplier, Tag

LIST = "/stark/warehouse/product/"
numbers = itertools.count(1)


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()


def make_product(**values):
    number = next(numbers)
    if "category" not in values:
        values["category"] = Category.objects.get_or_create(name="Things")[0]
    tags = values.pop("tags", ())
    product = Product.objects.create(
        **{"sku": f"S{number:05}", "name": f"Product {number:05}", **values}
    )
    product.tags.set(tags)
    return product


@pytest.fixture
def product(db):
    return make_product(name="Lamp", sku="LAMP", price=10, cost=4, stock=3)


@pytest.fixture
def shelves(db):
    """A small stock with something in every dimension."""
    heavy, cold = Tag.objects.create(name="heavy"), Tag.objects.create(name="cold")
    tools = Category.objects.create(name="Tools")
    food = Category.objects.create(name="Food")
    acme = Supplier.objects.create(name="Acme")
    return [
        make_product(name="Hammer", category=tools, supplier=acme, tags=[heavy], stock=2),
        make_product(name="Anvil", category=tools, tags=[heavy, cold], stock=0, state="sold"),
        make_product(name="Ice", category=food, supplier=acme, tags=[cold], is_fragile=True),
        make_product(name="Bread", category=food, state="gone", stock=9),
    ]


def make_person(email, *verbs, model="product"):
    person = Person.objects.create_user(email)
    codes = [f"{verb}_{model}" for verb in verbs]
    person.user_permissions.set(Permission.objects.filter(codename__in=codes))
    return person


@pytest.fixture
def keeper(client, db):
    """Client of someone who may do everything."""
    client.force_login(Person.objects.create_superuser("keeper@example.com"))
    return client


@pytest.fixture
def reader(client, db):
    """Client of someone who may only look at products."""
    client.force_login(make_person("reader@example.com", "view"))
    return client


@pytest.fixture
def config():
    return stark.site.get("warehouse.product")


def names(response):
    return [row.label for row in response.context["rows"]]
