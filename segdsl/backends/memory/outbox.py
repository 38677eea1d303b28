"""The outbox in memory: effects that were committed and not yet delivered, in the order of the commits."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from heapq import nsmallest

from msgspec.structs import replace

from segdsl.backends.base import StoredEffect
from segdsl.records.outcomes import Effect


class Outbox:
    """By id."""

    def __init__(self) -> None:
        self._kept: dict[str, StoredEffect] = {}

    # ------------------------------------------------------------------------------------------------------- a batch

    def put(self, effects: Sequence[Effect]) -> None:
        """Keep some effects; one that is there already is not kept twice, but takes the place of a notice."""
        for effect in effects:
            kept = self._kept.get(effect.id)
            if kept is None:
                self._kept[effect.id] = StoredEffect(effect)
            elif kept.effect.is_notice:
                self._kept[effect.id] = StoredEffect(effect, given=True, again=kept.again)

    def withdraw(self, withdrawn: Sequence[Effect]) -> None:
        """Take effects out; for those that the host was given before, put a notice there."""
        for id_, effect in {effect.id: effect for effect in withdrawn}.items():
            kept = self._kept.get(id_)
            if kept is not None and not kept.given and not kept.tries:
                del self._kept[id_]
            else:
                again = kept.again if kept is not None else 0
                self._kept[id_] = StoredEffect(replace(effect, mark="withdrawn"), given=True, again=again)

    def notices(self, withdrawn: Sequence[Effect]) -> list[Effect]:
        """The notices that are there of some effects."""
        found = (self._kept.get(id_) for id_ in {effect.id: None for effect in withdrawn})
        return [kept.effect for kept in found if kept is not None and kept.effect.is_notice]

    def erase(self, customers: Collection[str]) -> None:
        self._kept = {id_: kept for id_, kept in self._kept.items() if kept.effect.customer not in customers}

    def rename(self, renamed: Mapping[str, str]) -> None:
        for id_, kept in self._kept.items():
            if kept.effect.customer in renamed:
                named = replace(kept.effect, customer=renamed[kept.effect.customer])
                self._kept[id_] = replace(kept, effect=named)

    # ------------------------------------------------------------------------------------------------------ delivery

    def effects(self, limit: int) -> list[Effect]:
        return [kept.effect for kept in self._kept.values() if not kept.dead][: max(limit, 0)]

    def waiting(self, limit: int, actions: Collection[str] | None) -> list[StoredEffect]:
        found = (kept for kept in self._kept.values() if not kept.dead and _is_of(kept, actions))
        return nsmallest(max(limit, 0), found, key=lambda kept: kept.again)

    def delivered(self, effects: Sequence[Effect]) -> None:
        for effect in effects:
            if self._is_there(effect):
                del self._kept[effect.id]

    def claim(self, limit: int, now: int, until: int, actions: Collection[str] | None) -> list[StoredEffect]:
        claimed: list[StoredEffect] = []
        for id_, kept in self._kept.items():
            if len(claimed) >= limit:
                break
            if not kept.dead and kept.again <= now and _is_of(kept, actions):
                self._kept[id_] = replace(kept, tries=kept.tries + 1, again=until)
                claimed.append(self._kept[id_])
        return claimed

    def failed(self, claimed: StoredEffect, error: str, again: int | None) -> None:
        kept = self._still(claimed)
        if kept is not None:
            self._kept[kept.effect.id] = replace(kept, error=error, dead=again is None, again=again or 0)

    def release(self, claimed: Sequence[StoredEffect]) -> None:
        for kept in map(self._still, claimed):
            if kept is not None:
                self._kept[kept.effect.id] = replace(kept, tries=kept.tries - 1, again=0)

    def dead(self, limit: int) -> list[StoredEffect]:
        return [kept for kept in self._kept.values() if kept.dead][: max(limit, 0)]

    def revive(self, ids: Collection[str]) -> int:
        found = [id_ for id_ in dict.fromkeys(ids) if id_ in self._kept and self._kept[id_].dead]
        for id_ in found:
            kept = self._kept[id_]
            # It was tried before, so the host may know it.
            self._kept[id_] = StoredEffect(kept.effect, given=True)
        return len(found)

    def _still(self, claimed: StoredEffect) -> StoredEffect | None:
        """What is kept of an effect that was claimed; None when it is not there any more, or was claimed since."""
        kept = self._kept.get(claimed.effect.id)
        there = kept is not None and self._is_there(claimed.effect) and kept.tries == claimed.tries and not kept.dead
        return kept if there else None

    def _is_there(self, effect: Effect) -> bool:
        """Whether an effect, or a notice, is there as it was given."""
        kept = self._kept.get(effect.id)
        return kept is not None and kept.effect.is_notice == effect.is_notice

    # ------------------------------------------------------------------------------------------------------- the whole

    def stored(self) -> Iterator[StoredEffect]:
        return iter(self._kept.values())

    def restore(self, kept: StoredEffect) -> None:
        self._kept[kept.effect.id] = kept


def _is_of(kept: StoredEffect, actions: Collection[str] | None) -> bool:
    return actions is None or ("" if kept.effect.is_notice else kept.effect.action) in actions
