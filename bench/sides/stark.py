"""The same list by stark and by Django's admin, each in a process of its own."""

import datetime
import statistics
import time
from decimal import Decimal

import django

from bench.running import VAR, serve_side

REQUESTS = 15
CHUNK = 5_000
QUERIES = {
    ("stark", "first"): "",
    ("admin", "first"): "",
    ("stark", "filtered"): "?state=sale&is_fragile=1",
    ("admin", "filtered"): "?state__exact=sale&is_fragile__exact=1",
    ("stark", "last"): "?page=last",
    ("admin", "last"): "?p={last}",
}


def build(rows: str) -> dict[str, float]:
    """Make the database once; later runs find it."""
    from django.core.management import call_command

    VAR.mkdir(parents=True, exist_ok=True)
    call_command("migrate", "--run-syncdb", verbosity=0)
    from django.contrib.auth.models import User

    from bench.project.shop.models import Category, Product, Supplier

    if Product.objects.count() == int(rows):
        return {"rows": float(rows)}
    Product.objects.all().delete()
    User.objects.get_or_create(username="root", is_superuser=True, is_staff=True)
    categories = [Category.objects.get_or_create(name=f"Category {n}")[0] for n in range(12)]
    suppliers = [Supplier.objects.get_or_create(name=f"Supplier {n}")[0] for n in range(40)]
    for start in range(0, int(rows), CHUNK):
        Product.objects.bulk_create(
            Product(
                name=f"Product {n}",
                sku=f"SKU-{n:08d}",
                state=Product.State.values[n % 3],
                category=categories[n % 12],
                supplier=suppliers[n % 40],
                price=Decimal(n % 9000) / 100,
                cost=Decimal(n % 7000) / 100,
                stock=n % 100,
                is_fragile=n % 7 == 0,
                received_on=datetime.date(2026, 1, 1) + datetime.timedelta(days=n % 300),
            )
            for n in range(start, min(start + CHUNK, int(rows)))
        )
    return {"rows": float(rows)}


def measure(side: str, page: str, rows: str) -> dict[str, float]:
    """Median milliseconds of a page, its queries and its size."""
    from django.contrib.auth.models import User
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.urls import reverse

    name = (
        "stark:bench_shop_product_list"
        if side == "stark"
        else "admin:bench_shop_product_changelist"
    )
    url = reverse(name) + QUERIES[side, page].format(last=(int(rows) + 49) // 50)
    client = Client()
    client.force_login(User.objects.get(username="root"))
    with CaptureQueriesContext(connection) as queries:
        first = client.get(url)
    asked = len(queries)  # the log is emptied by the next request
    if first.status_code != 200:
        raise SystemExit(f"{url} answered {first.status_code}")
    shown = first.content.count(b"SKU-")
    if shown < 50:
        raise SystemExit(f"{url} shows {shown} rows")
    taken = []
    for _ in range(REQUESTS):
        began = time.perf_counter()
        client.get(url)
        taken.append((time.perf_counter() - began) * 1000)
    return {
        "ms": statistics.median(taken),
        "queries": asked,
        "kb": len(first.content) / 1000,
    }


if __name__ == "__main__":
    django.setup()
    serve_side({"build": build, "measure": measure})
