"""A run that follows its input: by a clock that the test turns, with arrivals that the test makes.

Where a file or a pipe is followed, the test changes it when the run tells of its progress, and waits for nothing.
"""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import segdsl
from segdsl.diagnostics.errors import InputError
from segdsl.host.batches import AHEAD
from segdsl.host.following import PATIENCE, Arrivals, Following
from segdsl.host.input import Input
from segdsl.host.running import Running
from segdsl.host.runs import Listener, Report
from segdsl.readers import growing, reader_of
from segdsl.values.instants import HOUR, MINUTE, SECOND, instant_text
from tests.cli.conftest import order, registers, write_events

RULES = """\
segment Fresh if places order within 10 minutes
when registers then wait 1 hour then send push "hello"
"""
START = 1_772_359_200 * SECOND  # 2026-03-01T10:00:00Z


class Clock:
    """The machine's."""

    def __init__(self) -> None:
        self.instant = START

    def __call__(self) -> int:
        return self.instant


class Heard:
    """What a run tells of, as lines: instants as minutes after the start. `steps` are done one by one, each as soon as
    so many events are handled; after the last of them the run is to stop."""

    def __init__(self, *steps: tuple[int, Callable[[], object]]) -> None:
        self.changes: list[str] = []
        self.effects: list[str] = []
        self.rejects: list[str] = []
        self.renewed: list[str] = []
        self.clocks: list[int | None] = []
        self.steps = list(steps)
        self.listener = Listener(self._outcomes, self._changes, self._progress, self.renewed.append)

    def _outcomes(self, outcomes: list[segdsl.Outcome]) -> None:
        for outcome in outcomes:
            self._changes(list(outcome.changes))
            self.effects += [f"{minutes(each.instant)} {each.customer}" for each in outcome.effects]
            self.rejects += [outcome.reject.reason] if outcome.reject else []

    def _changes(self, changes: list[segdsl.Change]) -> None:
        for each in changes:
            self.changes.append(f"{minutes(each.instant)} {each.customer} {'enters' if each.entered else 'leaves'}")

    def _progress(self, progress: segdsl.Progress) -> None:
        self.clocks.append(progress.clock)
        assert len(self.clocks) < 20_000, "what is waited for does not come"
        if self.steps and progress.clock is not None and progress.events >= self.steps[0][0]:
            self.steps.pop(0)[1]()

    def stop(self) -> bool:
        return not self.steps


def minutes(instant: int) -> str:
    return f"{(instant - START) / MINUTE:g}"


def at(minute: float) -> str:
    return instant_text(START + round(minute * MINUTE))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def engine(clock: Clock) -> Iterator[segdsl.Engine]:
    with segdsl.Engine(segdsl.loads(RULES), clock=clock) as engine:
        yield engine


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def following(engine: segdsl.Engine, heard: Heard) -> Following:
    running = Running(engine, Input("it", "it", "path", 1), heard.listener, None, 10, None, Report())
    return Following(running, seconds=lambda: 0.0)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growing, "POLL", 0.001)
    monkeypatch.setattr("segdsl.host.following.POLL", 0.001)


def came(engine: segdsl.Engine, *events: dict[str, Any]) -> list[segdsl.Event | segdsl.Reject]:
    return [engine.shape.to_event(event, place, "it") for place, event in enumerate(events, 1)]


SEGMENT = [
    {"type": "track", "event": "Order Completed", "userId": who, "messageId": who, "timestamp": at(-10)}
    for who in ("ann", "bob")
]


def test_other_shapes_are_followed_too(engine: segdsl.Engine, tmp_path: Path, quick: None):
    path = tmp_path / "calls.jsonl"
    write_events(path, SEGMENT[:1])

    def add() -> None:
        with path.open("a") as file:
            file.write(json.dumps({"batch": [SEGMENT[1], {"type": "group", "groupId": "g"}]}) + "\n")

    heard = Heard((1, add), (2, lambda: None))
    report = segdsl.follow(engine, path, listener=heard.listener, stop=heard.stop, tick=0.001)
    assert sorted(engine.backend.customers()) == ["ann", "bob"]
    assert (report.formats, report.passed_over) == ({"segment": 2}, {"group calls": 1})


