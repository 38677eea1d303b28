"""An input that grows, through an engine: events as they come, and the clock along with them, until it is stopped.

Comes in: a file that somebody writes to, a pipe or standard input, read in a thread of its own. Goes out: what comes out
of a run (see `replay.py`, whose `Running` does the work), as it happens, and at the end a `Report`. Everything but the
reading is done by the thread that calls: a store is used by who opened it.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from queue import Empty, Full, Queue
from threading import Thread

from attrs import define, evolve, field, frozen

from segdsl.backends.base import Position
from segdsl.host.engine import AHEAD, BATCH, Engine
from segdsl.host.replay import TOLD, Input, Listener, Report, Running
from segdsl.readers import reader_of
from segdsl.readers.base import Reader
from segdsl.readers.growing import POLL, Flowing, Growing, Waiting
from segdsl.readers.ordering import Count, in_order
from segdsl.records.inputs import Event
from segdsl.records.outcomes import Reject
from segdsl.values import instants

TICK = 1.0
"""Seconds without an event after which the clock goes on by itself."""

PATIENCE = 30
"""Ticks that a pipe has until its first event: whoever writes to it may take a while to begin, and then may begin with
what is long past."""

SHARE = 20
"""The changes that the clock alone brings about are looked for in at most one part in so many of the time."""

READ = 1_000
"""Items that the thread hands over together, at most."""

AHEAD_READ = 20
"""How many such lots wait to be taken, at most."""

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
    """Run an input that grows through an engine as it comes, until `stop()` is true or a pipe ends, and give a report.

    `events` is the path of a file or a pipe, or `-` for standard input. What stands in a file already is taken as
    `replay` would, from where the last run of it stopped; then its lines are taken in the order in which they come, each
    when it is whole. A file that is truncated or replaced is followed as a new one. The engine's clock goes along with
    the events, and with the machine's (the engine's `clock`) when for `tick` seconds nothing came. An event that is
    further ahead of it than five minutes is refused as `future`; a later run of the file meets it again, unless later
    ones were taken since.

    Asked about several times a second, `stop` ends between two batches; what was read and not taken comes in the next
    run. KeyboardInterrupt is raised as ever. Raises InputError and StoreError as `replay` does.
    """
    following = Following(Running.started(engine, listener or Listener()), stop)
    source = Input.known(events, engine.backend)
    try:
        if source.path:
            path, columns = Path(events), mapping is not None
            following.follow_file(path, lambda label: _reader(path, engine, format, mapping, label), tick, columns)
        else:
            standard = str(events) == "-"
            name = Path("standard input") if standard else Path(events)
            stream = Flowing(None if standard else name)
            following.follow_pipe(source, Arrivals(stream, _reader(name, engine, format, mapping, source.label), stop, tick))
    except Stopped:
        pass
    following.finish()
    return following.running.report


def _reader(name: Path, engine: Engine, format: str | None, mapping: str | Path | None, label: str) -> Reader:
    return reader_of(name, engine.shape, format=format, mapping=mapping, source=label)


class Stopped(Exception):  # noqa: N818 - nothing is wrong
    """Somebody wants an end while what stood in a file is still being handled."""


@define
class Following:
    """A run on its way behind its input. `latest` is the latest instant read; `patience` the ticks that may pass before
    the first event of a pipe. `seconds` measures what looking for changes by the clock costs: not before `rested` is it
    done again."""

    running: Running
    stop: Callable[[], bool] = lambda: False
    seconds: Callable[[], float] = time.monotonic
    patience: int = 0
    latest: int | None = None
    rested: float = 0.0

    def follow_pipe(self, source: Input, arrivals: "Arrivals") -> None:
        self.patience = PATIENCE
        self.running.turn_to(source)
        with arrivals:
            self.go(arrivals)
        self.running.report.skipped_rows = arrivals.reader.skipped_rows

    def follow_file(self, path: Path, reader: Callable[[str], Reader], tick: float, columns: bool) -> None:
        """A file, and the one after it when it is truncated or replaced, and so on. `columns`: its first line only names
        them, and is the same in the next file."""
        while not self.stop():
            self.go(_until_begun(path, 2 if columns else 1, self.stop, tick))
            if self.stop():
                return
            stream = Growing(path)
            source = evolve(Input.known(path, self.running.engine.backend), ended=True)
            with Arrivals(stream, reader(source.label), self.stop, tick) as arrivals:
                self.running.turn_to(source)
                self.catch_up(arrivals.there())
                self.go(arrivals)
            self.running.report.skipped_rows += arrivals.reader.skipped_rows
            if not stream.renewed:
                return
            self.running.listener.renewed(stream.renewed)

    def catch_up(self, items: Iterable[Event | Reject]) -> None:
        """Take what stands in a file already, in the order of time. Raises Stopped."""
        running = self.running
        running.until = self._believed()
        running.run(self._while_wanted(in_order(running.watched(items), count=running.count)))
        self.latest = running.report.last
        if running.count.places:
            running.engine.take([], running.source.handled(self._place()))
        self._go_along()

    def _while_wanted(self, items: Iterable[Event | Reject]) -> Iterator[Event | Reject]:
        for item in items:
            if self.stop():
                raise Stopped
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
        """Take a batch in the order of arrival, and let the clock go along with it: not further, since there may be
        more of before."""
        running, believed = self.running, self._believed()
        count = running.count
        count.places = max(count.places, items[-1].place)
        events = [item for item in items if isinstance(item, Event) and item.instant <= believed]
        self.latest = max((event.instant for event in events), default=self.latest)
        E
