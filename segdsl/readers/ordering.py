"""A finite input in the order of time: events by (instant, place), so that nothing in it is late (language.md 5.15).

Comes in: the items of a reader. Goes out: the same, rejects first, events sorted. Stands between the readers and the
host when a run has an end. Holds at most one run of events in memory: what is more lies in temporary files.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Generator, Iterable, Iterator
from contextlib import ExitStack, closing, suppress
from itertools import islice
from operator import attrgetter
from tempfile import TemporaryFile
from typing import IO, Any, cast

import msgspec
from attrs import define

from segdsl.diagnostics.errors import InputError
from segdsl.readers.base import Lot
from segdsl.records.inputs import Event
from segdsl.records.outcomes import Reject

RUN = 250_000
"""Events held in memory at once: some 200 MB of ordinary ones."""

FILES = 64
"""Temporary files open at once; a longer input's are merged into one before it goes on."""

LOT = 1_000
"""Events given, written and read together."""

BEHIND = 1_000
"""Events that are gone back at most to put a late one in its place at once; else all are sorted when they are cut."""

_LENGTH = 4
_BUFFER = 1 << 18


@define
class Count:
    """What was read: `places` is the last place in the input, `events` and `rejects` the items, `spilled` the runs that
    were written to temporary files. Complete when the first event comes out."""

    places: int = 0
    events: int = 0
    rejects: int = 0
    spilled: int = 0


def in_order(
    items: Iterable[Event | Reject], *, run: int = RUN, count: Count | None = None
) -> Generator[Event | Reject, None, None]:
    """All rejects, as they are met; then all events by (instant, place), equal ones in the order of the input.

    `run` is how many events are held in memory. When there are more, they are kept in temporary files without a name,
    which are gone when the iterator ends, fails or is closed. The instant is in microseconds UTC. Raises InputError
    when the temporary files cannot be written, and what `items` raises.
    """
    with closing(lots_in_order(_lots_of(items, min(LOT, run)), run=run, count=count)) as lots:
        for lot in lots:
            yield from lot


def lots_in_order(lots: Iterable[Lot], *, run: int = RUN, count: Count | None = None) -> Generator[Lot, None, None]:
    """The same, from lots to lots, which costs less. Within a lot places do not go back, as readers give them."""
    count = Count() if count is None else count
    with ExitStack() as opened:
        spilled: list[IO[bytes]] = []
        held = _Run()
        for lot in lots:
            if not lot:
                continue
            count.places = max(count.places, lot[-1].place)
            events = cast("list[Event]", lot)
            if Reject in map(type, lot):
                rejects: Lot = [item for item in lot if isinstance(item, Reject)]
                count.rejects += len(rejects)
                yield rejects
                events = [item for item in lot if isinstance(item, Event)]
            count.events += len(events)
            held.take(events)
            while len(held.events) > run:
                _spill(held.cut(run), spilled, opened)
                count.spilled += 1
        last = held.cut(run)
        parts = (last[at : at + LOT] for at in range(0, len(last), LOT))
        yield from cast("Iterator[Lot]", _merged([*map(_read, spilled), parts]) if spilled else parts)


def _lots_of(items: Iterable[Event | Reject], most: int) -> Iterator[Lot]:
    """A reject does not wait for what comes after it."""
    lot: Lot = []
    for item in items:
        if lot and (len(lot) >= most or item.place < lot[-1].place):
            yield lot
            lot = []
        lot.append(item)
        if isinstance(item, Reject):
            yield lot
            lot = []
    yield lot


