"""Which segments may hold a customer of whom nothing is known."""

import pytest
from hypothesis import given, settings

from segdsl.engines.reference import prepare
from segdsl.host.program import loads
from segdsl.plan.blank import may_hold
from segdsl.values.instants import DAY
from tests.strategies.programs import Written, programs
from tests.strategies.streams import START
from tests.strategies.timed_programs import timed_programs

BASE = "event pings { amount: number }\nattribute tier: text\nattribute points: number default 2\n"


def may(condition: str) -> bool:
    """Whether a segment of a condition may hold somebody of whom nothing is known."""
    return "Asked" in may_hold(loads(f"{BASE}segment None Yet by activities\nsegment Asked if {condition}\n").plan)


@pytest.mark.parametrize(
    "condition",
    [
        "not pings", "count of pings = 0", "count of pings < 3", "total of amount of pings <= 0", "points >= 2",
        "tier is not known", "not in segment None Yet", "tier is not known or pings", 'random 50% "x"',
        "pings at most twice", "latest of amount of pings is not known",
    ],
)  # fmt: skip
def test_one_that_may(condition: str) -> None:
    assert may(condition)


@pytest.mark.parametrize(
    "condition",
    [
        "pings", "count of pings >= 1", "total of amount of pings > 0", "points > 2", 'tier is "gold"',
        'tier is not "gold"', "tier is known", "in segment None Yet", "latest of amount of pings > 1",
        "pings and not pings", "time since pings > 1 day", 'tier starts with "g"', 'not (tier is "gold")',
    ],
)  # fmt: skip
def test_one_that_does_not(condition: str) -> None:
    assert not may(condition)


def _left_out_does_not_hold(written: Written) -> None:
    plan = loads(written.text()).plan
    left_out = {segment.name for segment in plan.segments} - may_hold(plan)
    engine = prepare(plan)
    for days in range(0, 40, 13):
        assert left_out.isdisjoint(engine.fresh("ann", START + days * DAY).members)


@settings(max_examples=40)
@given(programs())
def test_what_is_left_out_does_not_hold(written: Written) -> None:
    _left_out_does_not_hold(written)


@settings(max_examples=20)
@given(timed_programs())
def test_what_is_left_out_does_not_hold_where_time_does_things(written: Written) -> None:
    _left_out_does_not_hold(written)
