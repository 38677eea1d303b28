"""What a decision costs: one view of a spot, for a customer with a history, with more and more activities; all of them
at this spot, or ten at each.

    python benchmarks/decide.py [--activities 10 100 1000] [--runs 300] [--json FILE]

Every store is SQLite in a file, and one customer after the other is asked about. Beside the decision stand the load of
the customer's state alone, and `process` of the same event, which commits. Each decision is checked against what
processing the event gives, or the run fails.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import segdsl
from segdsl.state.life import decode
from segdsl.values.instants import LATEST

CUSTOMERS = 200
VIEWS = 20
"""Events of each customer before they are asked about."""

DAY = "2026-03-{:02}T{:02}:00:00Z"
KINDS = (
    'if in segment Loyal then show content "For the loyal {n}"',
    'if income >= {n} then show content "For those who earn {n}"',
    'if not buys category "Ski" within 30 days then recommend product "P{n}"',
    'then branch first { path if gender is "female" then show content "Dress {n}" otherwise then show content "{n}" }',
)
"""What activities do, in turn."""

FEW = 10
"""Activities at each spot, where they are not all at one."""


def rules(activities: int, together: bool) -> str:
    """A shop with activities at ten priorities, all of them at one spot or few at each."""
    made = ["segment Loyal if count of views product within 90 days >= 10"]
    for number in range(activities):
        body = KINDS[number % len(KINDS)].replace("{n}", str(number))
        spot = "Home" if together or number < FEW else f"Spot {number // FEW}"
        made.append(f'web activity "Banner {number}" priority {number % 10} {{ when views spot "{spot}" {body} }}')
    return "\n".join(made)


def history() -> list[dict[str, Any]]:
    return [
        {
            "id": f"c{who}-{number}", "event": "views product", "product": f"p{number}", "customer": f"c{who}",
            "time": DAY.format(1 + number % 20, number // 20), "attributes": {"income": 50, "gender": "female"},
        }
        for number in range(VIEWS)
        for who in range(CUSTOMERS)
    ]  # fmt: skip


def views(runs: int) -> list[dict[str, Any]]:
    """A view of the spot by one customer after the other."""
    return [
        {"id": f"v{n}", "event": "views spot", "spot": "Home", "customer": f"c{n % CUSTOMERS}",
         "time": DAY.format(21 + n // CUSTOMERS, 12)}
        for n in range(runs)
    ]  # fmt: skip


def timed(work: Callable[[Any], Any], items: Iterable[Any]) -> tuple[list[float], list[Any]]:
    """Milliseconds of each call, and what it gave."""
    times: list[float] = []
    found: list[Any] = []
    for item in items:
        begun = time.perf_counter()
        found.append(work(item))
        times.append((time.perf_counter() - begun) * 1000)
    return times, found


def measured(activities: int, runs: int, together: bool) -> dict[str, Any]:
    """The milliseconds of loads, decisions and commits, on a store of its own."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'shop.store'}"
        with segdsl.Engine(segdsl.loads(rules(activities, together)), url, clock=lambda: LATEST) as engine:
            engine.process(history())
            asked = views(runs)
            engine.decide(asked[0])
            loads, _ = timed(lambda view: decode(engine.backend.load([view["customer"]])[view["customer"]]), asked)
            decisions, processings, shown = [], [], []
            for view in asked:
                taken, (decision,) = timed(engine.decide, [view])
                committed, (outcomes,) = timed(engine.process, [view])
                assert decision.outcome == outcomes[0], "a decision differs from what processing gives"
                decisions += taken
                processings += committed
                shown.append(len(decision.shown))
    return {
        "activities": activities, "together": together, "effects": len(decision.effects), "shown": shown[-1],
        "load": statistics.median(loads), "decide": statistics.median(decisions),
        "decide_p99": statistics.quantiles(decisions, n=100)[-1], "process": statistics.median(processings),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--activities", type=int, nargs="+", default=[10, 100, 1_000])
    parser.add_argument("--runs", type=int, default=300)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    found = [measured(number, options.runs, together) for together in (True, False) for number in options.activities]
    print(f"{CUSTOMERS} customers with {VIEWS} events each, SQLite, median of {options.runs} views, milliseconds:")
    print("activities         effects  shown   load  decide  (p99)  process")
    for each in found:
        where = "one spot" if each["together"] else f"{FEW} a spot"
        print(
            f"{each['activities']:6,} {where:>9}  {each['effects']:7,}  {each['shown']:5,}  {each['load']:5.2f}  "
            f"{each['decide']:6.2f}  {each['decide_p99']:5.1f}  {each['process']:7.2f}"
        )
    if options.json:
        options.json.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
