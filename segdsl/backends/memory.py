"""The backend `memory://`: dictionaries that vanish with the process. For tests, trials and as the reference.

Comes in: batches. Goes out: answers. What another backend answers differently is a mistake of the other one, so this
file is written to be read, not to be fast; only `count` without an instant must not walk through the members.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import SupportsBytes

from msgspec import Struct
from msgspec.structs import replace

from segdsl.backends.base import (
    Backend,
    Batch,
    Membership,
    Moves,
    Position,
    StoredLink,
    StoredProgram,
    StoredState,
    StoredVisitor,
    Tally,
)
from segdsl.diagnostics.errors import StoreError
from segdsl.records.outcomes import Change, Effect
from segdsl.values.instants import DAY


class Spell(Struct, frozen=True):
    """One stay in a segment: the change that began it and the one that ended it, None while it goes on."""

    began: Change
    ended: Change | None = None

    def of(self, customer: str) -> "Spell":
        """The same of another name for the customer."""
        if self.began.customer == customer:
            return self
        ended = replace(self.ended, customer=customer) if self.ended is not None else None
        return Spell(replace(self.began, customer=customer), ended)


def open_backend(url: str) -> Backend:
    """A fresh, empty store; opening the same URL twice gives two stores.

    Raises StoreError when something follows `memory://`, since the name would be forgotten.
    """
    if url != "memory://":
        raise StoreError(f"no store can be opened at {url!r}: a store in memory has no name, write memory://")
    return MemoryBackend()


class MemoryBackend(Backend):
    """Keeps everything in dictionaries. Iterators give what was there when they were asked for, whatever is committed
    while they run."""

    def __init__(self) -> None:
        self._program: StoredProgram | None = None
        self._clock: int | None = None
        self._states: dict[str, StoredState] = {}
        self._spells: dict[str, dict[str, list[Spell]]] = {}  # by segment, then by customer; the oldest spell first
        self._open: Counter[str] = Counter()  # by segment: how many spells go on
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
        return {customer: self._states[customer].state for customer in customers if customer in self._states}

    def commit(self, batch: Batch) -> list[Effect]:
        """Take in a batch. Raises StoreError, and changes nothing, when somebody enters a segment twice or leaves one
        without being in it, or when what is to be undone is not what was recorded last."""
        spells = self._spells_after(batch)  # the one step that can fail comes before the first that changes anything
        for customer in batch.erased:
            self._erase(customer)
        for guest, account in batch.renamed.items():
            self._rename(guest, account)
        for guest in batch.ended:
            self._states.pop(guest, None)
        self._links.update({link.guest: link for link in batch.links})
        self._visitors.update({visitor.visitor: visitor for visitor in batch.visitors})
        for (segment, customer), now in spells.items():
            self._spells.setdefault(segment, {})[customer] = now
        for change in batch.undone:
            self._open[change.segment] -= 1 if change.entered else -1
        for change in batch.changes:
            self._open[change.segment] += 1 if change.entered else -1
        for state in batch.states:
            self._states[state.customer] = state
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

    def _spells_after(self, batch: Batch) -> dict[tuple[str, str], list[Spell]]:
        """By (segment, customer) what a batch makes of the spells that it touches; the store's own lists stay."""
        erased = set(batch.erased)
        names = {account: guest for guest, account in batch.renamed.items()}
        after: dict[tuple[str, str], list[Spell]] = {}
        for segment, customer in {(each.segment, each.customer) for each in [*batch.undone, *batch.changes]}:
            by_customer, before = self._spells.get(segment, {}), names.get(customer, customer)
            kept = [] if before in erased else by_customer.get(before, [])
            after[segment, customer] = [spell.of(customer) for spell in kept]
        for change in reversed(batch.undone):
            _undo(after[change.segment, change.customer], change)
        for change in batch.changes:
            _add(after[change.segment, change.customer], change)
        return after

    def _withdraw(self, withdrawn: Sequence[Effect]) -> None:
        """Take effects out of the outbox; for those that the host was given before, put a notice there."""
        for id_, effect in {effect.id: effect for effect in withdrawn}.items():
            if id_ in self._outbox and id_ not in self._given:
                del self._outbox[id_]
            else:
                self._outbox[id_] = replace(effect, mark="withdrawn")
                self._given.add(id_)

    def _erase(self, customer: str) -> None:
        self._states.pop(customer, None)
        self._journal.pop(customer, None)
        for segment, by_customer in self._spells.items():
            spells = by_customer.pop(customer, [])
            self._open[segment] -= sum(spell.ended is None for spell in spells)
        self._outbox = {id_: effect for id_, effect in self._outbox.items() if effect.customer != customer}
        self._given.intersection_update(self._outbox)
        links = self._links.values()
        self._links = {link.guest: link for link in links if customer not in (link.guest, link.account)}

    def _rename(self, guest: str, account: str) -> None:
        self._states.pop(guest, None)
        if guest in self._journal:
            self._journal[account] = self._journal.pop(guest)
        for by_customer in self._spells.values():
            if guest in by_customer:
                by_customer[account] = [spell.of(account) for spell in by_customer.pop(guest)]
        for id_, effect in self._outbox.items():
            if effect.customer == guest:
                self._outbox[id_] = replace(effect, customer=account)

    def clock(self) -> int | None:
        return self._clock

    def position(self, source: str) -> Position | None:
        return self._positions.get(source)

    def tombstones(self, hashes: Sequence[str]) -> dict[str, int]:
        return {hash_: self._tombstones[hash_] for hash_ in hashes if hash_ in self._tombstones}

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
        return iter(sorted(self._states))

    def customer_count(self) -> int:
        return len(self._states)

    def due(self, at: int) -> Iterator[str]:
        states = self._states.values()
        return iter(sorted(state.customer for state in states if state.due is not None and state.due <= at))

    def timers(self, at: int, limit: int) -> list[str]:
        states = self._states.values()
        ordered = sorted((state.timer, state.customer) for state in states if state.timer is not None)
        return [customer for timer, customer in ordered if timer <= at][: max(limit, 0)]

    def memberships(self, customer: str, at: int | None = None) -> list[Membership]:
        spells = [self._spells[segment].get(customer, []) for segment in sorted(self._spells)]
        return [_membership(spell) for some in spells for spell in some if _holds(spell, at)]

    def members(self, segment: str, at: int | None = None) -> Iterator[Membership]:
        by_customer = self._spells.get(segment, {})
        spells = [by_customer[customer] for customer in sorted(by_customer)]
        return iter([_membership(spell) for some in spells for spell in some if _holds(spell, at)])

    def count(self, segment: str, at: int | None = None) -> int:
        return self._open[segment] if at is None else sum(1 for _ in self.members(segment, at))

    def history(self, customer: str) -> list[Change]:
        spells = [spell for by_customer in self._spells.values() for spell in by_customer.get(customer, [])]
        changes = [change for spell in spells for change in (spell.began, spell.ended) if change is not None]
        return sorted(changes, key=lambda each: (each.instant, each.arrival, each.round, each.entered, each.segment))

    def journal(self, customer: str) -> list[bytes]:
        return list(self._journal.get(customer, ()))

    def moves(self) -> Iterator[Moves]:
        entered: Counter[tuple[str, int]] = Counter()
        left: Counter[tuple[str, int]] = Counter()
        for segment, by_customer in self._spells.items():
            for spell in (spell for spells in by_customer.values() for spell in spells):
                if spell.ended is None or spell.began.instant < spell.ended.instant:
                    entered[segment, spell.began.instant // DAY] += 1
                    if spell.ended is not None:
                        left[segment, spell.ended.instant // DAY] += 1
        return iter([Moves(*key, entered[key], left[key]) for key in sorted({*entered, *left})])

    def standings(self, at: int | None = None) -> Iterator[tuple[str, tuple[str, ...]]]:
        held = sorted(
            (customer, segment)
            for segment, by_customer in self._spells.items()
            for customer, spells in by_customer.items()
            if any(_holds(spell, at) for spell in spells)
        )
        by_customer = groupby(held, key=lambda pair: pair[0])
        return iter([(customer, tuple(segment for _, segment in pairs)) for customer, pairs in by_customer])

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


def _add(spells: list[Spell], change: Change) -> None:
    """Begin or end a spell. Raises StoreError when the change does not fit."""
    if change.entered == bool(spells and spells[-1].ended is None):
        did = "enters a segment that it is in already" if change.entered else "leaves a segment that it is not in"
        raise StoreError(f"nothing of the batch was kept: customer {change.customer!r} {did}: {change.segment}")
    if change.entered:
        spells.append(Spell(change))
    else:
        spells[-1] = Spell(spells[-1].began, change)


def _undo(spells: list[Spell], change: Change) -> None:
    """Take the last change back. Raises StoreError when it is another one."""
    last = spells.pop() if spells else None
    if last is None or change != (last.ended or last.began):
        raise StoreError(
            f"nothing of the batch was kept: a change of customer {change.customer!r} is to be undone that is not the "
            f"last one in its segment: {change.segment}"
        )
    if last.ended is not None:
        spells.append(Spell(last.began))


def _in_order(tally: Tally) -> tuple[str, str, str, bool, int]:
    return tally.kind, tally.name, tally.owner, tally.day is not None, tally.day or 0


def _holds(spell: Spell, at: int | None) -> bool:
    """Whether a spell goes on, or went on at an instant; its end is the first instant that no longer belongs to it."""
    if at is None:
        return spell.ended is None
    return spell.began.instant <= at and (spell.ended is None or at < spell.ended.instant)


def _membership(spell: Spell) -> Membership:
    began, ended = spell.began, spell.ended
    until = None if ended is None else ended.instant
    return Membership(began.customer, began.segment, began.instant, until, began.because)
