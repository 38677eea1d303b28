"""Recorded orders have lines like any other (language.md 2 `for each`, 3 `record`, 5.5). A .seg test gives no lists."""

from typing import Any

import pytest

from segdsl.engines import engines
from segdsl.host.engine import Engine
from segdsl.host.program import loads
from segdsl.records.outcomes import Outcome
from segdsl.values.instants import LATEST

RULES = """
event phones order {
  order: text,
  amount: number,
  items: list of {
    product: text as ("product_id", "item_id"),
    category: text as "item_category",
    price: number,
    quantity: number,
    brand: text as "item_brand"
  }
}
segment Golfers if buys category "Golf"
segment Seen by activities
segment Big by activities

when phones order then record places order with order = order, amount = amount, items = items
when buys category "Ski" then send email "ski" with name = order
when places order if buys category "Ski" then add to Seen
when places order if total of (price * quantity) of items >= 20 then add to Big
"""

ORDER: dict[str, Any] = {
    "event": "phones order", "customer": "ann", "time": "2026-03-01T10:00:00Z", "id": "o1", "order": "o1", "amount": 20,
    "items": [
        {"product": "A", "category": "Golf", "price": 10, "quantity": 1},
        {"product": "B", "category": "Ski", "price": 5, "quantity": 2},
    ],
}  # fmt: skip


def run(name: str) -> tuple[Outcome, list[str]]:
    with Engine(loads(RULES), engine=name, clock=lambda: LATEST - 1) as engine:
        [outcome] = engine.process(ORDER)
        return outcome, [m.segment for m in engine.segments_of("ann")]


@pytest.mark.parametrize("name", engines())
def test_its_lines_are_in_the_history(name: str) -> None:
    assert "Golfers" in run(name)[1]


@pytest.mark.parametrize("name", engines())
def test_its_lines_trigger_rules_with_the_fields_of_the_order(name: str) -> None:
    assert [effect.fields for effect in run(name)[0].effects] == [{"template": "ski", "name": "o1"}]


@pytest.mark.parametrize("name", engines())
def test_its_lines_come_before_it(name: str) -> None:
    assert "Seen" in run(name)[1]


@pytest.mark.parametrize("name", engines())
def test_its_list_is_a_field_of_it(name: str) -> None:
    assert "Big" in run(name)[1]
