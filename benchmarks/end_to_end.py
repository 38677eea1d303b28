"""From JSON lines on disk to memberships: segdsl beside a program written by hand that means the same, beside one that
gives only the sets in the end, and beside decoding the JSON alone.

All of them read the same file, and take turns. What is timed ends when memberships, their histories and the counts of
the report stand, in memory or in a store; asking for them, to compare them, is not timed. The program itself is
compiled before, but for the rows of a cold start. `members`, `since`, histories and counts must be equal, or the run
fails.
"""

import json
import statistics
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from attrs import field, frozen

import segdsl
from benchmarks import answers, fresh, retail, retail_by_hand, stream, stream_by_hand
from benchmarks.answers import Answer
from benchmarks.results import Chart, Result, Table, agree
from benchmarks.sizes import Sizes
from benchmarks.timing import Taken, taken, versions
from segdsl.engines import DEFAULT, engines, prepare
from segdsl.readers import read_events
from segdsl.readers.base import EventShape
from segdsl.readers.ordering import in_order
from segdsl.records.inputs import Event
from segdsl.records.outcomes import Reject
from segdsl.state.customer import State
from segdsl.values.instants import LATEST

HAND, SETS = "by hand, the same meaning", "by hand, only the sets in the end"
JSON, MSGSPEC = "decoding alone, json", "decoding alone, msgspec"
MEMORY, SQLITE = "segdsl, memory, no journal", "segdsl, SQLite, no journal"
COLD = "segdsl, memory, cold start"
OWN = "compiled" if "compiled" in engines() else DEFAULT
SHARE = 10
"""The reference engine, which is written to be read, gets a tenth of the events."""


@frozen
class Work:
    """Events in a file, rules for them, and the two programs written by hand."""

    name: str
    path: Path
    events: int
    rules: str
    names: dict[int, str]
    run: Callable[[Path], Callable[[], Answer]]
    only_sets: Callable[[Path], dict[str, set[str]]]
    hand: tuple[str, object]
    """What `cold.py` needs to run the program by hand."""


@frozen
class Way:
    """How segdsl is run."""

    engine: str = OWN
    store: str = "memory://"
    journal: bool = False
    head: str = ""


WAYS = {
    MEMORY: Way(),
    SQLITE: Way(store="sqlite:///{path}"),
    "segdsl, memory, with a journal": Way(journal=True),
    "segdsl, SQLite, with a journal": Way(store="sqlite:///{path}", journal=True),
    "segdsl, memory, lateness 2 days": Way(head="lateness 2 days\n"),
}


@frozen
class Measured:
    """What the runs of one way took, and the answer of the first."""

    events: int
    times: list[Taken] = field(factory=list)

    @property
    def processor(self) -> float:
        """The median, in seconds."""
        return statistics.median(each.processor for each in self.times)

    @property
    def each(self) -> float:
        """Microseconds an event."""
        return self.processor / max(self.events, 1) * 1e6


def measure(sizes: Sizes) -> Result:
    result = Result("end_to_end", versions=versions("segdsl", "msgspec"))
    with tempfile.TemporaryDirectory(prefix="segdsl-benchmarks-") as name:
        folder = Path(name)
        for number in sizes.programs:
            work = generated(folder, sizes.events, number)
            show(result, work, compared(work, sizes, folder, whole=number == sizes.programs[0]))
            if number == sizes.programs[0]:
                stages(result, work, sizes)
            work.path.unlink()
        source = sizes.retail or retail.data()
        if source is None:
            result.skipped["real sales"] = f"there is no {retail.NAME} in ../shared/data, nor where SEGDSL_DATA says"
        else:
            work = sold(folder, source, sizes.events)
            show(result, work, compared(work, sizes, folder, whole=False))
    return result


def generated(folder: Path, events: int, number: int) -> Work:
    """A stream, and a program of so many rules."""
    path = folder / f"stream-{number}.jsonl"
    stream.write(path, events, number)
    brands = number - stream.OWN
    return Work(
        f"{events:,} generated events, {number:,} rules",
        path,
        _lines(path),
        stream.rules(number),
        stream.names(number),
        partial(stream_by_hand.run, brands=brands),
        partial(stream_by_hand.only_sets, brands=brands),
        ("stream", brands),
    )


