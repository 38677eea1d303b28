"""The law of promotions: whoever is in a derived segment has the promotion with its condition, at every instant, and
nobody else; and a promotion changes nothing of what else comes about.
"""

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from segdsl.host.engine import Engine
from segdsl.host.program import loads
from segdsl.values.instants import DAY, LATEST
from tests.strategies.programs import Written
from tests.strategies.streams import Stream, streams
from tests.strategies.timed_programs import timed_programs
from tests.support.running import instant, opened
from tests.support.timing import SHORT, live

one = streams(gaps=SHORT, customers=("ann",))


def promoted(program: Written) -> Written:
    """With a promotion for each derived segment, with its condition."""
    made = [f"promotion {each.name} if {each.condition}" for each in program.derived]
    return evolve(program, further=(*program.further, *made))


def asking(program: Written) -> Written:
    """With promotions that ask for each derived segment."""
    made = [f"promotion {each.name} if in segment {each.name}" for each in program.derived]
    made += [f"promotion Steady {each.name} if in segment {each.name} for at least 1 day" for each in program.derived]
    return evolve(program, further=(*program.further, *made))


def stands(engine: Engine, program: Written, at: int) -> dict[str, int]:
    """The derived segments that ann is in, and since when."""
    names = {each.name for each in program.derived}
    return {each.segment: each.since for each in engine.segments_of("ann", at) if each.segment in names}


def some_instant(stream: Stream, data: st.DataObject) -> int:
    event = data.draw(st.sampled_from(stream), label="event")
    return instant(event) + data.draw(st.sampled_from((-1, 0, 1, SHORT[0], 3 * SHORT[-1])), label="later")


@settings(max_examples=30)
@given(timed_programs(), one, st.data())
def test_a_promotion_is_had_by_the_members_of_the_segment(
    program: Written, stream: Stream, data: st.DataObject
) -> None:
    with opened(promoted(program).text()) as engine:
        engine.process(stream)
        at = some_instant(stream, data)
        assert {each.name for each in engine.promotions("ann", at)} == set(stands(engine, program, at))


@settings(max_examples=30)
@given(timed_programs(), one, st.data())
def test_recorded_memberships_tell_the_same(program: Written, stream: Stream, data: st.DataObject) -> None:
    with Engine(loads(asking(program).text()), clock=lambda: LATEST - DAY, journal=False) as engine:
        engine.process(stream)
        at = some_instant(stream, data)
        within = stands(engine, program, at)
        steady = {f"Steady {name}" for name, since in within.items() if since + DAY <= at}
        assert {each.name for each in engine.promotions("ann", at)} == set(within) | steady


@settings(max_examples=30)
@given(timed_programs(), one, st.data())
def test_the_explanation_gives_the_same_answer(program: Written, stream: Stream, data: st.DataObject) -> None:
    if not program.derived:
        return
    with opened(promoted(program).text()) as engine:
        engine.process(stream)
        name = data.draw(st.sampled_from([each.name for each in program.derived]), label="segment")
        at = instant(data.draw(st.sampled_from(stream), label="event"))
        promotion, segment = engine.why_promotion("ann", name, at), engine.why("ann", name, at)
        assert (promotion.member, promotion.since, promotion.until) == (segment.member, segment.since, segment.until)


@settings(max_examples=20)
@given(timed_programs(), one)
def test_promotions_change_nothing_else(program: Written, stream: Stream) -> None:
    assert live(promoted(program).text(), stream) == live(program.text(), stream)
