"""The law *batches*: any cut of the input into calls and transactions, on any store, closed and opened between, is one
run.

Seen to fail when a batch's transaction leaves out the states of customers who changed no segment, and when a store that
is opened again forgets the ids it has seen.
"""

from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from segdsl.records.outcomes import Outcome
from tests.strategies.programs import Written, programs
from tests.strategies.streams import Stream, streams
from tests.support.running import opened, run, seen


def cuts(stream: Stream, data: st.DataObject) -> list[Stream]:
    ends = sorted({*data.draw(st.lists(st.integers(0, len(stream)), max_size=4)), 0, len(stream)})
    return [stream[start:end] for start, end in pairwise(ends)]


@settings(max_examples=50)
@given(programs(), streams(), st.integers(1, 4), st.data())
def test_any_cut_of_the_input_in_memory(program: Written, stream: Stream, size: int, data: st.DataObject) -> None:
    outcomes: list[Outcome] = []
    with opened(program.text()) as engine, patch("segdsl.host.engine.BATCH", size):
        for part in cuts(stream, data):
            outcomes += engine.process(part)
        found = seen(engine, outcomes)
    assert found == run(program.text(), stream)


@settings(max_examples=25)
@given(programs(), streams(), st.data())
def test_a_store_that_is_closed_and_opened_between(program: Written, stream: Stream, data: st.DataObject) -> None:
    outcomes: list[Outcome] = []
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'law.store'}"
        for part in cuts(stream, data):
            with opened(program.text(), url) as engine:
                outcomes += engine.process(part)
        with opened(None, url) as engine:
            found = seen(engine, outcomes)
    assert found == run(program.text(), stream)


@settings(max_examples=25)
@given(programs(), streams(least=2), st.data())
def test_a_repetition_is_known_after_reopening(program: Written, stream: Stream, data: st.DataObject) -> None:
    last = [event for event in stream if event["time"] == stream[-1]["time"]]
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'law.store'}"
        with opened(program.text(), url) as engine:
            engine.process(stream)
        with opened(program.text(), url) as engine:
            assert {outcome.status for outcome in engine.process(last)} == {"repeated"}
