"""Lines of an order: each an event of its own, just before the order (language.md section 2). Run on every engine."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from segdsl.engines import engines
from segdsl.host.engine import Engine
from segdsl.host.program import loads
from segdsl.records.outcomes import Outcome
from segdsl.values.instants import LATEST

ORDER = {
    "event": "places order", "customer": "ann", "time": "2026-03-01T10:00:00Z", "id": "o1", "order": "o1", "amount": 30,
    "items": [
        {"product": "A", "category": "Golf", "price": 10, "quantity": 1},
        {"product": "B", "category": "Ski", "price": 5, "quantity": 2},
        {"product": "C", "category": "Golf"},
    ],
}  # fmt: skip

Run = Callable[..., tuple[list[Outcome], list[str]]]


@pytest.fixture(params=engines())
def run(request: pytest.FixtureRequest) -> Iterator[Run]:
    opened: list[Engine] = []

    def running(text: str, *events: dict[str, Any]) -> tuple[list[Outcome], list[str]]:
        engine = Engine(loads(text), engine=request.param, clock=lambda: LATEST - 1)
        opened.append(engine)
        outcomes = engine.process(events or (ORDER,))
        return outcomes, [m.segment for m in engine.segments_of("ann")]

    yield running
    for engine in opened:
        engine.close()


def told(outcomes: list[Outcome]) -> list[dict[str, Any]]:
    return [effect.fields for outcome in outcomes for effect in outcome.effects]


def test_a_rule_fires_once_for_each_line_that_matches(run: Run) -> None:
    outcomes, _ = run('when buys category "Golf" then send email "golf" with name = product')
    assert sorted(fields["name"] for fields in told(outcomes)) == ["A", "C"]


def test_the_effects_of_lines_have_ids_of_their_own(run: Run) -> None:
    outcomes, _ = run('when buys then send email "line"')
    assert len({effect.id for outcome in outcomes for effect in outcome.effects}) == 3


def test_lines_come_in_the_order_of_the_list(run: Run) -> None:
    outcomes, _ = run('when buys then send email "line" with name = product')
    assert [fields["name"] for fields in told(outcomes)] == ["A", "B", "C"]


def test_a_line_has_the_fields_of_its_order(run: Run) -> None:
    outcomes, _ = run(
        'action note { what: text, amount: number }\nwhen buys "B" then note with what = order, amount = amount'
    )
    assert told(outcomes) == [{"what": "o1", "amount": 30}]


def test_a_field_of_the_item_goes_before_one_of_the_order(run: Run) -> None:
    text = """
    event ships { note: text, parcels: list of { note: text, weight: number } }
    event sends for each parcels of ships
    action says { what: text }
    when sends then says with what = note
    """
    event = {"event": "ships", "customer": "ann", "time": "2026-03-01T10:00:00Z", "note": "order"}
    outcomes, _ = run(text, event | {"parcels": [{"note": "item"}, {"weight": 1}]})
    assert told(outcomes) == [{"what": "item"}, {"what": "order"}]


def test_lines_come_before_their_order(run: Run) -> None:
    _, segments = run("""
    segment Line Saw Order by activities
    segment Order Saw Lines by activities
    when buys if places order then add to Line Saw Order
    when places order if buys exactly 3 times then add to Order Saw Lines
    """)
    assert segments == ["Order Saw Lines"]


def test_a_line_sees_what_the_lines_before_it_did(run: Run) -> None:
    outcomes, _ = run("""
    segment Golfers by activities
    when buys category "Golf" then add to Golfers
    when buys if in segment Golfers then send email "golfer" with name = product
    """)
    assert [fields["name"] for fields in told(outcomes)] == ["B", "C"]


def test_lines_are_history(run: Run) -> None:
    _, segments = run("""
    segment Golf Twice if buys category "Golf" exactly twice
    segment Spent if total of (price * quantity) of buys = 20
    segment Mostly Golf if most frequent category of buys is "Golf"
    segment In one Order if places order where (any item of items where (category is "Golf" and price >= 10))
    segment In no Order if places order where (no item of items where category is "Tennis")
    segment Not so if places order where (any item of items where (category is "Ski" and price >= 10))
    """)
    assert segments == ["Golf Twice", "In no Order", "In one Order", "Mostly Golf", "Spent"]


def test_an_order_without_items_has_no_lines(run: Run) -> None:
    event = {key: value for key, value in ORDER.items() if key != "items"}
    assert run("segment Bought if buys", event)[1] == []


def test_a_line_does_not_come_in_by_itself(run: Run) -> None:
    outcomes, _ = run("segment Bought if buys", ORDER | {"event": "buys"})
    assert outcomes[0].status == "rejected"


def test_lists_of_the_event_at_hand(run: Run) -> None:
    outcomes, segments = run("""
    segment Golf Order by activities
    segment Costly by activities
    segment Two Kinds by activities
    when places order where (any item of items where category is "Golf") then add to Golf Order
    when places order if total of (price * quantity) of items >= 20 then add to Costly
    when places order if count of distinct category of items = 2 and count of items = 3 then add to Two Kinds
    when places order if no item of items where quantity > 2 then send push "small"
    """)
    assert (segments, len(told(outcomes))) == (["Costly", "Golf Order", "Two Kinds"], 1)
