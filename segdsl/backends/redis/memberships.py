"""Questions about memberships, now and in the past.

Who is in a segment now is read from its sorted set in pages, each beginning behind the last customer of the page
before. For a past instant those who were in it ever are read likewise, and of each the list of what has ended.
"""

from collections.abc import Iterator, Sequence
from heapq import merge
from itertools import groupby

import msgspec

from segdsl.backends.base import Membership, Moves
from segdsl.backends.redis.failures import coded as explained
from segdsl.backends.redis.layout import (
    Began,
    Command,
    Ended,
    began_of,
    closed,
    coded,
    ended_of,
    named,
    open_of,
    opened,
)
from segdsl.backends.redis.names import Names
from segdsl.backends.redis.wire import Wire
from segdsl.records.outcomes import Change

PAGE = 2_000
"""Customers that are read at a time."""

_day_of = msgspec.msgpack.Decoder(tuple[int, int, bool]).decode


class Memberships:
    """Answers for one backend."""

    def __init__(self, wire: Wire, names: Names) -> None:
        self._wire = wire
        self._names = names

    def of(self, customer: str, at: int | None) -> list[Membership]:
        """Those of a customer at an instant (None: now), by segment."""
        code = coded(customer)
        now: list[Command] = [("HGET", self._wire.keys.open, code)]
        answers = self._wire.ask(now if at is None else [*now, ("LRANGE", self._wire.keys.past(code), 0, -1)])
        with explained(self._wire.address):
            return self._at(customer, answers[0], answers[1] if at is not None else (), at)

    def _at(self, customer: str, open_value: bytes | None, past: Sequence[bytes], at: int | None) -> list[Membership]:
        found = []
        for number, began in (open_of(open_value) if open_value is not None else {}).items():
            if at is None or began[0] <= at:
                found.append(self._membership(customer, number, began, None))
        for value in past:
            stay = ended_of(value)
            if at is not None and stay[1] <= at < stay[6]:
                found.append(self._membership(customer, stay[0], stay[1:6], stay[6]))
        return sorted(found, key=lambda each: each.segment)

    def _membership(self, customer: str, number: int, began: Began, until: int | None) -> Membership:
        names = self._names
        because = names.because(began[3], began[4])
        return Membership(customer, names.segment(number), began[0], until, because)

    def members(self, segment: str, at: int | None) -> Iterator[Membership]:
        number = self._names.of(segment)
        if number is None:
            return iter(())
        now = self._inside(number, at)
        return now if at is None else merge(now, self._were_inside(number, at), key=lambda each: each.customer)

    def _inside(self, number: int, at: int | None) -> Iterator[Membership]:
        """Those who are in a segment; with an instant only those who were so already then."""
        for member in self._pages(self._wire.keys.inside(number), closed_names=True):
            with explained(self._wire.address):
                code, rest = opened(member)
                began = began_of(rest)
                if at is None or began[0] <= at:
                    yield self._membership(named(code), number, began, None)

    def _were_inside(self, number: int, at: int) -> Iterator[Membership]:
        """Those whose membership at an instant has ended since."""
        keys = self._wire.keys
        for page in self._whole_pages(keys.was(number)):
            pasts = self._wire.ask([("LRANGE", keys.past(code), 0, -1) for code in page])
            with explained(self._wire.address):
                for code, past in zip(page, pasts, strict=True):
                    for stay in map(ended_of, past):
                        if stay[0] == number and stay[1] <= at < stay[6]:
                            yield self._membership(named(code), number, stay[1:6], stay[6])

    def _pages(self, key: bytes, *, closed_names: bool = False) -> Iterator[bytes]:
        for page in self._whole_pages(key, closed_names=closed_names):
            yield from page

    def _whole_pages(self, key: bytes, *, closed_names: bool = False) -> Iterator[list[bytes]]:
        """The members of a sorted set. What follows a closed name may change while it is read, so a page goes on
        behind the name."""
        least = b"-"
        while True:
            (page,) = self._wire.ask([("ZRANGEBYLEX", key, least, "+", "LIMIT", 0, PAGE)])
            if page:
                yield page
            if len(page) < PAGE:
                return
            least = b"(" + (closed(opened(page[-1])[0])[:-1] + b"\1" if closed_names else page[-1])

    def count(self, segment: str, at: int | None) -> int:
        number = self._names.of(segment)
        if number is None:
            return 0
        if at is None:
            (count,) = self._wire.ask([("ZCARD", self._wire.keys.inside(number))])
            return int(count)
        return sum(1 for _ in self.members(segment, at))

    def history(self, customer: str) -> list[Change]:
        """All recorded changes of a customer, in the order in which they happened."""
        code, keys = coded(customer), self._wire.keys
        value, past = self._wire.ask([("HGET", keys.open, code), ("LRANGE", keys.past(code), 0, -1)])
        with explained(self._wire.address):
            changes = [change for stay in past for change in self.changes(customer, ended_of(stay))]
            for number, began in (open_of(value) if value is not None else {}).items():
                changes.append(self.change(customer, number, began, entered=True))
        return sorted(changes, key=lambda each: (each.instant, each.arrival, each.round, each.entered, each.segment))

    def changes(self, customer: str, stay: Ended) -> tuple[Change, Change]:
        """The changes that began and ended a membership."""
        return (
            self.change(customer, stay[0], stay[1:6], entered=True),
            self.change(customer, stay[0], stay[6:], entered=False),
        )

    def change(self, customer: str, number: int, moment: Began, *, entered: bool) -> Change:
        instant, arrival, round_, why, cause = moment
        names = self._names
        return Change(customer, names.segment(number), entered, instant, arrival, round_, names.because(why, cause))

    def moves(self) -> Iterator[Moves]:
        (flat,) = self._wire.ask([("HGETALL", self._wire.keys.moves)])
        counted: dict[tuple[str, int], list[int]] = {}
        with explained(self._wire.address):
            for (number, day, left), many in counted_days(flat).items():
                counted.setdefault((self._names.segment(number), day), [0, 0])[left] += many
        return iter([Moves(*key, *both) for key, both in sorted(counted.items())])

    def standings(self, at: int | None) -> Iterator[tuple[str, tuple[str, ...]]]:
        keys = self._wire.keys
        for page in self._whole_pages(keys.ids):
            asked: list[Command] = [("HMGET", keys.open, *page)]
            if at is not None:
                asked += [("LRANGE", keys.past(code), 0, -1) for code in page]
            values, *pasts = self._wire.ask(asked)
            for place, (code, value) in enumerate(zip(page, values, strict=True)):
                customer = named(code)
                with explained(self._wire.address):
                    found = self._at(customer, value, pasts[place] if pasts else (), at)
                if found:
                    yield customer, tuple(segment for segment, _ in groupby(each.segment for each in found))


def counted_days(flat: Sequence[bytes]) -> dict[tuple[int, int, bool], int]:
    """How many entered, or left (true), by number of the segment and day, as `Keys.moves` has it."""
    pairs = zip(flat[::2], flat[1::2], strict=True)
    return {_day_of(field): int(many) for field, many in pairs if int(many)}