def test_one_line_of_mapped_json_is_enough_to_begin(engine: segdsl.Engine, tmp_path: Path, quick: None):
    mapping = tmp_path / "map.toml"
    mapping.write_text('customer = "who"\ntime = "at"\n[[event]]\nname = "places order"\n')
    write_events(tmp_path / "in.jsonl", [{"who": "ann", "at": at(-10)}])
    heard = Heard((1, lambda: None))
    segdsl.follow(
        engine, tmp_path / "in.jsonl", mapping=mapping, listener=heard.listener, stop=heard.stop, tick=0.001
    )  # fmt: skip
    assert list(engine.backend.customers()) == ["ann"]


def test_parquet_cannot_be_followed(engine: segdsl.Engine, tmp_path: Path, quick: None):
    (tmp_path / "in.parquet").write_bytes(b"PAR1\n" * 10)
    with pytest.raises(InputError, match="which takes a file: a pipe, or one that is followed"):
        segdsl.follow(engine, tmp_path / "in.parquet", stop=lambda: False, tick=0.001)


# ------------------------------------------------------------------------------------------------- arrivals and clock


def test_batches_are_committed_as_they_come(engine: segdsl.Engine, following: Following):
    def arrivals() -> Iterator[list[segdsl.Event | segdsl.Reject]]:
        yield came(engine, order("e1", "ann", at(-10)))
        assert list(engine.backend.customers()) == ["ann"]
        position = engine.backend.position("it")
        assert position is not None and position.places == 1
        yield came(engine, order("e1", "ann", at(-10)), order("e2", "bob", at(-5)))
        assert list(engine.backend.customers()) == ["ann", "bob"]

    following.go(arrivals())
    assert (following.running.report.events, following.running.report.repeated) == (2, 1)


def test_a_timer_fires_at_a_quiet_tick_at_its_instant(
    engine: segdsl.Engine, following: Following, heard: Heard, clock: Clock
):
    following.go([came(engine, registers("e1", "ann", at(0)))])
    clock.instant = START + HOUR - 1
    following.go([[]])
    assert heard.effects == []
    clock.instant = START + HOUR
    following.go([[], []])
    assert heard.effects == ["60 ann"]


def test_it_fires_at_its_instant_also_when_the_tick_comes_late(
    engine: segdsl.Engine, following: Following, heard: Heard, clock: Clock
):
    following.go([came(engine, registers("e1", "ann", at(0)))])
    clock.instant = START + 3 * HOUR
    following.go([[]])
    assert heard.effects == ["60 ann"]
    assert engine.now() == clock.instant


def test_a_backlog_does_not_advance_to_the_wall_clock(engine: segdsl.Engine, following: Following, heard: Heard):
    following.go([came(engine, registers("e1", "ann", at(-300))), came(engine, order("e2", "bob", at(-280)))])
    assert (heard.effects, engine.now()) == ([], START - 280 * MINUTE)
    following.go([came(engine, order("e3", "bob", at(-200)))])
    assert (heard.effects, engine.now()) == (["-240 ann"], START - 200 * MINUTE)
    assert heard.clocks[-1] == START - 200 * MINUTE


def test_an_event_a_little_ahead_does_not_pull_the_clock(
    engine: segdsl.Engine, following: Following, heard: Heard, clock: Clock
):
    following.go([came(engine, registers("e1", "ann", at(-58)))])
    following.go([came(engine, order("e2", "bob", instant_text(START + AHEAD)))])
    following.finish()
    assert (following.running.report.events, heard.effects) == (2, [])
    clock.instant += 2 * MINUTE
    following.go([[]])
    assert heard.effects == ["2 ann"]


