"""The laws *batches*, *twice*, *advance* and *forget*, of streams in which visitors are guests, log on and log off.

Seen to fail when a visitor forgets the ids of its events at each `logs off`, and when the past of a joined guest stays
behind.
"""

from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segdsl.host.engine import Engine
from segdsl.records.outcomes import Outcome
from segdsl.values.instants import DAY, HOUR
from tests.laws.test_batches import cuts
from tests.strategies.programs import Written, programs
from tests.strategies.streams import Stream
from tests.strategies.timed_programs import timed_programs
from tests.strategies.visitors import ACCOUNTS, EVERYBODY, visited
from tests.support.running import LATER, Seen, instant, opened, seen
from tests.support.timing import END, SHORT, net


def run(program: str, stream: Stream) -> Seen:
    with opened(program) as engine:
        return seen(engine, engine.process(stream), EVERYBODY)


@settings(max_examples=60)
@given(programs(), visited(), st.integers(1, 4), st.data())
def test_any_cut_of_the_input_in_memory(program: Written, stream: Stream, size: int, data: st.DataObject) -> None:
    outcomes: list[Outcome] = []
    with opened(program.text()) as engine, patch("segdsl.host.engine.BATCH", size):
        for part in cuts(stream, data):
            outcomes += engine.process(part)
        found = seen(engine, outcomes, EVERYBODY)
    assert found == run(program.text(), stream)


@settings(max_examples=30)
@given(programs(), visited(), st.data())
def test_a_store_that_is_closed_and_opened_between(program: Written, stream: Stream, data: st.DataObject) -> None:
    outcomes: list[Outcome] = []
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'law.store'}"
        for part in cuts(stream, data):
            with opened(program.text(), url) as engine:
                outcomes += engine.process(part)
        with opened(None, url) as engine:
            found = seen(engine, outcomes, EVERYBODY)
    assert found == run(program.text(), stream)


@pytest.mark.parametrize("lateness", ["", "lateness 90 minutes\n", "lateness 2 days\n"])
@settings(max_examples=40)
@given(programs(), visited(), st.data())
def test_every_event_sent_again(lateness: str, program: Written, stream: Stream, data: st.DataObject) -> None:
    text = lateness + program.text()
    again: Stream = []
    for number, event in enumerate(stream):
        again += [event, *data.draw(st.lists(st.sampled_from(stream[: number + 1]), max_size=2))]
    with opened(text) as engine:
        found = seen(engine, engine.process(again), EVERYBODY)
    assert found == run(text, stream)


@settings(max_examples=80)
@given(timed_programs(), visited(gaps=SHORT), st.data())
def test_calls_of_advance_anywhere_change_nothing(program: Written, stream: Stream, data: st.DataObject) -> None:
    outcomes: list[Outcome] = []
    with opened(program.text()) as engine, opened(program.text()) as plain:
        for event in stream:
            for to in data.draw(st.lists(st.sampled_from((-1, 0, 1, HOUR, 5 * DAY)), max_size=2)):
                engine.advance(instant(event) + to, before_commit=outcomes.extend)
            outcomes += engine.process([event])
        assert ended(engine, outcomes) == ended(plain, plain.process(stream))


def ended(engine: Engine, outcomes: list[Outcome]) -> tuple[object, ...]:
    """What can be seen at the end. An effect of a guest who is a new account since was handed over under the one name
    or the other: it is told under the new one."""
    engine.advance(END, before_commit=outcomes.extend)
    found = seen(engine, [], EVERYBODY, END)
    names = {link.guest: link.account for who in ACCOUNTS for link in engine.guests_of(who) if link.renamed}
    effects = [(action, names.get(who, who), *others) for action, who, *others in net(outcomes).values()]
    return found.changes, sorted(effects), found.standing


@settings(max_examples=60)
@given(programs(), visited(), st.sampled_from(ACCOUNTS))
def test_nothing_is_left_of_an_account_and_its_guests(program: Written, stream: Stream, who: str) -> None:
    with opened(program.text()) as engine:
        engine.process(stream)
        mine = {who, *(link.guest for link in engine.guests_of(who))}
        others = [name for name in EVERYBODY if name not in mine]
        before = seen(engine, [], others)
        engine.forget(who)
        assert not any(engine.history(name, LATER) or engine.backend.journal(name) for name in mine)
        assert all(effect.customer not in mine for effect in engine.backend.outbox(1000))
        assert engine.guests_of(who) == [] and engine.backend.visitors_of(who) == []
        assert all(m.customer not in mine for segment in engine.segments for m in engine.members(segment, LATER))
        assert seen(engine, [], others) == before
        again = engine.process([event for event in stream if event["customer"] == who])
        assert {outcome.status for outcome in again} <= {"rejected"}
