"""The state of one customer, and its coding for a backend."""

from ast import literal_eval
from typing import Any

import msgspec
from msgspec import Struct

from segdsl.records.outcomes import Because


class State(Struct):
    """All that is kept of a customer between events. Instants are microseconds UTC.

    `first` and `clock` are the instants of the first and the last input; `due` the next instant at which a
    membership can change by itself (None: never). `members` are the memberships as seen, with the instant since when;
    `added` those that rules made, beneath what the host `listed` (True: included, False: excluded). `entered` are the
    `once` rules already entered. `seen` are the ids of the inputs at `clock`: an older one could not be accepted any
    more. `large` holds memories and attributes as text where a number is too large for the coding.
    """

    customer: str
    first: int
    clock: int
    due: int | None = None
    arrivals: int = 0
    attributes: dict[str, Any] = {}
    memories: dict[str, Any] = {}
    added: dict[str, Because] = {}
    listed: dict[str, bool] = {}
    members: dict[str, int] = {}
    entered: list[str] = []
    seen: list[str] = []
    large: str = ""

    def copy(self) -> "State":
        """A state that can be changed without changing this one. What memories hold is never changed in place."""
        return State(
            self.customer,
            self.first,
            self.clock,
            self.due,
            self.arrivals,
            dict(self.attributes),
            dict(self.memories),
            dict(self.added),
            dict(self.listed),
            dict(self.members),
            list(self.entered),
            list(self.seen),
        )


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(State)


def encode(state: State) -> bytes:
    try:
        return _encoder.encode(state)
    except OverflowError:  # an exact total beyond 64 bits: rare, so all memories go as text then
        large = state.copy()
        large.large = repr((large.memories, large.attributes))
        large.memories, large.attributes = {}, {}
        return _encoder.encode(large)


def decode(data: bytes) -> State:
    state = _decoder.decode(data)
    if state.large:
        state.memories, state.attributes = literal_eval(state.large)
        state.large = ""
    return state
