"""A run on its way: items in batches through an engine, each committed with the place in the input, and told of.

Comes in: the items of an input, in the order of time (`replay.py`) or as they come (`following.py`). Goes out: every
outcome to whoever listens, and what is counted for the `Report`. The place in the input is committed with each batch,
so a run that was stopped anywhere goes on where it was.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from operator import attrgetter
from typing import cast

from attrs import define, field
from msgspec.structs import replace

from segdsl.backends.base import Batch, Position, Tally
from segdsl.diagnostics.errors import ConflictError, TakenError
from segdsl.host.batches import LOT
from segdsl.host.engine import Engine
from segdsl.host.input import Input
from segdsl.host.runs import Listener, Progress, Report, nobody
from segdsl.readers.base import Lot
from segdsl.readers.ordering import Count
from segdsl.records.inputs import Event
from segdsl.records.outcomes import Change, Outcome, Reject
from segdsl.values import instants

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


@define
class Running:
    """One run on its way. `told` is the instant up to which earlier runs have told of what the clock does; `stepped`
    are customers to whom something from before it has happened since, the earliest at `reopened`. `behind`: what was
    taken is from before what an earlier run took, so that its place can be kept only when all of it is taken; `placed`:
    a batch has kept its place. `held` are tallies of rejects whose place is not kept yet. `clock` is the instant that a
    run which follows its input has come to. `ends` is how far the store says that the input is handled: where another
    run moves it on, this one ends. What stands in the first `passed` places is in the report already."""

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
    ends: dict[str, Position | None] = field(factory=dict)
    passed: int = 0

    def __attrs_post_init__(self) -> None:
        told = self.engine.backend.position(TOLD)
        self.told = told.instant if told is not None else instants.EARLIEST
        self.ends = self.source.since(self.before)

    def turn_to(self, source: Input) -> None:
        """Go on with another input, or with the same one from its start."""
        self.passed = self.passed if source.key == self.source.key else 0
        self.source, self.before = source, self.engine.backend.position(source.key) if source.key else None
        self.count, self.handled, self.advanced, self.unfinished = Count(), 0, 0, 0
        self.behind = self.placed = False
        self.ends = source.since(self.before)
        self.held.clear()

    def run(self, items: Iterable[Event | Reject]) -> None:
        for batch in self._batches(self.new(items)):
            self._take(batch)
        if place := self._done():
            self.keep(place)

    def take_rejects(self, items: Iterator[Event | Reject]) -> list[Event]:
        """Take the rejects that come first, up to the first event behind them, which is given if there is one."""
        batch: list[Event | Reject] = []
        first: list[Event] = []
        for item in items:
            if isinstance(item, Event):
                first = [item]
                break
            batch.append(item)
            if len(batch) >= self.size:
                self._take(batch)
                batch = []
        if batch:
            self._take(batch)
        return first

    def commit(self, batch: Batch) -> None:
        """Write something that is no batch of items."""
        with self._unless_taken():
            self.engine.backend.commit(batch)

    def keep(self, positions: Mapping[str, Position]) -> None:
        """Keep how far the input is handled, where no batch does."""
        with self._unless_taken():
            self.engine.take([], positions, held=self.held, since=self.ends)
        self._came_to(positions)

    def new(self, items: Iterable[Event | Reject]) -> Iterator[Event | Reject]:
        """Those that no earlier run has handled; the others are counted."""
        return self._not_done(items) if self.before is not None else iter(items)

    def _not_done(self, items: Iterable[Event | Reject]) -> Iterator[Event | Reject]:
        for item in items:
            if self.is_done(item):
                self.report.skipped += isinstance(item, Event) and item.place > self.passed
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

    def is_done(self, item: Event | Reject) -> bool:
        """Whether an earlier run of this input handled the item: what it had read, up to where it came."""
        if self.before is None or item.place > self.before.places:
            return False
        if isinstance(item, Reject):
            return True
        return (item.instant, item.place) <= (self.before.instant, self.before.place)

    def _take(self, batch: list[Event | Reject]) -> None:
        """Take a batch. Events from after the run's end go by themselves: their tallies do not land with a place up to
        which all is done."""
        at = self._first_after(batch)
        for part in (batch[:at], batch[at:]) if at else (batch,):
            self._land(part)

    def _first_after(self, batch: list[Event | Reject]) -> int:
        """Where the events from after the run's end begin; 0 where there are none, or nothing else."""
        last = batch[-1]
        if self.until is None or isinstance(last, Reject) or last.instant <= self.until:
            return 0
        return next(at for at, item in enumerate(batch) if isinstance(item, Event) and item.instant > self.until)

    def _land(self, batch: list[Event | Reject]) -> None:
        """Take a batch. One with which others who write to the same store keep interfering is halved: the smaller it
        is, the sooner it is worked out, and the fewer customers it is about."""
        try:
            self._take_whole(batch)
        except ConflictError:
            at = _middle(batch)
            if not at:
                raise
            self._land(batch[:at])
            self._land(batch[at:])

    def _take_whole(self, batch: list[Event | Reject]) -> None:
        vouched = self.until if self.until is not None else instants.LATEST
        if self.until is None and Reject not in map(type, batch):
            events = cast("list[Event]", batch)
        else:
            events = [item for item in batch if type(item) is Event and item.instant <= vouched]
        self.take(batch, events, vouched, self._places(events) if events else {})
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
            positions = {**positions, **self.reopen(earliest)}
        news: list[Outcome] = []

        def tell(outcomes: list[Outcome]) -> None:
            nonlocal news
            news = outcomes if is_first else list(map(self._news, items, outcomes))
            self.listener.outcomes(news)

        # Of what nobody hears only the numbers are wanted.
        unheard = Report() if is_first and self.listener.outcomes is nobody else None
        again = self._is_read_again(positions)
        with self._unless_taken():
            self.engine.take(
                items, positions, vouched=vouched, before_commit=tell, held=self.held, read_again=again,
                between=self.tell_progress, unheard=unheard, since=self.ends,
            )  # fmt: skip
        self.placed |= not again
        self._came_to(positions)
        if unheard is None:
            self.report.add(items, news)
        else:
            self.report.include(unheard)
        self.report.reach(events)

    def reopen(self, earliest: int) -> dict[str, Position]:
        """What the clock does after this instant is new. If this run is stopped, the next one does not know to whom it
        happened, and tells of all of it again rather than of none."""
        self.reopened = min(earliest, self.reopened)
        return {TOLD: Position(0, self.reopened - 1, 0)}

    def _is_read_again(self, positions: Mapping[str, Position]) -> bool:
        """Whether these places do not say that a batch is done with."""
        place = positions.get(self.source.key)
        return bool(self.source.key) and (place is None or place == self.before)

    def _came_to(self, positions: Mapping[str, Position]) -> None:
        self.ends |= {key: place for key, place in positions.items() if key in self.ends}

    @contextmanager
    def _unless_taken(self) -> Iterator[None]:
        """Say what it means that another run has gone on with the input."""
        try:
            yield
        except TakenError as error:
            raise TakenError(
                f"another run goes on with {self.source.path}, so this one has ended; what it took is in the store, "
                "once"
            ) from error

    def tell_progress(self, taken: int = 0) -> None:
        """Tell how far the run is; `taken` are items of a batch that is not committed yet."""
        total, handled = self.count.events + self.count.rejects, self.handled + taken
        told = Progress(self.count.places, handled, total, self.report.events, self.advanced, self.clock)
        self.listener.progress(told)

    def _places(self, events: list[Event]) -> dict[str, Position]:
        """What is to be kept when these are taken."""
        return self.source.handled(self._reached(events[-1]))

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


def _middle(batch: list[Event | Reject]) -> int:
    """About where a batch can be halved: what stands together stays so. 0 where it cannot."""
    middle = len(batch) // 2
    places = (*range(middle, len(batch)), *range(middle - 1, 0, -1))
    return next((at for at in places if at and not _together(batch[at - 1], batch[at])), 0)


_CUSTOMER = attrgetter("customer")
