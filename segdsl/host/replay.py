"""A finite input of events through an engine: in the order of time, in batches, from where the last run stopped.

Comes in: a file of events (or standard input). Goes out: a `Report`, and every outcome to whoever listens. The place in
the input is committed with each batch, so a run that was stopped anywhere goes on where it was.
"""

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from hashlib import sha256
from itertools import chain, islice
from operator import attrgetter
from pathlib import Path
from typing import cast

from attrs import define, field, frozen
from msgspec.structs import replace

from segdsl.backends.base import Backend, Position, Tally
from segdsl.diagnostics.errors import InputError
from segdsl.host import files
from segdsl.host.batches import LOT
from segdsl.host.engine import Engine
from segdsl.host.moments import Moment, instant_of
from segdsl.host.runs import Listener, Progress, Report, nobody
from segdsl.host.tidying import seldom_tidied
from segdsl.readers import read_events
from segdsl.readers.base import Lot
from segdsl.readers.lines import PARQUET
from segdsl.readers.ordering import Count, lots_in_order
from segdsl.records.inputs import Event
from segdsl.records.outcomes import Change, Outcome, Reject
from segdsl.values import instants
from segdsl.values.zones import Zone

HEAD = 65_536
"""Bytes by which a file is known again."""

TOLD = "clock changes"
"""Under this the store keeps the instant up to which a run has told of the changes that the clock brings about."""

PAGE = 1_000
"""Changes by the clock told of together."""

LARGEST = 50_000
"""Items taken into one transaction: what happens to one customer is written once for all of them."""

CUSTOMERS = 10_000
"""Customers about whom one transaction is at most, but for those of the last few items: all of them are in memory."""

READ = 10_000
"""Items after which progress is told of while the input is read."""


def replay(
    engine: Engine,
    events: str | Path,
    *,
    format: str | None = None,
    mapping: str | Path | None = None,
    until: Moment | None = None,
    listener: Listener | None = None,
    batch: int = LARGEST,
) -> Report:
    """Run a finite input through an engine and advance it to `until`, or to the latest instant read.

    At most `batch` items go into one transaction, fewer where they are about many customers. A run that is stopped
    loses what it has taken of the one at hand, which the next run takes again.

    `events` is a path, or `-` for standard input. Events later than `until` go to the rejects. Raises InputError when
    the input cannot be read, StoreError when the store fails; what was committed stays.
    """
    end = instant_of(until, Zone(engine.plan.zone)) if until is not None else None
    source = Input.known(events, engine.backend)
    before = engine.backend.position(source.key) if source.key else None
    running = Running(engine, source, listener or Listener(), end, batch, before, Report(until=end))
    reader = read_events(events, engine.shape, format=format, mapping=mapping, source=source.label)
    with seldom_tidied(), reader as reading:
        running.run(chain.from_iterable(lots_in_order(running.watched_lots(reading.lots()), count=running.count)))
        running.report.passed_over += reading.passed_over
    running.report.ignored = engine.shape.ignored_fields
    running.finish()
    return running.report


@frozen
class Input:
    """An input by which its place is remembered: `key` for the store (empty where it cannot be read twice), `label` for
    the ids of events without one. A file is known again by its path and the hash of its first `length` bytes, so that
    it may grow; `length` is kept in the store under `path`. `ended`: its last line has an end, if it has lines."""

    key: str
    label: str
    path: str = ""
    length: int = 0
    ended: bool = True

    @classmethod
    def known(cls, events: str | Path, backend: Backend) -> "Input":
        if str(events) == "-":
            return cls("", "standard input")
        path = Path(events)
        if path.exists() and not path.is_file() and not path.is_dir():
            return cls("", "a pipe")
        try:
            with path.open("rb") as file:
                head = file.read(HEAD)
                file.seek(-1 if head else 0, os.SEEK_END)
                ended = file.read(1) in (b"\n", b"") or head.startswith(PARQUET)
        except IsADirectoryError:
            raise InputError(f"{path} is a directory: name a file in it") from None
        except FileNotFoundError:
            raise InputError(f"there is no file {path}") from None
        except OSError as error:
            raise InputError(f"{path} cannot be read: {error.strerror or error}") from error
        place = files.shown(path.resolve())
        before = backend.position(place)
        length = before.places if before is not None and before.places <= len(head) else len(head)
        known = sha256(head[:length]).hexdigest()
        if backend.position(f"{place}#{known[:24]}") is None:
            length, known = len(head), sha256(head).hexdigest()
        return cls(f"{place}#{known[:24]}", f"{files.shown(Path(path.name))}#{known[:8]}", place, length, ended)

    def handled(self, position: Position) -> dict[str, Position]:
        """What the store keeps of how far the input is handled."""
        return {self.key: position, self.path: Position(self.length, 0, 0)} if self.key else {}


