"""What a run and its workers say to each other, as frames in pipes.

A worker asks, and goes on when it is answered: for events (`More`), whether it may commit a batch of which the run has
to tell (`Heard`), and now and then whether it shall go on at all (`Reached`). So a run can stop its workers in order,
and a worker notices when its run is gone.
"""

from collections import Counter
from contextlib import suppress
from decimal import Decimal
from typing import Any, BinaryIO

import msgspec
from attrs import define
from msgspec import Struct

from segdsl.backends.base import Position, Tally
from segdsl.host.runs import Report
from segdsl.readers.ordering import packed, unpacked
from segdsl.records.inputs import Event
from segdsl.records.outcomes import Outcome

_LENGTH = 8
_PART = 4


class Task(Struct, tag=True, frozen=True):
    """What a worker is to do: parts of an input (of which `key`, `label` and `path` are known) that is split up to
    `places` for as long as the store at `url` keeps `own`. `told` and `until` are those of the run. Of outcomes the run
    wants to hear `wanted`; effects of `actions`, and notices if `notices`, are handed over once the run has heard of
    them."""

    url: str
    engine: str
    key: str
    label: str
    path: str
    parts: list[int]
    places: int
    own: Position | None
    until: int | None
    told: int
    batch: int
    wanted: list[str]
    actions: list[str]
    notices: bool


class Go(Struct, tag=True, frozen=True):
    """Go on."""


class Stop(Struct, tag=True, frozen=True):
    """Keep nothing more, and end."""


class End(Struct, tag=True, frozen=True):
    """There are no more events."""


class Items(Struct, frozen=True):
    """Events of a part."""

    part: int
    events: bytes

    @classmethod
    def of(cls, part: int, events: list[Event]) -> "Items":
        return cls(part, packed(events))

    def read(self) -> list[Event]:
        """The events."""
        return unpacked(self.events)


class More(Struct, tag=True, frozen=True):
    """A worker wants events."""


class Heard(Struct, tag=True, frozen=True):
    """What came of a batch that a worker is about to commit, as far as the run wants to hear of it."""

    outcomes: list[Outcome]


class Reached(Struct, tag=True, frozen=True):
    """How far a worker is: items it has handled, and events that are in the store."""

    handled: int
    events: int


class Counted(Struct, frozen=True):
    """A worker's `Report`."""

    numbers: dict[str, int | None]
    counters: dict[str, list[tuple[Any, int]]]

    @classmethod
    def of(cls, report: Report) -> "Counted":
        fields = {name: getattr(report, name) for name in Report.__slots__ if not name.startswith("__")}
        counters = {name: list(found.items()) for name, found in fields.items() if isinstance(found, Counter)}
        return cls({name: number for name, number in fields.items() if name not in counters}, counters)

    def report(self) -> Report:
        counters = {
            name: Counter({tuple(what) if isinstance(what, list) else what: number for what, number in found})
            for name, found in self.counters.items()
        }
        return Report(**self.numbers, **counters)  # type: ignore[arg-type]


class Done(Struct, tag=True, frozen=True):
    """A worker has ended, at the end of its events or because it was told to. `held` are tallies that are to land with
    the end of the whole input, `stepped` customers to whom something from before has happened."""

    counted: Counted
    stepped: list[str]
    held: list[tuple[Tally, int]]


class Failed(Struct, tag=True, frozen=True):
    """A worker could not go on: the name of the exception, what it says, and where it is from unless it is ours."""

    kind: str
    said: str
    trace: str = ""


Word = Task | Go | Stop | End | More | Heard | Reached | Done | Failed
_encode = msgspec.json.Encoder(decimal_format="number").encode
_decode = msgspec.json.Decoder(Word, float_hook=Decimal).decode


def encoded(said: Word | Items) -> bytes:
    """What is said, as bytes."""
    if isinstance(said, Items):
        return b"\1" + said.part.to_bytes(_PART, "big") + said.events
    return b"\0" + _encode(said)


def decoded(data: bytes) -> Word | Items:
    """What was said."""
    if data[0]:
        return Items(int.from_bytes(data[1 : 1 + _PART], "big"), data[1 + _PART :])
    said: Word = _decode(data[1:])
    return said


@define(eq=False)
class Line:
    """A pipe each way, between a run and one worker. Both sides raise EOFError when the other one is gone."""

    incoming: BinaryIO
    outgoing: BinaryIO

    def say(self, said: Word | Items) -> None:
        """Say something."""
        data = encoded(said)
        try:
            self.outgoing.write(len(data).to_bytes(_LENGTH, "big") + data)
            self.outgoing.flush()
        except (OSError, ValueError) as error:
            raise EOFError from error

    def hear(self) -> Word | Items:
        """What the other side says next."""
        return decoded(self._read(int.from_bytes(self._read(_LENGTH), "big")))

    def _read(self, size: int) -> bytes:
        try:
            data = self.incoming.read(size)
        except (OSError, ValueError) as error:
            raise EOFError from error
        if data is None or len(data) < size:
            raise EOFError
        return data

    def close(self) -> None:
        for pipe in (self.outgoing, self.incoming):
            with suppress(OSError):
                pipe.close()
