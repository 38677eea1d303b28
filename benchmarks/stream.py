"""A generated stream of events as JSON lines, with what real ones have: lines out of order, repeated and bad ones; and
rules for it, ten or a thousand, some of them with windows and ends that the clock brings about."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

BASE = """\
segment Big Spenders if total of amount of places order >= 2000
segment Regulars if places order at least 3 times within 30 days
segment Lapsed if time since places order > 60 days
segment High-Income Earners if income >= 100_000
segment Golf Fans by activities
segment Skiers by activities
segment Big Tickets by activities
when searches "golf" then add to Golf Fans
when searches "no golf" then remove from Golf Fans
when registers if in segment any(High-Income Earners) then add to Skiers
when places order where amount >= 400 then add to Big Tickets for 30 days
"""
NAMES = {8: "golf", 9: "no golf", 10: "skiers", 11: "big ticket"}
"""The rules of `BASE`, by line."""

OWN = 8
"""Conditions and rules of `BASE`; all others are of brands."""

START = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = 120
PER_CUSTOMER = 20
"""Events of a customer, on average."""

TERMS = ("golf", "ski", "no golf", "Golf", "GOLF", "shoes")


def rules(number: int) -> str:
    """So many rules: those of `BASE`, and one for each brand that is searched for."""
    brands = (
        f'segment "Brand {n} Fans" by activities\nwhen searches "Brand {n}" then add to "Brand {n} Fans"\n'
        for n in range(number - OWN)
    )
    return BASE + "".join(brands)


def names(number: int) -> dict[int, str]:
    """The names of rules by the line on which they stand."""
    first = BASE.count("\n") + 2
    return NAMES | {first + 2 * n: f"brand {n}" for n in range(number - OWN)}


def write(path: Path, events: int, number: int, seed: int = 1) -> None:
    """Write a stream for a program of so many rules: nearly in the order of time, one line in a hundred repeated, and
    one in five hundred bad."""
    random_ = random.Random(seed)
    held: list[tuple[datetime, str]] = []
    with path.open("w", encoding="utf-8") as file:
        for at, line in _lines(random_, events, max(number - OWN, 1)):
            if random_.random() < 0.05:  # comes up to ten minutes late
                held.append((at + timedelta(seconds=random_.randint(1, 600)), line))
            else:
                file.write(line)
            if random_.random() < 0.01:
                held.append((at + timedelta(seconds=random_.randint(1, 60)), line))
            if random_.random() < 0.002:
                file.write(_bad(random_, line))
            if len(held) > 100 or (held and random_.random() < 0.01):
                file.writelines(late for due, late in held if due <= at)
                held = [each for each in held if each[0] > at]
        file.writelines(line for _, line in held)


def _lines(random_: random.Random, events: int, brands: int) -> Iterator[tuple[datetime, str]]:
    customers = max(events // PER_CUSTOMER, 1)
    step = DAYS * 86_400_000_000 // events
    for number in range(events):
        at = START + timedelta(microseconds=step * number + random_.randrange(step))
        event: dict[str, Any] = {
            "id": f"e{number}", "event": "", "customer": f"c{random_.randrange(customers)}", "time": at.isoformat(),
        }  # fmt: skip
        chance = random_.random()
        if chance < 0.5:
            brand = random_.randrange(brands)
            event |= {"event": "searches", "term": f"{random_.choice(('Brand', 'brand'))} {brand}"}
        elif chance < 0.6:
            event |= {"event": "searches", "term": random_.choice(TERMS)}
        elif chance < 0.75:
            event |= {"event": "views product", "product": f"p{random_.randrange(1_000)}"}
        elif chance < 0.95:
            event |= {"event": "places order", "order": f"o{number}", "amount": round(random_.uniform(5, 500), 2)}
        else:
            event |= {"event": "registers", "attributes": {"income": random_.randrange(20_000, 150_000)}}
        yield at, json.dumps(event) + "\n"


def _bad(random_: random.Random, line: str) -> str:
    """A line that is no event, made of one that is."""
    event = json.loads(line) | {"id": f"bad {random_.random()}"}
    match random_.randrange(6):
        case 0:
            return line[: len(line) // 2] + "\n"
        case 1:
            del event["customer"]
        case 2:
            del event["time"]
        case 3:
            event["time"] = "yesterday"
        case 4:
            event["event"] = "places ordr"
        case _:
            event |= {"event": "places order", "amount": "a lot"}
    return json.dumps(event) + "\n"
