"""Customers kept by one engine, for `fresh.run`: `python -m benchmarks.kept URL AHEAD CUSTOMERS MORE JOURNAL TRACED`.

Prints the bytes by which the process has grown with CUSTOMERS, after others went AHEAD, whom a store may keep in a
quicker form; and what Python accounts for, of these and of those ahead, if it is TRACED. MORE are further segments.
"""

import gc
import json
import sqlite3
import sys
import time
import tracemalloc
from collections.abc import Iterator

import segdsl
from segdsl.engines import DEFAULT, engines
from segdsl.records.inputs import Event
from segdsl.values.instants import DAY, HOUR, LATEST
from segdsl.values.numbers import SCALE

RULES = """
segment Regulars if places order at least 10 times within 30 days
segment Spenders if total of amount of places order within 30 days >= 100
segment Curious if count of distinct product of views product within 30 days >= 5
segment Registered by activities
segment Welcome by activities
when registers then add to Registered, Welcome
"""
START = 1_767_225_600_000_000
ENTRIES = 10
BLOCK = 200
"""Customers whose events are taken in together."""


def events(customer: str) -> Iterator[Event]:
    """One who registers, and then looks at a product and orders it, ten times over."""
    yield Event("r", "registers", customer, START, {"time": START})
    for number in range(ENTRIES):
        at = START + DAY + number * 2 * HOUR
        yield Event(f"v{number}", "views product", customer, at, {"product": f"p{number}", "time": at})
        at += HOUR
        yield Event(f"o{number}", "places order", customer, at, {"amount": 15 * SCALE + number, "time": at})


def rules(more: int) -> str:
    """The rules, with so many more segments that everybody is in."""
    names = [f"More {number}" for number in range(more)]
    declared = "".join(f"segment {name} by activities\n" for name in names)
    return RULES + declared + (f"when registers then add to {', '.join(names)}\n" if names else "")


def resident() -> int:
    """Bytes of memory that the process has."""
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 - no file of ours
        return int(file.read().split()[1]) * 4096


def take(engine: segdsl.Engine, first: int, last: int) -> None:
    """All events of these customers, customer by customer."""
    for start in range(first, last, BLOCK):
        block = [f"customer-{number:07}" for number in range(start, min(start + BLOCK, last))]
        engine.take([event for customer in block for event in events(customer)])
    gc.collect()


def accounted() -> int:
    """Bytes that Python knows of; 0 if it is not traced."""
    return tracemalloc.get_traced_memory()[0]


def main() -> None:
    url, ahead, customers, more, journal, traced = sys.argv[1], *map(int, sys.argv[2:7])
    name = "compiled" if "compiled" in engines() else DEFAULT
    program = segdsl.loads(rules(more))
    with segdsl.Engine(program, url, engine=name, journal=bool(journal), clock=lambda: LATEST) as engine:
        engine.take(list(events("nobody")))
        gc.collect()
        if traced:
            tracemalloc.start()
        take(engine, 0, ahead)
        warm, size, before, begun = accounted(), on_disk(url), resident(), time.process_time()
        take(engine, ahead, ahead + customers)
        found = {
            "seconds": time.process_time() - begun,
            "resident": resident() - before,
            "ahead": warm,
            "traced": accounted() - warm,
            "file": on_disk(url) - size,
        }
        tracemalloc.stop()
        (state,) = engine.backend.load(["customer-0000000"]).values()
        if engine.counts() != dict.fromkeys(engine.segments, ahead + customers + 1):
            raise SystemExit(f"not everybody is in every segment: {engine.counts()}")
    print(json.dumps(found | {"encoded": len(bytes(state))}))


def on_disk(url: str) -> int:
    """Bytes of the pages of a store in a file; 0 of one in memory."""
    if not url.startswith("sqlite:"):
        return 0
    with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
        (pages,), (size,) = (connection.execute(f"PRAGMA {what}").fetchone() for what in ("page_count", "page_size"))
    connection.close()
    return int(pages * size)


if __name__ == "__main__":
    main()
