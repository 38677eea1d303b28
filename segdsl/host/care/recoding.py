"""States and inputs as older layouts coded them, made into those of now.

| layout | a customer's bytes |
|---|---|
| 1 | a map, the state alone: `seen` are ids at the `clock`, which is that of the latest input; of stays the reasons |
| 2 | a map of head, base and tail, all in it maps |
| 3, 4 | the same with inputs as arrays, as they are now |

What memories for ever hold of first, latest and most frequent values has its instants since layout 4. Of older ones
the values are known and in their order, and the instants are not; they matter only where a guest turns out to be the
customer, and both have such values. From a journal they are found out; else the first one counts as of the customer's
first input, the others as of the latest.
"""

from ast import literal_eval
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
from attrs import define, field
from msgspec import Struct
from msgspec.structs import replace

from segdsl.engines.base import Prepared
from segdsl.host.care import again
from segdsl.plan import nodes as p
from segdsl.records.inputs import Event, Exclude, Include, Link, Unlist
from segdsl.records.outcomes import Because, Change
from segdsl.state.customer import Pending, State, Stay, Waiting
from segdsl.state.life import Life, Taken, encode_state

WITHOUT_INSTANTS = ("first", "latest", "frequent")
"""The measures whose memories for ever have instants since layout 4."""


class _State(Struct):
    """A state of the layouts 1 to 4, with all fields that any of them had."""

    customer: str
    first: int
    clock: int
    latest: int | None = None
    due: int | None = None
    timer: int | None = None
    arrivals: int = 0
    attributes: dict[str, Any] = {}
    memories: dict[str, Any] = {}
    added: dict[str, Any] = {}
    listed: dict[str, bool] = {}
    members: dict[str, int] = {}
    waits: list[Waiting] = []
    tallies: dict[str, list[Any]] = {}
    pending: dict[str, list[Pending]] = {}
    entered: list[str] = []
    seen: dict[str, int] | list[str] = {}
    made: dict[str, list[int]] = {}
    large: str = ""
    collections: dict[str, list[Any]] = {}
    draws_as: str = ""


class _Life(Struct):
    head: _State
    base: _State | None = None
    tail: list[Any] = []


class _Event(Struct, tag="event"):
    """An event as layout 2 coded it."""

    id: str
    name: str
    customer: str
    instant: int
    fields: dict[str, Any] = {}
    attributes: dict[str, Any] = {}
    received: int | None = None
    place: int = 0


_WORDS: dict[str, Callable[..., Include | Exclude | Unlist]] = {
    "include": Include,
    "exclude": Exclude,
    "unlist": Unlist,
}
_HELD = ("memories", "attributes", "collections")
"""What `large` held of a state as text, in the layouts 1 to 3."""

_decode_state = msgspec.msgpack.Decoder(_State).decode
_decode_life = msgspec.msgpack.Decoder(_Life).decode
_decode_page = msgspec.msgpack.Decoder(list[Taken]).decode


