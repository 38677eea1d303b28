"""What is kept of a customer, and its coding for a backend (architecture rule 7, language.md section 5.15).

An event may come late, or after the clock was advanced beyond its instant. So that it can be handled as if it had come
on time, two states are kept: the `head`, and a `base` from which the steps since can be taken anew. Where neither can
happen there is only the head.
"""

from ast import literal_eval
from collections.abc import Iterable

import msgspec
from msgspec import Struct

from segdsl.records.inputs import Input
from segdsl.state.customer import State


class Taken(Struct, frozen=True, array_like=True):
    """An input that was accepted, with the number of arrivals before it."""

    before: int
    entry: Input

    @property
    def place(self) -> tuple[int, int]:
        """Where it stands among the inputs of its customer (language.md section 5.3)."""
        return self.entry.instant, self.before


class Life(Struct, omit_defaults=True):
    """`head` is the state after all steps so far. `tail` are the inputs, in order, that a late event could still come
    before; `base` is the state before them (None: there was none), or, without a tail, as of the latest input where
    the clock has moved the head since. Without both, the head is as of the latest input itself."""

    head: State
    base: State | None = None
    tail: list[Taken] = []

    def origin(self) -> State | None:
        """The state from which the steps since can be taken anew; None: there was none."""
        return self.base if self.base is not None or self.tail else self.head


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Life)
_state_decoder = msgspec.msgpack.Decoder(State)
_journal_decoder = msgspec.msgpack.Decoder(list[Taken])


def encode(life: Life) -> bytes:
    """The bytes of a life, for a backend."""
    try:
        return _encoder.encode(life)
    except OverflowError:  # an exact total beyond 64 bits: rare, so all that holds values goes as text then
        base = _with_text(life.base) if life.base is not None else None
        return _encoder.encode(Life(_with_text(life.head), base, life.tail))


def decode(data: bytes) -> Life:
    """The life whose bytes these are."""
    life = _decoder.decode(data)
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


def encode_inputs(inputs: list[Taken]) -> bytes:
    """The bytes of some inputs of a customer, for a backend's journal."""
    return _encoder.encode(inputs)


def decode_inputs(pages: Iterable[bytes]) -> list[Taken]:
    """The inputs whose bytes these are, in the order in which they are handled."""
    return sorted((taken for page in pages for taken in _journal_decoder.decode(page)), key=lambda each: each.place)


def _restore(state: State) -> None:
    if state.large:
        state.memories, state.attributes, state.collections = literal_eval(state.large)
        state.large = ""


def _with_text(state: State) -> State:
    large = state.copy()
    large.large = repr((large.memories, large.attributes, large.collections))
    large.memories, large.attributes, large.collections = {}, {}, {}
    return large
