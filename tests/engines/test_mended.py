"""Faults that were found and mended, each by the smallest program that showed it."""

from typing import Any

import segdsl
from segdsl.values.instants import LATEST


def visit(time: str, **more: Any) -> dict[str, Any]:
    return {"event": "visits", "customer": "c", "time": time, "id": time, **more}


def members(text: str, *events: dict[str, Any], at: str) -> list[str]:
    with segdsl.Engine(segdsl.loads(text), clock=lambda: LATEST - 1) as engine:
        engine.process(events)
        return [m.segment for m in engine.segments_of("c", at)]


def test_a_date_at_a_months_end_within_a_month() -> None:
    # 4, Windows: at 2026-02-28T12:00 `within 1 month` reaches back to 2026-01-28T12:00, and the 31st is after that.
    text = "attribute d: date\nsegment A if d within 1 month"
    event = visit("2026-02-01T00:00:00Z", attributes={"d": "2026-01-31"})
    assert members(text, event, at="2026-02-28T12:00:00Z") == ["A"]


def test_a_date_at_a_months_end_within_the_next_month() -> None:
    # At 2026-02-28T12:00 the next month ends at 2026-03-28T12:00, and the 31st is after that.
    text = "attribute d: date\nsegment A if d within the next 1 month"
    event = visit("2026-02-01T00:00:00Z", attributes={"d": "2026-03-31"})
    assert members(text, event, at="2026-02-28T12:00:00Z") == []


def test_two_values_of_lists_of_records() -> None:
    text = (
        "event y { a: list of { p: text }, b: list of { p: text } }\nattribute z: list of { p: text }\n"
        "when y then set z = a\nwhen y then set z = b"
    )
    event = visit("2026-03-01T00:00:00Z", a=[{"p": "1"}], b=[{"p": "2"}]) | {"event": "y"}
    assert members(text, event, at="2026-03-02T00:00:00Z") == []


def test_an_event_of_the_far_future_forgets_nobody() -> None:
    with segdsl.Engine(segdsl.loads(""), clock=lambda: 1_772_000_000_000_000) as engine:
        engine.process({"event": "visits", "customer": "c", "time": "2026-02-01T00:00:00Z"})
        [outcome] = engine.process({"event": "forget customer", "customer": "c", "time": "2036-02-01T00:00:00Z"})
        assert outcome.reject is not None and outcome.reject.reason == "future"


def test_forgetting_again_with_an_earlier_instant_lets_nothing_back() -> None:
    with segdsl.Engine(segdsl.loads("segment A if visits"), clock=lambda: LATEST - 1) as engine:
        engine.process([visit("2026-03-05T00:00:00Z")])
        engine.forget("c")
        engine.forget("c", at="2026-03-01T00:00:00Z")
        assert engine.process([visit("2026-03-05T00:00:00Z")])[0].status == "rejected"


def test_a_sum_of_very_many_terms_is_no_crash() -> None:
    text = f"segment A if {' + '.join(['income'] * 5000)} > 3"
    try:
        segdsl.loads(text)
    except segdsl.CompileError:
        return


def halves(event: str, one: str, other: str) -> str:
    return f"when {event} then branch random {{\npath 50% then add to {one}\npath 50% then add to {other}\n}}"


def test_a_further_rule_of_an_activity_leaves_the_draws_of_the_others() -> None:
    declared = "\n".join(f"segment {name} by activities" for name in "ABCD")
    rule = halves("logs off", "A", "B")
    alone = segdsl.loads(f"{declared}\nactivity X {{ {rule} }}")
    for event in ("places order", "views page", "visits", "registers"):
        beside = segdsl.loads(f"{declared}\nactivity X {{ {rule}\n{halves(event, 'C', 'D')} }}")
        assert drawn(beside) == drawn(alone)


def drawn(program: segdsl.Program) -> list[list[str]]:
    customers = [f"c{number}" for number in range(20)]
    with segdsl.Engine(program, clock=lambda: LATEST - 1) as engine:
        engine.process([visit("2026-03-01T00:00:00Z") | {"event": "logs off", "customer": c} for c in customers])
        return [[m.segment for m in engine.segments_of(customer)] for customer in customers]
