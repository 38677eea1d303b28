"""The law *clock*: what depends on time changes at its instant. The memberships that `due` instants bring about are those
found by asking the interpreter at every instant at which anything could change.

Seen to fail when `next_due` leaves out the instant after a comparison's (`>` turns a microsecond after `>=`), when an
event that comes into a `from ... to ... ago` window is no due instant, and when a memory lets an event go too soon.
"""

from collections.abc import Iterable

from hypothesis import given, settings

from segdsl.engines.reference.evaluate import View, holds
from segdsl.host.engine import Engine
from segdsl.state.customer import State, decode
from segdsl.values.instants import DAY, HOUR, MINUTE
from tests.strategies.programs import Written, programs
from tests.strategies.streams import CUSTOMERS, Stream, streams
from tests.support.running import instant, opened

FIXED = (0, HOUR, 90 * MINUTE, DAY, 2 * DAY)


def judged(engine: Engine, state: State, now: int) -> set[str]:
    """The segments a customer is in, from the state after its last event, every derived one judged anew at `now`."""
    here = state.copy()
    here.members = {name: 0 for name in here.added}
    prepared = engine.prepared
    view = View(here, now, prepared.zone, prepared.memories, prepared.defaults)
    for segment in engine.plan.segments:
        if segment.kind == "derived" and holds(segment.condition, view):
            here.members[segment.name] = 0
    return set(here.members)


def candidates(engine: Engine, moments: Iterable[int]) -> set[int]:
    zone = engine.prepared.zone
    exact = {moment + length for moment in moments for length in FIXED}
    exact |= {zone.at(zone.date(moment) + days) for moment in moments for days in (1, 2, 3)}
    exact |= {zone.shifted(moment, months, days) for moment in moments for months, days in ((1, 0), (0, 2), (0, 1))}
    exact |= {zone.at(zone.date(moment) + 32 - zone.date(moment) % 1) for moment in moments}
    return {moment + nudge for moment in exact for nudge in (-1, 0, 1)}


@settings(max_examples=80)
@given(programs(lasting=False), streams(most=8))
def test_memberships_change_at_the_instants_at_which_conditions_turn(program: Written, stream: Stream) -> None:
    dates = [instant({"time": f"2026-{day}T00:00:00Z"}) for day in ("03-07", "03-08", "03-09", "01-31", "02-28")]
    with opened(program.text()) as engine:
        for event in stream:
            engine.process([event])
        for customer in CUSTOMERS:
            own = [instant(event) for event in stream if event["customer"] == customer]
            if not own:
                continue
            state = decode(engine.backend.load([customer])[customer])
            moments = candidates(engine, own + dates) | {c.instant for c in engine.history(customer, own[-1] + 60 * DAY)}
            for at in sorted(moment for moment in moments if moment >= own[-1]):
                found = {m.segment for m in engine.segments_of(customer, at)}
                assert found == judged(engine, state, at), (customer, at)
