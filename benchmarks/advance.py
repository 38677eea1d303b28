"""What it costs to let the clock run: `advance` by a day over two SQLite stores of different size, with as many due.

The cost should be that of those who are due, whoever else is in the store, and nothing for segments that no rule
listens to. Each run advances a fresh copy of the store; what is due is known beforehand, and the run fails if anything
else is done.
"""

import argparse
import json
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from attrs import define, evolve, field, frozen

import segdsl
from segdsl.backends.base import Batch, Versioned, nothing
from segdsl.backends.sqlite import SqliteBackend, open_file
from segdsl.backends.sqlite.statements import TIMERS
from segdsl.records.inputs import Event
from segdsl.records.outcomes import Effect
from segdsl.values.instants import DAY, parse_moment

START = (parse_moment("2026-01-01T00:00:00Z") or (0, True))[0]
CLOCK = START + 30 * DAY
"""Where the stores stand: who came on the first day is due within the next day, nobody before."""


@frozen
class Way:
    """How something comes to be due 30 days after `registers`; `acts`: a rule takes notice of it."""

    rules: str
    acts: bool


WAYS = {
    "a wait": Way('when registers then wait 30 days then send email "we miss you"', True),
    "a segment heard": Way(
        'segment New if registers within 30 days\nwhen leaves New then send email "we miss you"', True
    ),
    "a segment, nobody listens": Way("segment New if registers within 30 days", False),
}


@define
class Counted:
    """What was asked of a store since the counts began."""

    loaded: int = 0
    committed: int = 0
    timers: int = 0
    commits: int = 0

    def watch(self, backend: SqliteBackend) -> None:
        fetch, commit, timers = backend.fetch, backend.commit, backend.timers

        def fetching(customers: Sequence[str]) -> dict[str, Versioned]:
            found = fetch(customers)
            self.loaded += len(found)
            return found

        def committing(batch: Batch, sure: Callable[[], object] = nothing) -> list[Effect]:
            self.committed += len(batch.states)
            self.commits += 1
            return commit(batch, sure)

        def timing(at: int, limit: int) -> list[str]:
            found = timers(at, limit)
            self.timers += len(found)
            return found

        backend.fetch, backend.commit, backend.timers = fetching, committing, timing  # type: ignore[method-assign]


@define
class Store:
    """A store as it stands at `CLOCK`, and what advancing copies of it took."""

    path: Path
    way: Way
    customers: int
    due: int
    building: float = 0.0
    steps: int = 0
    seconds: list[float] = field(factory=list)
    asking: list[float] = field(factory=list)
    counted: Counted = field(factory=Counted)

    def engine(self, path: Path) -> tuple[segdsl.Engine, SqliteBackend]:
        backend = open_file(path)
        return segdsl.Engine(segdsl.loads(self.way.rules), backend, clock=lambda: CLOCK), backend

    def build(self) -> None:
        """`due` customers on the first day, the others on the 28 days after the second."""
        started = time.perf_counter()
        engine, backend = self.engine(self.path)
        with engine:
            for first in range(0, self.customers, 5_000):
                numbers = range(first, min(first + 5_000, self.customers))
                engine.take([Event("r", "registers", f"c{n:07}", self.moment(n)) for n in numbers])
            engine.advance(CLOCK)
            self.building = time.perf_counter() - started
            self.steps = steps_of(backend, CLOCK + DAY)

    def moment(self, number: int) -> int:
        if number < self.due:
            return START + 1 + number * (DAY - 1) // self.due
        return START + 2 * DAY + (number - self.due) * 28 * DAY // (self.customers - self.due)

    def advance(self) -> None:
        """Advance a copy by a day, and then count the members of a segment, if there is one."""
        copy = self.path.with_suffix(".copy")
        shutil.copyfile(self.path, copy)
        engine, backend = self.engine(copy)
        with engine:
            self.counted = Counted()
            self.counted.watch(backend)
            started = time.perf_counter()
            engine.advance(CLOCK + DAY)
            self.seconds.append(time.perf_counter() - started)
            expected = self.due if self.way.acts else 0
            found = (self.counted.loaded, self.counted.committed, len(backend.outbox(self.customers)))
            if found != (expected, expected, expected):
                raise SystemExit(f"{expected} were due, but {found} were loaded, committed and written to: {self.path}")
            self.counted = evolve(self.counted)  # what asking takes is not part of it
            if engine.segments:
                started = time.perf_counter()
                members = engine.count("New")
                self.asking.append(time.perf_counter() - started)
                if members != self.customers - self.due:
                    raise SystemExit(f"{members} members of {self.customers} with {self.due} gone: {self.path}")
        copy.unlink()


def steps_of(backend: SqliteBackend, at: int) -> int:
    """The instructions of SQLite's machine that the statement of `timers` takes for all who are due."""
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    backend._connection.set_progress_handler(count, 1)
    backend.timers(at, 1_000_000)
    backend._connection.set_progress_handler(None, 0)
    return steps


def plan(path: Path) -> str:
    with open_file(path) as backend:
        return "; ".join(row[3] for row in backend._connection.execute(f"EXPLAIN QUERY PLAN {TIMERS}", (0, 0)))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, nargs=2, default=[10_000, 100_000], help="of the two stores")
    parser.add_argument("--due", type=int, default=1_000)
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    given = parser.parse_args()
    figures: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as name:
        print(f"advance by a day, {given.due} due, median of {given.runs}; segdsl {segdsl.__version__}, SQLite")
        head = ("customers", "built s", "MB", "advance ms", "loaded", "committed", "timers", "steps", "count ms")
        print(f"{'':27}" + "".join(f"{each:>11}" for each in head))
        for number, (kind, way) in enumerate(WAYS.items()):
            stores = [Store(Path(name) / f"{number}-{n}.store", way, n, given.due) for n in given.customers]
            for store in stores:
                store.build()
            for run in range(given.runs):
                for store in stores if run % 2 else reversed(stores):  # neither is always the first
                    store.advance()
            for store in stores:
                figures.append(shown(kind, store))
            small, large = (statistics.median(store.seconds) for store in stores)
            print(f"{kind:27}{'ratio':>11}{'':22}{large / small:11.2f}")
        print(f"the plan of `timers`: {plan(stores[-1].path)}")
    if given.json:
        given.json.write_text(json.dumps(figures, indent=1))
    return 0


def shown(kind: str, store: Store) -> dict[str, Any]:
    """Print a line of the table, and give it."""
    counted = store.counted
    line = {
        "kind": kind,
        "customers": store.customers,
        "built": round(store.building, 1),
        "megabytes": round(store.path.stat().st_size / 1e6, 1),
        "advance": round(statistics.median(store.seconds) * 1000, 1),
        "loaded": counted.loaded,
        "committed": counted.committed,
        "timers": counted.timers,
        "steps": store.steps,
        "count": round(statistics.median(store.asking) * 1000, 1) if store.asking else "-",
    }
    print(f"{kind:27}" + "".join(f"{value!s:>11}" for name, value in line.items() if name != "kind"))
    return line


if __name__ == "__main__":
    sys.exit(main())