def test_an_event_too_far_ahead_is_refused(engine: segdsl.Engine, following: Following, heard: Heard):
    following.go([came(engine, order("e1", "ann", instant_text(START + AHEAD + 1)), order("e2", "bob", at(0)))])
    assert heard.rejects == ["future"]
    assert engine.now() == START


def test_the_order_of_arrival_decides_what_is_late(engine: segdsl.Engine, following: Following, heard: Heard):
    following.go([came(engine, order("e1", "ann", at(-5)), order("e2", "ann", at(-9)), order("e3", "bob", at(-9)))])
    assert heard.rejects == ["late"]
    assert following.running.report.events == 2


def test_a_pipe_has_time_to_begin(engine: segdsl.Engine, following: Following, clock: Clock):
    following.patience = PATIENCE
    following.go([[]] * PATIENCE)
    assert engine.now() == 0
    following.go([came(engine, order("e1", "ann", at(-5))), []])
    assert engine.now() == clock.instant


# ---------------------------------------------------------------------------------------------- what the clock brings


def test_what_the_clock_alone_does_is_told_once_and_as_it_happens(
    engine: segdsl.Engine, following: Following, heard: Heard, clock: Clock
):
    following.go([came(engine, order("e1", "ann", at(0)), order("e2", "bob", at(0))), []])
    clock.instant = START + 10 * MINUTE
    following.go([[], []])
    assert heard.changes == ["0 ann enters", "0 bob enters", "10 ann leaves", "10 bob leaves"]
    following.go([came(engine, order("e3", "ann", at(9.9))), []])
    clock.instant = START + 5 * HOUR
    following.go([[]])
    following.finish()
    assert heard.changes[4:] == ["19.9 ann leaves"]  # that she left is not so: she was there all along


def test_a_restart_does_not_tell_of_it_again(
    engine: segdsl.Engine, following: Following, heard: Heard, clock: Clock, tmp_path: Path
):
    following.go([came(engine, order("e1", "ann", at(0)))])
    clock.instant = START + 3 * HOUR
    following.go([[]])
    following.finish()
    (tmp_path / "none.jsonl").write_text("")
    segdsl.replay(engine, tmp_path / "none.jsonl", listener=heard.listener)
    assert heard.changes == ["0 ann enters", "10 ann leaves"]


def test_what_was_told_of_at_the_end_is_not_told_of_again(
    engine: segdsl.Engine, following: Following, heard: Heard, clock: Clock, tmp_path: Path
):
    following.go([came(engine, order("e1", "ann", at(0)))])
    clock.instant = START + 3 * HOUR
    following.go([came(engine, order("e2", "bob", at(180)))])
    following.finish()
    (tmp_path / "none.jsonl").write_text("")
    segdsl.replay(engine, tmp_path / "none.jsonl", listener=heard.listener)
    assert heard.changes == ["0 ann enters", "180 bob enters", "10 ann leaves"]


def test_what_the_clock_does_after_an_event_of_before_is_new(
    engine: segdsl.Engine, following: Following, heard: Heard, clock: Clock
):
    clock.instant = START + 5 * HOUR
    following.go([came(engine, registers("e1", "ann", at(0))), []])
    assert (heard.changes, heard.effects) == ([], ["60 ann"])
    following.go([came(engine, order("e2", "ann", at(30)))])
    following.finish()
    assert heard.changes == ["30 ann enters", "40 ann leaves"]


def test_after_a_crash_it_is_told_of_rather_twice_than_never(
    engine: segdsl.Engine, following: Following, heard: Heard, clock: Clock, tmp_path: Path
):
    clock.instant = START + 5 * HOUR
    following.go([[], came(engine, order("e1", "ann", at(30))), came(engine, order("e2", "bob", at(50)))])
    (tmp_path / "none.jsonl").write_text("")
    segdsl.replay(engine, tmp_path / "none.jsonl", listener=heard.listener)
    assert heard.changes == ["30 ann enters", "50 bob enters", "40 ann leaves", "60 bob leaves"]


