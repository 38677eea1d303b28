"""A run whose input is split: by customer, over several workers that write to one store, or what one of these left.

Comes in: what a run was asked for (`Asked`). Goes out: its report. All of the input is read here, once; then

1. rejects of what could not be read are told of, and who belongs together is settled (`splitting.py`);
2. one commit says that the input is split, and how: from now on no run handles it as a whole;
3. each part is handled, with a place of its own: by workers (`crew.py`), or here (`parted.py`);
4. one commit says how far the whole input is handled, in place of all this.

A run that is stopped anywhere leaves the store at 1, or between 2 and 4. The next run on the input goes on there, with
any number of workers or without.
"""

import secrets
import sys
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path

from attrs import define, field, frozen

from segdsl.backends.base import Basis, Batch, Position
from segdsl.diagnostics.errors import InputError
from segdsl.host.engine import Engine
from segdsl.host.input import Input
from segdsl.host.running import Running
from segdsl.host.runs import Listener, Report, handed_over, nobody
from segdsl.host.workers.crew import Crew
from segdsl.host.workers.feeding import Feeding
from segdsl.host.workers.parted import Parted
from segdsl.host.workers.splitting import Names, Note, Split, kept_note
from segdsl.host.workers.talk import Task
from segdsl.readers import Reading, read_events
from segdsl.readers.base import EventShape, Lot
from segdsl.readers.ordering import lots_in_order
from segdsl.records.inputs import Event
from segdsl.records.outcomes import Reject
from segdsl.values import instants

WORTH = 10_000
"""Events from which on it is worth it to start workers."""

BEGUN = Position(0, instants.EARLIEST, 0)
"""The place in an input that is split before anything of it was handled."""


@frozen
class Asked:
    """What a run was asked for."""

    engine: Engine
    source: Input
    events: str | Path
    format: str | None
    mapping: str | Path | None
    until: int | None
    listener: Listener
    batch: int

    def reading(self, shape: EventShape) -> Reading:
        """The input, opened."""
        return read_events(self.events, shape, format=self.format, mapping=self.mapping, source=self.source.label)

    def running(self) -> Running:
        """A run of it on its way."""
        before = self.engine.backend.position(self.source.key) if self.source.key else None
        before = None if before == BEGUN else before
        return Running(
            self.engine, self.source, self.listener, self.until, self.batch, before, Report(until=self.until)
        )


def check(engine: Engine, source: Input, workers: int) -> None:
    """Raises InputError where several processes cannot do a run."""
    if workers < 1:
        raise InputError(f"a run has at least one worker, not {workers}")
    if workers == 1:
        return
    if not source.key:
        raise InputError(
            f"several workers need a file: {source.label} can be read only once, and a run that is stopped could not "
            "go on with it"
        )
    url = engine.backend.url
    if not url or url.startswith("memory:"):
        raise InputError(
            "several workers need a store that each of them can open, such as sqlite:///shop.store or "
            "postgresql://localhost/shop: one in memory is for one process"
        )
    if not sys.executable or getattr(sys, "frozen", False):
        raise InputError("several workers need a Python that can be started anew, and here there is none")


