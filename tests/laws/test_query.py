"""The law *query*: an answer about a past instant is that of a run that ended there; one about a later instant is that
after the clock has come there. `members`, `count` and `segments_of` agree.

Seen to fail when past answers take the open memberships, when a later answer does not let the clock run, and when
`count` leaves out those whom the clock has moved.
"""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from segdsl.host.engine import Engine
from segdsl.values.instants import DAY, HOUR, instant_text
from tests.strategies.programs import Written, programs
from tests.strategies.streams import CUSTOMERS, LENGTHS, Stream, streams
from tests.support.running import instant, opened

AFTER = (0, 1, HOUR - 1, HOUR, HOUR + 1, DAY, 2 * DAY, 40 * DAY)


def answers(engine: Engine, at: int | None, customers: list[str]) -> dict[str, Any]:
    """Every question about an instant."""
    found: dict[str, Any] = {}
    for customer in customers:
        found[customer] = [(m.segment, m.since) for m in engine.segments_of(customer, at)]
    for segment in engine.segments:
        found[f"members of {segment}"] = [(m.customer, m.since) for m in engine.members(segment, at)]
        found[f"count of {segment}"] = engine.count(segment, at)
    return found


def known(stream: Stream, at: int) -> list[str]:
    return [name for name in CUSTOMERS if any(e["customer"] == name and instant(e) <= at for e in stream)]


@settings(max_examples=60)
@given(programs(), streams(), st.data())
def test_the_past_is_answered_as_by_a_run_that_ended_there(
    program: Written, stream: Stream, data: st.DataObject
) -> None:
    some = data.draw(st.sampled_from(stream))
    at = instant(some) + data.draw(st.sampled_from((*AFTER, -1, *(-length for length in LENGTHS))))
    with opened(program.text()) as whole, opened(program.text()) as ended:
        whole.process(stream)
        ended.process([event for event in stream if instant(event) <= at])
        assert answers(whole, at, known(stream, at)) == answers(ended, at, known(stream, at))


@settings(max_examples=60)
@given(programs(), streams(), st.sampled_from(AFTER))
def test_later_is_answered_as_after_the_clock_has_come_there(program: Written, stream: Stream, after: int) -> None:
    later = instant(stream[-1]) + after
    customers = known(stream, later)
    with opened(program.text()) as engine:
        engine.process(stream)
        before = answers(engine, later, customers)
        engine.advance(later)
        assert answers(engine, None, customers) == before


@settings(max_examples=60)
@given(programs(), streams(), st.sampled_from(AFTER), st.sampled_from(("dan", *CUSTOMERS)))
def test_later_is_answered_as_after_an_event_that_nothing_reads(
    program: Written, stream: Stream, after: int, whose: str
) -> None:
    later = instant(stream[-1]) + after
    customers = known(stream, later)
    idle = {"id": "idle", "event": "idles", "customer": whose, "time": instant_text(later)}
    with opened(program.text()) as engine:
        engine.process(stream)
        before = {customer: engine.segments_of(customer, later) for customer in customers}
        engine.process([idle])
        after_it = {customer: engine.segments_of(customer) for customer in customers}
    assert _standing(after_it) == _standing(before)


def _standing(found: dict[str, Any]) -> dict[str, Any]:
    return {customer: [(m.segment, m.since) for m in memberships] for customer, memberships in found.items()}


@settings(max_examples=60)
@given(programs(), streams(), st.sampled_from(AFTER))
def test_members_counts_and_segments_agree(program: Written, stream: Stream, after: int) -> None:
    at = instant(stream[len(stream) // 2]) + after
    with opened(program.text()) as engine:
        engine.process(stream)
        customers = known(stream, at)
        by_customer = {c: {m.segment for m in engine.segments_of(c, at)} for c in customers}
        for segment in engine.segments:
            members = [m.customer for m in engine.members(segment, at)]
            assert members == [c for c in customers if segment in by_customer[c]]
            assert engine.count(segment, at) == len(members)
