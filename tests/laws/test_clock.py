"""The law *clock*: what depends on time changes at its instant. The memberships that `due` instants bring about, and
the transitions that rules hear of through timers, are those found by asking the interpreter at every instant at which
anything could change.

Seen to fail when `next_due` leaves out the instant after a comparison's (`>` turns a microsecond after `>=`), when an
event that comes into a `from ... to ... ago` window is no due instant, when one leaves a microsecond late, when an item
of a collection leaves a window without one, and when a step does not bring a state's `due` up to date; the second law
when what a heard segment depends on sets no timer.
"""

from collections.abc import Iterable

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from segdsl.engines.reference import prepare
from segdsl.engines.reference.evaluate import View, holds
from segdsl.host.engine import Engine
from segdsl.records.outcomes import Outcome
from segdsl.state.customer import State
from segdsl.state.life import decode
from segdsl.values.instants import DAY, HOUR, MINUTE
from tests.strategies.programs import Derived, Written, programs
from tests.strategies.streams import CUSTOMERS, Stream, streams
from tests.support.running import instant, opened

AGO = (
    "looks from 2 days to 1 hour ago",
    "count of buys thing from 1 day to 90 minutes ago = 1",
    "total of price of looks from 2 days to 1 hour ago > 1",
    "not pings from 2 calendar days to 1 hour ago",
)
FIXED = (0, HOUR, 90 * MINUTE, DAY, 2 * DAY)


def judged(engine: Engine, state: State, now: int) -> set[str]:
    """The segments a customer is in, from the state after its last event, every derived one judged anew at `now`."""
    here = state.copy()
    here.members = dict.fromkeys(here.added, 0)
    prepared = prepare(engine.plan)
    view = View(here, now, prepared.zone, prepared.memories, prepared.defaults)
    for segment in engine.plan.segments:
        if segment.kind == "derived" and holds(segment.condition, view):
            here.members[segment.name] = 0
    return set(here.members)


def candidates(engine: Engine, moments: Iterable[int]) -> set[int]:
    zone = engine.prepared.zone
    exact = {moment + sign * length for moment in moments for length in FIXED for sign in (1, -1)}
    exact |= {zone.at(zone.date(moment) + days) for moment in moments for days in (1, 2, 3)}
    shifts = ((1, 0), (-1, 0), (0, 1), (0, 2), (0, -1), (0, -2))
    exact |= {zone.shifted(moment, months, days) for moment in moments for months, days in shifts}
    return {moment + nudge for moment in exact for nudge in (-1, 0, 1)}


@settings(max_examples=80)
@given(programs(lasting=False), st.sampled_from(AGO), streams(most=8))
def test_memberships_change_at_the_instants_at_which_conditions_turn(
    program: Written, ago: str, stream: Stream
) -> None:
    program = evolve(program, derived=(*program.derived, Derived("Ago", ago)))
    dates = [instant({"time": f"2026-{day}T00:00:00Z"}) for day in ("03-07", "03-08", "03-09", "01-31", "02-28")]
    with opened(program.text()) as engine:
        for event in stream:
            engine.process([event])
        for customer in CUSTOMERS:
            own = [instant(event) for event in stream if event["customer"] == customer]
            if not own:
                continue
            state = decode(engine.backend.load([customer])[customer]).head
            moments = candidates(engine, own + dates) | {
                c.instant for c in engine.history(customer, own[-1] + 60 * DAY)
            }
            for at in sorted(moment for moment in moments if moment >= own[-1]):
                found = {m.segment for m in engine.segments_of(customer, at)}
                assert found == judged(engine, state, at), (customer, at)


LISTENING = (
    "segment Between if in segment any(Derived 0, Quiet)",
    "segment Quiet if time since pings >= 90 minutes",
    "segment Listening if in segment none(Between)",
    'when enters Listening then tell "enters Listening"',
    'when leaves Listening then tell "leaves Listening"',
)


@settings(max_examples=80)
@given(programs(lasting=False), streams(most=8), st.data())
def test_rules_hear_of_the_transitions_found_by_asking_at_every_instant(
    program: Written, stream: Stream, data: st.DataObject
) -> None:
    """The transitions come from timers and `advance`; those asked for, from the state after each event, judged anew."""
    program = evolve(program, rules=(), further=())
    last = instant(stream[-1])
    end = last + 40 * DAY
    heard: list[Outcome] = []
    asked: list[tuple[str, str, int]] = []
    with opened("\n".join([program.text(), *LISTENING])) as engine:
        for event in stream:
            if data.draw(st.booleans()):
                engine.advance(instant(event) - data.draw(st.sampled_from((0, 1, HOUR))), before_commit=heard.extend)
            heard += engine.process([event])
        engine.advance(end, before_commit=heard.extend)
    with opened("\n".join([program.text(), *LISTENING[:3]])) as engine:
        for customer in CUSTOMERS:
            own = [event for event in stream if event["customer"] == customer]
            asked += found_by_asking(engine, own, end)
    told = [(e.fields["what"], e.customer, e.instant) for outcome in heard for e in outcome.effects]
    assert sorted(told) == sorted(asked)


def found_by_asking(engine: Engine, events: Stream, end: int) -> list[tuple[str, str, int]]:
    """The transitions of one customer: between events, at the instants at which anything could change, and with each
    event."""
    dates = [instant({"time": f"2026-{day}T00:00:00Z"}) for day in ("03-07", "03-08", "03-09", "01-31", "02-28")]
    found: list[tuple[str, str, int]] = []
    members: set[str] = set()
    moments = [instant(event) for event in events]
    for number, event in enumerate(events):
        engine.process([event])
        state = decode(engine.backend.load([event["customer"]])[event["customer"]]).head
        until = moments[number + 1] if number + 1 < len(events) else end
        between = {at for at in candidates(engine, moments[: number + 1] + dates) if moments[number] < at <= until}
        for at in [moments[number], *sorted(between)]:
            now = judged(engine, state, at) & {"Listening"}
            found += [(f"enters {name}", event["customer"], at) for name in now - members]
            found += [(f"leaves {name}", event["customer"], at) for name in members - now]
            members = now
    return found
