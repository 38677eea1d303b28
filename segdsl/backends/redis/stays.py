"""What a batch makes of memberships: those that it concerns as they are, its changes, and the commands for both.

A customer's open memberships are one value, those that ended a list to which is added at the end. Each segment has a
sorted set of who is in it. Days are counted by segment as memberships come and go, so that nobody has to count them.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from segdsl.backends.redis.failures import KEPT_NOTHING
from segdsl.backends.redis.layout import (
    Ask,
    Began,
    Command,
    Ended,
    Keys,
    added,
    closed,
    coded,
    encode,
    ended_of,
    in_lines,
    open_of,
)
from segdsl.backends.redis.names import Names
from segdsl.diagnostics.errors import StoreError
from segdsl.records.outcomes import Change
from segdsl.values.instants import DAY

TAIL = 64
"""Memberships of a customer's past that are read first when something is to be undone."""

_NOT_THE_LAST = f"{KEPT_NOTHING}: a change is to be undone that is not the last one of its customer and segment"


class Past:
    """The end of a customer's list of ended memberships: from the place `start` on. `kept` is how many of `stays` are
    as they are on the server."""

    def __init__(self, start: int, stays: list[Ended]) -> None:
        self.start = start
        self.stays = stays
        self.kept = len(stays)


class Stays:
    """The memberships of some customers, from when they were read to when their commands are asked for. Customers are
    meant by their ids as bytes."""

    def __init__(self, keys: Keys, names: Names, ask: Ask) -> None:
        self._keys = keys
        self._names = names
        self._ask = ask
        self._open: dict[bytes, dict[int, Began]] = {}
        self._before: dict[bytes, dict[int, Began]] = {}
        self._past: dict[bytes, Past] = {}
        self._was: dict[int, dict[bytes, bool]] = {}
        self._counted: Counter[tuple[int, int, bool]] = Counter()

    # Reading

    def read(self, customers: Sequence[bytes], values: Sequence[bytes | None]) -> None:
        """Take in what was read of customers under `Keys.open`."""
        before, now = self._before, self._open
        for customer, value in zip(customers, values, strict=True):
            found = open_of(value) if value is not None else {}
            before[customer] = found
            now[customer] = found.copy()

    def _tail(self, customer: bytes) -> Past:
        """The end of a customer's past, unless more of it was read already."""
        past = self._past.get(customer)
        if past is None:
            key = self._keys.past(customer)
            length, values = self._ask([("LLEN", key), ("LRANGE", key, -TAIL, -1)])
            past = self._past[customer] = Past(length - len(values), [ended_of(value) for value in values])
        return past

    def _all(self, customer: bytes) -> Past:
        """The whole of it."""
        past = self._tail(customer)
        if past.start > 0:
            (values,) = self._ask([("LRANGE", self._keys.past(customer), 0, past.start - 1)])
            past.stays[:0] = [ended_of(value) for value in values]
            past.kept += past.start
            past.start = 0
        return past

    # What happens

    def erase(self, customer: bytes) -> None:
        """Forget all memberships; what was read of them is replaced by nothing."""
        past = self._all(customer)
        for number, began in self._open[customer].items():
            self._count(number, began[0], -1)
        for stay in past.stays:
            self._count_ended(stay, -1)
            self._was.setdefault(stay[0], {})[customer] = False
        self._open[customer] = {}
        past.stays, past.kept = [], 0

    def rename(self, guest: bytes, account: bytes) -> None:
        """Have a guest's memberships under another id."""
        self._open[account] = self._open[guest]
        self._open[guest] = {}
        past, new = self._all(guest), self._all(account)
        new.stays, past.stays = past.stays, []
        new.kept = past.kept = 0
        for stay in new.stays:
            was = self._was.setdefault(stay[0], {})
            was[guest], was[account] = False, True

    def undo(self, undone: Sequence[Change]) -> None:
        """Take changes back, the last first. Raises StoreError when one is not the last of its customer and segment."""
        for change in reversed(undone):
            customer, number = coded(change.customer), self._names.number(change.segment)
            now = self._open[customer]
            moment = self._moment(change)
            if change.entered:
                if now.get(number) != moment:
                    raise StoreError(_NOT_THE_LAST)
                del now[number]
                self._count(number, moment[0], -1)
            else:
                if number in now:
                    raise StoreError(_NOT_THE_LAST)
                now[number] = self._reopened(customer, number, moment)

    def _reopened(self, customer: bytes, number: int, moment: Began) -> Began:
        """Take out the last membership of a customer in a segment, which has to have ended by a change. Gives how it
        began."""
        past = self._tail(customer)
        while True:
            places = (place for place in range(len(past.stays) - 1, -1, -1) if past.stays[place][0] == number)
            place = next(places, None)
            if place is not None or past.start == 0:
                break
            past = self._all(customer)
        if place is None or past.stays[place][6:] != moment:
            raise StoreError(_NOT_THE_LAST)
        stay = past.stays.pop(place)
        past.kept = min(past.kept, place)
        began: Began = stay[1:6]
        self._count_ended(stay, -1)
        self._count(number, began[0], 1)
        return began

    def change(self, changes: Sequence[Change]) -> None:
        """Begin and end memberships. Raises StoreError when somebody enters twice, or leaves without being in."""
        number_of, why, open_, counted = self._names.number, self._names.why, self._open, self._counted
        ids: dict[str, bytes] = {}
        for change in changes:
            customer = ids.get(change.customer)
            if customer is None:
                customer = ids[change.customer] = coded(change.customer)
            number = number_of(change.segment)
            now = open_[customer]
            moment = (change.instant, change.arrival, change.round, why(change.because), change.because.cause)
            if change.entered:
                if number in now:
                    raise StoreError(f"{KEPT_NOTHING}: somebody enters a segment that they are in already")
                now[number] = moment
                counted[number, moment[0] // DAY, False] += 1
            else:
                began = now.pop(number, None)
                if began is None:
                    raise StoreError(f"{KEPT_NOTHING}: somebody leaves a segment that they are not in")
                past = self._past.get(customer)
                if past is None:
                    past = self._past[customer] = Past(-1, [])
                stay = (number, *began, *moment)
                past.stays.append(stay)
                self._was.setdefault(number, {})[customer] = True
                self._count(number, began[0], -1)
                self._count_ended(stay, 1)

    def prune(self, customer: bytes, values: Iterable[bytes], bound: int) -> int:
        """Drop those memberships of the past, read as `values`, that ended before an instant. Gives how many."""
        stays = [ended_of(value) for value in values]
        rest = [stay for stay in stays if stay[6] >= bound]
        dropped = len(stays) - len(rest)
        if dropped:
            past = self._past[customer] = Past(0, rest)
            past.kept = 0
            still = {stay[0] for stay in rest}
            for stay in stays:
                if stay[6] < bound:
                    self._count_ended(stay, -1)
                if stay[0] not in still:
                    self._was.setdefault(stay[0], {})[customer] = False
        return dropped

    def _moment(self, change: Change) -> Began:
        why = self._names.why(change.because)
        return change.instant, change.arrival, change.round, why, change.because.cause

    def _count(self, number: int, since: int, more: int) -> None:
        self._counted[number, since // DAY, False] += more

    def _count_ended(self, stay: Ended, more: int) -> None:
        """A membership that began and ended at the same instant is never seen, so it does not count."""
        if stay[1] < stay[6]:
            self._counted[stay[0], stay[1] // DAY, False] += more
            self._counted[stay[0], stay[6] // DAY, True] += more

    # Commands

    def commands(self) -> Iterator[Command]:
        """What turns what was read into what it has become."""
        keys = self._keys
        yield from self._changed_open()
        for customer, past in self._past.items():
            yield from self._changed_past(keys.past(customer), past)
        for number, was in self._was.items():
            key = keys.was(number)
            yield from added(key, [customer for customer, there in was.items() if there])
            yield from in_lines(("ZREM", key), [customer for customer, there in was.items() if not there])
        for key_of_day, more in self._counted.items():
            if more:
                yield "HINCRBY", keys.moves, encode(key_of_day), more

    def _changed_open(self) -> Iterator[Command]:
        kept: list[bytes] = []
        empty: list[bytes] = []
        entered: dict[int, list[bytes]] = {}
        left: dict[int, list[bytes]] = {}
        for customer, before in self._before.items():
            now = self._open[customer]
            if now == before:
                continue
            if now:
                kept += (customer, encode(now))
            else:
                empty.append(customer)
            head = closed(customer)
            for number, began in before.items():
                if now.get(number) != began:
                    left.setdefault(number, []).append(head + encode(began))
            for number, began in now.items():
                if before.get(number) != began:
                    entered.setdefault(number, []).append(head + encode(began))
        keys = self._keys
        yield from in_lines(("HSET", keys.open), kept, 2)
        yield from in_lines(("HDEL", keys.open), empty)
        for number, members in left.items():
            yield from in_lines(("ZREM", keys.inside(number)), members)
        for number, members in entered.items():
            yield from added(keys.inside(number), members)

    @staticmethod
    def _changed_past(key: bytes, past: Past) -> Iterator[Command]:
        if past.start >= 0:  # it was read
            if past.start + past.kept == 0:
                yield "DEL", key
            else:
                yield "LTRIM", key, 0, past.start + past.kept - 1
        fresh = past.stays[past.kept :]
        yield from in_lines(("RPUSH", key), [encode(stay) for stay in fresh])
