"""What is wrong with a store below what the contract speaks of: keys that should say the same, and do not."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from segdsl.backends.redis.effects import Effects
from segdsl.backends.redis.failures import coded as explained
from segdsl.backends.redis.layout import (
    closed,
    encode,
    ended_of,
    kept_of,
    named,
    open_of,
    parted,
    record_of,
    sortable,
)
from segdsl.backends.redis.memberships import counted_days
from segdsl.backends.redis.names import Names
from segdsl.backends.redis.steady import PAGE, Steady
from segdsl.backends.redis.wire import Wire
from segdsl.values.instants import DAY

Place = tuple[bytes, bytes]
"""A sorted set, and a member that it should have."""


def faults(wire: Wire, names: Names) -> list[str]:
    """A sentence for each kind of fault, with how often it was found. Raises StoreError when somebody writes
    meanwhile."""
    names.refresh()
    with explained(wire.address):
        return list(_Audit(Steady(wire), names).found())


class _Audit:
    """What was counted on the way through a store."""

    def __init__(self, steady: Steady, names: Names) -> None:
        self._steady = steady
        self._names = names
        self._members: Counter[bytes] = Counter()  # that each sorted set should have
        self._missing: Counter[bytes] = Counter()
        self._days: Counter[tuple[int, int, bool]] = Counter()
        self._known = self._inside = self._halves = 0

    def found(self) -> Iterator[str]:
        steady, keys = self._steady, self._steady.keys
        for page in steady.ids():
            self._look_for(self._places_of(page))
        self._look_for(self._places_of_effects())
        if self._halves:
            yield f"{self._halves} customers have a state of another version than their record, or only one of both"
        yield from self._lengths()
        (actions,) = steady.ask([("SMEMBERS", keys.actions)])
        exact = [keys.due, keys.timers, keys.outbox, keys.dead, keys.of_customer]
        exact += [key for action in actions for key in (keys.ready(action), keys.waiting(action))]
        exact += [keys.inside(number) for number in range(len(self._names.segments))]
        counts = steady.ask([("ZCARD", key) for key in exact])
        for key, there in zip(exact, counts, strict=True):
            if self._missing[key] or there != self._members[key]:
                yield f"the index {self._shown(key)} has {there} entries where {self._members[key]} belong"
        for key, number in self._missing.items():
            if number and key not in exact:
                yield f"the index {self._shown(key)} lacks {number} entries"
        (flat,) = steady.ask([("HGETALL", keys.moves)])
        if counted_days(flat) != {day: number for day, number in self._days.items() if number}:
            yield "the counts of who entered and left by day do not fit the memberships"

    def _lengths(self) -> Iterator[str]:
        keys = self._steady.keys
        records, states, opens = self._steady.ask([("HLEN", key) for key in (keys.records, keys.states, keys.open)])
        if (records, states, opens) != (self._known, self._known, self._inside):
            yield (
                f"{records} records, {states} states and {opens} lists of memberships lie in the store where "
                f"{self._known}, {self._known} and {self._inside} belong"
            )

    def _places_of(self, page: Sequence[bytes]) -> Iterator[Place]:
        """Where some customers should be found, counted on the way."""
        keys = self._steady.keys
        records, states, opens, *pasts = self._steady.ask(
            [
                ("HMGET", keys.records, *page),
                ("HMGET", keys.states, *page),
                ("HMGET", keys.open, *page),
                *[("LRANGE", keys.past(code), 0, -1) for code in page],
            ]
        )
        for code, record, state, now, past in zip(page, records, states, opens, pasts, strict=True):
            if (record is None) != (state is None):
                self._halves += 1
            elif record is not None:
                self._known += 1
                kept = record_of(record)
                self._halves += kept.version != int.from_bytes(state[:8], "big")
                if kept.due is not None:
                    yield keys.due, sortable(kept.due) + code
                if kept.timer is not None:
                    yield keys.timers, sortable(kept.timer) + code
            if now is not None:
                self._inside += 1
                for number, began in open_of(now).items():
                    self._days[number, began[0] // DAY, False] += 1
                    yield keys.inside(number), closed(code) + encode(began)
            for stay in map(ended_of, past):
                if stay[1] < stay[6]:
                    self._days[stay[0], stay[1] // DAY, False] += 1
                    self._days[stay[0], stay[6] // DAY, True] += 1
                yield keys.was(stay[0]), code

    def _places_of_effects(self) -> Iterator[Place]:
        keys = self._steady.keys
        effects = Effects(keys, 0)
        for id_, value in self._steady.pairs(keys.effects):
            yield from effects.places(id_, kept_of(value))

    def _look_for(self, places: Iterable[Place]) -> None:
        by_key: dict[bytes, set[bytes]] = {}
        for key, member in places:
            by_key.setdefault(key, set()).add(member)
        for key, members in by_key.items():
            self._members[key] += len(members)
            for some in parted(sorted(members), PAGE):
                (scores,) = self._steady.ask([("ZMSCORE", key, *some)])
                self._missing[key] += scores.count(None)

    def _shown(self, key: bytes) -> str:
        name = named(key.removeprefix(self._steady.keys.head))
        kind, _, number = name.partition(":")
        return f"{kind}:{self._names.segments[int(number)]}" if kind in ("in", "was") else name
