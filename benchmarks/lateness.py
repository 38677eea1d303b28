"""What a declared `lateness` costs: the same rules and events without one, with one that nothing needs, and with some
of the events arriving late.

Everything is a ratio to the run without lateness. Late events change nothing in the end, or the run fails: memberships,
and effects less those withdrawn, must be those of the events in order.
"""

import argparse
import json
import random
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from attrs import define, field

import segdsl
from segdsl.records.inputs import Event
from segdsl.records.outcomes import Outcome
from segdsl.values import numbers
from segdsl.values.instants import DAY, HOUR, LATEST, MINUTE, parse_moment

RULES = """
segment Big Spenders if total of amount of places order >= 2000
segment Regulars if places order at least 3 times within 30 days
segment Fresh if visits within 1 day
segment Golf Fans by activities
when searches "golf" then add to Golf Fans for 20 days
when searches "no golf" then remove from Golf Fans
when leaves Fresh then send push "come back"
when 12 hours after the last searches without places order then send email "still looking"
when places order then wait 3 days then send email "how was it"
"""
TERMS = ("golf", "ski", "tennis", "no golf", "shoes")
LATENESS = {"none": 0, "1 hour": HOUR, "2 days": 2 * DAY}
SHARES = (0.0, 0.01, 0.1)
START = (parse_moment("2026-01-01T00:00:00Z") or (0, True))[0]

Answer = tuple[dict[str, set[str]], set[tuple[str, str, int]]]


def generate(events: int, customers: int, days: int, seed: int) -> list[Event]:
    """Visits of five events a few minutes apart, at any time within so many days, in the order of time."""
    random_ = random.Random(seed)
    made: list[tuple[int, str, str, dict[str, Any]]] = []
    while len(made) < events:
        moment, customer = START + random_.randrange(days * DAY), f"c{random_.randrange(customers)}"
        for name in ("visits", "searches", "searches", "views product", "places order")[: events - len(made)]:
            fields: dict[str, Any] = {"term": random_.choice(TERMS)} if name == "searches" else {}
            if name == "places order":
                fields = {"amount": numbers.from_int(random_.randrange(5, 500))}
            made.append((moment, customer, name, fields))
            moment += random_.randrange(1, 8 * MINUTE)
    made.sort(key=lambda each: each[:2])
    return [Event(f"e{n}", name, who, at, fields) for n, (at, who, name, fields) in enumerate(made)]


def delayed(events: Sequence[Event], share: float, lateness: int, seed: int) -> list[Event]:
    """The events in an order in which that share of them come after later ones of their customer, within the
    lateness."""
    random_ = random.Random(seed)
    own: dict[str, list[int]] = {}
    for place, event in enumerate(events):
        own.setdefault(event.customer, []).append(place)
    later: dict[int, list[int]] = {}
    for places in own.values():
        for at, place in enumerate(places):
            instant = events[place].instant
            found = [p for p in places[at + 1 :] if instant < events[p].instant <= instant + lateness]
            if found:
                later[place] = found
    arrival = {place: float(place) for place in range(len(events))}
    for place in random_.sample(sorted(later), round(share * len(events))):
        arrival[place] = random_.choice(later[place]) + 0.5
    return [events[place] for place in sorted(arrival, key=lambda each: (arrival[each], each))]


@define
class Case:
    """One declaration and one order of arrival, and what came of it."""

    lateness: str
    share: float
    events: list[Event]
    late: int = 0
    withdrawn: int = 0
    state: float = 0.0
    seconds: list[float] = field(factory=list)

    def run(self, batch: int, end: int) -> Answer:
        """Take the events in, and advance to an end at which all is settled; only the first is timed."""
        rules = RULES if self.lateness == "none" else f"lateness {self.lateness}\n{RULES}"
        outcomes: list[Outcome] = []
        with segdsl.Engine(segdsl.loads(rules), clock=lambda: LATEST - DAY) as engine:
            started = time.perf_counter()
            for first in range(0, len(self.events), batch):
                outcomes += engine.take(list(self.events[first : first + batch]))
            self.seconds.append(time.perf_counter() - started)
            states = engine.backend.load(list(engine.backend.customers()))
            self.state = sum(len(bytes(state)) for state in states.values()) / len(states)
            engine.advance(end, before_commit=outcomes.extend)
            members = {name: {m.customer for m in engine.members(name)} for name in engine.segments}
        if any(outcome.reject for outcome in outcomes):
            raise SystemExit("an event was not taken")
        self.late = late_ones(self.events)
        self.withdrawn = sum(len(outcome.withdrawn) for outcome in outcomes)
        return members, net(outcomes)


def late_ones(events: Sequence[Event]) -> int:
    """How many come after a later one of their customer."""
    latest: dict[str, int] = {}
    late = 0
    for event in events:
        late += event.instant < latest.get(event.customer, event.instant)
        latest[event.customer] = max(event.instant, latest.get(event.customer, event.instant))
    return late


def net(outcomes: Sequence[Outcome]) -> set[tuple[str, str, int]]:
    """The effects given out less those withdrawn."""
    given: set[tuple[str, str, int]] = set()
    for outcome in outcomes:
        given -= {(each.action, each.customer, each.instant) for each in outcome.withdrawn}
        given |= {(each.action, each.customer, each.instant) for each in outcome.effects}
    return given


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--customers", type=int, default=2_000)
    parser.add_argument("--days", type=int, default=5, help="over which the events are spread")
    parser.add_argument("--batch", type=int, default=500, help="events taken into one commit")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    given = parser.parse_args()
    events = generate(given.events, given.customers, given.days, given.seed)
    cases = [
        Case(name, share, delayed(events, share, lateness, given.seed))
        for name, lateness in LATENESS.items()
        for share in SHARES
        if lateness or not share
    ]
    for _ in range(given.runs):
        answers = [case.run(given.batch, START + (given.days + 40) * DAY) for case in cases]
        if any(answer != answers[0] for answer in answers):
            print("the answers differ", file=sys.stderr)
            return 1
    print(
        f"{given.events} events of {given.customers} customers over {given.days} days, {given.batch} a commit, in "
        f"memory, median of {given.runs}; segdsl {segdsl.__version__}"
    )
    names = ("late", "seconds", "bytes", "withdrawn", "time ratio", "bytes ratio")
    print(f"{'lateness':12}" + "".join(f"{name:>13}" for name in names))
    figures: list[dict[str, Any]] = []
    plain = cases[0]
    for case in cases:
        seconds = statistics.median(case.seconds)
        line = {
            "lateness": case.lateness,
            "late": case.late,
            "seconds": round(seconds, 2),
            "bytes": round(case.state),
            "withdrawn": case.withdrawn,
            "time ratio": round(seconds / statistics.median(plain.seconds), 2),
            "bytes ratio": round(case.state / plain.state, 2),
        }
        figures.append(line)
        print(f"{case.lateness:12}" + "".join(f"{line[name]:>13}" for name in names))
    if given.json:
        given.json.write_text(json.dumps(figures, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
