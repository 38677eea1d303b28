"""What the journal costs: the same events into a store that keeps the inputs of its customers and one that does not,
and how long `why` takes to answer from it.

    python benchmarks/journal.py [--events N] [--customers N]
"""

import argparse
import random
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import segdsl
from segdsl.values.instants import LATEST

RULES = """
segment Golfers by activities
segment Loyal if count of places order >= 3
segment Active if places order within 30 days
when searches "golf" then add to Golfers
"""
ROUNDS = 3


def stream(events: int, customers: int) -> list[dict[str, Any]]:
    """Events in the order of time: searches, orders and views, a third each."""
    random_ = random.Random(1)
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    made: list[dict[str, Any]] = []
    for number in range(events):
        moment += timedelta(seconds=random_.randint(0, 40))
        event: dict[str, Any] = {
            "id": f"e{number}", "customer": f"customer-{random_.randrange(customers)}", "time": moment.isoformat(),
        }  # fmt: skip
        match random_.randrange(3):
            case 0:
                event |= {"event": "searches", "term": random_.choice(("golf", "ski", "tea"))}
            case 1:
                event |= {"event": "places order", "order": f"o{number}", "amount": random_.randint(1, 300)}
            case _:
                event |= {"event": "views product", "product": f"p{random_.randrange(500)}"}
        made.append(event)
    return made


def timed(program: segdsl.Program, events: list[dict[str, Any]], folder: Path, journal: bool) -> tuple[float, int]:
    """Seconds of processor time, and the bytes of the store."""
    path = folder / f"{time.monotonic_ns()}.store"
    begun = time.process_time()
    with segdsl.Engine(program, f"sqlite:///{path}", journal=journal, clock=lambda: LATEST) as engine:
        engine.process(events)
    return time.process_time() - begun, path.stat().st_size


def asked(program: segdsl.Program, events: list[dict[str, Any]], length: int) -> float:
    """Seconds for an answer about a customer of so many events."""
    with segdsl.Engine(program, clock=lambda: LATEST) as engine:
        engine.process({**event, "customer": "one"} for event in events[:length])
        engine.why("one", "Loyal")
        begun = time.process_time()
        engine.why("one", "Active")
        return time.process_time() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=60_000)
    parser.add_argument("--customers", type=int, default=8_000)
    options = parser.parse_args()
    program = segdsl.loads(RULES)
    events = stream(options.events, options.customers)
    with tempfile.TemporaryDirectory() as folder:
        found = {kept: [timed(program, events, Path(folder), kept) for _ in range(ROUNDS)] for kept in (False, True)}
    without, kept = (statistics.median(seconds for seconds, _ in found[which]) for which in (False, True))
    sizes = [found[which][0][1] for which in (False, True)]
    print(f"{options.events:,} events of {options.customers:,} customers into SQLite, median of {ROUNDS}, one process:")
    print(f"  without a journal  {without:6.2f} s  {sizes[0] / options.events:6.0f} bytes an event")
    print(f"  with a journal     {kept:6.2f} s  {sizes[1] / options.events:6.0f} bytes an event")
    print(f"  ratio              {kept / without:6.2f}    {sizes[1] / sizes[0]:6.2f}")
    for length in (10, 100, 1_000):
        print(f"why, of a customer with {length:,} events: {asked(program, events, length) * 1000:,.0f} ms")


if __name__ == "__main__":
    main()