def test_looking_for_it_leaves_time_for_the_rest(
    following: Following, heard: Heard, clock: Clock, monkeypatch: pytest.MonkeyPatch
):
    looked: list[float] = []
    monkeypatch.setattr(Running, "tell_clock_changes", lambda _running, _now: looked.append(second[0]))
    for second in ([0.0, 1.0], [5.0], [19.9], [20.0, 20.0]):
        times = iter(second)
        following.seconds = lambda times=times: next(times)
        following.go([[]])
    assert looked == [0.0, 20.0]


# ------------------------------------------------------------------------------------------------------ a file


def grow(path: Path, *events: dict[str, Any] | str) -> None:
    with path.open("a") as file:
        file.write("".join(each if isinstance(each, str) else json.dumps(each) + "\n" for each in events))


def followed(engine: segdsl.Engine, path: Path, heard: Heard) -> segdsl.Report:
    return segdsl.follow(engine, path, listener=heard.listener, stop=heard.stop, tick=0.0)


EVENTS = [order(f"e{n}", f"c{n}", at(n - 20)) for n in range(10)]


@pytest.mark.usefixtures("quick")
def test_what_is_there_is_taken_in_the_order_of_time_and_then_what_comes(engine: segdsl.Engine, tmp_path: Path):
    path = tmp_path / "events.jsonl"
    same = [order(f"s{n}", "ann", at(n - 20)) for n in range(4)]
    write_events(path, [same[1], same[0]])
    heard = Heard((2, lambda: grow(path, same[3], same[2])), (3, lambda: None))
    report = followed(engine, path, heard)
    assert (report.events, heard.rejects) == (3, ["late"])


@pytest.mark.usefixtures("quick")
def test_a_restart_goes_on(engine: segdsl.Engine, tmp_path: Path):
    path = tmp_path / "events.jsonl"
    write_events(path, EVENTS[:2])
    grown = followed(engine, path, Heard((2, lambda: grow(path, *EVENTS[2:4])), (4, lambda: None)))
    assert (grown.events, grown.skipped) == (4, 0)
    grow(path, EVENTS[5], EVENTS[4])
    again = followed(engine, path, Heard((2, lambda: grow(path, EVENTS[6])), (3, lambda: None)))
    assert (again.events, again.skipped, again.repeated) == (3, 4, 0)
    grow(path, EVENTS[7])
    ordinary = segdsl.replay(engine, path)
    assert (ordinary.events, ordinary.skipped, ordinary.repeated) == (1, 7, 0)
    assert followed(engine, path, Heard((0, lambda: None))).skipped == 8


@pytest.mark.usefixtures("quick")
def test_what_was_refused_is_not_met_again(engine: segdsl.Engine, clock: Clock, tmp_path: Path):
    path = tmp_path / "events.jsonl"
    write_events(path, EVENTS[:1])
    heard = Heard((1, lambda: grow(path, order("f", "ann", at(60)), "nonsense\n", EVENTS[1])), (2, lambda: None))
    followed(engine, path, heard)
    assert sorted(heard.rejects) == ["future", "not an event"]
    clock.instant += 2 * HOUR
    grow(path, EVENTS[2])
    for events in (1, 0):
        report = segdsl.replay(engine, path)
        assert (report.events, report.repeated, report.rejects.total()) == (events, 0, 0)


@pytest.mark.usefixtures("quick")
def test_what_is_there_is_believed_no_more_than_what_comes(engine: segdsl.Engine, clock: Clock, tmp_path: Path):
    path = tmp_path / "events.jsonl"
    write_events(path, [order("f", "ann", at(60)), {**EVENTS[0], "colour": "red"}])
    heard = Heard((1, lambda: None))
    assert followed(engine, path, heard).ignored == {("places order", "colour"): 1}
    assert (heard.rejects, engine.now()) == (["future"], clock.instant)
    clock.instant += 2 * HOUR
    assert segdsl.replay(engine, path).events == 0


