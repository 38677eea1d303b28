"""What a batch does to the tables, in one transaction."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter, itemgetter

import msgspec
from msgspec.structs import replace

from segdsl.backends.base import Basis, Batch, StoredProgram, nothing
from segdsl.backends.sqlite import statements
from segdsl.backends.sqlite.coding import effect_of, encode, key_of, moment, recorded, row_of
from segdsl.backends.sqlite.failures import explained
from segdsl.backends.sqlite.hot import Hot
from segdsl.backends.sqlite.rows import Rows
from segdsl.diagnostics.errors import ConflictError, StoreError, TakenError
from segdsl.records.outcomes import Change, Effect

_ENTERS_TWICE = "nothing of the batch was kept: somebody enters a segment that they are in already"
_LEAVES_TWICE = "nothing of the batch was kept: somebody leaves a segment that they are not in"
_NOT_THE_LAST = (
    "nothing of the batch was kept: a change is to be undone that is not the last one of its customer and segment"
)


class Writing(Rows):
    """The commit of batches."""

    _hot: Hot

    def install(self, program: StoredProgram, generation: int | None = None) -> None:
        with self._transaction():
            if generation not in (None, self._meta("generation") or 0):
                raise self._conflict()
            self._rows("DELETE FROM programs WHERE digest = ?", program.digest)
            self._rows(statements.PUT_PROGRAM, program.digest, encode(program))
            self._rows(statements.NEXT_GENERATION)

    def commit(self, batch: Batch, sure: Callable[[], object] = nothing) -> list[Effect]:
        """Take in a batch. Raises StoreError, and keeps nothing, when its basis no longer stands, when somebody enters
        a segment twice or leaves one without being in it, or when what is to be undone is not what was recorded
        last."""
        try:
            notices, written = self._commit(batch, sure)
        except BaseException:
            self._hot.forget()
            raise
        self._hot.keep(batch, written)
        return notices

    def _commit(self, batch: Batch, sure: Callable[[], object]) -> tuple[list[Effect], list[tuple[int, int]]]:
        """The notices, and the size and the version of each of the states."""
        with explained(self._path):
            encoded = [bytes(each.state) for each in batch.states]
        with self._transaction():
            if batch.basis is not None:
                self._look_at(batch.basis)
            counts = self._erase(batch.erased)
            if batch.erased or batch.tombstones:
                self._rows(statements.NEXT_GENERATION)
            self._rename(batch.renamed)
            self._many("DELETE FROM states WHERE customer = ?", [(guest,) for guest in batch.ended])
            self._many(statements.PUT_LINK, [msgspec.structs.astuple(link) for link in batch.links])
            seen = sorted(batch.visitors, key=attrgetter("visitor"))
            self._many(statements.PUT_VISITOR, [(each.visitor, each.account, each.record) for each in seen])
            pairs = zip(batch.states, encoded, strict=True)
            rows = [(each.customer, state, each.clock, each.due, each.timer) for each, state in pairs]
            rows.sort(key=itemgetter(0))  # of two of one customer the last one stays the last
            self._many(statements.PUT_STATE, rows)
            self._undo(batch.undone)
            for change in batch.undone:
                counts[change.segment] -= 1 if change.entered else -1
            self._change(batch.changes)
            for change in batch.changes:
                counts[change.segment] += 1 if change.entered else -1
            self._many(statements.PUT_COUNT, [(segment, more) for segment, more in counts.items() if more])
            pages = sorted(batch.journal, key=attrgetter("customer"))
            self._many(statements.PUT_JOURNAL, [(each.customer, each.inputs) for each in pages])
            notices = self._withdraw(batch.withdrawn)
            self._many(statements.PUT_EFFECT, [row_of(effect) for effect in batch.effects])
            self._keep(batch)
            versions = self._versions_after(batch)
            sure()
        landed = {effect.id for effect in batch.effects}
        left = [notice for notice in notices if notice.id not in landed]
        return left, list(zip(map(len, encoded), versions, strict=True))

    def _look_at(self, basis: Basis) -> None:
        """Raises ConflictError or TakenError when a basis no longer stands."""
        for source, position in basis.positions.items():
            row = self._row(statements.POSITION, source)
            if row != (msgspec.structs.astuple(position) if position is not None else None):
                raise TakenError("another run goes on with the same input")
        stands = (
            basis.generation in (None, self._meta("generation") or 0)
            and self._stand_at("SELECT customer, version FROM states WHERE customer", basis.customers)
            and self._stand_at("SELECT visitor, version FROM visitors WHERE visitor", basis.visitors)
        )
        if not stands:
            raise self._conflict()

    def _conflict(self) -> ConflictError:
        return ConflictError(f"others have written to the store {self._path} meanwhile")

    def _stand_at(self, sql: str, versions: Mapping[str, int]) -> bool:
        """Whether these are the versions of customers or visitors."""
        there = {name: version for name, version in versions.items() if version}
        return dict(self._chosen(sql, versions)) == there

    def _versions_after(self, batch: Batch) -> list[int]:
        """The versions that the states of a batch have by now."""
        names = [each.customer for each in batch.states]
        before = batch.basis.customers if batch.basis is not None else {}
        if len(set(names)) == len(names) and not batch.erased and all(name in before for name in names):
            return [before[name] + 1 for name in names]
        found = dict(self._chosen("SELECT customer, version FROM states WHERE customer", names))
        return [found[name] for name in names]

    def _keep(self, batch: Batch) -> None:
        """What concerns the store as a whole."""
        self._many(statements.PUT_TOMBSTONE, list(batch.tombstones.items()))
        self._many(
            statements.PUT_POSITION,
            [(name, each.places, each.instant, each.place) for name, each in batch.positions.items() if each],
        )
        gone = [(name,) for name, each in batch.positions.items() if each is None]
        self._many("DELETE FROM positions WHERE source = ?", gone)
        self._many(statements.PUT_NOTE, [each for each in batch.notes.items() if each[1] is not None])
        self._many("DELETE FROM notes WHERE key = ?", [(key,) for key, note in batch.notes.items() if note is None])
        self._many(statements.PUT_TALLY, [(*key_of(tally), number) for tally, number in batch.tallies.items()])
        if batch.clock is not None:
            self._many(statements.PUT_CLOCK, [(batch.clock,)])

    def _erase(self, customers: Sequence[str]) -> Counter[str]:
        """Delete all about some customers; by segment how many memberships that went on are gone (negative)."""
        open_ones = self._chosen("SELECT segment FROM memberships WHERE until IS NULL AND customer", customers)
        counts: Counter[str] = Counter()
        counts.subtract(segment for (segment,) in open_ones)
        for table in ("states", "memberships", "journal", "outbox"):
            self._many(f"DELETE FROM {table} WHERE customer = ?", [(customer,) for customer in customers])  # noqa: S608
        both = [(customer, customer) for customer in customers]
        self._many("DELETE FROM links WHERE guest = ? OR account = ?", both)
        return counts

    def _rename(self, renamed: Mapping[str, str]) -> None:
        """Have what is kept of guests under the ids of the customers whom they became; the states come with the
        batch."""
        for guest, account in renamed.items():
            effects = self._rows("SELECT sequence, effect FROM outbox WHERE customer = ?", guest)
            named = [(sequence, replace(effect_of(effect), customer=account)) for sequence, effect in effects]
            self._many(statements.NAME_EFFECT, [(account, encode(each).decode(), at) for at, each in named])
        rows = [(account, guest) for guest, account in sorted(renamed.items())]
        for table in ("memberships", "journal"):
            self._many(f"UPDATE {table} SET customer = ? WHERE customer = ?", rows)  # noqa: S608
        self._many("DELETE FROM states WHERE customer = ?", [(guest,) for guest in renamed])

    def _undo(self, undone: Sequence[Change]) -> None:
        """Take recorded changes back. A customer's stays are read from the last one back to those concerned."""
        by_key: dict[tuple[str, str], list[Change]] = {}
        for change in undone:
            by_key.setdefault((change.customer, change.segment), []).append(change)
        dropped: list[tuple[int]] = []
        reopened: list[tuple[int]] = []
        for key, left in by_key.items():
            for sequence, *moments in self._rows(statements.LAST_STAYS, *key, len(left) // 2 + 1):
                if not left:
                    break
                changes = recorded(*key, moments)
                while changes and left:
                    if changes.pop() != left.pop():
                        raise StoreError(_NOT_THE_LAST)
                (reopened if changes else dropped).append((sequence,))
            if left:
                raise StoreError(_NOT_THE_LAST)
        # Dropped first, so that nobody seems to be in a segment twice when an earlier stay goes on again.
        self._many(statements.DROP_STAY, sorted(dropped))
        self._many(statements.REOPEN_STAY, sorted(reopened))

    def _change(self, changes: Sequence[Change]) -> None:
        """Close memberships, then insert those that begin and end within the batch, then those that stay open: in this
        order nobody seems to be in a segment twice. Sorted, since neighbours in an index cost less than strangers."""
        last: dict[tuple[str, str], Change] = {}
        closed, whole = [], []
        for change in changes:
            key = (change.segment, change.customer)
            before = last.get(key)
            if before is not None and before.entered == change.entered:
                raise StoreError(_ENTERS_TWICE if change.entered else _LEAVES_TWICE)
            last[key] = change
            if not change.entered:
                if before is None:
                    closed.append((*moment(change), *key))
                else:
                    whole.append((change.customer, change.segment, *moment(before), *moment(change), *key))
        closed.sort(key=itemgetter(-2, -1))
        if self._many(statements.CLOSE_OPEN, closed) != len(closed):
            raise StoreError(_LEAVES_TWICE)
        if self._many(statements.PUT_WHOLE, whole) != len(whole):
            raise StoreError(_ENTERS_TWICE)
        entered = [key for key, change in last.items() if change.entered]
        entered.sort()
        self._many(statements.PUT_OPEN, [(customer, name, *moment(last[name, customer])) for name, customer in entered])

    def _withdraw(self, withdrawn: Sequence[Effect]) -> list[Effect]:
        """Take effects out of the outbox; for those that the host was given before, put a notice there. Gives these."""
        by_id = {effect.id: effect for effect in withdrawn}
        found = self._chosen("SELECT id, given OR tries FROM outbox WHERE id", by_id)
        kept_back = {id_ for id_, given in found if not given}
        notices = [replace(effect, mark="withdrawn") for id_, effect in by_id.items() if id_ not in kept_back]
        self._many(statements.TAKE_OUT, [(id_,) for id_ in by_id if id_ in kept_back])
        self._many(statements.PUT_NOTICE, [row_of(notice) for notice in notices])
        return notices