def sold(folder: Path, source: Path, events: int) -> Work:
    """Real sales, as many as there are and are asked for."""
    path = folder / "retail.jsonl"
    number = retail.write(source, path, events)
    return Work(
        f"{number:,} lines of real sales, 10 conditions and rules", path, number, retail.RULES, retail.NAMES,
        retail_by_hand.run, retail_by_hand.only_sets, ("retail", "-"),
    )  # fmt: skip


def stages(result: Result, work: Work, sizes: Sizes) -> None:
    """Where the time of a run in memory goes: each row does what the rows before it do, and one thing more."""
    program = segdsl.loads(work.rules)
    ways: dict[str, Callable[[], object]] = {
        "lines decoded": partial(_decoded, work.path, msgspec.json.Decoder().decode, msgspec.DecodeError),
        "read to events": lambda: _exhausted(_read(program, work.path)),
        "put in order": lambda: _exhausted(in_order(_read(program, work.path))),
        "stepped": lambda: _stepped(program, work.path),
        "taken in and committed, in memory": lambda: through_segdsl(
            work, Way(), program, work.path.parent, asked=False
        ),
    }
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(sizes.rounds):
        for name, way in ways.items():
            times[name].append(taken(way)[0].processor / max(work.events, 1) * 1e6)
    medians = {name: statistics.median(found) for name, found in times.items()}
    before = [0.0, *medians.values()]
    rows = tuple((name, each, each - before[place]) for place, (name, each) in enumerate(medians.items()))
    head = ("", "microseconds an event", "more than before")
    result.tables.append(Table(f"Where the time goes: {work.name}", head, rows))
    result.figures["stages"] = medians


def _read(program: segdsl.Program, path: Path) -> Iterator[Event | Reject]:
    with read_events(path, EventShape(program.plan)) as reading:
        yield from reading


def _exhausted(items: Iterator[object]) -> None:
    for _ in items:
        pass


def _stepped(program: segdsl.Program, path: Path) -> None:
    """The pure steps alone, on states that are kept in a dictionary."""
    step = prepare(program.plan, OWN).step
    states: dict[str, State] = {}
    for event in in_order(_read(program, path)):
        if isinstance(event, Event):
            state = states.get(event.customer)
            if state is None or state.seen.get(event.id) != event.instant:
                states[event.customer] = step(state, event).state


def _lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(1 for _ in file)


def compared(work: Work, sizes: Sizes, folder: Path, *, whole: bool) -> dict[str, Measured]:
    """What each way took; `whole`: also those that tell what a journal, lateness, a cold start and the reference
    cost."""
    ways = WAYS if whole else {name: WAYS[name] for name in (MEMORY, SQLITE)}
    hand = work.run(work.path)()
    agree(f"{work.name}: the sets", [(HAND, hand.sets), (SETS, work.only_sets(work.path))])
    programs = {way: segdsl.loads(way.head + work.rules) for way in ways.values()}
    measured = {name: Measured(work.events) for name in (JSON, MSGSPEC, SETS, HAND, *ways)}
    for turn in range(sizes.rounds):
        measured[JSON].times.append(taken(partial(_decoded, work.path, json.loads, json.JSONDecodeError))[0])
        decode = msgspec.json.Decoder().decode
        measured[MSGSPEC].times.append(taken(partial(_decoded, work.path, decode, msgspec.DecodeError))[0])
        measured[SETS].times.append(taken(partial(work.only_sets, work.path))[0])
        measured[HAND].times.append(taken(partial(work.run, work.path))[0])
        for name, way in ways.items():
            time, answer = through_segdsl(work, way, programs[way], folder, asked=turn == 0)
            measured[name].times.append(time)
            if answer is not None:
                same(work, hand, name, answer)
    if whole:
        reference(measured, work, sizes, folder)
        started_cold(measured, work, sizes, folder)
    return measured


def _decoded(path: Path, decode: Callable[[bytes], object], error: type[Exception]) -> None:
    with path.open("rb") as file:
        for line in file:
            with suppress(error):
                decode(line)