@pytest.mark.usefixtures("quick")
def test_a_half_line_waits(engine: segdsl.Engine, tmp_path: Path):
    path = tmp_path / "events.jsonl"
    line = json.dumps(EVENTS[1]) + "\n"
    write_events(path, EVENTS[:1])
    grow(path, line[:30])
    heard = Heard((1, lambda: None), (1, lambda: None), (1, lambda: grow(path, line[30:])), (2, lambda: None))
    report = followed(engine, path, heard)
    assert (report.events, heard.rejects) == (2, [])


@pytest.mark.usefixtures("quick")
def test_a_half_line_is_for_the_next_run(engine: segdsl.Engine, tmp_path: Path):
    path = tmp_path / "events.jsonl"
    line = json.dumps(EVENTS[1]) + "\n"
    write_events(path, EVENTS[:1])
    grow(path, "nonsense\n", line[:30])
    stopped = followed(engine, path, Heard((1, lambda: None)))
    assert (stopped.events, stopped.rejects.total()) == (1, 1)
    grow(path, line[30:])
    again = followed(engine, path, Heard((1, lambda: None)))
    assert (again.events, again.skipped, again.rejects.total()) == (1, 1, 0)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("how", ["truncated", "replaced"])
def test_a_new_file_of_that_name_is_followed_on(engine: segdsl.Engine, tmp_path: Path, how: str):
    path = tmp_path / "events.jsonl"
    write_events(path, EVENTS[:3])

    def renew() -> None:
        if how == "replaced":
            path.rename(tmp_path / "events.1")
        write_events(path, EVENTS[3:4])

    heard = Heard((3, renew), (4, lambda: grow(path, EVENTS[4])), (5, lambda: None))
    report = followed(engine, path, heard)
    assert (report.events, report.skipped, heard.renewed, heard.rejects) == (5, 0, [how], [])
    grow(path, EVENTS[5])
    assert segdsl.replay(engine, path).events == 1


@pytest.mark.usefixtures("quick")
def test_an_empty_file_is_waited_for(engine: segdsl.Engine, clock: Clock, tmp_path: Path):
    path = tmp_path / "events.jsonl"
    path.write_text("")
    heard = Heard((0, lambda: grow(path, EVENTS[0])), (1, lambda: None))
    assert followed(engine, path, heard).events == 1
    assert heard.clocks[0] == clock.instant


