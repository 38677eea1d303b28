"""The backend itself: what is asked of a store in memory."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar, assert_never

from segdsl.backends.base import (
    Backend,
    Basis,
    Batch,
    Content,
    Membership,
    Moves,
    Position,
    StoredClock,
    StoredEffect,
    StoredInputs,
    StoredLink,
    StoredNote,
    StoredPosition,
    StoredProgram,
    StoredState,
    StoredStay,
    StoredTally,
    StoredTombstone,
    StoredVisitor,
    Tally,
    Versioned,
    nothing,
)
from segdsl.backends.memory.outbox import Outbox
from segdsl.backends.memory.states import HOT, States
from segdsl.backends.memory.stays import Stays
from segdsl.diagnostics.errors import ConflictError, StoreError, TakenError
from segdsl.records.outcomes import Change, Effect

Value = TypeVar("Value")

_MEANWHILE = "others have written to the store meanwhile"


class MemoryBackend(Backend):
    """Keeps everything in dictionaries; `hot` is how many states it keeps as they were given. Iterators give what was
    there when they were asked for, whatever is committed while they run."""

    def __init__(self, hot: int = HOT) -> None:
        self._programs: dict[str, StoredProgram] = {}  # by digest, that of now last
        self._generation = 0
        self._clock: int | None = None
        self._pruned: int | None = None
        self._states = States(hot)
        self._stays = Stays()
        self._journal: dict[str, list[bytes]] = {}  # by customer
        self._outbox = Outbox()
        self._visitors: dict[str, StoredVisitor] = {}
        self._seen: Counter[str] = Counter()  # the versions of visitors
        self._links: dict[str, StoredLink] = {}  # by guest
        self._tombstones: dict[str, int] = {}
        self._positions: dict[str, Position] = {}
        self._notes: dict[str, bytes] = {}
        self._tallies: Counter[Tally] = Counter()

    def program(self) -> StoredProgram | None:
        return next(reversed(self._programs.values()), None)

    def install(self, program: StoredProgram, generation: int | None = None) -> None:
        if generation not in (None, self._generation):
            raise ConflictError(_MEANWHILE)
        self._programs.pop(program.digest, None)
        self._programs[program.digest] = program
        self._generation += 1

    def earlier(self, digest: str) -> StoredProgram | None:
        return self._programs.get(digest)

    def generation(self) -> int:
        return self._generation

    # ---------------------------------------------------------------------------------------------------------- batches

    def fetch(self, customers: Sequence[str]) -> dict[str, Versioned]:
        return self._states.fetch(customers)

    def commit(self, batch: Batch, sure: Callable[[], object] = nothing) -> list[Effect]:
        """Take in a batch. Raises StoreError, and changes nothing, when its basis no longer stands, when somebody
        enters a segment twice or leaves one without being in it, or when what is to be undone is not what was recorded
        last."""
        if batch.basis is not None:
            self._look_at(batch.basis)
        stays = self._stays.after(batch)  # all that can fail comes before the first that changes anything
        sure()
        if batch.erased:
            self._erase(set(batch.erased))
        if batch.erased or batch.tombstones:
            self._generation += 1
        if batch.renamed:
            self._rename(batch.renamed)
        for guest in batch.ended:
            self._states.drop(guest)
        self._links.update({link.guest: link for link in batch.links})
        self._visitors.update({visitor.visitor: visitor for visitor in batch.visitors})
        self._seen.update({visitor.visitor for visitor in batch.visitors})
        self._stays.put(stays, batch)
        self._states.put(batch.states)
        for page in batch.journal:
            self._journal.setdefault(page.customer, []).append(page.inputs)
        self._outbox.withdraw(batch.withdrawn)
        self._outbox.put(batch.effects)
        self._tombstones.update(batch.tombstones)
        _update(self._positions, batch.positions)
        _update(self._notes, batch.notes)
        self._tallies.update(batch.tallies)
        if batch.clock is not None and (self._clock is None or batch.clock > self._clock):
            self._clock = batch.clock
        return self._outbox.notices(batch.withdrawn)

    def _look_at(self, basis: Basis) -> None:
        """Raises ConflictError or TakenError when a basis no longer stands."""
        if any(self._positions.get(source) != position for source, position in basis.positions.items()):
            raise TakenError("another run goes on with the same input")
        stands = basis.generation in (None, self._generation) and self._states.stand_at(basis.customers)
        if not stands or any(self._seen[visitor] != version for visitor, version in basis.visitors.items()):
            raise ConflictError(_MEANWHILE)

    def _erase(self, customers: Collection[str]) -> None:
        for customer in customers:
            self._states.drop(customer)
            self._stays.erase(customer)
            self._journal.pop(customer, None)
        self._outbox.erase(customers)
        links = self._links.values()
        self._links = {e.guest: e for e in links if e.guest not in customers and e.account not in customers}

    def _rename(self, renamed: Mapping[str, str]) -> None:
        for guest, account in renamed.items():
            self._states.drop(guest)
            self._stays.rename(guest, account)
            if guest in self._journal:
                self._journal[account] = self._journal.pop(guest)
        self._outbox.rename(renamed)

    # ------------------------------------------------------------------------------------------ what a batch works with

    def clock(self) -> int | None:
        return self._clock

    def position(self, source: str) -> Position | None:
        return self._positions.get(source)

    def note(self, key: str) -> bytes | None:
        return self._notes.get(key)

    def tombstones(self, hashes: Sequence[str]) -> dict[str, int]:
        return {hash_: self._tombstones[hash_] for hash_ in hashes if hash_ in self._tombstones}

    def remembers_forgotten(self) -> bool:
        return bool(self._tombstones)

    def visitors(self, names: Sequence[str]) -> dict[str, Versioned]:
        found = ((name, self._visitors.get(name)) for name in names)
        return {name: Versioned(kept.record, self._seen[name]) for name, kept in found if kept is not None}

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

    # ------------------------------------------------------------------------------------------------------- the outbox

    def outbox(self, limit: int) -> list[Effect]:
        return self._outbox.effects(limit)

    def delivered(self, effects: Sequence[Effect]) -> None:
        self._outbox.delivered(effects)

    def claim(self, limit: int, now: int, until: int, actions: Collection[str] | None = None) -> list[StoredEffect]:
        return self._outbox.claim(limit, now, until, actions)

    def failed(self, claimed: StoredEffect, error: str, again: int | None) -> None:
        self._outbox.failed(claimed, error, again)

    def release(self, claimed: Sequence[StoredEffect]) -> None:
        self._outbox.release(claimed)

    def waiting(self, limit: int, actions: Collection[str] | None = None) -> list[StoredEffect]:
        return self._outbox.waiting(limit, actions)

    def dead(self, limit: int) -> list[StoredEffect]:
        return self._outbox.dead(limit)

    def revive(self, ids: Sequence[str]) -> int:
        return self._outbox.revive(ids)

    # ------------------------------------------------------------------------------------------------ care of the store

    def prune(self, bounds: Mapping[str, int], before: int) -> int:
        self._generation += 1
        self._pruned = before if self._pruned is None else max(self._pruned, before)
        return sum(self._stays.prune(customer, bound) for customer, bound in bounds.items())

    def pruned(self) -> int | None:
        return self._pruned

    def contents(self) -> Iterator[Content]:
        return iter(list(self._contents()))

    def _contents(self) -> Iterator[Content]:
        yield from self._programs.values()
        yield StoredClock(self._clock, self._pruned)
        yield from self._states.stored()
        yield from self._stays.stored()
        for customer, pages in self._journal.items():
            yield from (StoredInputs(customer, page) for page in pages)
        yield from self._outbox.stored()
        yield from (StoredTombstone(*each) for each in self._tombstones.items())
        yield from self._visitors.values()
        yield from self._links.values()
        yield from (StoredPosition(*each) for each in self._positions.items())
        yield from (StoredTally(*each) for each in self._tallies.items())
        yield from (StoredNote(*each) for each in self._notes.items())

    def fill(self, contents: Iterable[Content]) -> None:
        if any(not isinstance(each, StoredClock) or each != StoredClock(None) for each in self._contents()):
            raise StoreError("this store holds something already: name another one")
        filled = MemoryBackend()
        for content in contents:
            filled._restore(content)
        self.__dict__.update(filled.__dict__)

    def _restore(self, content: Content) -> None:
        match content:
            case StoredProgram():
                self.install(content)
            case StoredClock(clock, pruned):
                self._clock, self._pruned = clock, pruned
            case StoredState():
                self._states.put([content])
            case StoredStay(began, ended):
                batch = Batch(changes=[began] if ended is None else [began, ended])
                self._stays.put(self._stays.after(batch), batch)
            case StoredInputs(customer, inputs):
                self._journal.setdefault(customer, []).append(inputs)
            case StoredEffect():
                self._outbox.restore(content)
            case StoredTombstone(hash_, instant):
                self._tombstones[hash_] = instant
            case StoredVisitor(visitor):
                self._visitors[visitor], self._seen[visitor] = content, 1
            case StoredLink(guest):
                self._links[guest] = content
            case StoredPosition(source, position):
                self._positions[source] = position
            case StoredTally(tally, number):
                self._tallies[tally] = number
            case StoredNote(key, note):
                self._notes[key] = note
            case _:
                assert_never(content)

    def faults(self) -> list[str]:
        return []

    def close(self) -> None:
        """Nothing to let go of."""


def _update(kept: dict[str, Value], batch: Mapping[str, Value | None]) -> None:
    """Put what a batch says in place of what was kept; what it removes is None."""
    for key, value in batch.items():
        if value is None:
            kept.pop(key, None)
        else:
            kept[key] = value


def _in_order(tally: Tally) -> tuple[str, str, str, bool, int]:
    return tally.kind, tally.name, tally.owner, tally.day is not None, tally.day or 0
