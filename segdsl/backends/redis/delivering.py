"""What is asked of the outbox, and what becomes of effects when they are handed over."""

from collections.abc import Callable, Collection, Sequence
from typing import Any, NamedTuple

from msgspec.structs import replace

from segdsl.backends.redis.effects import WITHDRAWN, Effects, stored
from segdsl.backends.redis.failures import coded as explained
from segdsl.backends.redis.layout import LINES, Command, Keys, coded, kept_of, named, parted, sorted_number, up_to
from segdsl.backends.redis.wire import Wire
from segdsl.backends.redis.writing import Meta
from segdsl.backends.stored import StoredEffect
from segdsl.records.outcomes import Effect

Ask = Callable[[Sequence[Command]], list[Any]]
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
        if kept is not None and kept.notice == (effect.mark == WITHDRAWN):
            found.now[effect.id] = None
    return list(found.commands()), None


def claim(keys: Keys, ask: Ask, meta: Meta, wanted: Wanted) -> tuple[list[Command], list[StoredEffect]]:
    """The oldest of those whose time has come: of those never tried the first of each action, and all others."""
    names = ask([("SMEMBERS", keys.actions)])[0]
    if wanted.actions is not None:
        names = {coded(action) for action in wanted.actions}.intersection(names)
    names = sorted(names) if wanted.now >= 0 else []  # 0 is when those never tried may be
    firsts = ask([("ZRANGE", keys.ready(name), 0, wanted.limit - 1, "WITHSCORES") for name in names])
    (members,) = ask([("ZRANGEBYLEX", keys.waiting, "-", up_to(wanted.now))])
    found = [(int(float(score)), id_) for flat in firsts for id_, score in zip(flat[::2], flat[1::2], strict=True)]
    found += [(sorted_number(member[EIGHT : 2 * EIGHT]), member[2 * EIGHT :]) for member in members]
    found.sort()
    effects = Effects(keys, meta.sequence)
    claimed: list[StoredEffect] = []
    for page in parted(found, max(LINES, wanted.limit)):
        ids = [named(id_) for _, id_ in page]
        (values,) = ask([("HMGET", keys.effects, *[id_ for _, id_ in page])])
        effects.read(ids, values)
        for id_ in ids:
            kept = effects.now[id_]
            if kept is None or (wanted.actions is not None and kept.action not in wanted.actions):
                continue
            kept = effects.now[id_] = replace(kept, tries=kept.tries + 1, again=wanted.until)
            claimed.append(stored(kept))
            if len(claimed) == wanted.limit:
                return list(effects.commands()), claimed
    return list(effects.commands()), claimed


def fail(keys: Keys, ask: Ask, meta: Meta, effect: Effect, error: str, again: int | None) -> tuple[list[Command], None]:
    found = _read(keys, ask, meta, [effect.id])
    kept = found.now[effect.id]
    if kept is not None and kept.notice == (effect.mark == WITHDRAWN):
        found.now[effect.id] = replace(kept, error=error, dead=again is None, again=again or 0)
    return list(found.commands()), None


def revive(keys: Keys, ask: Ask, meta: Meta, ids: Sequence[str]) -> tuple[list[Command], int]:
    found = _read(keys, ask, meta, ids)
    revived = [(id_, kept) for id_, kept in found.now.items() if kept is not None and kept.dead]
    for id_, kept in revived:
        # It was tried before, so the host may know it.
        found.now[id_] = replace(kept, given=True, dead=False, tries=0, again=0, error="")
    return list(found.commands()), len(revived)
