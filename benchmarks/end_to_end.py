"""JSON lines on disk to memberships: segdsl beside a program written by hand, and beside decoding alone.

All four read the same generated file in one run; the two that decide memberships must agree, or the run fails.
"""

import argparse
import json
import platform
import random
import statistics
import sys
import tempfile
import time
from collections import defaultdict, deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import msgspec

import segdsl

RULES = """
segment Big Spenders if total of amount of places order >= 2000
segment Regulars if places order at least 3 times within 30 days
segment Lapsed if time since places order > 60 days
segment Golf Fans by activities
when searches "golf" then add to Golf Fans
when searches "no golf" then remove from Golf Fans
"""
TERMS = ("golf", "ski", "tennis", "no golf", "shoes", "GOLF")
START = datetime(2026, 1, 1, tzinfo=UTC)
Members = dict[str, set[str]]


def generate(path: Path, events: int, customers: int, seed: int) -> None:
    """Write a stream in the order of time: two thirds searches, one third orders."""
    random_ = random.Random(seed)
    moment = START
    with path.open("w", encoding="utf-8") as file:
        for number in range(events):
            moment += timedelta(seconds=random_.randint(0, 2 * 86_400 * 120 // events))
            event: dict[str, object] = {
                "id": f"e{number}",
                "customer": f"c{random_.randrange(customers)}",
                "time": moment.isoformat(),
            }
            if random_.random() < 0.67:
                event |= {"event": "searches", "term": random_.choice(TERMS)}
            else:
                event |= {"event": "places order", "amount": round(random_.uniform(5, 500), 2)}
            file.write(json.dumps(event) + "\n")


def decode_only(path: Path, _folder: Path) -> Members:
    decoder = msgspec.json.Decoder()
    with path.open("rb") as file:
        for line in file:
            decoder.decode(line)
    return {}


def by_hand(path: Path, _folder: Path) -> Members:
    """What a careful engineer writes for exactly these rules."""
    spent: dict[str, Decimal] = defaultdict(Decimal)
    recent: dict[str, deque[datetime]] = defaultdict(lambda: deque(maxlen=3))
    golf: set[str] = set()
    decoder = msgspec.json.Decoder(float_hook=Decimal)
    moment = START
    with path.open("rb") as file:
        for line in file:
            event = decoder.decode(line)
            customer = event["customer"]
            moment = datetime.fromisoformat(event["time"])
            if event["event"] == "searches":
                term = event["term"].casefold()
                if term == "golf":
                    golf.add(customer)
                elif term == "no golf":
                    golf.discard(customer)
            else:
                spent[customer] += event["amount"]
                recent[customer].append(moment)
    month, two = timedelta(days=30), timedelta(days=60)
    return {
        "Big Spenders": {c for c, total in spent.items() if total >= 2000},
        "Regulars": {c for c, times in recent.items() if len(times) == 3 and moment - times[0] < month},
        "Lapsed": {c for c, times in recent.items() if moment - times[-1] > two},
        "Golf Fans": golf,
    }


def through_segdsl(store: str) -> Callable[[Path, Path], Members]:
    def run(path: Path, folder: Path) -> Members:
        url = store.format(folder=folder, name=time.monotonic_ns())
        with segdsl.Engine(segdsl.loads(RULES), url) as engine:
            segdsl.replay(engine, path)
            return {name: {m.customer for m in engine.members(name)} for name in engine.segments}

    return run


WAYS: dict[str, Callable[[Path, Path], Members]] = {
    "decoding alone": decode_only,
    "by hand": by_hand,
    "segdsl, memory": through_segdsl("memory://"),
    "segdsl, SQLite": through_segdsl("sqlite:///{folder}/{name}.store"),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--customers", type=int, default=5_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    given = parser.parse_args()
    times: dict[str, list[float]] = {name: [] for name in WAYS}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "events.jsonl"
        generate(path, given.events, given.customers, given.seed)
        for _ in range(given.runs):
            answers = {}
            for way, run in WAYS.items():
                started = time.perf_counter()
                answers[way] = run(path, folder)
                times[way].append(time.perf_counter() - started)
            if not answers["by hand"] == answers["segdsl, memory"] == answers["segdsl, SQLite"]:
                print("the answers differ", file=sys.stderr)
                return 1
    medians = {way: statistics.median(seconds) for way, seconds in times.items()}
    print(f"{given.events} events, {given.customers} customers, median of {given.runs}; {versions()}")
    print(f"{'':20}{'seconds':>10}{'events/s':>12}{'to by hand':>12}")
    for way, seconds in medians.items():
        print(f"{way:20}{seconds:10.2f}{given.events / seconds:12,.0f}{seconds / medians['by hand']:12.1f}")
    if given.json:
        given.json.write_text(json.dumps({"medians": medians, "times": times, "versions": versions()}, indent=1))
    return 0


def versions() -> str:
    return f"segdsl {segdsl.__version__}, Python {platform.python_version()}, msgspec {msgspec.__version__}"


if __name__ == "__main__":
    sys.exit(main())
