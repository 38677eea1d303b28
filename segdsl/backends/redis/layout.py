"""How a store lies on the server: the names of its keys, and what is in their values.

Every key begins with `{prefix}:`. The braces make all of them lie on one server of a cluster, without which nothing
could be written all at once. Values are MessagePack. What is asked for in an order is a member of a sorted set whose
scores are all 0: such members stand in the order of their bytes, which for UTF-8 is that of code points.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from segdsl.backends.stored import StoredLink, StoredProgram

VERSION = 1
"""Of this layout and of the coding of states."""

LINES = 2_000
"""Members or fields in one command, so that no command keeps the server busy for long by itself."""

_SHIFT = 1 << 63
T = TypeVar("T")
Command = Sequence[Any]
"""The words of a command: text, bytes or numbers."""

Ask = Callable[[Sequence[Command]], list[Any]]
"""Sends commands, and gives their answers."""


class Keys:
    """The names of a store's keys."""

    def __init__(self, prefix: str) -> None:
        self.head = head = b"{%s}:" % prefix.encode()
        self.mark = head + b"mark"  # whose keys these are; see opening.py
        self.lock = head + b"lock"  # who is committing
        self.meta = head + b"meta"  # a hash: clock, pruned, generation, sequence, commits, run
        self.segments = head + b"segments"  # a list of names: a segment's number is its place
        self.whys = head + b"whys"  # a list of (reason, place, rule), likewise
        self.ids = head + b"ids"  # sorted: everybody of whom anything is kept
        self.records = head + b"records"  # a hash of `Record` by customer
        self.states = head + b"states"  # a hash by customer: version (8 bytes), state
        self.due = head + b"due"  # sorted: instant (8 bytes), customer
        self.timers = head + b"timers"  # likewise
        self.open = head + b"open"  # a hash by customer: those `Began` that go on, by number of segment
        self.moves = head + b"moves"  # a hash of counts by (number of segment, day, whether they left)
        self.effects = head + b"effects"  # a hash of `Kept` by the effect's id
        self.outbox = head + b"outbox"  # sorted by sequence: ids of effects to be delivered
        self.dead = head + b"dead"  # likewise: dead letters
        self.actions = head + b"actions"  # a set: names that `ready` and `waiting` are asked for
        self.of_customer = head + b"of customer"  # sorted: customer (closed), id of the effect
        self.visitors = head + b"visitors"  # a hash of `Seen` by visitor
        self.of_account = head + b"of account"  # sorted: account (closed), visitor
        self.links = head + b"links"  # a hash of StoredLink by guest
        self.of_guests = head + b"of guests"  # sorted: account (closed), instant (8 bytes), guest
        self.tombstones = head + b"tombstones"  # a hash: instant by hash
        self.positions = head + b"positions"  # a hash by source
        self.notes = head + b"notes"  # a hash by key
        self.tallies = head + b"tallies"  # a hash of counts by (kind, name, owner, day)
        self.programs = head + b"programs"  # a hash by digest
        self.installed = head + b"installed"  # sorted by when they were installed: digests

    def inside(self, segment: int) -> bytes:
        """Sorted: who is in a segment now: customer (closed), `Began`."""
        return b"%sin:%d" % (self.head, segment)

    def was(self, segment: int) -> bytes:
        """Sorted: customers who were in a segment, and left. Some may be there of whom it was undone."""
        return b"%swas:%d" % (self.head, segment)

    def past(self, customer: bytes) -> bytes:
        """A list: a customer's memberships that ended (`Ended`), in the order in which they did."""
        return self.head + b"past:" + customer

    def journal(self, customer: bytes) -> bytes:
        """A list: the pages of a customer's journal."""
        return self.head + b"journal:" + customer

    def ready(self, action: bytes) -> bytes:
        """Sorted by sequence: ids of effects of an action that can be claimed at any time (`again` is 0); of notices
        under no name."""
        return self.head + b"ready:" + action

    def waiting(self, action: bytes) -> bytes:
        """Sorted: again (8 bytes), sequence (8), id, of the others that are no dead letters."""
        return self.head + b"waiting:" + action

    def landed(self, writer: bytes) -> bytes:
        """The number of a writer's commit that landed last."""
        return self.head + b"landed:" + writer


