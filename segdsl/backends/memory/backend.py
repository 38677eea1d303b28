"""The backend itself: what is asked of a store in memory."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import SupportsBytes

from msgspec.structs import replace

from segdsl.backends.base import (
    Backend,
    Batch,
    Membership,
    Moves,
    Position,
    StoredLink,
    StoredProgram,
    StoredVisitor,
    Tally,
)
from segdsl.backends.memory.states import HOT, States
from segdsl.backends.memory.stays import Stays
from segdsl.records.outcomes import Change, Effect


class MemoryBackend(Backend):
    """Keeps everything in dictionaries; `hot` is how many states it keeps as they were given. Iterators give what was
    there when they were asked for, whatever is committed while they run."""

    def __init__(self, hot: int = HOT) -> None:
        self._program: StoredProgram | None = None
        self._clock: int | None = None
        self._states = States(hot)
        self._stays = Stays()
        self._journal: dict[str, list[bytes]] = {}  # by customer
        self._outbox: dict[str, Effect] = {}  # by id, in the order of the commits
        self._given: set[str] = set()  # those ids in the outbox of which the host was given an effect before
        self._visitors: dict[str, StoredVisitor] = {}
        self._links: dict[str, StoredLink] = {}  # by guest
        self._tombstones: dict[str, int] = {}
        self._positions: dict[str, Position] = {}
        self._tallies: Counter[Tally] = Counter()

    def program(self) -> StoredProgram | None:
        return self._program

    def install(self, program: StoredProgram) -> None:
        self._program = program

    def load(self, customers: Sequence[str]) -> dict[str, SupportsBytes]:
        return self._states.load(customers)

    def commit(self, batch: Batch) -> list[Effect]:
        """Take in a batch. Raises StoreError, and changes nothing, when somebody enters a segment twice or leaves one
        without being in it, or when what is to be undone is not what was recorded last."""
        stays = self._stays.after(batch)  # the one step that can fail comes before the first that changes anything
        if batch.erased:
            self._erase(set(batch.erased))
        if batch.renamed:
            self._rename(batch.renamed)
        for guest in batch.ended:
            self._states.drop(guest)
        self._links.update({link.guest: link for link in batch.links})
        self._visitors.update({visitor.visitor: visitor for visitor in batch.visitors})
        self._stays.put(stays, batch)
        self._states.put(batch.states)
        for page in batch.journal:
            self._journal.setdefault(page.customer, []).append(page.inputs)
        self._withdraw(batch.withdrawn)
        for effect in batch.effects:
            kept = self._outbox.get(effect.id)
            if kept is None or kept.mark == "withdrawn":
                self._outbox[effect.id] = effect
        self._tombstones.update(batch.tombstones)
        self._positions.update(batch.positions)
        self._tallies.update(batch.tallies)
        if batch.clock is not None and (self._clock is None or batch.clock > self._clock):
            self._clock = batch.clock
        concerned = [self._outbox.get(id_) for id_ in {effect.id: None for effect in batch.withdrawn}]
        return [effect for effect in concerned if effect is not None and effect.mark == "withdrawn"]

    def _withdraw(self, withdrawn: Sequence[Effect]) -> None:
        """Take effects out of the outbox; for those that the host was given before, put a notice there."""
        for id_, effect in {effect.id: effect for effect in withdrawn}.items():
            if id_ in self._outbox and id_ not in self._given:
                del self._outbox[id_]
            else:
                self._outbox[id_] = replace(effect, mark="withdrawn")
                self._given.add(id_)

    def _erase(self, customers: Collection[str]) -> None:
        for customer in customers:
            self._states.drop(customer)
            self._stays.erase(customer)
            self._journal.pop(customer, None)
        self._outbox = {id_: effect for id_, effect in self._outbox.items() if effect.customer not in customers}
        self._given.intersection_update(self._outbox)
        links = self._links.values()
        self._links = {e.guest: e for e in links if e.guest not in customers and e.account not in customers}

    def _rename(self, renamed: Mapping[str, str]) -> None:
        for guest, account in renamed.items():
            self._states.drop(guest)
            self._stays.rename(guest, account)
            if guest in self._journal:
                self._journal[account] = self._journal.pop(guest)
        for id_, effect in self._outbox.items():
            if effect.customer in renamed:
                self._outbox[id_] = replace(effect, customer=renamed[effect.customer])

    def clock(self) -> int | None:
        return self._clock

    def position(self, source: str) -> Position | None:
        return self._positions.get(source)

    def tombstones(self, hashes: Sequence[str]) -> dict[str, int]:
        return {hash_: self._tombstones[hash_] for hash_ in hashes if hash_ in self._tombstones}

    def remembers_forgotten(self) -> bool:
        return bool(self._tombstones)

    def visitors(self, names: Sequence[str]) -> dict[str, bytes]:
        return {name: self._visitors[name].record for name in names if name in self._visitors}

    def visitors_of(self, account: str) -> list[str]:
        return sorted(name for name, visitor in self._visitors.items() if account and visitor.account == account)

    def links(self, guests: Sequence[str]) -> dict[str, StoredLink]:
        return {guest: self._links[guest] for guest in guests if guest in self._links}

    def links_of(self, account: str) -> list[StoredLink]:
        links = [link for link in self._links.values() if link.account == account]
        return sorted(links, key=lambda link: (link.instant, link.guest))

    def customers(self) -> Iterator[str]:
        return iter(sorted(self._states.rows))

    def customer_count(self) -> int:
        return len(self._states.rows)

    def due(self, at: int) -> Iterator[str]:
        return iter(self._states.due(at))

    def timers(self, at: int, limit: int) -> list[str]:
        return self._states.timers(at, limit)

    def memberships(self, customer: str, at: int | None = None) -> list[Membership]:
        return self._stays.memberships(customer, at)

    def members(self, segment: str, at: int | None = None) -> Iterator[Membership]:
        return self._stays.members(segment, at)

    def count(self, segment: str, at: int | None = None) -> int:
        return self._stays.count(segment, at)

    def history(self, customer: str) -> list[Change]:
        return self._stays.history(customer)

    def journal(self, customer: str) -> list[bytes]:
        return list(self._journal.get(customer, ()))

    def moves(self) -> Iterator[Moves]:
        return self._stays.moves()

    def standings(self, at: int | None = None) -> Iterator[tuple[str, tuple[str, ...]]]:
        return self._stays.standings(at)

    def tallies(self) -> dict[Tally, int]:
        return dict(sorted(self._tallies.items(), key=lambda counted: _in_order(counted[0])))

    def outbox(self, limit: int) -> list[Effect]:
        return list(self._outbox.values())[: max(limit, 0)]

    def delivered(self, ids: Sequence[str]) -> None:
        for id_ in ids:
            self._outbox.pop(id_, None)
            self._given.discard(id_)

    def close(self) -> None:
        """Nothing to let go of."""


def _in_order(tally: Tally) -> tuple[str, str, str, bool, int]:
    return tally.kind, tally.name, tally.owner, tally.day is not None, tally.day or 0