@define
class Running:
    """One run on its way. `told` is the instant up to which earlier runs have told of what the clock does; `stepped`
    are customers to whom something from before it has happened since, the earliest at `reopened`. `behind`: what was
    taken is from before what an earlier run took, so that its place can be kept only when all of it is taken; `placed`:
    a batch has kept its place. `held` are tallies of rejects whose place is not kept yet. `clock` is the instant that a
    run which follows its input has come to."""

    engine: Engine
    source: Input
    listener: Listener
    until: int | None
    size: int
    before: Position | None
    report: Report
    count: Count = field(factory=Count)
    handled: int = 0
    advanced: int = 0
    unfinished: int = 0
    told: int = instants.EARLIEST
    stepped: set[str] = field(factory=set)
    reopened: int = instants.LATEST
    behind: bool = False
    placed: bool = False
    held: Counter[Tally] = field(factory=Counter)
    clock: int | None = None

    def __attrs_post_init__(self) -> None:
        told = self.engine.backend.position(TOLD)
        self.told = told.instant if told is not None else instants.EARLIEST

    def turn_to(self, source: Input) -> None:
        """Go on with another input."""
        self.source, self.before = source, self.engine.backend.position(source.key) if source.key else None
        self.count, self.handled, self.advanced, self.unfinished = Count(), 0, 0, 0
        self.behind = self.placed = False
        self.held.clear()

    def run(self, items: Iterable[Event | Reject]) -> None:
        for batch in self._batches(self._new(items) if self.before is not None else iter(items)):
            self._take(batch)
        if place := self._done():
            self.engine.take([], place, held=self.held)

    def _new(self, items: Iterable[Event | Reject]) -> Iterator[Event | Reject]:
        """Those that no earlier run has handled."""
        for item in items:
            if self._done_before(item):
                self.report.skipped += isinstance(item, Event)
            else:
                yield item

    def _batches(self, items: Iterator[Event | Reject]) -> Iterator[list[Event | Reject]]:
        """Lists of at most `size` items, and of about `CUSTOMERS` customers; what stands together stays so."""
        ahead: list[Event | Reject] = []
        while ahead := [*ahead, *islice(items, min(self.size, LOT) - len(ahead))]:
            batch, concerned = ahead, set(map(_CUSTOMER, ahead))
            while len(batch) < self.size and len(concerned) < CUSTOMERS:
                lot = list(islice(items, min(self.size - len(batch), LOT)))
                batch += lot
                concerned.update(map(_CUSTOMER, lot))
                if not lot:
                    break
            ahead = []
            for item in items:
                if not _together(batch[-1], item):
                    ahead = [item]
                    break
                batch.append(item)
            yield batch

    def _done(self) -> dict[str, Position]:
        """What is to be kept at the input's end, where no batch could keep it: it held nothing but rejects, or events
        from before what an earlier run took. Not while there are events that a later run may take."""
        before = self.before or Position(0, instants.EARLIEST, 0)
        places = self.count.places - self.unfinished
        if self.until is not None or self.placed or (places <= before.places and not self.behind):
            return {}
        return self.source.handled(Position(places, before.instant, before.place))

    def watched(self, items: Iterable[Event | Reject]) -> Iterator[Event | Reject]:
        """The items as they are read, told of now and then: a long input is read whole before it is handled."""
        item: Event | Reject | None = None
        rest = iter(items)
        while lot := list(islice(rest, READ)):
            item = lot[-1]
            if len(lot) == READ:
                self.listener.progress(Progress(item.place, 0, None))
            yield from lot
        if isinstance(item, Reject) and not self.source.ended:
            self.unfinished = 1  # somebody is writing this line: when it is whole, it is a new one

    def watched_lots(self, lots: Iterable[Lot]) -> Iterator[Lot]:
        """The same, in lots."""
        last: Event | Reject | None = None
        untold = 0
        for lot in filter(None, lots):
            last = lot[-1]
            untold += len(lot)
            if untold >= 10_000:
                untold %= 10_000
                self.listener.progress(Progress(last.place, 0, None))
            yield lot
        if isinstance(last, Reject) and not self.source.ended:
            self.unfinished = 1

    def finish(self) -> None:
        """Advance to the run's end, and tell of what the clock brings about up to there."""
        if self.held:  # of a run that leaves events for a later one: these are refused once more then
            self.engine.take([], held=self.held)
        clock = self.engine.backend.clock()
        ends = [self.until] if self.until is not None else [self.report.last, clock]
        last = max((end for end in ends if end is not None), default=None)
        if last is None:
            return
        self.advance(last)
        self.tell_clock_changes(last)
        self.engine.take([], {TOLD: Position(0, self.told, 0)})

    def advance(self, to: int) -> None:
        """Let the clock run up to an instant, and tell of what rules do there."""
        self.engine.advance(to, before_commit=self._tell_advanced)

    def tell_clock_changes(self, last: int) -> None:
        """Tell of what the clock brings about up to an instant without any rule taking notice."""
        page: list[Change] = []
        for change in self.engine.clock_changes(last):
            if change.instant > self.told or change.customer in self.stepped:
                page.append(change)
            if len(page) >= PAGE:
                self._tell(page)
                page = []
        self._tell(page)
        self.told, self.reopened = max(last, self.told), instants.LATEST
        self.stepped.clear()

    def _tell_advanced(self, outcomes: list[Outcome]) -> None:
        """Tell of a page of customers whom the clock moved."""
        news = [self._news(None, outcome) for outcome in outcomes]
        self.listener.outcomes(news)
        self.report.count(news)
        self.advanced += len(outcomes)
        self.tell_progress()

    def _tell(self, changes: list[Change]) -> None:
        if changes:
            self.report.changes += len(changes)
            self.listener.clock_changes(changes)

    def _done_before(self, item: Event | Reject) -> bool:
        """Whether an earlier run of this input handled the item: what it had read, up to where it came."""
        if self.before is None or item.place > self.before.places:
            return False
        if isinstance(item, Reject):
            return True
        return (item.instant, item.place) <= (self.before.instant, self.before.place)

    def _take(self, batch: list[Event | Reject]) -> None:
        vouched = self.until if self.until is not None else instants.LATEST
        if self.until is None and Reject not in map(type, batch):
            events = cast("list[Event]", batch)
        else:
            events = [item for item in batch if type(item) is Event and item.instant <= vouched]
        self.take(batch, events, vouched, self.source.handled(self._reached(events[-1])) if events else {})
        self.handled += len(batch)
        self.tell_progress()

    def take(
        self, items: list[Event | Reject], events: list[Event], vouched: int, positions: dict[str, Position]
    ) -> None:
        """Take and tell of one batch, and commit it with the place in the input. `events` are those of its items that
        are believed, up to `vouched`."""
        is_first = self.told == instants.EARLIEST  # no earlier run has told of what the clock does
        earliest = instants.LATEST if is_first else min([event.instant for event in events], default=instants.LATEST)
        if earliest <= self.told:
            # What the clock does after this event is new. If this run is stopped, the next one does not know to whom it
            # happened, and tells of all of it again rather than of none.
            self.reopened = min(earliest, self.reopened)
            positions = {**positions, TOLD: Position(0, self.reopened - 1, 0)}
        news: list[Outcome] = []

        def tell(outcomes: list[Outcome]) -> None:
            nonlocal news
            news = outcomes if is_first else list(map(self._news, items, outcomes))
            self.listener.outcomes(news)

        # Of what nobody hears only the numbers are wanted.
        unheard = Report() if is_first and self.listener.outcomes is nobody else None
        place = positions.get(self.source.key)
        again = bool(self.source.key) and (place is None or place == self.before)
        self.placed |= not again
        self.engine.take(
            items, positions, vouched=vouched, before_commit=tell, held=self.held, read_again=again,
            between=self.tell_progress, unheard=unheard,
        )  # fmt: skip
        if unheard is None:
            self.report.add(items, news)
        else:
            self.report.include(unheard)
        self.report.reach(events)

    def tell_progress(self, taken: int = 0) -> None:
        """Tell how far the run is; `taken` are items of a batch that is not committed yet."""
        total, handled = self.count.events + self.count.rejects, self.handled + taken
        told = Progress(self.count.places, handled, total, self.report.events, self.advanced, self.clock)
        self.listener.progress(told)

    def _reached(self, last: Event) -> Position:
        """How far the input is handled when `last` is. Events from after `until` are not: a later run takes them."""
        before = self.before
        self.behind = before is not None and (last.instant, last.place) < (before.instant, before.place)
        if self.behind and before is not None:
            return before
        return Position(self.count.places - self.unfinished, last.instant, last.place)

    def _news(self, item: Event | Reject | None, outcome: Outcome) -> Outcome:
        """An outcome without the changes by the clock that an earlier run has told of at its end: those up to `told`,
        of customers of whom there was nothing new since: the event's own, and a guest who turned out to be that one."""
        if outcome.status not in ("accepted", "advanced"):
            return outcome
        since = dict.fromkeys(self.stepped & {change.customer for change in outcome.changes}, instants.EARLIEST)
        if isinstance(item, Event) and item.instant <= self.told and outcome.customer not in self.stepped:
            since[outcome.customer] = item.instant  # what the clock does after it was not told of
            self.stepped.add(outcome.customer)
        news = tuple(
            change
            for change in outcome.changes
            if change.arrival or change.instant > since.get(change.customer, self.told)
        )
        return outcome if len(news) == len(outcome.changes) else replace(outcome, changes=news)


def _together(one: Event | Reject, other: Event | Reject) -> bool:
    """Whether two items stand at one place and happened at one instant, as the calls of a batch may: a run that stops
    between them could not tell where it was."""
    same = one.place == other.place
    return same and (isinstance(one, Reject) or isinstance(other, Reject) or one.instant == other.instant)


_CUSTOMER = attrgetter("customer")
