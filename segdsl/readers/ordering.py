"""A finite input in the order of time: events by (instant, place), so that nothing in it is late (language.md 5.15).

Comes in: the items of a reader. Goes out: the same, rejects first, events sorted. Stands between the readers and the
host when a run has an end. Holds at most one run of events in memory: what is more lies in temporary files.
"""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, suppress
from heapq import merge
from itertools import islice
from tempfile import TemporaryFile
from typing import IO, Any

import msgspec
from attrs import define

from segdsl.diagnostics.errors import InputError
from segdsl.records.inputs import Event
from segdsl.records.outcomes import Reject

RUN = 250_000
"""Events held in memory at once: some 200 MB of ordinary ones."""

FILES = 64
"""Temporary files open at once; a longer input's are merged into one before it goes on."""

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
) -> Iterator[Event | Reject]:
    """All rejects, as they are met; then all events by (instant, place), equal ones in the order of the input.

    `run` is how many events are held in memory. When there are more, they are kept in temporary files without a name,
    which are gone when the iterator ends, fails or is closed. The instant is in microseconds UTC. Raises InputError
    when the temporary files cannot be written, and what `items` raises.
    """
    count = Count() if count is None else count
    with ExitStack() as opened:
        spilled: list[IO[bytes]] = []
        events: list[Event] = []
        for item in items:
            count.places = max(count.places, item.place)
            if isinstance(item, Reject):
                count.rejects += 1
                yield item
                continue
            if len(events) >= run:
                events.sort(key=_key)
                _spill(events, spilled, opened)
                count.spilled += 1
                events = []
            count.events += 1
            events.append(item)
        events.sort(key=_key)
        if not spilled:
            yield from events
        else:
            yield from merge(*map(_read, spilled), events, key=_key)


def _key(event: Event) -> tuple[int, int]:
    return event.instant, event.place


def _spill(events: list[Event], spilled: list[IO[bytes]], opened: ExitStack) -> None:
    """Write a sorted run to a file of its own. A merged file stands first, so equal keys keep their order."""
    try:
        if len(spilled) >= FILES:
            merged = _write(merge(*map(_read, spilled), key=_key), opened)
            for file in spilled:
                file.close()
            spilled[:] = [merged]
        spilled.append(_write(events, opened))
    except OSError as error:
        raise InputError(
            f"the input is too long to be sorted in memory, and its temporary files cannot be written: "
            f"{error.strerror or error}"
        ) from error


def _write(events: Iterable[Event], opened: ExitStack) -> IO[bytes]:
    file: IO[bytes] = opened.enter_context(TemporaryFile(prefix="segdsl-", buffering=_BUFFER))  # noqa: SIM115
    encode = _ENCODER.encode
    rest = iter(events)
    try:
        while batch := [encode(event) for event in islice(rest, 1_000)]:
            file.write(b"".join(part for each in batch for part in (len(each).to_bytes(_LENGTH, "big"), each)))
        file.flush()
    except OSError:
        with suppress(OSError):  # closing writes what is still held, and would fail again
            file.close()
        raise
    return file


def _read(file: IO[bytes]) -> Iterator[Event]:
    file.seek(0)
    decode = _DECODER.decode
    while head := file.read(_LENGTH):
        event = decode(file.read(int.from_bytes(head, "big")))
        for values in (event.fields, event.attributes):
            for name, value in values.items():
                if isinstance(value, list | dict):
                    values[name] = _tuples(value)
        yield event


def _tuples(value: Any) -> Any:
    """A run-time list is a tuple; on disk it has become a list."""
    if isinstance(value, list):
        return tuple(map(_tuples, value))
    if isinstance(value, dict):
        return {name: _tuples(each) for name, each in value.items()}
    return value


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Event)
