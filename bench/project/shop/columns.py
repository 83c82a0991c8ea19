"""The same columns and filters for both sides."""

COLUMNS = [
    "name",
    "sku",
    "state",
    "category",
    "supplier",
    "price",
    "cost",
    "stock",
    "is_fragile",
    "received_on",
]
FILTERS = ["state", "category", "supplier", "is_fragile", "received_on"]
