"""Runs that go on from each other: what is taken, and what is told."""

from pathlib import Path

import pytest

import segdsl
from segdsl.host.runs import Listener
from tests.cli.conftest import order, write_events

RULES = "segment Fresh if places order within 7 days\n"
EVENTS = [
    order("e1", "ann", "2026-03-01T10:00:00Z"),
    order("e2", "bob", "2026-03-02T10:00:00Z"),
    order("e3", "cem", "2026-03-20T10:00:00Z"),
    order("e4", "ann", "2026-03-25T10:00:00Z"),
]


class Heard:
    """All changes that a run tells of, as lines; stops the run after so many batches."""

    def __init__(self, stop: int | None = None) -> None:
        self.lines: list[str] = []
        self.batches = 0
        self.stop = stop

    def outcomes(self, outcomes: list[segdsl.Outcome]) -> None:
        self.changes([change for outcome in outcomes for change in outcome.changes])

    def changes(self, changes: list[segdsl.Change]) -> None:
        self.lines += [
            f"{each.time:%m-%d} {each.customer} {'enters' if each.entered else 'leaves'}" for each in changes
        ]

    def progress(self, progress: segdsl.Progress) -> None:
        self.batches += 1
        if self.batches == self.stop:
            raise KeyboardInterrupt

    @property
    def listener(self) -> Listener:
        return Listener(self.outcomes, self.changes, self.progress)


@pytest.fixture
def engine():
    with segdsl.Engine(segdsl.loads(RULES)) as engine:
        yield engine


def told(path: Path, events: list[dict[str, object]]) -> list[str]:
    """What a run of all events at once tells."""
    with segdsl.Engine(segdsl.loads(RULES)) as engine:
        write_events(path, events)
        heard = Heard()
        segdsl.replay(engine, path, listener=heard.listener)
        return sorted(heard.lines)


def test_what_the_clock_does_is_told_once(engine: segdsl.Engine, tmp_path: Path):
    heard, path = Heard(), tmp_path / "events.jsonl"
    for number in range(1, len(EVENTS) + 1):
        write_events(path, EVENTS[:number])
        segdsl.replay(engine, path, listener=heard.listener)
        segdsl.replay(engine, path, listener=heard.listener)
    assert sorted(heard.lines) == told(path, EVENTS)


def test_events_from_before_the_last_end_are_told_of_whole(engine: segdsl.Engine, tmp_path: Path):
    heard, path = Heard(), tmp_path / "events.jsonl"
    mixed = [EVENTS[2], EVENTS[1], EVENTS[0], EVENTS[3]]
    for number in range(1, len(mixed) + 1):
        write_events(path, mixed[:number])
        segdsl.replay(engine, path, listener=heard.listener)
    assert sorted(heard.lines) == told(path, EVENTS)


@pytest.mark.parametrize("stop", [1, 2, 3, 4])
def test_a_run_that_was_stopped_tells_the_rest(engine: segdsl.Engine, tmp_path: Path, stop: int):
    heard, path = Heard(stop), tmp_path / "events.jsonl"
    write_events(path, EVENTS)
    with pytest.raises(KeyboardInterrupt):
        segdsl.replay(engine, path, listener=heard.listener, batch=1)
    report = segdsl.replay(engine, path, listener=heard.listener, batch=1)
    assert (report.events, report.skipped) == (4 - stop, stop)
    assert sorted(heard.lines) == told(path, EVENTS)


@pytest.mark.parametrize("stop", [1, 2, 3])
def test_nothing_is_left_out_when_a_run_with_older_events_is_stopped(engine: segdsl.Engine, tmp_path: Path, stop: int):
    first, path = Heard(), tmp_path / "events.jsonl"
    write_events(path, EVENTS[2:3])
    segdsl.replay(engine, path, listener=first.listener)
    heard = Heard(stop)
    write_events(path, [EVENTS[2], EVENTS[0], EVENTS[1], EVENTS[3]])
    with pytest.raises(KeyboardInterrupt):
        segdsl.replay(engine, path, listener=heard.listener, batch=1)
    report = segdsl.replay(engine, path, listener=heard.listener, batch=1)
    assert report.rejects.total() <= stop
    assert set(first.lines + heard.lines) == set(told(path, EVENTS))


BATCHES = [{"batch": [
    {"type": "track", "event": "Order Completed", "userId": who, "messageId": f"{who}{hour}",
     "timestamp": f"2026-03-01T{hour:02}:00:00Z"}
    for who, hour in calls]}
    for calls in ([("ann", 10), ("bob", 10), ("cem", 9)], [("dan", 10), ("eve", 10), ("fay", 12)])]  # fmt: skip


@pytest.mark.parametrize("stop", [1, 2, 3])
def test_a_run_that_was_stopped_loses_no_call_of_a_batch(engine: segdsl.Engine, tmp_path: Path, stop: int):
    heard, path = Heard(stop), tmp_path / "calls.jsonl"
    write_events(path, BATCHES)
    with pytest.raises(KeyboardInterrupt):
        segdsl.replay(engine, path, listener=heard.listener, batch=1)
    segdsl.replay(engine, path, batch=1)
    assert sorted(engine.backend.customers()) == ["ann", "bob", "cem", "dan", "eve", "fay"]


def test_a_run_says_how_events_were_written_and_what_was_passed_over(engine: segdsl.Engine, tmp_path: Path):
    write_events(tmp_path / "events.jsonl", [*EVENTS, *BATCHES, {"type": "group", "groupId": "g", "userId": "ann"}])
    report = segdsl.replay(engine, tmp_path / "events.jsonl")
    assert report.formats == {"jsonlines": 4, "segment": 6}
    assert (report.passed_over, report.skipped_rows) == ({"group calls": 1}, 1)
    again = segdsl.replay(engine, tmp_path / "events.jsonl")
    assert (again.events, again.formats) == (0, {})


def test_events_after_until_are_for_a_later_run(engine: segdsl.Engine, tmp_path: Path):
    path = tmp_path / "events.jsonl"
    write_events(path, EVENTS)
    first = segdsl.replay(engine, path, until="2026-03-10")
    assert (first.events, first.rejects) == (2, {"future": 2})
    then = segdsl.replay(engine, path)
    assert (then.events, then.skipped, then.rejects.total()) == (2, 2, 0)


def test_a_run_of_nothing_after_a_run(engine: segdsl.Engine, tmp_path: Path):
    path = tmp_path / "events.jsonl"
    write_events(path, EVENTS)
    segdsl.replay(engine, path)
    now = engine.now()
    (tmp_path / "none.jsonl").write_text("")
    assert segdsl.replay(engine, tmp_path / "none.jsonl").events == 0
    assert engine.now() == now
