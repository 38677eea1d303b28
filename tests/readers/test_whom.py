"""Whom an event names on the wire: a customer, a visitor, or both (language.md sections 5.18 and 8)."""

import pytest

from segdsl.host.program import loads
from segdsl.readers.base import EventShape
from segdsl.records.inputs import Event


@pytest.mark.parametrize(
    ("named", "customer", "visitor"),
    [
        ({"visitor": "v1"}, "", "v1"),
        ({"customer": "ann", "visitor": "v1"}, "ann", "v1"),
        ({"customer": "ann"}, "ann", ""),
        ({"customer": None, "visitor": 17}, "", "17"),
        ({"customer": "ann", "visitor": None}, "ann", ""),
    ],
)
def test_a_customer_a_visitor_or_both(named: dict[str, object], customer: str, visitor: str) -> None:
    shape = EventShape(loads("").plan)
    event = shape.to_event({"event": "logs on", "time": "2026-03-01T10:00:00Z", **named}, 1, "s")
    assert isinstance(event, Event)
    assert (event.customer, event.visitor) == (customer, visitor)
