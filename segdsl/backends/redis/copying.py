"""The whole of a store: given out part by part, and put into an empty one.

What is put in comes in lots, each of them a transaction as of a batch. Meanwhile the store bears another mark, so that
nobody opens half of it; the last thing is to give it its own again.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, assert_never

import msgspec

from segdsl.backends.base import (
    Batch,
    Content,
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
    TallyKind,
)
from segdsl.backends.redis.effects import Effects, stored
from segdsl.backends.redis.failures import LostError
from segdsl.backends.redis.failures import coded as explained
from segdsl.backends.redis.landing import Landing, position_of
from segdsl.backends.redis.layout import (
    LINES,
    VERSION,
    Ask,
    Command,
    Keys,
    coded,
    encode,
    ended_of,
    kept_of,
    link_of,
    named,
    open_of,
    parted,
    program_of,
    record_of,
    seen_of,
)
from segdsl.backends.redis.memberships import Memberships
from segdsl.backends.redis.names import Names
from segdsl.backends.redis.opening import FILLING, scan
from segdsl.backends.redis.steady import Steady
from segdsl.backends.redis.wire import Wire
from segdsl.backends.redis.writing import Meta, Writing
from segdsl.diagnostics.errors import StoreError

LOT = 5_000
"""Parts that are put in at a time."""

_tally_of = msgspec.msgpack.Decoder(tuple[TallyKind, bytes, bytes, int | None]).decode


def tally_of(field: bytes) -> Tally:
    kind, name, owner, day = _tally_of(field)
    return Tally(kind, named(name), day, named(owner))


# ------------------------------------------------------------------------------------------------------- giving it out


def contents(wire: Wire, memberships: Memberships) -> Iterator[Content]:
    """All that a store holds. Raises StoreError when somebody writes to it meanwhile: it would not be as of one
    instant."""
    steady, keys = Steady(wire), wire.keys
    with explained(wire.address):
        (digests,) = steady.ask([("ZRANGE", keys.installed, 0, -1)])
        for digest in digests:
            (value,) = steady.ask([("HGET", keys.programs, digest)])
            yield program_of(value)
        ((clock, pruned),) = steady.ask([("HMGET", keys.meta, "clock", "pruned")])
        yield StoredClock(int(clock) if clock is not None else None, int(pruned) if pruned is not None else None)
        for page in steady.ids():
            yield from _of_customers(steady, memberships, page)
        yield from _effects(steady)
        for hash_, instant in steady.pairs(keys.tombstones):
            yield StoredTombstone(named(hash_), int(instant))
        for visitor, value in steady.pairs(keys.visitors):
            seen = seen_of(value)
            yield StoredVisitor(named(visitor), seen.account, seen.record)
        for _, value in steady.pairs(keys.links):
            yield link_of(value)
        for source, value in steady.pairs(keys.positions):
            yield StoredPosition(named(source), position_of(value))
        for field, number in steady.pairs(keys.tallies):
            yield StoredTally(tally_of(field), int(number))
        for key, note in steady.pairs(keys.notes):
            yield StoredNote(named(key), note)


def _of_customers(steady: Steady, memberships: Memberships, page: Sequence[bytes]) -> Iterator[Content]:
    """The states, memberships and journals of some customers."""
    keys = steady.keys
    records, states, opens, *lists = steady.ask(
        [
            ("HMGET", keys.records, *page),
            ("HMGET", keys.states, *page),
            ("HMGET", keys.open, *page),
            *[("LRANGE", keys.past(code), 0, -1) for code in page],
            *[("LRANGE", keys.journal(code), 0, -1) for code in page],
        ]
    )
    names = [named(code) for code in page]
    for name, record, state in zip(names, records, states, strict=True):
        if record is not None and state is not None:
            kept = record_of(record)
            yield StoredState(name, state[8:], kept.clock, kept.due, kept.timer)
    for name, now, past in zip(names, opens, lists[: len(page)], strict=True):
        for stay in past:
            yield StoredStay(*memberships.changes(name, ended_of(stay)))
        for number, began in (open_of(now) if now is not None else {}).items():
            yield StoredStay(memberships.change(name, number, began, entered=True))
    for name, pages in zip(names, lists[len(page) :], strict=True):
        yield from (StoredInputs(name, inputs) for inputs in pages)


def _effects(steady: Steady) -> Iterator[StoredEffect]:
    keys = steady.keys
    both = steady.ask([("ZRANGE", key, 0, -1, "WITHSCORES") for key in (keys.outbox, keys.dead)])
    ids = sorted((int(float(score)), id_) for flat in both for id_, score in zip(flat[::2], flat[1::2], strict=True))
    for page in parted(ids, LINES):
        (values,) = steady.ask([("HMGET", keys.effects, *[id_ for _, id_ in page])])
        yield from (stored(kept_of(value)) for value in values)


# -------------------------------------------------------------------------------------------------------- putting it in


def fill(wire: Wire, names: Names, writing: Writing, contents: Iterable[Content]) -> None:
    """Put all of another store into this one, which has to be empty. When it is broken off, what was put in is taken
    out again; if even that cannot be done, nobody can open the store until it is removed."""
    keys, (own,) = wire.keys, wire.marks
    filling = b"%s %d %s" % (FILLING, VERSION, own.rpartition(b" ")[2])
    wire.marks = (own, filling)
    try:
        writing.write(lambda ask, meta: (_begin(wire, ask, filling), None))
    except BaseException:
        wire.marks = (own,)
        raise
    try:
        parts = iter(contents)
        while lot := list(islice(parts, LOT)):
            with explained(wire.address):
                writing.write(_put(lot, keys, names))
        writing.write(lambda ask, meta: ([("SET", keys.mark, own)], None))
    except BaseException:
        _take_out(wire, own)
        names.forget()
        raise
    finally:
        wire.marks = (own,)


def _begin(wire: Wire, ask: Ask, filling: bytes) -> list[Command]:
    keys = wire.keys
    some = (keys.installed, keys.ids, keys.effects, keys.tombstones, keys.visitors, keys.links, keys.positions)
    there, (clock, pruned) = ask([("EXISTS", *some, keys.tallies, keys.notes), ("HMGET", keys.meta, "clock", "pruned")])
    if there or clock is not None or pruned is not None:
        raise StoreError(f"the store {wire.address} holds something already: name another one")
    return [("SET", keys.mark, filling)]


def _put(lot: Sequence[Content], keys: Keys, names: Names) -> Callable[[Ask, Meta], tuple[list[Command], None]]:
    """A lot as a batch, and what no batch can hold."""
    batch = Batch()
    programs: list[StoredProgram] = []
    effects: list[StoredEffect] = []
    pruned: int | None = None
    positions, tombstones, notes, tallies = {}, batch.tombstones, batch.notes, batch.tallies
    for content in lot:
        match content:
            case StoredProgram():
                programs.append(content)
            case StoredClock(clock, before):
                batch.clock, pruned = clock, before
            case StoredState():
                batch.states.append(content)
            case StoredStay(began, ended):
                batch.changes += (began,) if ended is None else (began, ended)
            case StoredInputs():
                batch.journal.append(content)
            case StoredEffect():
                effects.append(content)
            case StoredTombstone(hash_, instant):
                tombstones[hash_] = instant
            case StoredVisitor():
                batch.visitors.append(content)
            case StoredLink():
                batch.links.append(content)
            case StoredPosition(source, position):
                positions[source] = position
            case StoredTally(tally, number):
                tallies[tally] = number
            case StoredNote(key, note):
                notes[key] = note
            case _:
                assert_never(content)
    batch.positions = positions
    states = [bytes(each.state) for each in batch.states]

    def work(ask: Ask, meta: Meta) -> tuple[list[Command], None]:
        commands, _ = Landing(batch, states, keys, names, ask, meta).commands()
        commands += _programs(keys, ask, programs)
        if effects:
            filled = Effects(keys, meta.sequence)
            for each in effects:
                filled.fill(each)
            commands += filled.commands()
        if pruned is not None:
            commands.append(("HSET", keys.meta, "pruned", pruned))
        return commands, None

    return work


def _programs(keys: Keys, ask: Ask, programs: Iterable[StoredProgram]) -> Iterator[Command]:
    (already,) = ask([("ZCARD", keys.installed)])
    for number, program in enumerate(programs, already + 1):
        digest = coded(program.digest)
        yield "HSET", keys.programs, digest, encode(program)
        yield "ZADD", keys.installed, number, digest


def _take_out(wire: Wire, own: bytes) -> None:
    """Have the store be empty again, if the server can be reached."""
    keys = wire.keys
    try:
        for found in scan(wire):
            gone: list[Any] = [key for key in found if key != keys.mark]
            if gone:
                wire.checked([("UNLINK", *gone)])
        wire.checked([("MULTI",), ("HSET", keys.meta, "run", wire.run), ("SET", keys.mark, own), ("EXEC",)])
    except (LostError, StoreError):
        return
