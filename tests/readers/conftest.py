"""The events of a small shop, as a plan's declarations, for all tests of readers."""

from collections.abc import Callable
from typing import Any

import pytest

from segdsl.plan.nodes import AttributeType, EventField, EventType, Plan
from segdsl.readers.base import EventShape
from segdsl.values.kinds import BOOLEAN, DATE, DURATION, INSTANT, NUMBER, TEXT, Kind, RecordField

LINE = Kind("record", fields=(RecordField("product", TEXT, ("product_id",)), RecordField("unit price", NUMBER)))
EVENTS = (
    EventType(
        "places order",
        ("Order Completed", "purchase"),
        (
            EventField("order", TEXT, ("order_id", "transaction_id")),
            EventField("amount", NUMBER, ("total", "revenue", "value")),
            EventField("loyalty tier", TEXT, ("tier",)),
            EventField("items", Kind("list", item=LINE), ("products",)),
        ),
        lines=(("items", "buys"),),
    ),
    EventType("buys", (), (EventField("product", TEXT),), made=True),
    EventType("registers", (), ()),
    EventType(
        "buys item", (), (EventField("product", TEXT), EventField("quantity", NUMBER), EventField("price", NUMBER))
    ),
    EventType("returns item", (), (EventField("product", TEXT), EventField("quantity", NUMBER))),
    EventType(
        "visits",
        ("café",),
        (
            EventField("lasting", DURATION),
            EventField("until", INSTANT),
            EventField("day", DATE),
            EventField("paid", BOOLEAN),
            EventField("time", TEXT, ("clock",)),
        ),
    ),
)
ATTRIBUTES = (
    AttributeType("country", TEXT),
    AttributeType("loyalty tier", Kind("one of", ("gold", "silver"))),
    AttributeType("birth date", DATE),
)


@pytest.fixture
def shape_of() -> Callable[..., EventShape]:
    def build(zone: str = "UTC", **changes: Any) -> EventShape:
        parts = {"events": EVENTS, "attributes": ATTRIBUTES} | changes
        return EventShape(Plan(1, "", zone, parts["events"], parts["attributes"], (), (), (), ()))

    return build


@pytest.fixture
def shape(shape_of: Callable[..., EventShape]) -> EventShape:
    return shape_of()
