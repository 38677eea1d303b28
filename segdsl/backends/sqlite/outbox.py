"""The outbox: effects on their way to the host."""

from collections.abc import Collection, Sequence
from heapq import merge
from itertools import islice
from operator import itemgetter
from typing import Any

from msgspec.structs import replace

from segdsl.backends.base import StoredEffect
from segdsl.backends.sqlite import statements
from segdsl.backends.sqlite.coding import effect_of
from segdsl.backends.sqlite.failures import explained
from segdsl.backends.sqlite.rows import Rows
from segdsl.records.outcomes import Effect

FEW = 1_000
"""Effects whose time has come, of an action, that are sorted by their age."""


class Outbox(Rows):
    """Those that were committed and not yet delivered. In the rows `notice` is 1 for the word that one is withdrawn."""

    def outbox(self, limit: int) -> list[Effect]:
        rows = self._rows("SELECT effect FROM outbox WHERE NOT dead ORDER BY sequence LIMIT ?", max(limit, 0))
        with explained(self._path):
            return [effect_of(effect) for (effect,) in rows]

    def delivered(self, effects: Sequence[Effect]) -> None:
        with self._transaction():
            self._many(statements.DELIVERED, [(effect.id, effect.is_notice) for effect in effects])

    def claim(self, limit: int, now: int, until: int, actions: Collection[str] | None = None) -> list[StoredEffect]:
        wanted = self._actions() if actions is None else set(actions)
        if not any(self._rows(statements.DUE_OF, each, now, 1) for each in wanted):
            return []  # so that who asks again and again stands in no writer's way
        with self._transaction():
            found = (self._due(each, now, max(limit, 0)) for each in wanted)
            rows = list(islice(merge(*found), max(limit, 0)))
            self._many(
                "UPDATE outbox SET tries = tries + 1, again = ? WHERE sequence = ?", [(until, r[0]) for r in rows]
            )
        return [replace(each, tries=each.tries + 1, again=until) for each in self._stored(rows)]

    def _due(self, action: str, now: int, limit: int) -> list[tuple[Any, ...]]:
        """The oldest effects of an action whose time has come, looked for where there are fewer: among those whose time
        has come, or among all."""
        due = sorted(sequence for (sequence,) in self._rows(statements.DUE_OF, action, now, FEW))
        if len(due) == FEW:
            return self._rows(statements.CLAIMABLE_OF, action, now, limit)
        return [row for sequence in due[:limit] for row in self._rows(statements.WAITING_AT, sequence)]

    def _actions(self) -> list[str]:
        """The actions of which any effect waits; the empty name is that of notices."""
        return [action for (action,) in self._rows(statements.ACTIONS_WAITING)]

    def failed(self, claimed: StoredEffect, error: str, again: int | None) -> None:
        with self._transaction():
            self._rows(statements.FAILED, error, again is None, again or 0, *_as_claimed(claimed))

    def release(self, claimed: Sequence[StoredEffect]) -> None:
        with self._transaction():
            self._many(statements.RELEASE, [_as_claimed(each) for each in claimed])

    def waiting(self, limit: int, actions: Collection[str] | None = None) -> list[StoredEffect]:
        wanted = self._actions() if actions is None else set(actions)
        found = (self._rows(statements.WAITING_OF, each, max(limit, 0)) for each in wanted)
        return self._stored(list(islice(merge(*found, key=itemgetter(3, 0)), max(limit, 0))))

    def dead(self, limit: int) -> list[StoredEffect]:
        return self._stored(self._rows(f"{statements.OUTBOX} WHERE dead ORDER BY sequence LIMIT ?", max(limit, 0)))

    def revive(self, ids: Sequence[str]) -> int:
        with self._transaction():
            return self._many(statements.REVIVE, [(id_,) for id_ in dict.fromkeys(ids)])

    def _stored(self, rows: Sequence[tuple[Any, ...]]) -> list[StoredEffect]:
        with explained(self._path):
            return [
                StoredEffect(effect_of(effect), bool(given), tries, again, bool(dead), error)
                for _, given, tries, again, dead, error, effect in rows
            ]


def _as_claimed(claimed: StoredEffect) -> tuple[str, bool, int]:
    return claimed.effect.id, claimed.effect.is_notice, claimed.tries
