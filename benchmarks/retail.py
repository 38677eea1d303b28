"""A year of real sales as JSON lines, and rules for it: totals, distinct invoices, windows, and segments of segments.

The data are those of `examples/06-online-retail`. They are no part of the checkout, and are looked for in the folder
that SEGDSL_DATA names, else in `../shared/data` beside the checkout.
"""

import csv
import gzip
import json
import os
from pathlib import Path

NAME = "online_retail.csv.gz"
RULES = """\
event buys { product: text, quantity: number, price: number, invoice: text }
event returns item { product: text, quantity: number, price: number, invoice: text }
define spent as total of (price * quantity) of buys
define kept as spent + total of (price * quantity) of returns item
segment Big Spenders if kept >= 5000
segment Frequent Buyers if count of distinct invoice of buys within 90 days >= 5
segment One Big Ticket if largest of (price * quantity) of buys within 180 days >= 1000
segment Lapsed if time since buys > 180 days
segment British if country is "United Kingdom"
segment Heart Collectors if buys "85123A" at least twice
segment Returners if returns item at least 3 times
segment VIP if in segment all(Big Spenders, Frequent Buyers) and in segment none(Lapsed, Returners)
segment Bulk Buyers by activities
when buys where quantity >= 1000 then add to Bulk Buyers
when returns item where quantity <= -1000 then remove from Bulk Buyers
"""
NAMES = {14: "bulk", 15: "bulk back"}
"""The rules, by line."""


def data() -> Path | None:
    """The file of sales, if it is there."""
    checkout = Path(__file__).resolve().parents[1]
    path = Path(os.environ.get("SEGDSL_DATA", checkout.parent / "shared" / "data")) / NAME
    return path if path.is_file() else None


def write(source: Path, path: Path, events: int | None = None) -> int:
    """Write the sales (the first so many) as JSON lines, a negative quantity as a return; gives how many."""
    number = 0
    with gzip.open(source, "rt", encoding="utf-8", newline="") as rows, path.open("w", encoding="utf-8") as file:
        for number, row in enumerate(csv.DictReader(rows), 1):
            quantity = int(row["Quantity"])
            event = {
                "id": f"r{number}",
                "event": "buys" if quantity >= 0 else "returns item",
                "customer": row["CustomerID"],
                "time": row["InvoiceDate"].replace(" ", "T") + "Z",
                "product": row["StockCode"],
                "quantity": quantity,
                "price": float(row["UnitPrice"]),
                "invoice": row["InvoiceNo"],
                "attributes": {"country": row["Country"]},
            }
            file.write(json.dumps(event) + "\n")
            if number == events:
                break
    return number
