"""Running a program in which time does things, in a law, and what can be seen of the run when its time is over."""

from collections.abc import Iterable
from typing import Any

from attrs import frozen

from segdsl.host.engine import Engine
from segdsl.records.outcomes import Outcome
from segdsl.values.instants import DAY
from tests.strategies.streams import CUSTOMERS, GAPS, START, Stream
from tests.support.running import opened, shown, told

SHORT = tuple(gap for gap in GAPS if gap < 31 * DAY)
"""Gaps between events, so short that a run is over after `END`."""

END = START + 80 * DAY


@frozen
class Lived:
    """What can be seen of a run up to `END`: every change of membership that still stands, effects less those
    withdrawn, who was in what in between, and where the customers stand. Without arrivals, since a late event has
    another one than it would have had on time."""

    changes: list[tuple[Any, ...]]
    effects: list[tuple[Any, ...]]
    standing: list[tuple[str, str, int]]
    fired: list[str]


def lived(engine: Engine, outcomes: list[Outcome], *, arrivals: bool = True) -> Lived:
    """Advance to `END`, and look back."""
    engine.advance(END, before_commit=outcomes.extend)
    changes = [shown(change) for customer in CUSTOMERS for change in engine.history(customer, END)]
    standing = [(customer, m.segment, m.since) for customer in CUSTOMERS for m in engine.segments_of(customer, END)]
    fired = sorted(rule for outcome in outcomes for rule in outcome.fired)
    effects = sorted(net(outcomes).values())
    if not arrivals:
        changes = [change[:4] + change[5:] for change in changes]
        effects = [effect[:4] + effect[5:] for effect in effects]
        fired = []
    return Lived(sorted(changes, key=repr), effects, standing, fired)


def net(outcomes: Iterable[Outcome]) -> dict[str, tuple[Any, ...]]:
    """The effects given out less those withdrawn, by id. An effect given out twice, or withdrawn without having been
    given out, is a failure."""
    given: dict[str, tuple[Any, ...]] = {}
    for outcome in outcomes:
        for effect in outcome.withdrawn:
            assert effect.id in given, f"withdrawn, and not given out: {effect}"
            del given[effect.id]
        for effect in outcome.effects:
            assert effect.id not in given, f"given out twice: {effect}"
            given[effect.id] = told(effect)
    return given


def live(program: str, stream: Stream, *, arrivals: bool = True) -> Lived:
    """A plain run: the whole stream at once, in memory, and then the clock."""
    with opened(program) as engine:
        return lived(engine, engine.process(stream), arrivals=arrivals)
