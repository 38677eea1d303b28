"""The outbox as a transaction sees it: some effects as they are, what becomes of them, and the commands for that.

An effect lies in a hash by its id, and is a member of what it is looked for in: `outbox` or `dead` by sequence,
`of_customer`, and, if it may be claimed, `ready` of its action, or `waiting` where that has to be later.
"""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

import msgspec
from msgspec.structs import replace

from segdsl.backends.redis.layout import Command, Kept, Keys, closed, coded, encode, in_lines, kept_of, sortable
from segdsl.backends.stored import StoredEffect
from segdsl.records.outcomes import Effect

NOTICE = ""
"""What a notice is asked for under, in place of the name of an action."""

as_json = msgspec.json.Encoder(decimal_format="number").encode
effect_of = msgspec.json.Decoder(Effect, float_hook=Decimal).decode

Place = tuple[bytes, bytes]
"""A sorted set, and a member of it."""


def stored(kept: Kept) -> StoredEffect:
    return StoredEffect(effect_of(kept.effect), kept.given, kept.tries, kept.again, kept.dead, kept.error)


class Effects:
    """Some effects of the outbox, by id. `sequence` is the number of the one that was committed last."""

    def __init__(self, keys: Keys, sequence: int) -> None:
        self._keys = keys
        self._before: dict[str, Kept | None] = {}
        self.now: dict[str, Kept | None] = {}
        self.sequence = self._first = sequence

    def read(self, ids: Iterable[str], values: Sequence[bytes | None]) -> None:
        """Take in what was read under `Keys.effects`."""
        for id_, value in zip(ids, values, strict=True):
            self._before[id_] = self.now[id_] = kept_of(value) if value is not None else None

    def of(self, customer: str) -> list[tuple[str, Kept]]:
        """Those that were read of a customer, and are still there."""
        return [(id_, kept) for id_, kept in self.now.items() if kept is not None and kept.customer == customer]

    # What happens

    def rename(self, guest: str, account: str) -> None:
        for id_, kept in self.of(guest):
            effect = as_json(replace(effect_of(kept.effect), customer=account))
            self.now[id_] = replace(kept, customer=account, effect=effect)

    def withdraw(self, withdrawn: Sequence[Effect]) -> list[Effect]:
        """Take effects out; for those that the host was given before, put a notice there. Gives these."""
        notices = []
        for id_, effect in {effect.id: effect for effect in withdrawn}.items():
            kept = self.now[id_]
            if kept is not None and not kept.given and not kept.tries:
                self.now[id_] = None
            else:
                notice = replace(effect, mark="withdrawn")
                notices.append(notice)
                self._put(notice, kept)
        return notices

    def put(self, effects: Sequence[Effect]) -> None:
        """Add effects, but for those of which one is there that is no notice."""
        for effect in effects:
            kept = self.now[effect.id]
            if kept is None or kept.notice:
                self._put(effect, kept)

    def _put(self, effect: Effect, kept: Kept | None) -> None:
        """Put an effect, or a notice, in the place of what is there, or behind all others. The host was given an effect
        before if there is to be a notice, or was one; it may still have it in hand, so the time stays."""
        if kept is None:
            self.sequence += 1
            self.now[effect.id] = kept_as(StoredEffect(effect, effect.is_notice), self.sequence)
        else:
            self.now[effect.id] = kept_as(StoredEffect(effect, True, again=kept.again), kept.sequence)

    def fill(self, each: StoredEffect) -> None:
        """Put an effect of another store behind all others."""
        self.sequence += 1
        self._before[each.effect.id] = None
        self.now[each.effect.id] = kept_as(each, self.sequence)

    # Commands

    def commands(self) -> Iterator[Command]:
        """What turns what was read into what it has become."""
        keys = self._keys
        gone: list[bytes] = []
        rows: list[bytes] = []
        added: dict[bytes, list[bytes | int]] = {}
        removed: dict[bytes, list[bytes]] = {}
        actions: set[bytes] = set()
        for id_, after in self.now.items():
            before = self._before[id_]
            if after is before:
                continue
            id_code = coded(id_)
            was = self.places(id_code, before) if before is not None else {}
            is_ = self.places(id_code, after) if after is not None else {}
            for (key, member), score in is_.items():
                if was.get((key, member)) != score:
                    added.setdefault(key, []).extend((score, member))
            for key, member in was:
                if (key, member) not in is_:
                    removed.setdefault(key, []).append(member)
            if after is None:
                gone.append(id_code)
            else:
                rows += (id_code, encode(after))
                actions.add(coded(after.action))
        yield from in_lines(("HDEL", keys.effects), gone)
        yield from in_lines(("HSET", keys.effects), rows, 2)
        for key, members in removed.items():
            yield from in_lines(("ZREM", key), members)
        for key, words in added.items():
            yield from in_lines(("ZADD", key), words, 2)
        yield from in_lines(("SADD", keys.actions), sorted(actions))
        if self.sequence != self._first:
            yield "HSET", keys.meta, "sequence", self.sequence

    def places(self, id_code: bytes, kept: Kept) -> dict[Place, int]:
        """Where an effect is a member, with its score."""
        keys = self._keys
        places = {(keys.of_customer, closed(coded(kept.customer)) + id_code): 0}
        if kept.dead:
            places[keys.dead, id_code] = kept.sequence
            return places
        places[keys.outbox, id_code] = kept.sequence
        if kept.again == 0:
            places[keys.ready(coded(kept.action)), id_code] = kept.sequence
        else:
            places[keys.waiting(coded(kept.action)), sortable(kept.again) + sortable(kept.sequence) + id_code] = 0
        return places


def kept_as(each: StoredEffect, sequence: int) -> Kept:
    effect = each.effect
    notice = effect.is_notice
    return Kept(
        sequence, effect.customer, NOTICE if notice else effect.action, notice, each.given, each.tries, each.again,
        each.dead, each.error, as_json(effect),
    )  # fmt: skip
