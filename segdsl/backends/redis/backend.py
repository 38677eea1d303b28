"""The backend itself: what is asked of a store on a server, and where it is answered."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from segdsl.backends.base import (
    Backend,
    Batch,
    Content,
    Membership,
    Moves,
    Position,
    StoredEffect,
    StoredLink,
    StoredProgram,
    Tally,
    Versioned,
    nothing,
)
from segdsl.backends.redis import auditing, copying, delivering, exposure
from segdsl.backends.redis.failures import coded as explained
from segdsl.backends.redis.landing import Landing, position_of
from segdsl.backends.redis.layout import (
    LINES,
    Ask,
    Command,
    beginning,
    closed,
    coded,
    encode,
    link_of,
    named,
    opened,
    parted,
    program_of,
    seen_of,
    up_to,
)
from segdsl.backends.redis.memberships import PAGE, Memberships
from segdsl.backends.redis.names import Names
from segdsl.backends.redis.stays import Stays
from segdsl.backends.redis.wire import Wire
from segdsl.backends.redis.writing import Meta, Writing
from segdsl.diagnostics.errors import ConflictError
from segdsl.records.outcomes import Change, Effect


class RedisBackend(Backend):
    """A store behind a wire, made by `open_backend`. To be used by the thread that opened it.

    `due` gives the customers that were due when the first one was asked for; `customers` and `members` see what is
    committed meanwhile from the next page on. Nobody is given twice, and nobody who stays is left out.
    """

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._keys = wire.keys
        self._names = Names(wire)
        self._writing = Writing(wire, self._names)
        self._memberships = Memberships(wire, self._names)

    def close(self) -> None:
        self._wire.close()

    # Programs

    def program(self) -> StoredProgram | None:
        keys = self._keys
        (digests,) = self._wire.ask([("ZREVRANGE", keys.installed, 0, 0)])
        return self.earlier(named(digests[0])) if digests else None

    def earlier(self, digest: str) -> StoredProgram | None:
        (value,) = self._wire.ask([("HGET", self._keys.programs, coded(digest))])
        with explained(self._wire.address):
            return program_of(value) if value is not None else None

    def install(self, program: StoredProgram, generation: int | None = None) -> None:
        keys = self._keys
        with explained(self._wire.address):
            digest, value = coded(program.digest), encode(program)

        def work(ask: Ask, meta: Meta) -> tuple[list[Command], None]:
            if generation not in (None, meta.generation):
                raise ConflictError(f"others have written to the store {self._wire.address} meanwhile")
            (last,) = ask([("ZREVRANGE", keys.installed, 0, 0, "WITHSCORES")])
            number = int(float(last[1])) + 1 if last else 1
            return [
                ("HSET", keys.programs, digest, value),
                ("ZADD", keys.installed, number, digest),
                ("HSET", keys.meta, "generation", meta.generation + 1),
            ], None

        self._writing.write(work)

    def generation(self) -> int:
        return self._number("generation") or 0

    # Batches

    def fetch(self, customers: Sequence[str]) -> dict[str, Versioned]:
        found = self._of(self._keys.states, customers)
        return {name: Versioned(value[8:], int.from_bytes(value[:8], "big")) for name, value in found}

    def commit(self, batch: Batch, sure: Callable[[], object] = nothing) -> list[Effect]:
        """Take in a batch.

        `sure` is called while this backend alone may write, after all checks, when the server has the whole batch and
        only waits for the word. It may ask this backend questions. After it the batch can still be refused in two rare
        cases: the process is held up just then for longer than the lock lasts (a minute), or the connection is cut
        just then; and somebody else writes to the same customers before this one is back."""
        with explained(self._wire.address):
            states = [bytes(each.state) for each in batch.states]

        def work(ask: Ask, meta: Meta) -> tuple[list[Command], list[Effect]]:
            with explained(self._wire.address):
                return Landing(batch, states, self._keys, self._names, ask, meta).commands()

        return self._writing.write(work, sure)

    # What a batch works with

    def _of(self, key: bytes, names: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        """What a hash has under those of some names that are there."""
        for page in parted(list(dict.fromkeys(names)), LINES):
            (values,) = self._wire.ask([("HMGET", key, *[coded(name) for name in page])])
            yield from ((name, value) for name, value in zip(page, values, strict=True) if value is not None)

    def _number(self, field: str) -> int | None:
        (value,) = self._wire.ask([("HGET", self._keys.meta, field)])
        return int(value) if value is not None else None

    def clock(self) -> int | None:
        return self._number("clock")

    def position(self, source: str) -> Position | None:
        (value,) = self._wire.ask([("HGET", self._keys.positions, coded(source))])
        with explained(self._wire.address):
            return position_of(value) if value is not None else None

    def note(self, key: str) -> bytes | None:
        (value,) = self._wire.ask([("HGET", self._keys.notes, coded(key))])
        return bytes(value) if value is not None else None

    def tombstones(self, hashes: Sequence[str]) -> dict[str, int]:
        return {hash_: int(value) for hash_, value in self._of(self._keys.tombstones, hashes)}

    def remembers_forgotten(self) -> bool:
        return bool(self._wire.ask([("HLEN", self._keys.tombstones)])[0])

    def visitors(self, names: Sequence[str]) -> dict[str, Versioned]:
        with explained(self._wire.address):
            seen = [(name, seen_of(value)) for name, value in self._of(self._keys.visitors, names)]
        return {name: Versioned(each.record, each.version) for name, each in seen}

    def visitors_of(self, account: str) -> list[str]:
        if not account:
            return []
        (members,) = self._wire.ask([("ZRANGEBYLEX", self._keys.of_account, *beginning(closed(coded(account))))])
        return [named(opened(member)[1]) for member in members]

    def links(self, guests: Sequence[str]) -> dict[str, StoredLink]:
        with explained(self._wire.address):
            return {guest: link_of(value) for guest, value in self._of(self._keys.links, guests)}

    def links_of(self, account: str) -> list[StoredLink]:
        (members,) = self._wire.ask([("ZRANGEBYLEX", self._keys.of_guests, *beginning(closed(coded(account))))])
        return list(self.links([named(opened(member)[1][8:]) for member in members]).values())

    def customers(self) -> Iterator[str]:
        least = b"-"
        while True:
            (page,) = self._wire.ask([("ZRANGEBYLEX", self._keys.ids, least, "+", "LIMIT", 0, PAGE)])
            if not page:
                return
            (values,) = self._wire.ask([("HMGET", self._keys.records, *page)])
            yield from [named(code) for code, value in zip(page, values, strict=True) if value is not None]
            least = b"(" + page[-1]

    def customer_count(self) -> int:
        return int(self._wire.ask([("HLEN", self._keys.records)])[0])

    def due(self, at: int) -> Iterator[str]:
        # They stand in the order of instants: their ids are put in order once.
        found: list[bytes] = []
        least, last = b"-", up_to(at)
        while True:
            (page,) = self._wire.ask([("ZRANGEBYLEX", self._keys.due, least, last, "LIMIT", 0, 10 * PAGE)])
            found += [member[8:] for member in page]
            if len(page) < 10 * PAGE:
                break
            least = b"(" + page[-1]
        # Who moved on while the pages were read may have been found twice.
        yield from (named(code) for code in sorted(set(found)))

    def timers(self, at: int, limit: int) -> list[str]:
        if limit <= 0:
            return []
        (members,) = self._wire.ask([("ZRANGEBYLEX", self._keys.timers, "-", up_to(at), "LIMIT", 0, limit)])
        return [named(member[8:]) for member in members]

    # Questions

    def memberships(self, customer: str, at: int | None = None) -> list[Membership]:
        return self._memberships.of(customer, at)

    def members(self, segment: str, at: int | None = None) -> Iterator[Membership]:
        return self._memberships.members(segment, at)

    def count(self, segment: str, at: int | None = None) -> int:
        return self._memberships.count(segment, at)

    def history(self, customer: str) -> list[Change]:
        return self._memberships.history(customer)

    def journal(self, customer: str) -> list[bytes]:
        (pages,) = self._wire.ask([("LRANGE", self._keys.journal(coded(customer)), 0, -1)])
        return list(pages)

    def moves(self) -> Iterator[Moves]:
        return self._memberships.moves()

    def standings(self, at: int | None = None) -> Iterator[tuple[str, tuple[str, ...]]]:
        return self._memberships.standings(at)

    def tallies(self) -> dict[Tally, int]:
        (flat,) = self._wire.ask([("HGETALL", self._keys.tallies)])
        counted = []
        with explained(self._wire.address):
            for field, number in zip(flat[::2], flat[1::2], strict=True):
                counted.append((copying.tally_of(field), int(number)))
        counted.sort(key=lambda each: _in_order(each[0]))
        return dict(counted)

    # The outbox

    def outbox(self, limit: int) -> list[Effect]:
        return [each.effect for each in delivering.listed(self._wire, self._keys.outbox, limit)]

    def dead(self, limit: int) -> list[StoredEffect]:
        return delivering.listed(self._wire, self._keys.dead, limit)

    def delivered(self, effects: Sequence[Effect]) -> None:
        if effects:
            self._writing.write(lambda ask, meta: delivering.deliver(self._keys, ask, meta, effects))

    def claim(self, limit: int, now: int, until: int, actions: Collection[str] | None = None) -> list[StoredEffect]:
        if limit <= 0:
            return []
        wanted = delivering.Wanted(limit, now, until, actions)
        return self._writing.write(lambda ask, meta: delivering.claim(self._keys, ask, meta, wanted))

    def failed(self, claimed: StoredEffect, error: str, again: int | None) -> None:
        self._writing.write(lambda ask, meta: delivering.fail(self._keys, ask, meta, claimed, error, again))

    def release(self, claimed: Sequence[StoredEffect]) -> None:
        if claimed:
            self._writing.write(lambda ask, meta: delivering.release(self._keys, ask, meta, claimed))

    def waiting(self, limit: int, actions: Collection[str] | None = None) -> list[StoredEffect]:
        return delivering.waiting(self._wire, limit, actions)

    def revive(self, ids: Sequence[str]) -> int:
        return self._writing.write(lambda ask, meta: delivering.revive(self._keys, ask, meta, ids)) if ids else 0

    # Care

    def prune(self, bounds: Mapping[str, int], before: int) -> int:
        """Drop memberships that ended. Customers go in pages, each in a transaction of its own, so that nobody else
        waits for long; that the past is no longer whole is written down with the first."""
        dropped = 0
        for page in list(parted(list(bounds), PAGE)) or [[]]:
            dropped += self._writing.write(self._pruning(page, bounds, before))
        return dropped

    def _pruning(
        self, page: Sequence[str], bounds: Mapping[str, int], before: int
    ) -> Callable[[Ask, Meta], tuple[list[Command], int]]:
        keys = self._keys

        def work(ask: Ask, meta: Meta) -> tuple[list[Command], int]:
            (kept,), *pasts = ask(
                [
                    ("HMGET", keys.meta, "pruned"),
                    *[("LRANGE", keys.past(coded(customer)), 0, -1) for customer in page],
                ]
            )
            stays = Stays(keys, self._names, ask)
            with explained(self._wire.address):
                pairs = zip(page, pasts, strict=True)
                dropped = sum(stays.prune(coded(customer), past, bounds[customer]) for customer, past in pairs)
            commands: list[Command] = [("HSET", keys.meta, "generation", meta.generation + 1), *stays.commands()]
            if kept is None or int(kept) < before:
                commands.append(("HSET", keys.meta, "pruned", before))
            return commands, dropped

        return work

    def pruned(self) -> int | None:
        return self._number("pruned")

    def contents(self) -> Iterator[Content]:
        return copying.contents(self._wire, self._memberships)

    def fill(self, contents: Iterable[Content]) -> None:
        copying.fill(self._wire, self._names, self._writing, contents)

    def faults(self) -> list[str]:
        return auditing.faults(self._wire, self._names)

    def exposed(self) -> list[str]:
        return exposure.exposed(self._wire)


def _in_order(tally: Tally) -> tuple[str, str, str, bool, int]:
    return tally.kind, tally.name, tally.owner, tally.day is not None, tally.day or 0
