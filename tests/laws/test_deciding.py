"""The law *decide*: what is decided on an event is what processing it then gives, and deciding changes nothing.

Seen to fail when a decision is committed, when it takes the customer for one never seen, when it leaves out what is due
before the event, and when it believes every event; the law of amounts when one priority too many is shown.
"""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from segdsl.host.decisions import Decision
from segdsl.host.engine import Engine
from segdsl.host.program import loads
from segdsl.values.instants import DAY, HOUR, MINUTE
from tests.strategies.programs import Written, programs
from tests.strategies.streams import START, Stream, streams
from tests.strategies.timed_programs import timed_programs
from tests.support.running import instant
from tests.support.timing import SHORT

FEW = ("ann", "bob")
delays = st.sampled_from((0, 0, HOUR, DAY, 2 * DAY, 3 * DAY))
"""How much later than its instant an event arrives: mostly within the lateness."""

late = streams(gaps=SHORT, customers=FEW, apart=True, least=3)
clocks = st.sampled_from((START + 3 * DAY, START + 60 * DAY))
"""The time of day: events after it are from the future."""


PEERS = """
activity "Peer One" priority 3 { when looks if points >= 1 then tell "one" }
activity "Peer Two" priority 3 { when looks then tell "two" and tell "three" }
activity "Between" priority 1 { when looks or pings then tell "four" }
when looks then tell "five"
"""
"""Rules at several priorities, some of which are equal."""


def everything(engine: Engine) -> tuple[Any, ...]:
    """All that a store in memory holds."""
    store = engine.backend
    who = list(store.customers())
    return (
        store.load(who), [store.history(each) for each in who], [store.journal(each) for each in who],
        store.outbox(10_000), store.tallies(), store.clock(), engine.vouched,
    )  # fmt: skip


def decided_then_processed(engine: Engine, stream: Stream, data: st.DataObject) -> None:
    """Each event decided on twice, then processed; some come again; the clock runs on now and then."""
    for event in stream:
        if data.draw(st.integers(0, 4)) == 0:
            engine.advance(instant(event) + data.draw(st.sampled_from((-HOUR, MINUTE, DAY))))
        before = everything(engine)
        decision, again = engine.decide(event), engine.decide(event)
        assert everything(engine) == before
        assert decision == again
        times = data.draw(st.integers(1, 2))
        outcomes = engine.process([event] * times)
        assert decision.outcome == outcomes[0]
        is_whole(decision)


def merged_by_priority(engine: Engine, stream: Stream, amount: int) -> None:
    """What is shown of each event, without and with a wanted amount of one action, against what could be shown at
    all: that action is filled by itself, and the others go by the highest priority that has any of them."""
    for event in stream:
        possible = engine.decide(event, wanted={"tell": 1_000_000, "shout": 1_000_000}).shown
        told = [e.priority for e in possible if e.action == "tell"]
        others = [e.priority for e in possible if e.action != "tell"]
        enough = [
            e for e in possible
            if (sum(each > e.priority for each in told) < amount if e.action == "tell" else e.priority == max(others))
        ]  # fmt: skip
        assert list(engine.decide(event, wanted={"tell": amount}).shown) == enough
        assert list(engine.decide(event).shown) == [e for e in possible if e.priority == possible[0].priority]
        engine.process(event)


def is_whole(decision: Decision) -> None:
    """What is shown and passed over is of the event's effects, each once, by priority."""
    ids = [effect.id for effect in decision.shown] + [each.effect.id for each in decision.passed_over]
    assert len(set(ids)) == len(ids)
    assert set(ids) <= {effect.id for effect in decision.effects}
    priorities = [effect.priority for effect in decision.shown]
    assert priorities == sorted(priorities, reverse=True)
    assert all(each.effect.priority < min(priorities) for each in decision.passed_over)


@settings(max_examples=40)
@given(programs(), streams(), st.data())
def test_a_decision_is_what_processing_gives(program: Written, stream: Stream, data: st.DataObject) -> None:
    with opened_until(program.text(), START + 600 * DAY) as engine:
        decided_then_processed(engine, stream, data)


@settings(max_examples=80)
@given(timed_programs(lateness="2 days"), late, clocks, st.data())
def test_also_where_time_does_things_and_events_are_late(
    program: Written, stream: Stream, now: int, data: st.DataObject
) -> None:
    arriving = sorted(stream, key=lambda event: instant(event) + data.draw(delays))
    with opened_until(program.text(), now) as engine:
        decided_then_processed(engine, arriving, data)


@settings(max_examples=40)
@given(timed_programs(), streams(gaps=SHORT, customers=FEW), st.data())
def test_also_where_late_events_are_refused(program: Written, stream: Stream, data: st.DataObject) -> None:
    arriving = data.draw(st.permutations(stream))
    with opened_until(program.text(), START + 600 * DAY) as engine:
        decided_then_processed(engine, arriving, data)


@settings(max_examples=60)
@given(programs(), timed_programs(), streams(gaps=SHORT, customers=FEW), st.integers(0, 4))
def test_lower_priorities_are_shown_until_there_is_enough(
    program: Written, timed: Written, stream: Stream, amount: int
) -> None:
    for each in (program, timed):
        with opened_until(each.text() + PEERS, START + 600 * DAY) as engine:
            merged_by_priority(engine, stream, amount)


def opened_until(rules: str, now: int) -> Engine:
    """An engine at a time of day."""
    return Engine(loads(rules), clock=lambda: now)
