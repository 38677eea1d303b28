"""How long questions take, with a million memberships in the store: in memory and in SQLite.

By the clock on the wall, since somebody waits for it. Every segment has as many members; one hangs on a window, and one
customer in a hundred has fallen out of it since, without an event: the clock's changes are worked out when one asks.
"""

import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import segdsl
from benchmarks.results import Chart, Differs, Result, Table
from benchmarks.sizes import Sizes
from benchmarks.timing import versions
from segdsl.engines import DEFAULT, engines
from segdsl.records.inputs import Event
from segdsl.records.outcomes import Reject
from segdsl.values.instants import DAY, LATEST, SECOND

RULES = """
segment A by activities
segment B by activities
segment C by activities
segment D by activities
segment New if registers within 30 days
when registers then add to A, B, C, D
"""
SEGMENTS = 5
START = 1_767_225_600_000_000
OWN = "compiled" if "compiled" in engines() else DEFAULT
GONE = 100
"""One customer in so many registered too long ago."""

Ask = Callable[[], Any]


def measure(sizes: Sizes) -> Result:
    result = Result("questions", versions=versions("segdsl"))
    customers = sizes.memberships // SEGMENTS
    rows: list[tuple[str | float, ...]] = []
    with tempfile.TemporaryDirectory(prefix="segdsl-benchmarks-") as folder:
        for store, url in (("memory", "memory://"), ("SQLite", f"sqlite:///{Path(folder) / 'store'}")):
            with segdsl.Engine(segdsl.loads(RULES), url, engine=OWN, journal=False, clock=lambda: LATEST) as engine:
                for batch in registrations(customers):
                    engine.take(batch)
                for what, times in asked(engine, customers, many=500 if sizes.rounds > 1 else 5).items():
                    each = statistics.median(times), statistics.quantiles(times, n=100, method="inclusive")[-1]
                    rows.append((f"{what}, {store}", *(seconds * 1000 for seconds in each)))
                    result.figures[f"{what}, {store}"] = {"median": each[0], "99 %": each[1]}
    title = f"Questions, with {customers * SEGMENTS:,} memberships"
    result.tables.append(Table(title, ("", "median, ms", "99 %, ms"), tuple(rows)))
    bars = tuple((str(row[0]), float(row[1])) for row in rows)
    result.charts.append(Chart("questions", title, "milliseconds, median", bars, True))
    return result


def registrations(customers: int) -> Iterator[list[Event | Reject]]:
    """Everybody registers within a day, but for some who did 30 days before the end of it."""
    gone = customers // GONE
    for first in range(0, customers, 5_000):
        batch: list[Event | Reject] = []
        for number in range(first, min(first + 5_000, customers)):
            at = START + number * SECOND // 10 + (0 if number < gone else 30 * DAY)
            batch.append(Event("r", "registers", f"c{number:07}", at, {"time": at}))
        yield batch


def asked(engine: segdsl.Engine, customers: int, many: int) -> dict[str, list[float]]:
    """Seconds of each answer. The answers are counted, or it fails."""
    random_ = random.Random(1)
    names = [f"c{random_.randrange(customers):07}" for _ in range(many)]
    gone = sum(1 for _ in engine.members("A")) - engine.count("New")
    if engine.count("A") != customers or gone != customers // GONE:
        raise Differs(f"{engine.counts()} of {customers} customers")
    few = max(many // 50, 2)
    return {
        "segments_of": [timed(lambda name=name: engine.segments_of(name)) for name in names],  # type: ignore[misc]
        "members, first row": [timed(lambda: next(engine.members("A"))) for _ in range(many // 10 + 2)],
        "members, all": [timed(lambda: sum(1 for _ in engine.members("A"))) for _ in range(few)],
        "members of a window, all": [timed(lambda: sum(1 for _ in engine.members("New"))) for _ in range(few)],
        "count": [timed(lambda: engine.count("A")) for _ in range(many // 10 + 2)],
    }


def timed(ask: Ask) -> float:
    begun = time.perf_counter()
    ask()
    return time.perf_counter() - begun
