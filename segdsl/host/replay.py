"""A finite input of events through an engine: in the order of time, in batches, from where the last run stopped.

Comes in: a file of events (or standard input). Goes out: a `Report`, and every outcome to whoever listens. The place in
the input is committed with each batch, so a run that was stopped anywhere goes on where it was.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from pathlib import Path

from attrs import define, field

from segdsl.backends.base import Position
from segdsl.diagnostics.errors import InputError
from segdsl.host.engine import BATCH, Engine
from segdsl.host.moments import Moment, instant_of
from segdsl.readers import read_events
from segdsl.readers.ordering import Count, in_order
from segdsl.records.inputs import Event
from segdsl.records.outcomes import Change, Outcome, Reject
from segdsl.values import instants
from segdsl.values.zones import Zone

HEAD = 65_536
"""Bytes by which a file is known again."""


@define
class Report:
    """What a run did. `events` were accepted, `repeated` had been seen, `skipped` were handled by an earlier run;
    `rejects` are counted by reason, `fired` by rule id, `effects` by action, `ignored` by (event, field)."""

    events: int = 0
    repeated: int = 0
    skipped: int = 0
    rejects: Counter[str] = field(factory=Counter)
    fired: Counter[str] = field(factory=Counter)
    effects: Counter[str] = field(factory=Counter)
    changes: int = 0
    ignored: Counter[tuple[str, str]] = field(factory=Counter)
    skipped_rows: int = 0
    first: int | None = None
    last: int | None = None
    until: int | None = None

    def count(self, outcomes: list[Outcome]) -> None:
        for outcome in outcomes:
            if outcome.reject is not None:
                self.rejects[outcome.reject.reason] += 1
                continue
            if outcome.status == "repeated":
                self.repeated += 1
                continue
            self.events += 1
            self.changes += len(outcome.changes)
            self.fired.update(outcome.fired)
            self.effects.update(effect.action for effect in outcome.effects)


@define
class Progress:
    """How far a run is: places of the input read, and events handled of all that were read (None while reading)."""

    places: int
    handled: int
    total: int | None


@define
class Listener:
    """Who hears of a run. `outcomes` sees each batch before it is committed, `clock_changes` the changes that the clock
    alone brings about up to the run's end, `progress` is told now and then."""

    outcomes: Callable[[list[Outcome]], None] = lambda outcomes: None
    clock_changes: Callable[[Change], None] = lambda change: None
    progress: Callable[[Progress], None] = lambda progress: None


def replay(
    engine: Engine,
    events: str | Path,
    *,
    format: str | None = None,
    mapping: str | Path | None = None,
    until: Moment | None = None,
    listener: Listener | None = None,
    batch: int = BATCH,
) -> Report:
    """Run a finite input through an engine and advance it to `until`, or to the latest instant read.

    `events` is a path, or `-` for standard input. Events later than `until` go to the rejects. Raises InputError when
    the input cannot be read, StoreError when the store fails; what was committed stays.
    """
    end = instant_of(until, Zone(engine.plan.zone)) if until is not None else None
    listener = listener or Listener()
    source = Input.known(events)
    running = Running(engine, source, listener, end, batch, engine.backend.position(source.key), Report(until=end))
    started = engine.now()
    with read_events(events, engine.shape, format=format, mapping=mapping, source=source.label) as reading:
        running.run(in_order(running.watched(reading), count=running.count))
        running.report.skipped_rows = reading.skipped_rows
    running.report.ignored = engine.shape.ignored_fields
    last = end if end is not None else max(running.report.last or 0, started)
    if last:
        engine.advance(last)
        for change in engine.clock_changes(last):
            if change.instant > started:
                listener.clock_changes(change)
    return running.report


@define
class Input:
    """An input by which its place is remembered: `key` for the store, `label` for the ids of events without one."""

    key: str
    label: str

    @classmethod
    def known(cls, events: str | Path) -> "Input":
        if str(events) == "-":
            return cls("", "standard input")
        path = Path(events)
        try:
            with path.open("rb") as file:
                head = sha256(file.read(HEAD)).hexdigest()
        except IsADirectoryError:
            raise InputError(f"{path} is a directory: name a file in it") from None
        except OSError as error:
            raise InputError(f"{path} cannot be read: {error.strerror or error}") from error
        return cls(f"{path.resolve()}#{head[:24]}", f"{path.name}#{head[:8]}")


@define
class Running:
    """One run on its way."""

    engine: Engine
    source: Input
    listener: Listener
    until: int | None
    size: int
    before: Position | None
    report: Report
    count: Count = field(factory=Count)
    items: list[Event | Reject] = field(factory=list)
    handled: int = 0

    def run(self, items: Iterable[Event | Reject]) -> None:
        for item in items:
            if self._done_before(item):
                self.report.skipped += isinstance(item, Event)
                continue
            self.items.append(item)
            if len(self.items) >= self.size:
                self._take()
        self._take()

    def watched(self, items: Iterable[Event | Reject]) -> Iterator[Event | Reject]:
        """The items as they are read, told of now and then: a long input is read whole before it is handled."""
        for number, item in enumerate(items, 1):
            if number % 10_000 == 0:
                self.listener.progress(Progress(item.place, 0, None))
            yield item

    def _done_before(self, item: Event | Reject) -> bool:
        """Whether an earlier run of this input handled the item: what it had read, up to where it came."""
        if self.before is None or item.place > self.before.places:
            return False
        if isinstance(item, Reject):
            return True
        return (item.instant, item.place) <= (self.before.instant, self.before.place)

    def _take(self) -> None:
        if not self.items:
            return
        last = next((item for item in reversed(self.items) if isinstance(item, Event)), None)
        positions = {}
        if last is not None and self.source.key:
            positions[self.source.key] = Position(self.count.places, last.instant, last.place)
        vouched = self.until if self.until is not None else instants.LATEST
        outcomes = self.engine.take(self.items, positions, vouched=vouched, before_commit=self.listener.outcomes)
        self.report.count(outcomes)
        for item in self.items:
            if isinstance(item, Event) and item.instant <= vouched:
                self.report.first = item.instant if self.report.first is None else min(self.report.first, item.instant)
                self.report.last = item.instant if self.report.last is None else max(self.report.last, item.instant)
        self.handled += len(self.items)
        self.items = []
        self.listener.progress(Progress(self.count.places, self.handled, self.count.events + self.count.rejects))
