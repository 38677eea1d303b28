"""Runs with several workers in a test: events of customers who share browsers, workers without processes, and all that
a store holds, to be compared."""

import random
from collections import defaultdict
from pathlib import Path
from typing import Any

import msgspec

import segdsl
from segdsl.backends.base import StoredInputs, StoredProgram, StoredTally, StoredTombstone
from segdsl.host.workers.crew import Crew
from segdsl.host.workers.talk import Items, Reached, Task, Word, decoded, encoded
from segdsl.host.workers.work import work
from segdsl.state.life import decode_inputs
from segdsl.values.instants import DAY, HOUR, instant_text, parse_moment
from tests.cli.conftest import order, registers

RULES = """
lateness 2 days
segment Golfers by activities
segment Fresh if places order within 7 days
segment Rich if income >= 100000
when registers then send email "welcome"
when places order if in segment any(Rich) then add to Golfers for 3 days
dialog activity Nudge {
  when places order
  then wait 2 days
  then send email "again"
}
limit 2 within 5 days for send email
"""
START = (parse_moment("2026-03-01T10:00:00Z") or (0,))[0]


def lines(number: int, seed: int, customers: int = 24, *, late: bool = True) -> list[str]:
    """Events that name customers, visitors or both, with log offs, some who are forgotten, late ones, some much too
    late, repeated ones, and lines that are none."""
    draw = random.Random(seed)
    made: list[dict[str, Any]] = []
    for at in range(number):
        by = draw.choice([0, 0, 0, 0, 0, 6 * HOUR, DAY, 5 * DAY])
        time = instant_text(START + at * 3 * HOUR - late * by)
        who = draw.randrange(customers)
        kind = draw.random()
        event = registers(f"e{at}", f"c{who}", time, income=draw.choice([1, 200_000]))
        if kind < 0.75:
            event = order(f"e{at}", f"c{who}", time, draw.choice(["Golf", "Ski"]))
        elif kind < 0.78:
            event = {"id": f"e{at}", "event": "forget customer", "customer": f"c{who}", "time": time}
        elif kind < 0.9:
            event = {"id": f"e{at}", "event": "logs off", "visitor": f"v{who}", "time": time}
        whom = draw.random()
        if (whom < 0.6 and kind >= 0.78) or whom < 0.35:
            event["visitor"] = f"v{(who + draw.choice([0, 0, 0, 0, 0, 0, 0, 0, 0, 1])) % customers}"
            if whom < 0.25:
                event.pop("customer", None)
        made.append(event)
        if draw.random() < 0.05:
            made.append(draw.choice(made if late else made[-1:]))
    texts = [msgspec.json.encode(event).decode() for event in made]
    for _ in range(number // 20):
        bad = draw.choice(["{half", '{"event": "no such"}', '{"event": "registers"}'])
        texts.insert(draw.randrange(len(texts)), bad)
    return texts


def contents(url: str, folder: Path) -> dict[str, list[Any]]:
    """All that a store holds and does not depend on how its batches were cut, by kind."""
    held: dict[str, list[Any]] = defaultdict(list)
    inputs: dict[str, list[Any]] = defaultdict(list)
    with segdsl.open_backend(url) as backend:
        for each in backend.contents():
            kind = type(each).__name__
            match each:
                case StoredProgram() | StoredTombstone():
                    held[kind].append(1)  # both know a secret of their store
                case StoredInputs():
                    inputs[each.customer] += decode_inputs([each.inputs])
                case StoredTally() if each.tally.kind == "batch":
                    pass
                case _:
                    held[kind].append(repr(each).replace(str(folder), ""))
    return {kind: sorted(found) for kind, found in held.items()} | {"inputs": sorted(map(repr, inputs.items()))}


class Here(Crew):
    """A crew without processes: each worker does all of its task before the next one begins."""

    def work(self) -> None:
        for number, task in enumerate(self.tasks):
            member = Beside(self, number, task)
            self.members = {number: member}  # type: ignore[dict-item]
            work(member)  # type: ignore[arg-type]


class Beside:
    """A worker in this process, and its line: what both sides say is encoded as between processes."""

    def __init__(self, crew: Here, number: int, task: Task) -> None:
        self.crew, self.number = crew, number
        self.next: Word | Items = task
        self.held: list[segdsl.Held] = []
        self.reached = Reached(0, 0)
        self.done = None
        self.asks = self.wants_more = False

    def answer(self, said: Word | Items) -> None:
        self.asks = self.wants_more = False
        self.next = said

    def say(self, said: Word | Items) -> None:
        self.crew._answer(self.number, decoded(encoded(said)))

    def hear(self) -> Word | Items:
        return decoded(encoded(self.next))


def write(path: Path, texts: list[str]) -> None:
    path.write_text("".join(f"{text}\n" for text in texts))
