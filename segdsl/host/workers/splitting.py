"""Who belongs together, and how an input is split: all of one customer goes to one part.

Comes in: the events of an input, and what the store knows of their visitors. Goes out: the number of the part that each
event belongs to, and a `Note` by which the same input is split in the same way again, whatever has happened since.

Customers, visitors and guests belong together (language.md section 5.18): an event that names a visitor and a customer
links them, and a visitor that is linked to a customer acts as that one. Names that belong together have one part, told
by the least of them.
"""

from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b

import msgspec
from attrs import define, field
from msgspec import Struct

from segdsl.backends.base import Backend
from segdsl.diagnostics.errors import StoreError
from segdsl.host.input import Input
from segdsl.records.inputs import GUEST, Event, is_guest
from segdsl.state.visitor import decode_visitor

PAGE = 1_000
"""Visitors that are looked up together."""


class Note(Struct, frozen=True, array_like=True):
    """How an input is split, as the store keeps it while its parts are handled: into so many `parts`, up to its first
    `places` places. `coupled` are names that belonged together when it was split, which the input does not say."""

    parts: int
    places: int
    coupled: list[tuple[str, str]] = []

    def encoded(self) -> bytes:
        """What `kept_note` reads."""
        return msgspec.msgpack.encode(self)


def kept_note(backend: Backend, source: Input) -> Note | None:
    """How an input is split whose parts were not all handled; None for one that is whole."""
    data = backend.note(source.split) if source.key else None
    if data is None:
        return None
    try:
        return msgspec.msgpack.decode(data, type=Note)
    except msgspec.MsgspecError as error:
        raise StoreError(
            "this store was left by a run of another version of segdsl with several workers: end that run with it first"
        ) from error


def name_of(event: Event) -> str:
    """The name by which it is known whom an event belongs to: its visitor's, if it has one, or its customer's. A
    guest has the name of its visitor."""
    if event.visitor:
        return GUEST + event.visitor
    return _name(event.customer)


def _name(customer: str) -> str:
    return customer.rpartition("#")[0] or customer if is_guest(customer) else customer


@define(eq=False)
class Names:
    """All names of an input, and who belongs together. `joined` leads from a name to a lesser one with which it belongs
    together; those that belong to nobody else need not be there."""

    customers: set[str] = field(factory=set)
    guests: set[str] = field(factory=set)
    visitors: set[str] = field(factory=set)
    joined: dict[str, str] = field(factory=dict)

    def add(self, events: Sequence[Event]) -> None:
        """Learn from events."""
        for event in events:
            if event.visitor:
                self.visitors.add(event.visitor)
                if event.customer:
                    self.join(GUEST + event.visitor, _name(event.customer))
            if event.customer.startswith(GUEST):
                self.guests.add(event.customer)
        self.customers.update(event.customer for event in events)

    def join(self, one: str, other: str) -> bool:
        """Two names belong together. Gives whether that is new."""
        one, other = self.first(one), self.first(other)
        if one == other:
            return False
        self.joined[max(one, other)] = min(one, other)
        return True

    def first(self, name: str) -> str:
        """The least of the names that belong together with one."""
        joined = self.joined
        while (lesser := joined.get(name)) is not None:
            further = joined.get(lesser)
            if further is None:
                return lesser
            joined[name] = further
            name = further
        return name

    def couple(self, backend: Backend) -> list[tuple[str, str]]:
        """Learn from the store. Gives what was new, which it may not know any more when the input is read again: a
        visitor logs off, a customer is forgotten."""
        found = []
        homes: dict[str, str] = {}
        for name, account in self._linked(backend):
            home = account if account in self.customers else homes.setdefault(account, name)
            if self.join(home, name):
                found.append((home, name))
        return found

    def _linked(self, backend: Backend) -> Iterator[tuple[str, str]]:
        """Names of the input with the customers to whom they are linked in the store."""
        for page in _pages(self.visitors):
            for visitor, kept in backend.visitors(page).items():
                account = decode_visitor(bytes(kept.state)).account
                if account:
                    yield GUEST + visitor, account
        for page in _pages(self.guests):
            for guest, link in backend.links(page).items():
                yield _name(guest), link.account


def _pages(names: Iterable[str]) -> Iterator[list[str]]:
    ordered = sorted(names)
    for at in range(0, len(ordered), PAGE):
        yield ordered[at : at + PAGE]


@define(eq=False)
class Split:
    """An input, split. Made when all its names are known."""

    note: Note
    names: Names
    found: dict[str, int] = field(factory=dict)

    @classmethod
    def again(cls, note: Note, names: Names) -> "Split":
        """As it was split before."""
        for one, other in note.coupled:
            names.join(one, other)
        return cls(note, names)

    def part(self, event: Event) -> int:
        """The number of the part that an event belongs to, from 0."""
        name = name_of(event)
        part = self.found.get(name)
        if part is None:
            first = self.names.first(name).encode("utf-8", "surrogatepass")
            part = int.from_bytes(blake2b(first, digest_size=8).digest(), "big") % self.note.parts
            self.found[name] = part
        return part
