"""An input that grows, through an engine: events as they come, and the clock along with them, until it is stopped.

Comes in: a file that somebody writes to, a pipe or standard input, read in a thread of its own. Goes out: what comes
out of any run (see `replay.py`, whose `Running` does the work), as it happens, and at the end a `Report`. All but the
reading is done by the thread that calls: a store is used by who opened it.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from queue import Empty, Full, Queue
from threading import Event as Flag
from threading import Thread
from typing import Self

from attrs import define, frozen

from segdsl.backends.base import Position
from segdsl.diagnostics.errors import InputError
from segdsl.host.batches import AHEAD
from segdsl.host.engine import BATCH, Engine
from segdsl.host.input import HEAD, Input
from segdsl.host.running import LARGEST, TOLD, Running
from segdsl.host.runs import Listener, Report
from segdsl.host.workers.dividing import Asked, finish_split
from segdsl.readers import of_the_file, reader_of
from segdsl.readers.base import Reader
from segdsl.readers.growing import POLL, Flowing, Growing, Waiting
from segdsl.readers.lines import PACKED
from segdsl.readers.ordering import in_order
from segdsl.records.inputs import Event
from segdsl.records.outcomes import Reject
from segdsl.values import instants

TICK = 1.0
"""Seconds without an event after which the clock goes on by itself."""

PATIENCE = 30
"""Ticks that a pipe has until its first event: whoever writes to it may take a while to begin, and may begin with what
is long past."""

SHARE = 20
"""Changes that the clock alone brings about are looked for in at most one part in so many of the time."""

LOT = 1_000
"""Items that are handed over together by the thread that reads."""

LOTS = 20
"""Lots that wait to be taken."""

Items = list[Event | Reject]


def follow(
    engine: Engine,
    events: str | Path,
    *,
    format: str | None = None,
    mapping: str | Path | None = None,
    listener: Listener | None = None,
    stop: Callable[[], bool] = lambda: False,
    tick: float = TICK,
) -> Report:
    """Run an input that grows through an engine as it comes, until `stop()` is true or a pipe ends.

    `events` is the path of a file or a pipe, or `-` for standard input. What stands in a file already is taken as
    `replay` would, from where its last run stopped; then its lines are taken in the order in which they come, each when
    it is whole. A file that is truncated or replaced is followed on as a new one. The clock goes along with the events,
    and with the engine's `clock` when for `tick` seconds nothing came. An event that is further ahead of that than five
    minutes is refused for good, as `future`.

    `stop` is asked several times a second, and ends the run between two batches: what was not taken comes in the next
    run. KeyboardInterrupt is not caught. Raises InputError and StoreError as `replay` does.
    """
    source = Input.known(events, engine.backend)
    running = Running(engine, source, listener or Listener(), None, BATCH, None, Report())
    following = Following(running, stop)
    name = Path("standard input") if str(events) == "-" else Path(events)

    if source.path:
        asked = Asked(engine, source, events, format, mapping, following.believed(), running.listener, LARGEST)
        before = asked.running()
        finish_split(asked, before, leave=True)
        running.report.join(before.report)
        running.passed = before.passed

    labels = [source.label]

    def arrivals(stream: Waiting, label: str) -> Arrivals:
        labels.append(label)
        reader = reader_of(name, engine.shape, format=format, mapping=mapping, source=label)
        return Arrivals(stream, reader, stop, tick)

    try:
        if source.path:
            heading = reader_of(name, engine.shape, format=format, mapping=mapping).heading
            following.file(name, arrivals, lambda: _begun(name, 1 + heading, stop, tick))
        else:
            following.pipe(source, arrivals(Flowing(None if str(events) == "-" else name), source.label))
    except InputError as error:
        raise of_the_file(error, labels[-1], name) from error
    following.finish()
    return running.report


def _begun(path: Path, lines: int, stop: Callable[[], bool], tick: float) -> Iterator[Items]:
    """Ticks, until a file has lines by which it can be known again."""
    waited = 0.0
    while not stop():
        try:
            with path.open("rb") as file:
                head = file.read(HEAD)
        except OSError:
            head = b""  # it is being replaced
        if head.count(b"\n") >= lines or len(head) >= HEAD or head.startswith(PACKED):
            return
        time.sleep(POLL)
        waited += POLL
        if waited >= tick:
            waited = 0.0
            yield []


class Stopped(Exception):  # noqa: N818 - nothing is wrong
    """An end is wanted while what stands in a file is still being taken."""


@define
class Following:
    """A run behind its input. `latest` is the latest instant read and believed, `furthest` the latest of all of
    this file; `patience` the ticks that may pass before the first event. `seconds` measures what looking for changes by
    the clock costs: it is done again at `rested`."""

    running: Running
    stop: Callable[[], bool] = lambda: False
    seconds: Callable[[], float] = time.monotonic
    patience: int = 0
    latest: int = instants.EARLIEST
    furthest: int = instants.EARLIEST
    rested: float = 0.0

    def pipe(self, source: Input, arrivals: "Arrivals") -> None:
        """Follow a pipe to its end."""
        self.running.turn_to(source)
        self.patience = PATIENCE
        with arrivals:
            self.go(arrivals)
        self.running.report.passed_over += arrivals.reader.passed_over

    def file(
        self, path: Path, arrivals: "Callable[[Waiting, str], Arrivals]", begun: Callable[[], Iterable[Items]]
    ) -> None:
        """Follow a file, and the next one when it is truncated or replaced. `begun` ticks until there is one."""
        while not self.stop():
            self.go(begun())
            if self.stop():
                return
            stream = Growing(path)
            source = Input.known(path, self.running.engine.backend)
            self.running.turn_to(source)
            self.furthest = instants.EARLIEST
            with arrivals(stream, source.label) as coming:
                try:
                    self.catch_up(coming.there())
                except Stopped:
                    return
                self.go(coming)
            self.running.report.passed_over += coming.reader.passed_over
            if not stream.renewed:
                return
            self.running.listener.renewed(stream.renewed)

    def catch_up(self, items: Iterable[Event | Reject]) -> None:
        """Take what stands in a file already, in the order of time. Raises Stopped."""
        running = self.running
        running.until = self.believed()
        running.run(self._while_wanted(in_order(running.watched(items), count=running.count)))
        self.latest = max(self.latest, running.report.last or instants.EARLIEST)
        if running.count.places:
            running.keep(self._place())
        self._go_along()

    def _while_wanted(self, items: Iterable[Event | Reject]) -> Iterator[Event | Reject]:
        for item in items:
            if self.stop():
                raise Stopped
            if isinstance(item, Event):
                self.furthest = max(self.furthest, item.instant)
            yield item

    def go(self, arrivals: Iterable[Items]) -> None:
        """Take what comes, as it comes; an empty list is a tick in which nothing did."""
        for items in arrivals:
            if items:
                self.patience = 0
                self.take(items)
            elif self.patience:
                self.patience -= 1
            else:
                self.tick()
            self.running.tell_progress()

    def take(self, items: Items) -> None:
        """Take a batch in the order in which it came, and have the clock go along: not further than that, since what
        comes next may be of before now."""
        running, believed = self.running, self.believed()
        running.count.places = max(running.count.places, items[-1].place)
        all_events = [item for item in items if isinstance(item, Event)]
        events = [event for event in all_events if event.instant <= believed]
        self.latest = max([self.latest, *(event.instant for event in events)])
        self.furthest = max([self.furthest, *(event.instant for event in all_events)])
        running.take(items, events, believed, self._place())
        self._go_along()

    def tick(self) -> None:
        """Nothing came: the clock goes on by itself."""
        now = self.running.engine.clock()
        self._advance(now)
        begun = self.seconds()
        if begun >= self.rested:
            self._tell_clock_changes(now)
            self.rested = begun + (self.seconds() - begun) * SHARE

    def finish(self) -> None:
        """Tell of what the clock has brought about up to where it is."""
        running = self.running
        reached = max(self.latest, running.engine.backend.clock() or instants.EARLIEST)
        if reached > instants.EARLIEST:
            # An event may be a little ahead of the clock; no rule acts before its time because of that.
            last = min(reached, running.engine.clock())
            self._advance(last)
            running.tell_clock_changes(last)
            running.engine.take([], {TOLD: Position(0, running.told, 0)})
        running.report.ignored = Counter(running.engine.shape.ignored_fields)

    def _go_along(self) -> None:
        if self.latest > instants.EARLIEST:
            self._advance(min(self.latest, self.running.engine.clock()))

    def _advance(self, to: int) -> None:
        self.running.advance(to)
        self.running.clock = max(to, self.running.clock or to)

    def _tell_clock_changes(self, now: int) -> None:
        running = self.running
        before = running.report.changes
        running.tell_clock_changes(now)
        if running.report.changes > before:
            # Where nothing was told of, there is nothing to be remembered either: not every tick writes to the store.
            running.engine.take([], {TOLD: Position(0, running.told, 0)})

    def believed(self) -> int:
        """The instant up to which events are believed."""
        return max(self.running.engine.vouched, self.running.engine.clock() + AHEAD)

    def _place(self) -> dict[str, Position]:
        """All that was read is done with."""
        running = self.running
        instant = max(self.furthest, running.before.instant) if running.before is not None else self.furthest
        return running.source.handled(Position(running.count.places, instant, running.count.places))


@frozen
class End:
    """The thread has read the input to its end, or could not go on."""

    error: Exception | None = None


class Arrivals:
    """What comes from a stream that waits: lists of items, and an empty one for a tick in which nothing came and the
    reader waits for more. Read by a thread while it is used in a `with` block; `None` in the queue: it waits for the
    first time."""

    def __init__(self, stream: Waiting, reader: Reader, stop: Callable[[], bool], tick: float) -> None:
        self.stream = stream
        self.reader = reader
        self.stop = stop
        self.tick = tick
        self.queue: Queue[Items | End | None] = Queue(LOTS)
        self.kept: list[End | None] = []
        self.over = False
        self._lot: Items = []
        self._waited = False
        self._left = Flag()
        self._thread = Thread(target=self._read, name="segdsl-follow", daemon=True)
        stream.listen = self._heard

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._left.set()
        self.stream.stop()
        self._thread.join(5 * POLL)

    # ------------------------------------------------------------------------------------------ by the one who takes

    def there(self) -> Iterator[Event | Reject]:
        """What is there already, up to where the reader first waits. Raises Stopped."""
        while not self.stop():
            try:
                got = self._next()
            except Empty:
                continue
            if not isinstance(got, list):
                self._look_at(got)
                return
            yield from got
        raise Stopped

    def __iter__(self) -> Iterator[Items]:
        waited = 0.0
        while not self.stop() and not self.over:
            try:
                got = self._next()
            except Empty:
                waited += POLL
                if waited >= self.tick and self.stream.waits:
                    waited = 0.0
                    yield []
                continue
            if isinstance(got, list):
                waited = 0.0
                yield self._with_more(got)
            else:
                self._look_at(got)

    def _next(self) -> Items | End | None:
        """Raises Empty when nothing comes for a moment."""
        return self.kept.pop() if self.kept else self.queue.get(timeout=POLL)

    def _with_more(self, items: Items) -> Items:
        """As much as is there, and as one batch may hold."""
        while len(items) <= BATCH - LOT and not self.queue.empty():
            more = self.queue.get()
            if not isinstance(more, list):
                self.kept.append(more)
                break
            items += more
        return items

    def _look_at(self, end: End | None) -> None:
        if end is not None:
            self.over = True
            if end.error is not None:
                raise end.error

    # ------------------------------------------------------------------------------------------------ by the thread

    def _read(self) -> None:
        error: Exception | None = None
        try:
            for item in self.reader.read(self.stream):
                if len(self._lot) >= LOT and item.place != self._lot[-1].place:  # what stands together stays so
                    self._hand_over()
                self._lot.append(item)
            self._hand_over()
        except Exception as caught:
            error = caught
        finally:
            self.stream.let_go()
        self._put(End(error))

    def _heard(self, waits: bool) -> None:
        """The reader looks for more: what it has found so far need not wait for that."""
        self._hand_over()
        if waits and not self._waited:
            self._waited = True
            self._put(None)

    def _hand_over(self) -> None:
        if self._lot:
            self._put(self._lot)
            self._lot = []

    def _put(self, entry: Items | End | None) -> None:
        while not self._left.is_set():
            try:
                self.queue.put(entry, timeout=POLL)
            except Full:
                continue
            return
