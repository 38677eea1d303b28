"""The outbox: what is delivered, claimed, given up."""

from collections.abc import Collection, Sequence

from segdsl.backends.base import StoredEffect
from segdsl.backends.postgresql import statements
from segdsl.backends.postgresql.coding import effect_of, stored_effect
from segdsl.backends.postgresql.failures import explained
from segdsl.backends.postgresql.rows import Row, Rows, Transaction
from segdsl.records.outcomes import Effect


class Outbox(Rows):
    """Those that were committed and not yet delivered. In the rows `notice` is true for the word that one is
    withdrawn. Rows are locked in the order of ids, or passed over while others hold them."""

    def outbox(self, limit: int) -> list[Effect]:
        rows = self._rows(statements.OUTBOX, max(limit, 0))
        with explained(self._session.name):
            return [effect_of(effect) for (effect,) in rows]

    def waiting(self, limit: int, actions: Collection[str] | None = None) -> list[StoredEffect]:
        if actions is None:
            return self._stored(self._rows(statements.WAITING, max(limit, 0)))
        return self._stored(self._rows(statements.WAITING_FOR, sorted(set(actions)), max(limit, 0)))

    def dead(self, limit: int) -> list[StoredEffect]:
        return self._stored(self._rows(statements.DEAD, max(limit, 0)))

    def delivered(self, effects: Sequence[Effect]) -> None:
        rows = sorted((effect.id, effect.is_notice) for effect in effects)

        if rows:
            self._insist(lambda transaction: transaction.many(statements.DELIVERED, rows))

    def claim(self, limit: int, now: int, until: int, actions: Collection[str] | None = None) -> list[StoredEffect]:
        most = max(limit, 0)

        def work(transaction: Transaction) -> list[Row]:
            if actions is None:
                return transaction.rows(statements.CLAIM, now, most, until)
            return transaction.rows(statements.CLAIM_OF, sorted(set(actions)), now, most, most, until)

        return self._stored([row[1:] for row in sorted(self._insist(work))])

    def failed(self, claimed: StoredEffect, error: str, again: int | None) -> None:
        which = (claimed.effect.id, claimed.effect.is_notice, claimed.tries)
        self._insist(lambda transaction: transaction.put(statements.FAILED, error, again is None, again or 0, *which))

    def release(self, claimed: Sequence[StoredEffect]) -> None:
        rows = sorted((each.effect.id, each.effect.is_notice, each.tries) for each in claimed)
        if rows:
            self._insist(lambda transaction: transaction.many(statements.RELEASE, rows))

    def revive(self, ids: Sequence[str]) -> int:
        wanted = sorted(set(ids))
        found: list[int] = []

        def work(transaction: Transaction) -> None:
            cursor = transaction.put(statements.REVIVE, wanted)
            transaction.settle()
            found[:] = [cursor.rowcount]

        if wanted:
            self._insist(work)
        return sum(found)

    def _stored(self, rows: Sequence[Row]) -> list[StoredEffect]:
        with explained(self._session.name):
            return [stored_effect(row) for row in rows]
