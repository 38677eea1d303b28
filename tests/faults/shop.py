"""Rules and events that use all that a store keeps: windows, waits, ends, effects, guests who log on, customers who are
forgotten, repeated, late and bad events."""

import json
from pathlib import Path
from random import Random
from typing import Any

from segdsl.values.instants import DAY, MINUTE, instant_text, parse_moment

RULES = """\
zone "America/Toronto"
lateness 1 day

segment Keen if searches at least 3 times within 2 days
segment Buyers if places order within 3 days
segment Spenders if total of amount of places order >= 300
segment Golf by activities
segment Skiers by activities
segment Carts if count of cart >= 2

limit 3 within 7 days for send push

when searches "golf" then add to Golf for 2 days
when searches "no golf" then remove from Golf
when enters Keen then send push "keen"
when leaves Buyers then send push "come back"
when leaves Golf then send text "golf is over"
when registers then wait 1 day then if not places order then send email "10% off"
when registers then add to Skiers
when every Monday at 09:00 if in segment Skiers then send text "monday"

activity Cart restarting {
  when adds to cart
  then wait 12 hours
  then send email "your cart" with name = first name
  stop when places order
}
"""

CUSTOMERS = tuple(f"c{number}" for number in range(24))
VISITORS = tuple(f"v{number}" for number in range(8))
START = (parse_moment("2026-03-02T00:00:00Z") or (0, True))[0]


def events(number: int, seed: int, *, first: int = 0, start: int = START, days: int = 12) -> list[dict[str, Any]]:
    """So many events, in the order of time, from a seed. Ids are counted from `first`."""
    random = Random(seed)
    made: list[dict[str, Any]] = []
    for place in range(number):
        instant = start + place * days * DAY // number + random.randrange(MINUTE)
        event: dict[str, Any] = {"id": f"e{first + place}", "time": instant_text(instant), **_whose(random)}
        made.append(event | _what(random))
        if random.random() < 0.02:
            made.append(dict(random.choice(made)))  # once more, wherever it stands
    return made


def _whose(random: Random) -> dict[str, str]:
    chance = random.random()
    customer, visitor = random.choice(CUSTOMERS), random.choice(VISITORS)
    if chance < 0.1:
        return {"visitor": visitor}
    return {"customer": customer, "visitor": visitor} if chance < 0.15 else {"customer": customer}


def _what(random: Random) -> dict[str, Any]:
    chance = random.random()
    if chance < 0.35:
        return {"event": "searches", "term": random.choice(("golf", "ski", "no golf", "shoes"))}
    if chance < 0.6:
        return {"event": "places order", "order": f"o{random.random()}", "amount": round(random.uniform(5, 99), 2)}
    if chance < 0.8:
        return {"event": "adds to cart", "product": random.choice("abc"), "price": 3}
    if chance < 0.9:
        return {"event": "registers", "attributes": {"first name": random.choice(("Ann", "Bob"))}}
    if chance < 0.93:
        return {"event": "logs off"}
    if chance < 0.94:
        return {"event": "forget customer", "visitor": None}
    return random.choice(({"event": "flies"}, {"event": "places order", "amount": "a lot"}))


def write(path: Path, made: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(event) + "\n" for event in made), "utf-8")
    return path
