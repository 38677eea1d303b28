"""The law *advance*: vouching for instants and asking questions, anywhere and any number of times, changes nothing.

Seen to fail when `advance` settles the stored states without writing the changes down.
"""

from hypothesis import given, settings
from hypothesis import strategies as st

from segdsl.host.engine import Engine
from segdsl.records.outcomes import Outcome
from segdsl.values.instants import DAY, HOUR
from tests.strategies.programs import Written, programs
from tests.strategies.streams import CUSTOMERS, Stream, streams
from tests.support.running import instant, opened, run, seen

INTERRUPTIONS = ("advance", "advance far", "segments_of", "members", "count", "history", "clock_changes")


@settings(max_examples=60)
@given(programs(), streams(), st.data())
def test_interruptions_between_events_change_nothing(program: Written, stream: Stream, data: st.DataObject) -> None:
    outcomes: list[Outcome] = []
    with opened(program.text()) as engine:
        for event in stream:
            for what in data.draw(st.lists(st.sampled_from(INTERRUPTIONS), max_size=3)):
                _interrupt(engine, what, instant(event))
            outcomes += engine.process([event])
        found = seen(engine, outcomes)
    assert found == run(program.text(), stream)


def _interrupt(engine: Engine, what: str, now: int) -> None:
    match what:
        case "advance":
            engine.advance(now)
        case "advance far":
            engine.advance(now + 40 * DAY)
        case "segments_of":
            for customer in CUSTOMERS:
                engine.segments_of(customer, now + HOUR)
        case "members":
            for segment in engine.segments:
                list(engine.members(segment, now + DAY))
        case "count":
            for segment in engine.segments:
                engine.count(segment, now - HOUR)
        case "history":
            engine.history(CUSTOMERS[0], now + DAY)
        case "clock_changes":
            list(engine.clock_changes(now + DAY))
