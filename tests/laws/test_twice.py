"""The law *twice*: an event that comes again, with the same id, changes nothing.

Seen to fail when the ids at the customer's latest instant are not kept.
"""

from hypothesis import given, settings

from tests.strategies.programs import Written, programs
from tests.strategies.streams import Stream, streams
from tests.support.running import opened, run, seen


@settings(max_examples=60)
@given(programs(), streams())
def test_every_event_sent_twice_in_a_row(program: Written, stream: Stream) -> None:
    with opened(program.text()) as engine:
        found = seen(engine, engine.process([event for event in stream for _ in range(2)]))
    assert found == run(program.text(), stream)


@settings(max_examples=40)
@given(programs(), streams())
def test_the_whole_stream_sent_again(program: Written, stream: Stream) -> None:
    with opened(program.text()) as engine:
        outcomes = engine.process(stream)
        again = engine.process(stream)
        found = seen(engine, outcomes + again)
    assert "accepted" not in {outcome.status for outcome in again}
    assert found == run(program.text(), stream)
