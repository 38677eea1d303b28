"""A batch lands: what it concerns is read, looked at, and turned into commands of one transaction.

The order is that of the contract (`Batch`): who is erased, who is renamed, who has ended, then all else.
"""

from collections.abc import Iterator, Sequence

import msgspec

from segdsl.backends.base import Basis, Batch, Position, StoredVisitor, Tally
from segdsl.backends.redis.effects import Effects
from segdsl.backends.redis.layout import (
    LINES,
    Ask,
    Command,
    Keys,
    Record,
    Seen,
    added,
    beginning,
    closed,
    coded,
    encode,
    in_lines,
    link_of,
    named,
    opened,
    parted,
    record_of,
    seen_of,
    sortable,
)
from segdsl.backends.redis.names import Names
from segdsl.backends.redis.stays import Stays
from segdsl.backends.redis.writing import Meta
from segdsl.diagnostics.errors import ConflictError, TakenError
from segdsl.records.outcomes import Effect

position_of = msgspec.msgpack.Decoder(Position).decode


class Landing:
    """One batch, and what was read for it. `states` are the bytes of its states, in their order."""

    def __init__(self, batch: Batch, states: Sequence[bytes], keys: Keys, names: Names, ask: Ask, meta: Meta) -> None:
        self._batch = batch
        self._states = states
        self._keys = keys
        self._ask = ask
        self._meta = meta
        self._stays = Stays(keys, names, ask)
        self._effects = Effects(keys, meta.sequence)
        self._records: dict[str, Record | None] = {}
        self._seen: dict[str, Seen | None] = {}
        self._dropped: list[Command] = []

    def commands(self) -> tuple[list[Command], list[Effect]]:
        """The commands, and the notices. Raises ConflictError, TakenError or StoreError when the batch cannot land."""
        batch = self._batch
        self._read()
        if batch.basis is not None:
            self._check(batch.basis)
        commands: list[Command] = []
        for customer in dict.fromkeys(batch.erased):
            self._erase(customer)
        for guest, account in batch.renamed.items():
            self._rename(guest, account)
        for guest in batch.ended:
            self._end(guest)
        self._stays.undo(batch.undone)
        self._stays.change(batch.changes)
        notices = self._effects.withdraw(batch.withdrawn)
        self._effects.put(batch.effects)
        commands += self._dropped
        commands += self._customers()
        commands += self._stays.commands()
        for page in batch.journal:
            commands.append(("RPUSH", self._keys.journal(coded(page.customer)), page.inputs))
        commands += self._effects.commands()
        commands += self._visitors()
        commands += self._links()
        commands += self._small()
        landed = {effect.id for effect in batch.effects}
        return commands, [notice for notice in notices if notice.id not in landed]

    # Reading

    def _read(self) -> None:
        batch, keys = self._batch, self._keys
        names = {*batch.erased, *batch.renamed, *batch.renamed.values()}
        with_stays = names.union(
            [change.customer for change in batch.changes], [change.customer for change in batch.undone]
        )
        known = with_stays.union(batch.ended, [each.customer for each in batch.states])
        known.update([page.customer for page in batch.journal])
        visitors = {each.visitor for each in batch.visitors}
        if batch.basis is not None:
            known.update(batch.basis.customers)
            visitors.update(batch.basis.visitors)
        for name, values in self._of(keys.records, sorted(known)):
            self._records[name] = record_of(values) if values is not None else None
        stays = list(self._of(keys.open, sorted(with_stays)))
        self._stays.read([coded(name) for name, _ in stays], [value for _, value in stays])
        for name, value in self._of(keys.visitors, sorted(visitors)):
            self._seen[name] = seen_of(value) if value is not None else None
        effects = {each.id for each in batch.withdrawn}.union([each.id for each in batch.effects])
        if names:
            ranges = [("ZRANGEBYLEX", keys.of_customer, *beginning(closed(coded(name)))) for name in sorted(names)]
            effects.update(named(opened(member)[1]) for members in self._ask(ranges) for member in members)
        rows = list(self._of(keys.effects, sorted(effects)))
        self._effects.read([id_ for id_, _ in rows], [value for _, value in rows])

    def _of(self, key: bytes, names: Sequence[str]) -> Iterator[tuple[str, bytes | None]]:
        """What a hash has under some names."""
        pages = list(parted(names, LINES))
        answers = self._ask([("HMGET", key, *[coded(name) for name in page]) for page in pages])
        for page, values in zip(pages, answers, strict=True):
            yield from zip(page, values, strict=True)

    # Checking

    def _check(self, basis: Basis) -> None:
        """Raises ConflictError or TakenError when what the batch was worked out from no longer stands."""
        for source, value in self._of(self._keys.positions, sorted(basis.positions)):
            if (position_of(value) if value is not None else None) != basis.positions[source]:
                raise TakenError(
                    f"another run has handled the input {source} further, or the server lost what was committed last; "
                    "nothing of this batch was kept: let the other run go on, or start this one again, which goes on "
                    "from where the store is"
                )
        stands = basis.generation in (None, self._meta.generation)
        for customer, version in basis.customers.items():
            record = self._records[customer]
            stands = stands and (record.version if record is not None else 0) == version
        for visitor, version in basis.visitors.items():
            seen = self._seen[visitor]
            stands = stands and (seen.version if seen is not None else 0) == version
        if not stands:
            raise ConflictError("others have written to the store meanwhile; nothing of the batch was kept")

    # What happens

    def _erase(self, customer: str) -> None:
        keys, code = self._keys, coded(customer)
        self._stays.erase(code)
        self._forget(customer)
        self._dropped.append(("DEL", keys.journal(code)))
        for id_, _ in self._effects.of(customer):
            self._effects.now[id_] = None
        own, members = self._ask(
            [("HGET", keys.links, code), ("ZRANGEBYLEX", keys.of_guests, *beginning(closed(code)))]
        )
        guests = [opened(member)[1][8:] for member in members]
        if members:
            self._dropped += [("ZREM", keys.of_guests, *members), ("HDEL", keys.links, *guests)]
        if own is not None:
            link = link_of(own)
            member = closed(coded(link.account)) + sortable(link.instant) + code
            self._dropped += [("ZREM", keys.of_guests, member), ("HDEL", keys.links, code)]

    def _rename(self, guest: str, account: str) -> None:
        keys, code, new = self._keys, coded(guest), coded(account)
        self._stays.rename(code, new)
        self._effects.rename(guest, account)
        self._forget(guest)
        (there,) = self._ask([("EXISTS", keys.journal(code))])
        if there:
            self._dropped.append(("RENAME", keys.journal(code), keys.journal(new)))
        self._dropped.append(("ZADD", keys.ids, 0, new))

    def _forget(self, customer: str) -> None:
        """Take a customer out of where states, and ids, are found."""
        self._end(customer)
        self._dropped.append(("ZREM", self._keys.ids, coded(customer)))

    def _end(self, customer: str) -> None:
        keys, code, record = self._keys, coded(customer), self._records[customer]
        if record is None:
            return
        self._dropped += [("HDEL", keys.records, code), ("HDEL", keys.states, code)]
        if record.due is not None:
            self._dropped.append(("ZREM", keys.due, sortable(record.due) + code))
        if record.timer is not None:
            self._dropped.append(("ZREM", keys.timers, sortable(record.timer) + code))
        self._records[customer] = None

    # Commands

    def _customers(self) -> Iterator[Command]:
        """States, and the places where they are looked for."""
        batch, keys = self._batch, self._keys
        ids = {coded(change.customer) for change in batch.changes}
        ids.update([coded(page.customer) for page in batch.journal])
        records: list[bytes] = []
        states: list[bytes] = []
        moved: dict[bytes, tuple[list[bytes], list[bytes]]] = {keys.due: ([], []), keys.timers: ([], [])}
        last = {each.customer: place for place, each in enumerate(batch.states)}
        for customer, place in last.items():
            each, before, code = batch.states[place], self._records[customer], coded(customer)
            version = before.version + 1 if before is not None else 1
            records += (code, encode((version, each.clock, each.due, each.timer)))
            states += (code, version.to_bytes(8, "big") + self._states[place])
            if before is None:
                ids.add(code)
            else:
                ids.discard(code)
            due, timer = (before.due, before.timer) if before is not None else (None, None)
            for key, was, is_ in ((keys.due, due, each.due), (keys.timers, timer, each.timer)):
                if was != is_:
                    if was is not None:
                        moved[key][0].append(sortable(was) + code)
                    if is_ is not None:
                        moved[key][1].append(sortable(is_) + code)
        yield from added(keys.ids, sorted(ids))
        yield from in_lines(("HSET", keys.records), records, 2)
        yield from in_lines(("HSET", keys.states), states, 2)
        for key, (left, come) in moved.items():
            yield from in_lines(("ZREM", key), left)
            yield from added(key, come)

    def _visitors(self) -> Iterator[Command]:
        keys = self._keys
        last: dict[str, StoredVisitor] = {each.visitor: each for each in self._batch.visitors}
        for name, each in last.items():
            before, code = self._seen[name], coded(name)
            if before is not None and before.account and before.account != each.account:
                yield "ZREM", keys.of_account, closed(coded(before.account)) + code
            if each.account:
                yield "ZADD", keys.of_account, 0, closed(coded(each.account)) + code
            version = before.version + 1 if before is not None else 1
            yield "HSET", keys.visitors, code, encode((version, each.account, each.record))

    def _links(self) -> Iterator[Command]:
        keys = self._keys
        last = {link.guest: link for link in self._batch.links}
        for guest, value in self._of(keys.links, sorted(last)):
            code, link = coded(guest), last[guest]
            if value is not None:
                before = link_of(value)
                yield "ZREM", keys.of_guests, closed(coded(before.account)) + sortable(before.instant) + code
            yield "ZADD", keys.of_guests, 0, closed(coded(link.account)) + sortable(link.instant) + code
            yield "HSET", keys.links, code, encode(link)

    def _small(self) -> Iterator[Command]:
        """All that is not many."""
        batch, keys, meta = self._batch, self._keys, self._meta
        tombstones = [word for hash_, instant in batch.tombstones.items() for word in (coded(hash_), instant)]
        yield from in_lines(("HSET", keys.tombstones), tombstones, 2)
        for source, position in batch.positions.items():
            if position is None:
                yield "HDEL", keys.positions, coded(source)
            else:
                yield "HSET", keys.positions, coded(source), encode(position)
        for key, note in batch.notes.items():
            if note is None:
                yield "HDEL", keys.notes, coded(key)
            else:
                yield "HSET", keys.notes, coded(key), note
        for tally, number in batch.tallies.items():
            yield "HINCRBY", keys.tallies, packed(tally), number
        if batch.clock is not None and (meta.clock is None or batch.clock > meta.clock):
            yield "HSET", keys.meta, "clock", batch.clock
        if batch.erased or batch.tombstones:
            yield "HSET", keys.meta, "generation", meta.generation + 1


def packed(tally: Tally) -> bytes:
    return encode((tally.kind, coded(tally.name), coded(tally.owner), tally.day))