@define
class Recoding:
    """The bytes of one layout. `rules` are ids of rules that have another one now; `journal` gives the pages of a
    customer's journal, as they were coded. `guessed` counts the customers with a value whose instant is not known."""

    layout: int
    plan: p.Plan
    prepared: Prepared
    rules: Mapping[str, str]
    journal: Callable[[str], Sequence[bytes]]
    guessed: int = 0
    memories: dict[str, p.Memory] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.memories = {
            memory.key: memory
            for memory in self.plan.memories
            if self.layout < 4 and memory.window is None and not memory.fields and memory.measure in WITHOUT_INSTANTS
        }

    def life(self, data: bytes) -> Life:
        """A customer's life. Raises MsgspecError for bytes that are none."""
        if self.layout == 1:
            return Life(self._with_instants([self.state(_decode_state(data))])[0])
        old = _decode_life(data)
        tail = tuple(map(self._taken, old.tail))
        head, base = self.state(old.head), self.state(old.base) if old.base is not None else None
        if base is None:
            return Life(self._with_instants([head])[0], None, tail)
        head, base = self._with_instants([head, base], tail)
        return Life(head, base, tail)

    def state(self, old: _State) -> State:
        """A state, without the instants that it may lack."""
        values = self._values(old)
        latest = old.latest if old.latest is not None else old.clock
        seen = old.seen if isinstance(old.seen, dict) else dict.fromkeys(old.seen, old.clock)
        return State(
            old.customer, old.first, old.clock, latest, old.due, old.timer, old.arrivals, values["attributes"],
            values["memories"], {name: self._stay(stay) for name, stay in old.added.items()}, old.listed, old.members,
            values["waits"], values["tallies"], values["pending"], [self.rules.get(id_, id_) for id_ in old.entered],
            seen, old.made, "", values["collections"], old.draws_as,
        )  # fmt: skip

    def page(self, data: bytes) -> list[Taken]:
        """A page of a journal, which is there since layout 3."""
        return [self._now(taken) for taken in _decode_page(data)]

    def change(self, change: Change) -> Change:
        """A recorded change, with the id that its rule has now."""
        return replace(change, because=self.because(change.because)) if self.rules else change

    def because(self, because: Because) -> Because:
        return replace(because, rule=self.rules.get(because.rule, because.rule))

    # ---------------------------------------------------------------------------------------------------------- parts

    def _values(self, old: _State) -> dict[str, Any]:
        """The parts of a state that hold values; a number too large for the coding made all of them text."""
        values = {name: getattr(old, name) for name in ("waits", "tallies", "pending", *_HELD)}
        if old.large:
            text = literal_eval(old.large)
            values |= text if isinstance(text, dict) else dict(zip(_HELD, text, strict=False))
            values["waits"] = msgspec.convert(values["waits"], list[Waiting])
            values["pending"] = msgspec.convert(values["pending"], dict[str, list[Pending]])
        return values

    def _stay(self, old: Any) -> Stay:
        if self.layout == 1:
            return Stay(self.because(msgspec.convert(old, Because)))
        return msgspec.convert(old, Stay)

    def _taken(self, old: Any) -> Taken:
        if self.layout > 2:
            return self._now(msgspec.convert(old, Taken))
        entry = dict(old["entry"])
        kind = entry.pop("type")
        if kind == "event":
            event = msgspec.structs.asdict(msgspec.convert({**entry, "type": "event"}, _Event))
            return Taken(old["before"], Event(**event))
        return Taken(old["before"], _WORDS[kind](**entry))

    def _now(self, taken: Taken) -> Taken:
        """An input as it is now: what was known of a guest who was joined is a state, coded as they were."""
        entry = taken.entry
        if not isinstance(entry, Link) or entry.renames:
            return taken
        return Taken(taken.before, replace(entry, facts=encode_state(self.state(_decode_state(entry.facts)))))

    # ------------------------------------------------------------------------------------------------------- instants

    def _with_instants(self, states: list[State], tail: Sequence[Taken] = ()) -> list[State]:
        """States of one customer, the head first and the base behind it, with the instants that they lack."""
        if not any(state.memories.get(key) is not None for state in states for key in self.memories):
            return states
        inputs = self._inputs(states[0].customer)
        guessed = False
        for number, state in enumerate(states):
            own = inputs[: len(inputs) - len(tail)] if number else inputs
            anew = again.state_of(self.prepared, own, None) if own else None
            for key, memory in self.memories.items():
                held = state.memories.get(key)
                if held is None:
                    continue
                known = anew.memories.get(key) if anew is not None else None
                if known is not None and _values_of(memory, known) == _values_before(memory, held):
                    state.memories[key] = known
                else:
                    state.memories[key] = _with_guesses(memory, held, state)
                    guessed = True
        self.guessed += guessed
        return states

    def _inputs(self, customer: str) -> list[Taken]:
        taken = [each for page in self.journal(customer) for each in self.page(page)]
        return sorted(taken, key=lambda each: each.place)


def _values_of(memory: p.Memory, held: Any) -> Any:
    """What a memory holds now, without its instants."""
    return [[value, count] for value, count, _ in held] if memory.measure == "frequent" else held[1]


def _values_before(memory: p.Memory, held: Any) -> Any:
    return [list(entry) for entry in held] if memory.measure == "frequent" else held


def _with_guesses(memory: p.Memory, held: Any, state: State) -> Any:
    """What a memory of before layout 4 held, as it is held now."""
    if memory.measure == "frequent":
        return [[value, count, state.latest] for value, count in held]
    return [state.first if memory.measure == "first" else state.latest, held]