@pytest.mark.usefixtures("quick")
def test_a_stop_while_what_is_there_is_taken(engine: segdsl.Engine, tmp_path: Path):
    path = tmp_path / "events.jsonl"
    write_events(path, [order(f"e{n}", "ann", at(n / 1000 - 20)) for n in range(6_000)])
    asked: list[int] = []
    listener = Listener(progress=lambda progress: asked.append(progress.events))
    report = segdsl.follow(engine, path, listener=listener, stop=lambda: bool(asked))
    assert (asked[0], report.events, engine.now()) == (5_000, 5_000, START - 20 * MINUTE + 4_999 * MINUTE // 1000)
    assert followed(engine, path, Heard((1_000, lambda: None))).skipped == 5_000


@pytest.mark.parametrize(
    ("name", "said"),
    [("nix.jsonl", "there is no file"), (".", "is a directory"), ("packed.gz", "is packed: unpack it")],
)
def test_what_cannot_be_followed(engine: segdsl.Engine, tmp_path: Path, name: str, said: str):
    (tmp_path / "packed.gz").write_bytes(b"\x1f\x8b\x08\0\0")
    with pytest.raises(InputError, match=said):
        segdsl.follow(engine, tmp_path / name)


def test_an_error_of_the_reader_comes_through(engine: segdsl.Engine, tmp_path: Path):
    (tmp_path / "events.jsonl").write_bytes(b"\xff\xfe\n\0")
    with pytest.raises(InputError, match=r"events\.jsonl is UTF-16 text"):
        segdsl.follow(engine, tmp_path / "events.jsonl")


# ------------------------------------------------------------------------------------------------------ a pipe


@pytest.mark.usefixtures("quick")
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes of this kind")
def test_a_pipe_to_its_end(engine: segdsl.Engine, tmp_path: Path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = os.open(path, os.O_RDWR)
    half = json.dumps(EVENTS[2])
    os.write(writer, "".join(json.dumps(event) + "\n" for event in (EVENTS[1], EVENTS[0])).encode())
    heard = Heard(
        (2, lambda: os.write(writer, half.encode())), (2, lambda: os.close(writer)), (9, lambda: None),
    )  # fmt: skip
    report = followed(engine, path, heard)
    assert (report.events, heard.rejects, len(heard.steps)) == (3, [], 1)


@pytest.mark.usefixtures("quick")
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes of this kind")
def test_a_stop_while_nobody_writes_to_a_pipe(engine: segdsl.Engine, tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")
    ticks = iter(range(5))
    assert segdsl.follow(engine, tmp_path / "pipe", stop=lambda: next(ticks) == 4).events == 0


# ------------------------------------------------------------------------------------------------------ the stream


class Waits:
    """Does something at each wait, and stops the stream after the last."""

    def __init__(self, *steps: Callable[[], object]) -> None:
        self.steps = list(steps)

    def __call__(self, _seconds: float) -> bool:
        if not self.steps:
            return True
        self.steps.pop(0)()
        return False


def read(stream: growing.Growing) -> list[bytes]:
    found = list(iter(lambda: stream.read1(100), b""))
    stream.let_go()
    return found


def test_the_stream_waits_at_the_end_of_the_file(tmp_path: Path):
    path = tmp_path / "it"
    path.write_text("one\n")
    waits = Waits(lambda: None, lambda: grow(path, "tw"), lambda: grow(path, "o\n"))
    stream = growing.Growing(path, waits)
    waiting: list[bool] = []
    stream.listen = waiting.append
    assert (read(stream), stream.renewed, stream.waits) == ([b"one\n", b"tw", b"o\n"], "", True)
    assert waiting == [False, False, True, True, False, True, False, True]


def test_the_rest_of_the_old_file_is_read_first(tmp_path: Path):
    path = tmp_path / "it"
    path.write_text("one\n")

    def move() -> None:
        path.rename(tmp_path / "old")
        grow(tmp_path / "old", "two\n")

    def replace() -> None:
        grow(tmp_path / "old", "three\n")
        grow(path, "new\n")

    stream = growing.Growing(path, Waits(move, lambda: None, replace))
    assert (read(stream), stream.renewed) == ([b"one\n", b"two\n", b"three\n"], "replaced")


def test_a_shorter_file_is_another_one(tmp_path: Path):
    path = tmp_path / "it"
    path.write_text("one\ntwo\n")
    stream = growing.Growing(path, Waits(lambda: path.write_text("1\n")))
    assert (read(stream), stream.renewed) == ([b"one\ntwo\n"], "truncated")


@pytest.mark.usefixtures("quick")
def test_there_is_no_tick_while_the_reader_is_busy(engine: segdsl.Engine, tmp_path: Path):
    (tmp_path / "it").write_text("")
    stream = growing.Growing(tmp_path / "it")
    asked = iter(range(100))
    arrivals = Arrivals(stream, reader_of(tmp_path / "it", engine.shape), lambda: next(asked) in (5, 9), 0.0)
    assert list(arrivals) == []
    stream.waits = True
    assert list(arrivals) == [[], [], []]
    stream.let_go()


def test_arrivals_come_in_batches_of_bounded_size(engine: segdsl.Engine, tmp_path: Path):
    path = tmp_path / "it"
    write_events(path, [order(f"e{n}", "ann", at(0)) for n in range(12_000)])
    sizes: list[int] = []
    with Arrivals(growing.Growing(path), reader_of(path, engine.shape), lambda: sum(sizes) == 12_000, 0.0) as arrivals:
        for items in arrivals:
            sizes.append(len(items))
    assert max(sizes) <= 5_000