def through_segdsl(
    work: Work, way: Way, program: segdsl.Program, folder: Path, *, asked: bool
) -> tuple[Taken, Answer | None]:
    """One run, and its answer if that is asked for."""
    store = folder / "run.store"
    options = {"engine": way.engine, "journal": way.journal, "clock": lambda: LATEST}
    engine: segdsl.Engine | None = None

    def run() -> segdsl.Report:
        nonlocal engine
        engine = segdsl.Engine(program, way.store.format(path=store), **options)  # type: ignore[arg-type]
        return segdsl.replay(engine, work.path)

    time, report = taken(run)
    assert engine is not None
    with engine:
        shift = way.head.count("\n")
        names = {line + shift: name for line, name in work.names.items()}
        answer = answers.of_engine(engine, report, names) if asked else None
    for path in folder.glob("run.store*"):
        path.unlink()
    return time, answer


def same(work: Work, hand: Answer, name: str, answer: Answer) -> None:
    """Fails unless two answers are equal, with the first place where they are not."""
    for part in ("counts", "members", "history"):
        agree(f"{work.name}: the {part}", [(HAND, getattr(hand, part)), (name, getattr(answer, part))])


def reference(measured: dict[str, Measured], work: Work, sizes: Sizes, folder: Path) -> None:
    """The reference engine, on the first part of the events."""
    lines = max(work.events // SHARE, 1)
    part = folder / "part.jsonl"
    with work.path.open("rb") as file, part.open("wb") as cut:
        cut.writelines(line for _, line in zip(range(lines), file, strict=False))
    name = f"segdsl, memory, reference engine, {lines:,} events"
    short = Work(name, part, lines, work.rules, work.names, work.run, work.only_sets, work.hand)
    program, hand = segdsl.loads(work.rules), work.run(part)()
    measured[name] = Measured(lines)
    for turn in range(min(sizes.rounds, 3)):
        time, answer = through_segdsl(short, Way(engine="reference"), program, folder, asked=turn == 0)
        measured[name].times.append(time)
        if answer is not None:
            same(short, hand, name, answer)


def started_cold(measured: dict[str, Measured], work: Work, sizes: Sizes, folder: Path) -> None:
    """The same in processes of their own, from the start of Python on, rules compiled and all."""
    rules = folder / "rules.seg"
    rules.write_text(work.rules, "utf-8")
    asked = {f"{HAND}, cold start": work.hand, COLD: ("segdsl", rules)}
    for turn in range(min(sizes.rounds, 3) + 1):
        for name, (who, more) in asked.items():
            found = fresh.run(folder, fresh.cache(folder), "benchmarks.cold", who, work.path, more)
            if turn:  # the first one makes the byte code
                seconds = found["processor"]
                measured.setdefault(name, Measured(work.events)).times.append(Taken(seconds, seconds))


def show(result: Result, work: Work, measured: dict[str, Measured]) -> None:
    """A table, a chart and the figures for the bars."""
    hand, decoding = measured[HAND].each, measured[MSGSPEC].each
    size = work.path.stat().st_size / max(work.events, 1)
    rows = tuple(
        (
            name,
            statistics.median(time.wall for time in each.times),
            each.processor,
            each.each,
            each.each / hand,
            each.each / decoding,
        )
        for name, each in measured.items()
    )
    head = ("", "seconds, wall", "processor", "microseconds an event", "to by hand", "to msgspec")
    note = f"{size:.0f} bytes a line. Ratios are of processor time, medians. segdsl's engine: {OWN}."
    result.tables.append(Table(f"End to end: {work.name}", head, rows, note))
    bars = tuple((name, each.each) for name, each in measured.items())
    name = f"end_to_end_{len(result.charts) + 1}"
    result.charts.append(Chart(name, f"End to end: {work.name}", "microseconds an event", bars))
    figures: dict[str, Any] = {
        "work": work.name,
        "microseconds": {name: each.each for name, each in measured.items()},
        "memory to by hand": measured[MEMORY].each / hand,
        "memory to json": measured[MEMORY].each / measured[JSON].each,
        "memory to msgspec": measured[MEMORY].each / decoding,
        "SQLite to memory": measured[SQLITE].each / measured[MEMORY].each,
        "SQLite to memory, wall": _wall(measured[SQLITE]) / _wall(measured[MEMORY]),
    }
    result.figures.setdefault("works", []).append(figures)


def _wall(measured: Measured) -> float:
    return statistics.median(time.wall for time in measured.times)
