"""What a run tells: how far it is, what it did, and who hears of it. Runs are `replay.py` and `following.py`."""

from collections import Counter
from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Literal

from attrs import define, field

from segdsl.records.inputs import Event
from segdsl.records.outcomes import Change, Effect, Held, Outcome, Reject


@define
class Report:
    """What a run did. `events` were accepted, `repeated` had been seen, `skipped` were handled by an earlier run;
    `rejects` are counted by reason, `fired` by rule id, `effects` by action, `ignored` by (event, field). `late` and
    `withdrawn` are of the effects, after late events: those given out late, and those taken back. `held` are effects
    held back, by action; `held_by` the same by action and what kept them back, as (action, text, `file:line`): one that
    several kept back counts for each.
    `passed_over` is what was passed over on purpose, by what it is; `formats` counts the accepted events by how they
    were written."""

    events: int = 0
    repeated: int = 0
    skipped: int = 0
    rejects: Counter[str] = field(factory=Counter)
    fired: Counter[str] = field(factory=Counter)
    effects: Counter[str] = field(factory=Counter)
    changes: int = 0
    late: int = 0
    withdrawn: int = 0
    held: Counter[str] = field(factory=Counter)
    held_by: Counter[tuple[str, str, str]] = field(factory=Counter)
    ignored: Counter[tuple[str, str]] = field(factory=Counter)
    passed_over: Counter[str] = field(factory=Counter)
    formats: Counter[str] = field(factory=Counter)
    first: int | None = None
    last: int | None = None
    until: int | None = None

    @property
    def skipped_rows(self) -> int:
        """How much was passed over on purpose."""
        return self.passed_over.total()

    def count(self, outcomes: list[Outcome]) -> None:
        """Add what came of some inputs, or of the clock."""
        accepted = 0
        for outcome in outcomes:
            if outcome.status == "accepted":
                accepted += 1
            elif outcome.reject is not None:
                self.rejects[outcome.reject.reason] += 1
            elif outcome.status == "repeated":
                self.repeated += 1
            if outcome.changes or outcome.fired or outcome.undone or outcome.withdrawn:
                self._count(outcome)
            if outcome.effects or outcome.held:
                self.count_made(outcome.effects, outcome.held)
        self.events += accepted

    def count_made(self, effects: Iterable[Effect], held: Iterable[Held]) -> None:
        """Add effects that were made and effects that were held back."""
        for effect in effects:
            self.effects[effect.action] += 1
            self.late += effect.mark == "late"
        for each in held:
            self.held[each.effect.action] += 1
            self.held_by.update((each.effect.action, by.text, by.place) for by in each.by)

    def _count(self, outcome: Outcome) -> None:
        self.changes += len(outcome.changes) + len(outcome.undone)
        for rule in outcome.fired:
            self.fired[rule] += 1
        self.withdrawn += len(outcome.withdrawn)

    def add(self, items: list[Event | Reject], outcomes: list[Outcome]) -> None:
        """Add what came of the items of a batch."""
        before = self.events
        self.count(outcomes)
        if self.events - before < len(items):
            items = [item for item, outcome in zip(items, outcomes, strict=True) if outcome.status == "accepted"]
        # Only an item that is an event can have been accepted.
        self.formats.update([item.format for item in items if isinstance(item, Event) and item.format])

    def include(self, part: "Report") -> None:
        """Add what was counted apart of some items."""
        self.events += part.events
        self.repeated += part.repeated
        self.changes += part.changes
        self.late += part.late
        self.withdrawn += part.withdrawn
        for name in ("rejects", "fired", "effects", "held", "held_by", "formats"):
            getattr(self, name).update(getattr(part, name))

    def join(self, part: "Report") -> None:
        """Add what a part of the run did, or an earlier one that this one went on from."""
        self.include(part)
        self.skipped += part.skipped
        if part.first is not None and part.last is not None:
            self._reach(part.first, part.last)

    def reach(self, events: list[Event]) -> None:
        """Add the instants of some events that are believed."""
        if events:
            reached = list(map(_INSTANT, events))
            self._reach(min(reached), max(reached))

    def _reach(self, first: int, last: int) -> None:
        self.first = first if self.first is None else min(self.first, first)
        self.last = last if self.last is None else max(self.last, last)


@define
class Progress:
    """How far a run is: `places` of the input read, and lines `handled` of all that hold something (`total`; None while
    reading), rejects among them. `events` of them are in the store. When the input is handled, the clock moves on to
    the run's end: `advanced` counts the customers for whom that had rules act. A run that follows its input has no
    end: `clock` is the instant it has come to, else None."""

    places: int
    handled: int
    total: int | None
    events: int = 0
    advanced: int = 0
    clock: int | None = None


def nobody(outcomes: list[Outcome]) -> None:
    """Hears of no outcomes."""


def handed_over(effect: Effect) -> None:
    """A handler of effects that are handed over by whoever listens, before they are committed: nothing is left to do.
    So they do not wait in the store."""


Wanted = Literal["changes", "effects", "held", "rejects", "fired"]
ALL: frozenset[Wanted] = frozenset(("changes", "effects", "held", "rejects", "fired"))
"""What there is to hear of an outcome, besides that it is one."""


@define
class Listener:
    """Who hears of a run. `outcomes` sees each batch before it is committed, of events and of customers whom the clock
    moved; `clock_changes` the changes that the clock brings about up to the run's end without any rule taking notice
    (each once, also when runs go on from each other); `progress` is told now and then; `renewed` of a followed file
    that is another one now, as `truncated` or `replaced`.

    A run with several workers leaves out of the outcomes of events what is not `wanted`, and those in which there is
    nothing else: what nobody looks at need not go from one process to another."""

    outcomes: Callable[[list[Outcome]], None] = nobody
    clock_changes: Callable[[list[Change]], None] = lambda changes: None
    progress: Callable[[Progress], None] = lambda progress: None
    renewed: Callable[[str], None] = lambda how: None
    wanted: frozenset[Wanted] = ALL


_INSTANT = attrgetter("instant")
