"""Running a program over a stream in a law, and what can be seen of the run afterwards."""

from collections.abc import Iterable, Sequence
from typing import Any

from attrs import frozen

from segdsl.host.engine import Engine
from segdsl.host.program import Program, loads
from segdsl.records.outcomes import Change, Effect, Outcome
from segdsl.values.instants import DAY, LATEST, parse_moment
from tests.strategies.streams import CUSTOMERS, START, Stream

LATER = START + 1000 * DAY
"""After every event of a stream and everything the clock brings about after it."""


def opened(program: Program | str | None, url: str = "memory://") -> Engine:
    """An engine whose clock vouches for every event."""
    return Engine(loads(program) if isinstance(program, str) else program, url, clock=lambda: LATEST - DAY)


def instant(event: dict[str, Any]) -> int:
    moment = parse_moment(event["time"])
    assert moment is not None
    return moment[0]


def shown(change: Change) -> tuple[Any, ...]:
    """A change without the place and the rule it comes from, which a law may move or rewrite."""
    return (
        change.customer, change.segment, change.entered, change.instant, change.arrival, change.round,
        change.because.reason, change.because.cause,
    )  # fmt: skip


def told(effect: Effect) -> tuple[Any, ...]:
    fields = sorted((name, str(value)) for name, value in effect.fields.items())
    return effect.action, effect.customer, tuple(fields), effect.instant, effect.arrival, effect.round, effect.priority


@frozen
class Seen:
    """What can be seen of a run: every change of membership up to `LATER`, effects, and how inputs were answered."""

    changes: list[tuple[Any, ...]]
    effects: list[tuple[Any, ...]]
    standing: list[tuple[str, str, int]]

    def without(self, *segments: str) -> "Seen":
        return Seen(
            [change for change in self.changes if change[1] not in segments], self.effects,
            [membership for membership in self.standing if membership[1] not in segments],
        )  # fmt: skip


def seen(engine: Engine, outcomes: Iterable[Outcome], customers: Sequence[str] = CUSTOMERS, until: int = LATER) -> Seen:
    changes = [shown(change) for customer in customers for change in engine.history(customer, until)]
    effects = sorted(told(effect) for outcome in outcomes for effect in outcome.effects)
    standing = [(customer, m.segment, m.since) for customer in customers for m in engine.segments_of(customer, until)]
    # Of one step the order among segments is that of their names: the program's order of declarations does not count.
    return Seen(sorted(changes, key=lambda c: (c[0], c[3:6], c[2], c[1])), effects, standing)


def run(program: Program | str, stream: Stream) -> Seen:
    """A plain run: the whole stream at once, in memory."""
    with opened(program) as engine:
        return seen(engine, engine.process(stream))