Why = tuple[str, str, str]
"""Reason, place and rule of a `Because`, which thousands share."""

Began = tuple[int, int, int, int, str]
"""Instant, arrival, round, number of the why, cause of the change that began a membership."""

Ended = tuple[int, int, int, int, int, str, int, int, int, int, str]
"""The number of the segment, then the same of the change that began a membership and of the one that ended it."""


class Record(Struct, array_like=True, gc=False):
    """What is kept of a customer beside the state; see `StoredState`."""

    version: int
    clock: int
    due: int | None
    timer: int | None


class Seen(Struct, array_like=True, gc=False):
    """What is kept of a visitor."""

    version: int
    account: str
    record: bytes


class Kept(Struct, array_like=True, frozen=True, gc=False):
    """An effect in the outbox; `effect` as JSON. See `StoredEffect`."""

    sequence: int
    customer: str
    action: str
    notice: bool
    given: bool
    tries: int
    again: int
    dead: bool
    error: str
    effect: bytes


encode = msgspec.msgpack.Encoder().encode
record_of = msgspec.msgpack.Decoder(Record).decode
seen_of = msgspec.msgpack.Decoder(Seen).decode
kept_of = msgspec.msgpack.Decoder(Kept).decode
began_of = msgspec.msgpack.Decoder(Began).decode
open_of = msgspec.msgpack.Decoder(dict[int, Began]).decode
ended_of = msgspec.msgpack.Decoder(Ended).decode
why_of = msgspec.msgpack.Decoder(Why).decode
link_of = msgspec.msgpack.Decoder(StoredLink).decode
program_of = msgspec.msgpack.Decoder(StoredProgram).decode


def coded(text: str) -> bytes:
    """A name as bytes that stand in the order of code points; also what is no proper text."""
    return text.encode("utf-8", "surrogatepass")


def named(code: bytes) -> str:
    return code.decode("utf-8", "surrogatepass")


def sortable(number: int) -> bytes:
    """A number as 8 bytes that stand in its order. Raises OverflowError when it does not fit."""
    return (number + _SHIFT).to_bytes(8, "big")


def sorted_number(code: bytes) -> int:
    return int.from_bytes(code, "big") - _SHIFT


def up_to(number: int) -> bytes:
    """The upper bound, for BYLEX, of all that begins with this number or a smaller one."""
    return b"[" + sortable(number) + b"\xff"  # no name begins with that


def closed(code: bytes) -> bytes:
    """A name that something may follow: such names stand in the order of the names, and none begins with another."""
    return (code.replace(b"\0", b"\0\xff") if b"\0" in code else code) + b"\0\0"


def opened(code: bytes) -> tuple[bytes, bytes]:
    """A closed name, and what follows it."""
    end = code.index(b"\0\0")  # a NUL within the name is followed by 0xff
    return code[:end].replace(b"\0\xff", b"\0"), code[end + 2 :]


def beginning(code: bytes) -> tuple[bytes, bytes]:
    """The bounds, for BYLEX, of all that follows a closed name."""
    return b"[" + code, b"(" + code[:-1] + b"\1"


def in_lines(head: Sequence[Any], words: Sequence[Any], each: int = 1) -> Iterator[Command]:
    """Commands that begin alike, for words of which `each` belong together."""
    for start in range(0, len(words), LINES * each):
        yield [*head, *words[start : start + LINES * each]]


def added(key: bytes, members: Iterable[bytes]) -> Iterator[Command]:
    """Commands that put members into a sorted set in the order of their bytes."""
    return in_lines(("ZADD", key), [word for member in members for word in (0, member)], 2)


def parted(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
