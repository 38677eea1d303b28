"""Customers kept by one engine, for `fresh.run`: `python -m benchmarks.kept URL CUSTOMERS MORE JOURNAL TRACED`. Prints
by how many bytes the process has grown, and what Python accounts for if it is TRACED. MORE are further segments."""

import gc
import json
import sys
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

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


def main() -> None:
    url, customers, more, journal, traced = sys.argv[1], *map(int, sys.argv[2:6])
    engine_name = "compiled" if "compiled" in engines() else DEFAULT
    with segdsl.Engine(
        segdsl.loads(rules(more)), url, engine=engine_name, journal=bool(journal), clock=lambda: LATEST
    ) as engine:
        engine.take(list(events("nobody")))
        gc.collect()
        if traced:
            tracemalloc.start()
        before, begun = resident(), time.process_time()
        for first in range(0, customers, BLOCK):
            block = [f"customer-{number:07}" for number in range(first, min(first + BLOCK, customers))]
            engine.take([event for customer in block for event in events(customer)])
        seconds = time.process_time() - begun
        gc.collect()
        grown = resident() - before
        accounted = tracemalloc.get_traced_memory()[0] if traced else 0
        tracemalloc.stop()
        (state,) = engine.backend.load(["customer-0000000"]).values()
        if engine.counts() != dict.fromkeys(engine.segments, customers + 1):
            raise SystemExit(f"not everybody is in every segment: {engine.counts()}")
    path = Path(url.removeprefix("sqlite:///"))
    size = path.stat().st_size if path.is_file() else 0
    print(
        json.dumps(
            {"resident": grown, "traced": accounted, "state": len(bytes(state)), "file": size, "seconds": seconds}
        )
    )


if __name__ == "__main__":
    main()
