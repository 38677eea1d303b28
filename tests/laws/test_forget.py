"""The law *forget*: of a forgotten customer nothing is left, older events stay out, and others are not touched.

Seen to fail when the membership rows of the forgotten stay, and when the keyed hash is not asked.
"""

from hypothesis import assume, given, settings

from tests.strategies.programs import Written, programs
from tests.strategies.streams import CUSTOMERS, Stream, streams
from tests.support.running import LATER, opened, seen


@settings(max_examples=60)
@given(programs(), streams())
def test_nothing_is_left_and_nothing_comes_back(program: Written, stream: Stream) -> None:
    who = stream[0]["customer"]
    with opened(program.text()) as engine, opened(program.text()) as fresh:
        engine.process(stream)
        assert engine.forget(who)
        again = engine.process([event for event in stream if event["customer"] == who])
        assert {outcome.reject.reason for outcome in again if outcome.reject} == {"forgotten"}
        assert engine.history(who, LATER) == []
        assert all(m.customer != who for segment in engine.segments for m in engine.members(segment, LATER))
        assert engine.segments_of(who, LATER) == fresh.segments_of(who, LATER)
        assert all(effect.customer != who for effect in engine.backend.outbox(1000))


@settings(max_examples=60)
@given(programs(), streams(least=3))
def test_others_are_not_touched(program: Written, stream: Stream) -> None:
    who, others = stream[0]["customer"], [name for name in CUSTOMERS if name != stream[0]["customer"]]
    assume(any(event["customer"] != who for event in stream))
    with opened(program.text()) as engine, opened(program.text()) as without:
        middle = len(stream) // 2
        outcomes = engine.process(stream[:middle])
        engine.forget(who)
        outcomes += engine.process([event for event in stream[middle:] if event["customer"] != who])
        kept = [outcome for outcome in outcomes if outcome.customer != who]
        alone = without.process([event for event in stream if event["customer"] != who])
        assert seen(engine, kept, others) == seen(without, alone, others)