class _Run:
    """Events that are held in memory, sorted as they come as long as none is far behind: mostly none is. Those of equal
    keys always stand in the order of the input."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.is_ordered = True

    def take(self, events: list[Event]) -> None:
        """Hold the events of a lot too. Of one instant they stand in the order of their places already."""
        events = sorted(events, key=_INSTANT)
        if events and self.events and self.is_ordered and _KEY(events[0]) < _KEY(self.events[-1]):
            behind = bisect_right(self.events, _KEY(events[0]), key=_KEY)
            self.is_ordered = len(self.events) - behind <= BEHIND
            if self.is_ordered:
                ahead = bisect_left(events, _KEY(self.events[-1]), key=_KEY)
                events[:ahead] = sorted(self.events[behind:] + events[:ahead], key=_KEY)
                del self.events[behind:]
        self.events += events

    def cut(self, size: int) -> list[Event]:
        """As many of them, sorted; of equal keys the first ones."""
        cut, rest = self.events[:size], self.events[size:]
        if not self.is_ordered:
            cut.sort(key=_KEY)
            rest.sort(key=_KEY)
        self.events, self.is_ordered = rest, True
        return cut


def _spill(events: list[Event], spilled: list[IO[bytes]], opened: ExitStack) -> None:
    """Write a sorted run to a file of its own. A merged file stands first, so equal keys keep their order."""
    try:
        if len(spilled) >= FILES:
            merged = _write(_merged([*map(_read, spilled)]), opened)
            for file in spilled:
                file.close()
            spilled[:] = [merged]
        spilled.append(_write((events[at : at + LOT] for at in range(0, len(events), LOT)), opened))
    except OSError as error:
        raise InputError(
            f"the input is too long to be sorted in memory, and its temporary files cannot be written: "
            f"{error.strerror or error}"
        ) from error


def _merged(runs: list[Iterator[list[Event]]]) -> Iterator[list[Event]]:
    """Sorted runs as one, of equal keys those of an earlier run first. Of each run the next lot is held. What is not
    behind the lot that ends first can be given; where runs do not overlap, that is this lot alone."""
    heads = [(lot, run) for run in runs for lot in islice(run, 1)]
    while heads:
        first = min(range(len(heads)), key=lambda at: _KEY(heads[at][0][-1]))
        bound = _KEY(heads[first][0][-1])
        part: list[Event] = []
        rest = []
        for at, (lot, run) in enumerate(heads):
            cut = (bisect_right if at <= first else bisect_left)(lot, bound, key=_KEY)
            part += lot[:cut]
            left = lot[cut:] or next(run, [])
            if left:
                rest.append((left, run))
        heads = rest
        part.sort(key=_KEY)
        yield part


def _write(lots: Iterable[list[Event]], opened: ExitStack) -> IO[bytes]:
    file: IO[bytes] = opened.enter_context(TemporaryFile(prefix="segdsl-", buffering=_BUFFER))  # noqa: SIM115
    try:
        for lot in lots:
            written = packed(lot)
            file.write(len(written).to_bytes(_LENGTH, "big"))
            file.write(written)
        file.flush()
    except OSError:
        with suppress(OSError):  # closing writes what is still held, and would fail again
            file.close()
        raise
    return file


def _read(file: IO[bytes]) -> Iterator[list[Event]]:
    file.seek(0)
    while head := file.read(_LENGTH):
        yield unpacked(file.read(int.from_bytes(head, "big")))


def packed(lot: list[Event]) -> bytes:
    """Events as bytes, for another time or another process."""
    return _ENCODER.encode(lot)


def unpacked(data: bytes) -> list[Event]:
    """The events that were `packed`, as they were."""
    lot = _DECODER.decode(data)
    for event in lot:
        for values in (event.fields, event.attributes):
            if not _NESTED.isdisjoint(map(type, values.values())):
                values |= {name: _tuples(value) for name, value in values.items()}
    return lot


def _tuples(value: Any) -> Any:
    """A run-time list is a tuple; on disk it has become a list."""
    if isinstance(value, list):
        return tuple(map(_tuples, value))
    if isinstance(value, dict):
        return {name: _tuples(each) for name, each in value.items()}
    return value


_KEY = attrgetter("instant", "place")
_INSTANT = attrgetter("instant")
_NESTED = frozenset((list, dict))
_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(list[Event])
