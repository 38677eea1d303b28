"""Limits and holds as a program meets them: outcomes, handlers, tallies, late events, why something was not sent."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import segdsl
from segdsl.diagnostics.errors import UnknownNameError
from segdsl.values.instants import LATEST

RULES = """
lateness 2 days
event asks { kind: text }
attribute agreed: boolean
limit 2 within 1 day for send email where kind is "marketing"
hold send email while agreed is no
when asks then send email "x" with kind = this kind
"""


INSTANT = 1_772_359_200_000_000
"""2026-03-01T10:00:00Z."""


def asks(id_: str, hour: int, kind: str = "marketing", **more: Any) -> dict[str, Any]:
    time = f"2026-03-01T{hour:02}:00:00Z"
    return {"id": id_, "event": "asks", "customer": "ann", "time": time, "kind": kind, **more}


@pytest.fixture(params=["memory", "sqlite"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return "memory://" if request.param == "memory" else f"sqlite:///{tmp_path / 'shop.store'}"


@pytest.fixture
def engine(url: str) -> Iterator[segdsl.Engine]:
    with segdsl.Engine(segdsl.loads(RULES), url, clock=lambda: LATEST) as opened:
        yield opened


def held(outcomes: list[segdsl.Outcome]) -> list[str]:
    return [each.effect.because.cause for outcome in outcomes for each in outcome.held]


def made(outcomes: list[segdsl.Outcome]) -> list[str]:
    return [effect.because.cause for outcome in outcomes for effect in outcome.effects]


def test_what_is_over_the_limit_is_held_back_with_the_reason(engine: segdsl.Engine) -> None:
    *_, last = engine.process([asks("e1", 10), asks("e2", 11), asks("e3", 12)])
    [one] = last.held
    [by] = one.by
    assert last.effects == ()
    assert (one.effect.action, one.effect.fields["kind"], one.effect.because.cause) == ("send email", "marketing", "e3")
    assert (by.kind, by.made, by.place.rpartition(":")[2]) == ("limit", 2, "5")
    assert by.text == 'limit 2 within 1 day for send email where kind is "marketing"'
    assert by.since == INSTANT


def test_all_that_keeps_an_effect_back_is_told(engine: segdsl.Engine) -> None:
    *_, last = engine.process([asks("e1", 10), asks("e2", 11), asks("e3", 12, attributes={"agreed": False})])
    assert [by.kind for by in last.held[0].by] == ["hold", "limit"]


def test_the_log_lasts_from_one_call_to_the_next(engine: segdsl.Engine) -> None:
    outcomes = [engine.process(asks(f"e{hour}", hour))[0] for hour in (10, 11, 12)]
    assert (made(outcomes), held(outcomes)) == (["e10", "e11"], ["e12"])


def test_limits_are_for_each_customer(engine: segdsl.Engine) -> None:
    events = [asks(f"{who}{hour}", hour) | {"customer": who} for hour in (10, 11) for who in ("ann", "bob")]
    assert held(engine.process(events)) == []


def test_what_is_held_back_is_in_no_outbox_and_goes_to_no_handler(engine: segdsl.Engine) -> None:
    handled: list[str] = []
    engine.process([asks("e1", 10), asks("e2", 11), asks("e3", 12)])
    assert [effect.because.cause for effect in engine.backend.outbox(10)] == ["e1", "e2"]
    engine.handle("send email", lambda effect: handled.append(effect.because.cause))
    engine.deliver()
    engine.process(asks("e4", 13))
    assert handled == ["e1", "e2"]


def test_a_handler_is_told_of_what_is_held_back_after_the_commit(url: str) -> None:
    told: list[tuple[str, int]] = []
    with segdsl.Engine(segdsl.loads(RULES), url, clock=lambda: LATEST) as engine:
        engine.held = lambda each: told.append((each.effect.because.cause, len(engine.backend.outbox(10))))
        engine.process([asks("e1", 10), asks("e2", 11), asks("e3", 12)])
        engine.process(asks("e3", 12))
    assert told == [("e3", 2)]


def test_what_is_held_back_is_counted_by_action(engine: segdsl.Engine) -> None:
    engine.process([asks("e1", 10), asks("e2", 11), asks("e3", 12), asks("e4", 13)])
    tallies = {(each.kind, each.name): number for each, number in engine.backend.tallies().items()}
    assert (tallies["effect", "send email"], tallies["held", "send email"]) == (2, 2)


def test_a_late_event_takes_the_place_of_what_came_after_it(engine: segdsl.Engine) -> None:
    engine.process([asks("e1", 10), asks("e2", 12)])
    [late] = engine.process(asks("e0", 8))
    assert [(effect.because.cause, effect.mark) for effect in late.effects] == [("e0", "late")]
    assert [effect.because.cause for effect in late.withdrawn] == ["e2"]
    assert [(each.effect.because.cause, each.effect.mark) for each in late.held] == [("e2", "late")]


def test_what_was_reported_as_held_back_is_not_reported_again(engine: segdsl.Engine) -> None:
    engine.process([asks("e1", 10), asks("e2", 11), asks("e3", 12)])
    [late] = engine.process(asks("e0", 8, "receipt"))
    assert (made([late]), held([late]), late.withdrawn) == (["e0"], [], ())


def test_what_was_held_back_goes_out_late_where_there_is_room_after_all(engine: segdsl.Engine) -> None:
    engine.process([asks("e1", 10, attributes={"agreed": False}), asks("e2", 12)])
    [late] = engine.process(asks("e0", 11, "receipt", attributes={"agreed": True}))
    assert [(effect.because.cause, effect.mark) for effect in late.effects] == [("e0", "late"), ("e2", "late")]
    assert late.held == ()


def test_a_batch_tells_its_handler_only_what_is_held_back_in_the_end(url: str) -> None:
    told: list[str] = []
    with segdsl.Engine(segdsl.loads(RULES), url, clock=lambda: LATEST) as engine:
        engine.held = lambda each: told.append(each.effect.because.cause)
        engine.process(
            [
                asks("e1", 10, attributes={"agreed": False}),
                asks("e2", 12),
                asks("e0", 11, "receipt", attributes={"agreed": True}),
            ]
        )
    assert told == ["e1"]


def test_forgetting_begins_the_count_anew(engine: segdsl.Engine) -> None:
    engine.process([asks("e1", 10), asks("e2", 11)])
    engine.forget("ann", at="2026-03-01T11:30:00Z")
    assert made(engine.process(asks("e3", 12))) == ["e3"]


def test_why_something_was_not_sent(engine: segdsl.Engine) -> None:
    engine.process([asks("e1", 10), asks("e2", 11), asks("e3", 12), asks("e4", 13, attributes={"agreed": False})])
    why = engine.why_effects("ann", "send email")
    assert [bool(each.by) for each in why.wanted] == [False, False, True, True]
    [limit] = why.wanted[2].by
    assert [effect.because.cause for effect in limit.filled] == ["e1", "e2"]
    hold, _ = why.wanted[3].by
    assert hold.condition is not None
    assert (hold.condition.text, hold.condition.outcome) == ("agreed is no", True)


def test_why_looks_no_further_than_it_is_asked(engine: segdsl.Engine) -> None:
    engine.process([asks("e1", 10), asks("e2", 11), asks("e3", 12)])
    assert len(engine.why_effects("ann", "send email", at="2026-03-01T11:00:00Z").wanted) == 2


def test_why_nothing_was_sent_at_all(engine: segdsl.Engine) -> None:
    engine.process(asks("e1", 10))
    assert "no rule does it" in engine.why_effects("ann", "send push").text()
    assert "not known" in engine.why_effects("bob", "send email").text()


def test_why_of_an_action_that_is_not_declared(engine: segdsl.Engine) -> None:
    with pytest.raises(UnknownNameError, match="send email"):
        engine.why_effects("ann", "send emial")


def test_the_same_limits_in_another_order_are_the_same_program() -> None:
    lines = [
        "limit 1 within 1 day for send email, send push",
        "hold send push while age > 3",
        "when registers then send email",
    ]
    assert segdsl.loads("\n".join(lines)).digest == segdsl.loads("\n".join(reversed(lines))).digest


def test_actions_in_another_order_are_the_same_limit() -> None:
    rule = "\nwhen registers then send email and send push"
    one = segdsl.loads("limit 1 within 1 day for send email, send push" + rule)
    other = segdsl.loads("limit 1 within 1 day for send push, send email" + rule)
    assert one.digest == other.digest


def test_another_limit_is_another_program() -> None:
    rule = "\nwhen registers then send email"
    limits = ("limit 1 within 1 day for send email", "limit 2 within 1 day for send email")
    holds = ("hold send email while age > 3", "hold send email while age > 4")
    texts = (*limits, *holds, "")
    assert len({segdsl.loads(text + rule).digest for text in texts}) == len(texts)
