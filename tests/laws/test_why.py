"""The laws of explanations: what is named as decisive is, and what is said to turn the answer turns it.

Seen to fail when the first event that comes to mind is named without a trial, when acts are named that were
not tried, when the time by which the clock turns an answer is an instant off, and when the life is played without the
inputs of the very instant.
"""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from segdsl.host.engine import Engine
from segdsl.host.why import Why
from segdsl.host.why.trials import entries
from segdsl.records.inputs import Event, Exclude, Include
from segdsl.values.instants import DAY, HOUR
from tests.strategies.programs import Written
from tests.strategies.streams import START, Stream, streams
from tests.strategies.timed_programs import timed_programs
from tests.support.running import instant, opened
from tests.support.timing import SHORT

one = streams(gaps=SHORT, customers=("ann",))


def stands(engine: Engine, segment: str, at: int) -> tuple[bool, int | None]:
    """Whether ann is in a segment, and since when."""
    found = {each.segment: each.since for each in engine.segments_of("ann", at)}
    return segment in found, found.get(segment)


def asked(engine: Engine, stream: Stream, data: st.DataObject) -> tuple[str, int, Why]:
    """An explanation for one segment, at or after one of the events."""
    segment = data.draw(st.sampled_from(sorted(engine.segments)), label="segment")
    event = data.draw(st.sampled_from(stream), label="event")
    at = instant(event) + data.draw(st.sampled_from((0, 0, HOUR, DAY, 3 * DAY)), label="later")
    return segment, at, engine.why("ann", segment, at)


@settings(max_examples=45)
@given(timed_programs(), one, st.data())
def test_the_answer_is_that_of_the_store(program: Written, stream: Stream, data: st.DataObject) -> None:
    with opened(program.text()) as engine:
        engine.process(stream)
        segment, at, why = asked(engine, stream, data)
        assert (why.member, why.since) == stands(engine, segment, at)


@settings(max_examples=45)
@given(timed_programs(), one, st.data())
def test_without_the_named_event_the_answer_is_another(program: Written, stream: Stream, data: st.DataObject) -> None:
    with opened(program.text()) as engine:
        engine.process(stream)
        segment, at, why = asked(engine, stream, data)
        before = stands(engine, segment, at)
    if why.named is not None:
        with opened(program.text()) as engine:
            engine.process([event for event in stream if event["id"] != why.named.id])
            assert stands(engine, segment, at) != before


@settings(max_examples=45)
@given(timed_programs(), one, st.data())
def test_the_smallest_change_turns_the_answer(program: Written, stream: Stream, data: st.DataObject) -> None:
    with opened(program.text()) as engine:
        engine.process(stream)
        segment, at, why = asked(engine, stream, data)
    assert why.change, "the host's word always turns it"
    inputs, end = entries(why.change, "ann", at)
    with opened(program.text()) as engine:
        engine.process([event for event in stream if instant(event) <= at])
        for entry in inputs:
            say(engine, entry)
        assert stands(engine, segment, end)[0] is not why.member


def say(engine: Engine, entry: Any) -> None:
    match entry:
        case Event():
            (outcome,) = engine.take([entry])
            assert outcome.reject is None
        case Include():
            engine.include("ann", entry.segment, entry.instant)
        case Exclude():
            engine.exclude("ann", entry.segment, entry.instant)
        case _:
            engine.unlist("ann", entry.segment, entry.instant)


@settings(max_examples=40)
@given(timed_programs(), one, st.data())
def test_the_answer_holds_until_the_instant_that_is_named(
    program: Written, stream: Stream, data: st.DataObject
) -> None:
    with opened(program.text()) as engine:
        engine.process(stream)
        segment = data.draw(st.sampled_from(sorted(engine.segments)))
        at = instant(stream[-1])
        why = engine.why("ann", segment, at)
        if why.until is None:
            assert stands(engine, segment, START + 3000 * DAY)[0] is why.member
        else:
            assert stands(engine, segment, why.until)[0] is not why.member
            assert stands(engine, segment, why.until - 1)[0] is why.member


@settings(max_examples=20)
@given(timed_programs(), one, st.data())
def test_every_answer_can_be_told(program: Written, stream: Stream, data: st.DataObject) -> None:
    with opened(program.text()) as engine:
        engine.process(stream)
        _, _, why = asked(engine, stream, data)
    assert why.text().startswith("ann is ")
    assert why.as_json()["member"] is why.member
