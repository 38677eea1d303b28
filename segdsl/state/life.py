"""What is kept of a customer, and its coding for a backend (architecture rule 7, language.md section 5.15).

An event may come late, or after the clock was advanced beyond its instant. So that it can be handled as if it had come
on time, two states are kept: the `head`, and a `base` from which the steps since can be taken anew. Where neither can
happen there is only the head.
"""

from ast import literal_eval
from collections.abc import Iterable
from typing import Any, SupportsBytes

import msgspec
from msgspec import Struct

from segdsl.records.inputs import Input, Load
from segdsl.state.customer import Pending, State, Waiting

CODING = 1
"""Of lives, inputs and visitors as bytes: it grows where their fields change. A store that was exported says it."""


class Taken(Struct, frozen=True, array_like=True, gc=False):
    """An input that was accepted, with the number of arrivals before it."""

    before: int
    entry: Input

    @property
    def place(self) -> tuple[int, int]:
        """Where it stands among the inputs of its customer (language.md section 5.3)."""
        return self.entry.instant, self.before


class Life(Struct, array_like=True, gc=False):
    """Never changed in place: a step makes a new one, so that a backend may keep it as it is for as long as it likes.

    `head` is the state after all steps so far. `tail` are the inputs, in order, that a late event could still come
    before; `base` is the state before them (None: there was none), or, without a tail, as of the latest input where
    the clock has moved the head since. Without both, the head is as of the latest input itself."""

    head: State
    base: State | None = None
    tail: tuple[Taken, ...] = ()

    def __bytes__(self) -> bytes:
        """Its coding, for a backend that keeps bytes."""
        return encode(self)

    def origin(self) -> State | None:
        """The state from which the steps since can be taken anew; None: there was none."""
        return self.base if self.base is not None or self.tail else self.head

    def reach(self, lateness: int) -> int:
        """The earliest instant of an input that can still be taken in: not more than the lateness before the latest
        input, and not before other rules were put in place, since it would have to be handled under those of then."""
        origin = self.origin()
        latest = self.head.latest - lateness
        return latest if origin is None else max(latest, origin.clock)


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Life)
_state_decoder = msgspec.msgpack.Decoder(State)
_journal_decoder = msgspec.msgpack.Decoder(list[Taken])


def encode(life: Life) -> bytes:
    """The bytes of a life, for a backend."""
    try:
        return _encoder.encode(life)
    except OverflowError:  # an exact total beyond 64 bits
        base = _with_text(life.base) if life.base is not None else None
        return _encoder.encode(Life(_with_text(life.head), base, life.tail))


def decode(data: SupportsBytes) -> Life:
    """The life that a backend gives back: as it was given to it, or its bytes."""
    if isinstance(data, Life):
        return data
    life = _decoder.decode(bytes(data))
    for state in (life.head, life.base):
        if state is not None:
            _restore(state)
    return life


def encode_state(state: State) -> bytes:
    """The bytes of a state alone: what was known of a guest who turned out to be a customer."""
    try:
        return _encoder.encode(state)
    except OverflowError:
        return _encoder.encode(_with_text(state))


def decode_state(data: bytes) -> State:
    """The state whose bytes these are."""
    state = _state_decoder.decode(data)
    _restore(state)
    return state


def encode_inputs(inputs: Iterable[Taken]) -> bytes:
    """The bytes of some inputs of a customer, for a backend's journal."""
    return encode_page([encode_input(taken) for taken in inputs])


def encode_input(taken: Taken) -> bytes:
    """The bytes of one input, for a page of a journal."""
    return _encoder.encode(taken)


def encode_page(inputs: list[bytes]) -> bytes:
    """The bytes of some inputs of a customer that are encoded one by one: the array of them, in MessagePack."""
    number = len(inputs)
    if number < 16:
        head = (0x90 | number).to_bytes(1, "big")
    elif number < 1 << 16:
        head = b"\xdc" + number.to_bytes(2, "big")
    else:
        head = b"\xdd" + number.to_bytes(4, "big")
    return head + b"".join(inputs)


def decode_inputs(pages: Iterable[bytes]) -> list[Taken]:
    """The inputs whose bytes these are, in the order in which they are handled."""
    return sorted((taken for page in pages for taken in _journal_decoder.decode(page)), key=lambda each: each.place)


def since_loading(inputs: list[Taken]) -> list[Taken]:
    """Of all inputs of a customer, in order, those under the rules that are in place: from the last `Load` on."""
    return inputs[max((number for number, taken in enumerate(inputs) if isinstance(taken.entry, Load)), default=0) :]


def _restore(state: State) -> None:
    if state.large:
        for name, values in msgspec.structs.asdict(msgspec.convert(literal_eval(state.large), _Values)).items():
            setattr(state, name, values)
        state.large = ""


class _Values(Struct):
    """All parts of a state that hold values. A number too large for the coding is rare, so all of them go as text
    then. A rule may have recorded such a total, so that it is wherever fields of events are kept."""

    attributes: dict[str, Any]
    memories: dict[str, Any]
    waits: list[Waiting]
    tallies: dict[str, list[Any]]
    pending: dict[str, list[Pending]]
    collections: dict[str, list[Any]]


def _with_text(state: State) -> State:
    large = state.copy()
    held = {name: getattr(large, name) for name in _Values.__struct_fields__}
    large.large = repr(msgspec.to_builtins(held))
    for name, values in held.items():
        setattr(large, name, type(values)())
    return large
