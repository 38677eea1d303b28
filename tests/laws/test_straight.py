"""The law *straight*: the straight way through a batch, and states kept at hand, change nothing: all comes out as it
does the patient way, event by event, from the bytes of the store.

Seen to fail when the straight way takes a repetition or an event from before the clock, counts an event on the day of
another, or leaves in the journal how an event was written and what nothing declares.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segdsl.backends.memory import MemoryBackend
from segdsl.host.engine import Engine
from segdsl.host.program import Program, loads
from segdsl.host.replay import replay
from segdsl.host.runs import Listener, Report
from segdsl.host.taking import Taking
from segdsl.records.inputs import Event
from segdsl.records.outcomes import Outcome, Reject
from segdsl.values.instants import DAY, LATEST
from tests.laws.test_batches import cuts
from tests.strategies.programs import Written, programs
from tests.strategies.streams import CUSTOMERS, Stream, streams
from tests.strategies.visitors import EVERYBODY, visited
from tests.support.running import seen

WHO = (*CUSTOMERS, *EVERYBODY)
LATENESS = ["", "lateness 90 minutes\n", "lateness 2 days\n"]


@st.composite
def mixed(draw: st.DrawFn) -> Stream:
    """Events of customers, in some streams of guests and visitors, too: some late, sent twice, forgetting somebody, or
    with a field that nothing declares."""
    stream = draw(visited(least=2, most=10) if draw(st.integers(0, 2)) == 0 else streams(least=2, most=12))
    for at in range(len(stream)):
        match draw(st.integers(0, 7)):
            case 0:
                stream.append(stream[at])
            case 1:
                other = draw(st.integers(0, len(stream) - 1))
                stream[at], stream[other] = stream[other], stream[at]
            case 2 if stream[at].get("customer"):
                who, time = stream[at]["customer"], stream[at]["time"]
                stream.append({"id": f"f{at}", "event": "forget customer", "customer": who, "time": time})
            case 3:
                stream[at] = {**stream[at], "nobody declares this": 1}
    return stream


def patiently(taking: Taking, items: Iterable[Event | Reject], _unheard: Report | None) -> list[Outcome]:
    return [taking.take(item) for item in items]


def all_of(engine: Engine, outcomes: list[Outcome]) -> tuple[Any, ...]:
    backend = engine.backend
    return (
        outcomes, seen(engine, outcomes, WHO), backend.tallies(), backend.clock(), backend.outbox(1_000),
        {customer: (bytes(state), engine.journal(customer)) for customer, state in backend.load(WHO).items()},
        backend.customer_count(), [list(backend.members(name)) for name in sorted(engine.segments)],
    )  # fmt: skip


def run(program: Program, parts: list[Stream], hot: int = 1_000) -> tuple[Any, ...]:
    with Engine(program, MemoryBackend(hot), clock=lambda: LATEST - DAY) as engine:
        return all_of(engine, [outcome for part in parts for outcome in engine.process(part)])


@pytest.mark.parametrize("lateness", LATENESS)
@settings(max_examples=40)
@given(written=programs(), stream=mixed(), data=st.data())
def test_the_straight_way_is_the_patient_way(
    lateness: str, written: Written, stream: Stream, data: st.DataObject
) -> None:
    program, parts = loads(lateness + written.text()), cuts(stream, data)
    with patch("segdsl.host.batches.take_all", patiently):
        patient = run(program, parts)
    assert run(program, parts) == patient


@pytest.mark.parametrize("lateness", LATENESS)
@settings(max_examples=20)
@given(written=programs(), stream=mixed(), hot=st.integers(1, 2), data=st.data())
def test_few_states_at_hand_are_as_good_as_many(
    lateness: str, written: Written, stream: Stream, hot: int, data: st.DataObject
) -> None:
    program, parts = loads(lateness + written.text()), cuts(stream, data)
    assert run(program, parts, hot) == run(program, parts)


@pytest.mark.parametrize("lateness", LATENESS)
@settings(max_examples=20)
@given(written=programs(), stream=mixed())
def test_a_run_that_nobody_hears_does_and_reports_the_same(lateness: str, written: Written, stream: Stream) -> None:
    program = loads(lateness + written.text())

    def done(listener: Listener) -> tuple[Any, ...]:
        with TemporaryDirectory() as folder, Engine(program, clock=lambda: LATEST - DAY) as engine:
            path = Path(folder) / "events.jsonl"
            path.write_text("".join(f"{json.dumps(event)}\n" for event in stream), "utf-8")
            report = replay(engine, path, listener=listener, batch=5)
            tallies = {tally: number for tally, number in engine.backend.tallies().items() if tally.kind != "batch"}
            return report, tallies, *all_of(engine, [])[2:]

    assert done(Listener()) == done(Listener(outcomes=lambda outcomes: None))
