"""The machine's clock is set back, between runs and within one: time goes on in the store from where it was, nothing is
lost or counted twice, and effects are delivered as soon as they would have been.

Seen to fail when the clock of the store goes back with what it is told, and when what was put off is left to wait.
"""

import pytest

import segdsl
from segdsl.values.instants import DAY, HOUR, MINUTE, instant_text
from tests.faults import shop
from tests.faults.conftest import Fresh

RULES = """\
segment Buyers if places order within 3 days
segment Counted if count of places order >= 4
when registers then wait 1 day then send email "welcome"
when places order then send text "thanks"
"""
NOW = shop.START + 40 * DAY


class Clock:
    """Shows what it is set to."""

    def __init__(self, now: int) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


def order(number: int, instant: int, name: str = "places order") -> dict[str, str]:
    return {"id": f"e{number}", "event": name, "customer": "ann", "time": instant_text(instant)}


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture
def url(fresh: Fresh) -> str:
    return fresh()


@pytest.fixture
def program() -> segdsl.Program:
    return segdsl.loads(RULES)


def test_what_the_clock_has_done_stays_done(program: segdsl.Program, url: str, clock: Clock) -> None:
    with segdsl.Engine(program, url, clock=clock) as engine:
        engine.process([order(1, NOW - 4 * DAY), order(2, NOW - 4 * DAY, "registers")])
        engine.advance()
    clock.now -= 30 * DAY
    with segdsl.Engine(program, url, clock=clock) as engine:
        engine.advance()
        assert engine.now() == NOW
        assert [each.customer for each in engine.members("Buyers")] == []
        assert sorted(each.action for each in engine.backend.outbox(10)) == ["send email", "send text"]


def test_events_up_to_where_the_clock_was_are_taken_and_counted_once(
    program: segdsl.Program, url: str, clock: Clock
) -> None:
    with segdsl.Engine(program, url, clock=clock) as engine:
        engine.process(order(1, NOW - HOUR))
        engine.advance()
        clock.now -= 30 * DAY  # while it runs
        engine.process([order(1, NOW - HOUR), order(2, NOW - MINUTE)])
    with segdsl.Engine(program, url, clock=clock) as engine:
        engine.process([order(2, NOW - MINUTE), order(3, NOW)])
        assert engine.count("Counted") == 0
        assert [each.status for each in engine.process([order(3, NOW), order(4, NOW)])] == ["repeated", "accepted"]
        assert engine.count("Counted") == 1


def test_an_event_from_where_the_clock_is_not_any_more_is_refused_and_taken_later(
    program: segdsl.Program, url: str, clock: Clock
) -> None:
    later = order(1, NOW + HOUR)
    with segdsl.Engine(program, url, clock=clock) as engine:
        engine.advance()
        clock.now -= DAY
        (refused,) = engine.process(later)
        assert refused.reject is not None and refused.reject.reason == "future"
        clock.now += DAY + HOUR
        assert [each.status for each in engine.process(later)] == ["accepted"]


def test_an_effect_that_failed_before_is_tried_again_soon(program: segdsl.Program, url: str, clock: Clock) -> None:
    handed: list[str] = []

    def fail(_effect: segdsl.Effect) -> None:
        raise OSError("the mail server is away")

    with segdsl.Engine(program, url, clock=clock) as engine:
        engine.process(order(1, NOW))
        assert engine.deliver(fail).failed == 1
        clock.now -= 30 * DAY
        for _ in range(60):
            clock.now += MINUTE
            engine.deliver(lambda effect: handed.append(effect.id))
    assert len(handed) == 1
