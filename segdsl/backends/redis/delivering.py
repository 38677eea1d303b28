"""What is asked of the outbox, and what becomes of effects when they are handed over."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from segdsl.backends.redis.effects import Effects, stored
from segdsl.backends.redis.failures import coded as explained
from segdsl.backends.redis.layout import (
    LINES,
    Ask,
    Command,
    Kept,
    Keys,
    coded,
    kept_of,
    named,
    parted,
    sorted_number,
    up_to,
)
from segdsl.backends.redis.wire import Wire
from segdsl.backends.redis.writing import Meta
from segdsl.backends.stored import StoredEffect
from segdsl.records.outcomes import Effect

EIGHT = 8
"""Bytes of an instant, and then of a sequence, at the head of a member of `Keys.waiting`."""


class Wanted(NamedTuple):
    """What is claimed: see `Backend.claim`."""

    limit: int
    now: int
    until: int
    actions: Collection[str] | None


def listed(wire: Wire, key: bytes, limit: int) -> list[StoredEffect]:
    """Up to `limit` effects of a sorted set, oldest first."""
    if limit <= 0:
        return []
    (ids,) = wire.ask([("ZRANGE", key, 0, limit - 1)])
    return _stored(wire, ids)


def _stored(wire: Wire, ids: Sequence[bytes]) -> list[StoredEffect]:
    """Those of some effects that are still there."""
    found: list[StoredEffect] = []
    for page in parted(ids, LINES):
        (values,) = wire.ask([("HMGET", wire.keys.effects, *page)])
        with explained(wire.address):
            found += [stored(kept_of(value)) for value in values if value is not None]
    return found


def _read(keys: Keys, ask: Ask, meta: Meta, ids: Sequence[str]) -> Effects:
    effects = Effects(keys, meta.sequence)
    for page in parted(list(dict.fromkeys(ids)), LINES):
        (values,) = ask([("HMGET", keys.effects, *[coded(id_) for id_ in page])])
        effects.read(page, values)
    return effects


def deliver(keys: Keys, ask: Ask, meta: Meta, effects: Sequence[Effect]) -> tuple[list[Command], None]:
    found = _read(keys, ask, meta, [effect.id for effect in effects])
    for effect in effects:
        kept = found.now[effect.id]
        if kept is not None and kept.notice == effect.is_notice:
            found.now[effect.id] = None
    return list(found.commands()), None


def waiting(wire: Wire, limit: int, actions: Collection[str] | None) -> list[StoredEffect]:
    """Up to `limit` effects, those first whose time comes first."""
    if limit <= 0:
        return []
    keys = wire.keys
    names = _names(keys, wire.ask, actions)
    ready = wire.ask([("ZRANGE", keys.ready(name), 0, limit - 1, "WITHSCORES") for name in names])
    later = wire.ask([("ZRANGEBYLEX", keys.waiting(name), "-", "+", "LIMIT", 0, limit) for name in names])
    found = [(0, sequence, id_) for sequence, id_ in _by_sequence(ready)]
    found += [(sorted_number(each[:EIGHT]), *_of_member(each)) for members in later for each in members]
    found.sort()
    return _stored(wire, [id_ for *_, id_ in found[:limit]])


def claim(keys: Keys, ask: Ask, meta: Meta, wanted: Wanted) -> tuple[list[Command], list[StoredEffect]]:
    """The oldest of those whose time has come: of those that are ready the first of each action, of the others all."""
    names = _names(keys, ask, wanted.actions)
    ready = [("ZRANGE", keys.ready(name), 0, wanted.limit - 1, "WITHSCORES") for name in names]
    found = _by_sequence(ask(ready)) if wanted.now >= 0 else []  # their time is 0
    later = ask([("ZRANGEBYLEX", keys.waiting(name), "-", up_to(wanted.now)) for name in names])
    found += [_of_member(member) for members in later for member in members]
    found.sort()
    ids = [named(id_) for _, id_ in found[: wanted.limit]]
    effects = _read(keys, ask, meta, ids)
    claimed: list[StoredEffect] = []
    for id_ in ids:
        kept = effects.now[id_]
        if kept is not None:
            kept = effects.now[id_] = replace(kept, tries=kept.tries + 1, again=wanted.until)
            claimed.append(stored(kept))
    return list(effects.commands()), claimed


def _names(keys: Keys, ask: Ask, actions: Collection[str] | None) -> list[bytes]:
    """The names of those of the actions, or of all, that there ever was an effect of."""
    (known,) = ask([("SMEMBERS", keys.actions)])
    return sorted(known if actions is None else {coded(action) for action in actions}.intersection(known))


def _by_sequence(answers: Sequence[Sequence[bytes]]) -> list[tuple[int, bytes]]:
    return [(int(float(score)), id_) for flat in answers for id_, score in zip(flat[::2], flat[1::2], strict=True)]


def _of_member(member: bytes) -> tuple[int, bytes]:
    """The sequence and the id in a member of `Keys.waiting`."""
    return sorted_number(member[EIGHT : 2 * EIGHT]), member[2 * EIGHT :]


def fail(
    keys: Keys, ask: Ask, meta: Meta, claimed: StoredEffect, error: str, again: int | None
) -> tuple[list[Command], None]:
    found = _read(keys, ask, meta, [claimed.effect.id])
    kept = _still(found, claimed)
    if kept is not None:
        found.now[claimed.effect.id] = replace(kept, error=error, dead=again is None, again=again or 0)
    return list(found.commands()), None


def release(keys: Keys, ask: Ask, meta: Meta, claimed: Sequence[StoredEffect]) -> tuple[list[Command], None]:
    found = _read(keys, ask, meta, [each.effect.id for each in claimed])
    for each in claimed:
        kept = _still(found, each)
        if kept is not None:
            found.now[each.effect.id] = replace(kept, tries=kept.tries - 1, again=0)
    return list(found.commands()), None


def _still(found: Effects, claimed: StoredEffect) -> Kept | None:
    """What is kept of an effect that was claimed; None when it is not there any more, or was claimed since."""
    kept = found.now[claimed.effect.id]
    if kept is None or kept.dead or kept.tries != claimed.tries:
        return None
    return kept if kept.notice == claimed.effect.is_notice else None


def revive(keys: Keys, ask: Ask, meta: Meta, ids: Sequence[str]) -> tuple[list[Command], int]:
    found = _read(keys, ask, meta, ids)
    revived = [(id_, kept) for id_, kept in found.now.items() if kept is not None and kept.dead]
    for id_, kept in revived:
        # It was tried before, so the host may know it.
        found.now[id_] = replace(kept, given=True, dead=False, tries=0, again=0, error="")
    return list(found.commands()), len(revived)
