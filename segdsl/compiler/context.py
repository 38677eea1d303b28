"""What an expression may speak of where it stands, and what the walk over a program gathers."""

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Literal

import msgspec
from attrs import define, evolve, field, frozen

from segdsl.compiler.scope import Scope
from segdsl.compiler.written import Written
from segdsl.diagnostics.diagnostic import Collector
from segdsl.diagnostics.source import SourceMap
from segdsl.plan import nodes as p
from segdsl.values.kinds import ERROR, Kind


@frozen
class Typed:
    """An expression understood: its kind and its plan node. `since` marks `time since`, which goes into no
    arithmetic."""

    kind: Kind
    node: p.Expression
    since: bool = False


BROKEN = Typed(ERROR, p.Constant(None))
"""An expression that was complained about already; it agrees with everything."""


@frozen
class Item:
    """The event or item that a `where` or an operand speaks of: its fields, and how one of them is read. `about` is
    what messages call it."""

    what: str
    kinds: Mapping[str, Kind]
    read: Callable[[str], p.Expression] = p.ItemField
    about: str = "its event"


@frozen
class Context:
    """Where an expression stands. `event` holds the fields of the event at hand (None where there is none), `start`
    those of the event that started the flow, where a `wait for` has brought another one to hand; `item` is set inside a
    `where`; `lasting` is true for what must hold between events: segments, promotions and holds."""

    place: Literal["rule", "segment", "promotion", "hold", "define", "test"]
    event: Mapping[str, Kind] | None = None
    event_name: str = ""
    start: Mapping[str, Kind] | None = None
    item: Item | None = None
    lasting: bool = False
    activity: str | None = None
    defines: tuple[str, ...] = ()

    def inside(self, item: Item) -> "Context":
        return evolve(self, item=item)


@define(eq=False)
class Gathered:
    """What the walk gathers: memories and collections by key, the segments that each place reads, and what each node
    was written as. `sources` tell a fix what stands around it."""

    scope: Scope
    collector: Collector
    sources: SourceMap = field(factory=SourceMap)
    memories: dict[str, p.Memory] = field(factory=dict)
    collections: dict[str, p.Collection] = field(factory=dict)
    reads: set[str] = field(factory=set)
    attributes_read: set[str] = field(factory=set)
    defined: dict[tuple[str, bool], Typed] = field(factory=dict)
    depths: dict[str, int] = field(factory=dict)
    written: Written = field(factory=Written)

    def remember(self, memory: p.Memory) -> str:
        """Keep a memory under the hash of what it means, once (architecture rule 7)."""
        key = digest(memory)
        self.memories.setdefault(key, msgspec.structs.replace(memory, key=key))
        return key

    def collect(self, collection: p.Collection) -> str:
        """Note that a collection is read. Of two that are declared alike, one is kept."""
        return self.collections.setdefault(collection.key, collection).key


def digest(value: object) -> str:
    """A short stable hash of plan nodes."""
    return sha256(msgspec.json.encode(value, order="deterministic")).hexdigest()[:20]
