"""The laws *advance*, *batches* and *arrival* for programs in which time does things: timers, waits, transitions, ends.

Seen to fail when an event that comes after the clock was advanced beyond it does not take the steps since anew, when
`advance` keeps no state of before, when effects that would not have been are not withdrawn, when the inputs kept apart
are an hour too few, when one batch takes back what was never in the store, and when the end of a membership that a rule
listens to sets no timer.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from segdsl.host.engine import Engine
from segdsl.records.outcomes import Outcome
from segdsl.state.life import decode
from segdsl.values.instants import DAY, HOUR, MINUTE, SECOND
from tests.strategies.programs import Written
from tests.strategies.streams import Stream, streams
from tests.strategies.timed_programs import timed_programs
from tests.support.running import instant, opened
from tests.support.timing import END, SHORT, live, lived

FEW = ("ann", "bob")
short = streams(gaps=SHORT, customers=FEW)
late = streams(gaps=SHORT, customers=FEW, apart=True, least=3)
delays = st.sampled_from((0, 0, 1, HOUR, DAY, 2 * DAY - 1, 2 * DAY))
"""How much later than its instant an event arrives."""

CROWDED = (1, SECOND, 10 * MINUTE, 30 * MINUTE, HOUR, 90 * MINUTE)
NARROW = (0, 0, 1, HOUR, 80 * MINUTE, 90 * MINUTE - 1, 90 * MINUTE)
crowded = streams(gaps=CROWDED, customers=("ann",), apart=True, least=4)


def interrupt(engine: Engine, data: st.DataObject, now: int, outcomes: list[Outcome]) -> None:
    """Advance somewhere: before what comes, or far beyond it."""
    for to in data.draw(st.lists(st.sampled_from((-DAY, -HOUR, -1, 0, 1, HOUR, DAY, 5 * DAY, 40 * DAY)), max_size=2)):
        engine.advance(now + to, before_commit=outcomes.extend)


@settings(max_examples=120)
@given(timed_programs(), short, st.data())
def test_calls_of_advance_anywhere_change_nothing(program: Written, stream: Stream, data: st.DataObject) -> None:
    outcomes: list[Outcome] = []
    with opened(program.text()) as engine:
        for event in stream:
            interrupt(engine, data, instant(event), outcomes)
            outcomes += engine.process([event])
        found = lived(engine, outcomes)
    plain = live(program.text(), stream)
    assert (found.changes, found.effects, found.standing) == (plain.changes, plain.effects, plain.standing)


@settings(max_examples=40)
@given(timed_programs(), short, st.data())
def test_a_store_closed_and_opened_anywhere(program: Written, stream: Stream, data: st.DataObject) -> None:
    outcomes: list[Outcome] = []
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'law.store'}"
        rest = stream
        while rest:
            size = data.draw(st.integers(1, len(rest)))
            with opened(program.text(), url) as engine:
                outcomes += engine.process(rest[:size])
                if data.draw(st.booleans()):
                    engine.advance(instant(rest[size - 1]) + HOUR, before_commit=outcomes.extend)
            rest = rest[size:]
        with opened(None, url) as engine:
            found = lived(engine, outcomes)
    plain = live(program.text(), stream)
    assert (found.changes, found.effects, found.standing) == (plain.changes, plain.effects, plain.standing)


@settings(max_examples=80)
@given(timed_programs(lateness="2 days"), late, st.data())
def test_any_order_of_arrival_within_the_lateness(program: Written, stream: Stream, data: st.DataObject) -> None:
    arriving = sorted(stream, key=lambda event: instant(event) + data.draw(delays))
    outcomes: list[Outcome] = []
    with opened(program.text()) as engine:
        for event in arriving:
            interrupt(engine, data, instant(event), outcomes)
            outcomes += engine.process([event])
        assert all(outcome.status != "rejected" for outcome in outcomes)
        found = lived(engine, outcomes, arrivals=False)
    plain = live(program.text(), stream, arrivals=False)
    assert found == plain


@settings(max_examples=80)
@given(timed_programs(lateness="90 minutes"), crowded, st.data())
def test_any_order_of_arrival_where_events_crowd(program: Written, stream: Stream, data: st.DataObject) -> None:
    """As the law before, with many events about as old as may be: what lies before them is not kept apart any more."""
    arriving = sorted(stream, key=lambda event: instant(event) + data.draw(st.sampled_from(NARROW)))
    outcomes: list[Outcome] = []
    with opened(program.text()) as engine:
        for event in arriving:
            outcomes += engine.process([event])
        assert all(outcome.status != "rejected" for outcome in outcomes)
        found = lived(engine, outcomes, arrivals=False)
    assert found == live(program.text(), stream, arrivals=False)


@settings(max_examples=40)
@given(timed_programs(lateness="2 days"), late, st.data())
def test_any_order_of_arrival_in_one_batch_on_sqlite(program: Written, stream: Stream, data: st.DataObject) -> None:
    arriving = sorted(stream, key=lambda event: instant(event) + data.draw(delays))
    size = data.draw(st.integers(1, len(arriving)))
    outcomes: list[Outcome] = []
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'law.store'}"
        for part in (arriving[:size], arriving[size:]):
            with opened(program.text(), url) as engine:
                outcomes += engine.process(part)
        with opened(None, url) as engine:
            found = lived(engine, outcomes, arrivals=False)
    plain = live(program.text(), stream, arrivals=False)
    assert found == plain


@settings(max_examples=40)
@given(timed_programs(lateness="2 days"), short)
def test_a_lateness_that_nothing_needs_changes_nothing(program: Written, stream: Stream) -> None:
    text = program.text()
    assert live(text, stream) == live(text.replace("lateness 2 days", ""), stream)


@settings(max_examples=80)
@given(timed_programs(), short)
def test_advance_finds_everything_a_rule_does_by_the_clock(program: Written, stream: Stream) -> None:
    """The timers of the index, against letting the clock run for every customer."""
    outcomes: list[Outcome] = []
    with opened(program.text()) as engine:
        engine.process(stream)
        loaded = engine.backend.load(FEW)
        wanted = [engine.prepared.settle(decode(data).head, END).effects for data in loaded.values()]
        engine.advance(END, before_commit=outcomes.extend)
    found = [effect for outcome in outcomes for effect in outcome.effects]
    assert sorted(each.id for each in found) == sorted(each.id for effects in wanted for each in effects)


@settings(max_examples=40)
@given(timed_programs(), short)
def test_forgetting_leaves_no_timer(program: Written, stream: Stream) -> None:
    who = stream[0]["customer"]
    with opened(program.text()) as engine:
        engine.process(stream)
        engine.process([{"event": "forget customer", "customer": who, "time": stream[-1]["time"]}])
        assert engine.next_change(who) is None
        outcomes: list[Outcome] = []
        lived(engine, outcomes)
        assert all(outcome.customer != who for outcome in outcomes)
