"""A customer's inputs, stepped anew from the journal: whether they come to the state that the store keeps."""

from collections.abc import Sequence

from msgspec.structs import replace

from segdsl.engines.base import Prepared
from segdsl.records.inputs import Event, Input, Link, Load
from segdsl.state.customer import State
from segdsl.state.life import Taken


def state_of(prepared: Prepared, inputs: Sequence[Taken], until: int | None) -> State | None:
    """The state that inputs, in the order in which they are handled, come to; with `until` the clock runs on to that
    instant. None where there are none."""
    state: State | None = None
    arrivals = inputs[0].before if inputs and isinstance(inputs[0].entry, Load) else 0
    for taken in inputs:
        for number, entry in enumerate(_entries(prepared, taken.entry)):
            if state is not None:
                state = _numbered(state, taken.before + number)
            state = prepared.step(state, entry).state
            arrivals += not (isinstance(entry, Link) and entry.renames)
    if state is None:
        return None
    state = _numbered(state, arrivals)
    return state if until is None else prepared.settle(state, until).state


def _entries(prepared: Prepared, entry: Input) -> Sequence[Input]:
    return prepared.expand(entry) if isinstance(entry, Event) else [entry]


def _numbered(state: State, arrivals: int) -> State:
    """The state as of so many arrivals: one that came late has a higher number than those it stands before."""
    if state.arrivals == arrivals:
        return state
    state = state.copy()
    state.arrivals = arrivals
    return state


PARTS = {
    "first": "the instant of the first input", "latest": "the instant of the latest input",
    "attributes": "attributes", "memories": "what is remembered of the past", "added": "memberships by rules",
    "listed": "the host's word", "members": "memberships", "waits": "flows that wait", "tallies": "counts of triggers",
    "pending": "what triggers look back on", "entered": "activities entered once", "made": "what limits count",
    "collections": "collections", "seen": "ids of inputs that could come again", "due": "when something is next due",
    "timer": "when a rule is next due", "arrivals": "the number of inputs", "draws_as": "the name of draws",
}  # fmt: skip
"""The parts of a state, in the order in which they are told, as people call them."""


def difference(kept: State, anew: State) -> list[str]:
    """In what two states differ, as people call it."""
    one, other = (replace(each, waits=sorted(each.waits, key=repr)) for each in (kept, anew))
    return [said for name, said in PARTS.items() if getattr(one, name) != getattr(other, name)]