@define
class Divided:
    """A run of an input that is split. `note` says how, if an earlier run has done it, and `own` is what the store has
    for as long as it is; `running` tells of all of it, `names` are those of the events that are new. `first` and `last`
    are the earliest instant and the last place of the new events that are believed; `more` says that there are events
    behind those that are split."""

    asked: Asked
    workers: int
    running: Running
    note: Note | None = None
    own: Position | None = None
    names: Names = field(factory=Names)
    new: int = 0
    first: int | None = None
    last: tuple[int, int] | None = None
    more: bool = False

    def run(self, reading: Reading) -> None:
        """Handle an input that is whole, but for the end of the run."""
        running = self.running
        items = self._items(reading)
        first = running.take_rejects(items)
        if self.new < WORTH:
            running.run(chain(first, items))
        else:
            self._handle(self._split(), _events(chain(first, items)))

    def go_on(self, reading: Reading, note: Note, *, leave: bool = False) -> bool:
        """Handle what is left of an input that an earlier run has split. Gives whether there is something behind it
        that is still to be handled. With `leave` events from after the run's end are left for what comes next."""
        self.note, self.own = note, self.asked.engine.backend.position(self.asked.source.split)
        events = _events(self._items(reading))
        first = list(islice(events, 1))  # all of the input is read then
        events = chain(first, events)
        if self.asked.until is not None and (leave or self.more):
            until = self.asked.until
            events = (event for event in events if event.instant <= until)
        is_closed = self._handle(Split.again(note, self.names), events)
        return is_closed and self.more

    def _items(self, reading: Reading) -> Iterator[Event | Reject]:
        running = self.running
        lots = lots_in_order(self._looked_at(running.watched_lots(reading.lots())), count=running.count)
        return running.new(chain.from_iterable(lots))

    def _looked_at(self, lots: Iterable[Lot]) -> Iterator[Lot]:
        """Lots as they are read, without what stands behind the split part; who is in them is learnt."""
        until = self.asked.until if self.asked.until is not None else instants.LATEST
        for each in lots:
            lot = each
            if self.note is not None and lot and lot[-1].place > self.note.places:
                self.more = True
                places = self.note.places
                lot = [item for item in lot if item.place <= places]
            new = [item for item in lot if isinstance(item, Event) and not self.running.is_done(item)]
            self.names.add(new)
            self.new += len(new)
            believed = [(event.instant, event.place) for event in new if event.instant <= until]
            if believed:
                self.first = min(believed[0] if self.first is None else (self.first, 0), *believed)[0]
                self.last = max(believed[0] if self.last is None else self.last, *believed)
            yield lot

    def _split(self) -> Split:
        """Say in the store that the input is split. What could not be read is done with then."""
        running, source = self.running, self.asked.source
        names = self.names.couple(self.asked.engine.backend)
        self.note = Note(self.workers, running.count.places - running.unfinished, names)
        # Drawn, so that a worker who is left over from another run does not take this split for its own.
        self.own = Position(self.note.places, instants.EARLIEST, secrets.randbits(48))
        told: dict[str, Position] = {}
        if self.first is not None and self.first <= running.told != instants.EARLIEST:
            told = running.reopen(self.first)
        running.commit(
            Batch(
                positions={**source.handled(running.before or BEGUN), source.split: self.own, **told},
                notes={source.split: self.note.encoded()},
                tallies=dict(running.held),
                basis=Basis(positions=source.since(running.before)),
            )
        )
        running.held.clear()
        return Split(self.note, self.names)

    def _handle(self, split: Split, events: Iterator[Event]) -> bool:
        """Handle all parts, and close the split. Gives whether it could be closed."""
        parts = range(split.note.parts)
        backend, source = self.asked.engine.backend, self.asked.source
        places = {source.part(part): backend.position(source.part(part)) for part in parts}
        if self.workers > 1:
            self._by_workers(split, events, [places[source.part(part)] for part in parts])
        else:
            self._here(split, events)
        return self._close(split.note)

    def _by_workers(self, split: Split, events: Iterator[Event], places: list[Position | None]) -> None:
        running, asked = self.running, self.asked
        ends = [(place.instant, place.place) if place is not None else (instants.EARLIEST - 1, 0) for place in places]

        def left() -> Iterator[Event]:
            for event in events:
                if (event.instant, event.place) > ends[split.part(event)]:
                    yield event
                else:
                    running.report.skipped += 1

        number = min(self.workers, split.note.parts)
        tasks = [
            task_of(asked, running, split.note, self.own, range(worker, split.note.parts, number))
            for worker in range(number)
        ]
        crew = Crew(running, Feeding(left(), split.part, number), tasks)
        crew.work()
        for done in crew.done:
            running.stepped.update(done.stepped)
            for tally, held in done.held:
                running.held[tally] += held

    def _here(self, split: Split, events: Iterator[Event]) -> None:
        running, asked = self.running, self.asked
        parted = Parted(
            asked.engine, asked.source, asked.listener, asked.until, asked.batch, None, running.report,
            parts=range(split.note.parts), part_of=split.part, places=split.note.places, own=self.own,
            count=running.count,
        )  # fmt: skip
        parted.told, parted.handled = running.told, running.handled
        parted.stepped, parted.held = running.stepped, running.held
        parted.run(events)
        running.handled = parted.handled

    def _close(self, note: Note) -> bool:
        """Say in the store how far the whole input is handled, as a run of one process would. Not where a part of it
        is further than this run's end: another run closes it then."""
        running, source, backend = self.running, self.asked.source, self.asked.engine.backend
        parts = [source.part(part) for part in range(note.parts)]
        places = {part: backend.position(part) for part in parts}
        furthest = max(((place.instant, place.place) for place in places.values() if place is not None), default=None)
        if furthest is not None and (self.last is None or furthest > self.last):
            return False
        whole = self._whole(note)
        running.commit(
            Batch(
                positions={
                    **source.handled(whole or BEGUN),
                    **({} if whole else {source.key: None}),
                    source.split: None,
                    **dict.fromkeys(parts),
                },
                notes={source.split: None},
                tallies=dict(running.held),
                basis=Basis(positions={source.split: self.own, **places}),
            )
        )
        running.held.clear()
        running.before = whole
        running.ends = source.since(whole)
        return True

    def _whole(self, note: Note) -> Position | None:
        """How far the whole input is handled when all parts are; None for not begun."""
        before, last = self.running.before, self.last
        if last is not None and (before is None or last >= (before.instant, before.place)):
            return Position(note.places, *last)
        if before is not None and self.asked.until is None:
            return Position(note.places, before.instant, before.place)
        return before


def finish_split(asked: Asked, running: Running, workers: int = 1, *, leave: bool = False) -> tuple[EventShape, bool]:
    """Handle what is left of an input that an earlier run with several workers has split, if one has. Gives the shape
    that its events were read by, and whether there is something that is still to be handled: the end of a run, at any
    rate. With `leave` events from after the run's end are left to what comes next."""
    shape = asked.engine.shape
    note = kept_note(asked.engine.backend, asked.source)
    if note is None:
        return shape, True
    shape = EventShape(asked.engine.plan)
    divided = Divided(asked, workers, running)
    with asked.reading(shape) as reading:
        more = divided.go_on(reading, note, leave=leave)
        passed_over = reading.passed_over
    if more:
        running.turn_to(asked.source)
        running.passed = note.places
        return asked.engine.shape, True
    running.report.passed_over += passed_over
    return shape, False


def _events(items: Iterable[Event | Reject]) -> Iterator[Event]:
    return (item for item in items if isinstance(item, Event))


def task_of(asked: Asked, running: Running, note: Note, own: Position | None, parts: Iterable[int]) -> Task:
    """What a worker is to do."""
    engine, listener = asked.engine, asked.listener
    wanted = set(listener.wanted) if listener.outcomes is not nobody else set()
    return Task(
        url=engine.backend.url, engine=engine.runs_on, key=asked.source.key, label=asked.source.label,
        path=asked.source.path, parts=list(parts), places=note.places, own=own, until=asked.until, told=running.told,
        batch=asked.batch, wanted=sorted(wanted | ({"held"} if engine.held is not None else set())),
        actions=[name for name, handler in engine.handlers.items() if handler is handed_over],
        notices=engine.withdrawn is handed_over,
    )  # fmt: skip
