"""The commit of a batch: checks, then what belongs to customers, then what all writers add to.

Rows are locked in one order: the gate, positions, states, visitors, the rest of customers, and last, for a moment only,
what is shared (counts, tallies, the clock); within a table they are sorted. So two writers never wait for each other;
if it should happen all the same PostgreSQL ends one of them, which is a conflict like any other.

A batch is three exchanges with the server: what is checked, what is written, the commit.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import astuple, replace

from segdsl.backends.base import Basis, Batch, Position, StoredProgram, nothing
from segdsl.backends.postgresql import statements, staying
from segdsl.backends.postgresql.coding import effect_of, encode, key_of, row_of
from segdsl.backends.postgresql.failures import explained
from segdsl.backends.postgresql.hot import Hot
from segdsl.backends.postgresql.rows import Row, Rows, Transaction, rows_of
from segdsl.backends.postgresql.staying import Check
from segdsl.diagnostics.errors import ConflictError, TakenError
from segdsl.records.outcomes import Effect

Record = TypeVar("Record", bound=Struct)

_TAKEN = "another run goes on with the same input"


class Writing(Rows):
    """The commit of batches."""

    _hot: Hot

    def install(self, program: StoredProgram, generation: int | None = None) -> None:
        def work(transaction: Transaction) -> None:
            transaction.put(statements.SHUT_GATE)
            if generation is not None:
                self._stand(transaction.rows(statements.GENERATION) == [(generation,)])
            transaction.put(statements.DROP_PROGRAM, program.digest)
            transaction.many(statements.PUT_PROGRAM, [(program.digest, encode(program))])
            transaction.put(statements.NEXT_GENERATION)

        self._land(work)

    def commit(self, batch: Batch, sure: Callable[[], object] = nothing) -> list[Effect]:
        """Take in a batch. Raises StoreError, and keeps nothing, when its basis no longer stands, when somebody enters
        a segment twice or leaves one without being in it, or when what is to be undone is not what was recorded last.

        `sure` is called once, unless the connection is lost after it and the server says that the transaction did not
        land: then all is done anew, and it is called again."""
        with explained(self._session.name):
            encoded = {each.customer: bytes(each.state) for each in batch.states}
        notices, number = self._land(lambda transaction: self._take_in(transaction, batch, encoded), sure)
        self._hot.keep(batch.states, encoded, _versions(batch), number, self._session.connections)
        return notices

    def _take_in(
        self, transaction: Transaction, batch: Batch, encoded: Mapping[str, bytes]
    ) -> tuple[list[Effect], int]:
        """The notices, and the number of the transaction."""
        forgets = bool(batch.erased or batch.tombstones)
        transaction.put(statements.SHUT_GATE if forgets else statements.PASS_GATE)
        checks = self._look_at(transaction, batch)
        erased = sorted(set(batch.erased))
        counts = staying.erase(transaction, erased)
        self._leave(transaction, batch, erased)
        checks.append(self._put_states(transaction, batch, encoded))
        checks.append(self._put_visitors(transaction, batch))
        transaction.settle()
        for check in checks:
            check()

        staying.undo(transaction, batch.undone)
        check_changes = staying.change(transaction, batch.changes)
        pages = sorted(batch.journal, key=attrgetter("customer"))
        transaction.many(statements.PUT_JOURNAL, [(each.customer, each.inputs) for each in pages])
        transaction.many(statements.PUT_LINK, [astuple(link) for link in _last(batch.links, "guest")])
        notices = _withdraw(transaction, batch.withdrawn)
        landed: dict[str, Effect] = {}
        for effect in batch.effects:
            landed.setdefault(effect.id, effect)
        transaction.many(statements.PUT_EFFECT, [row_of(effect) for effect in landed.values()])
        if forgets:
            transaction.put(statements.NEXT_GENERATION)
            transaction.many(statements.PUT_TOMBSTONE, sorted(batch.tombstones.items()))
        check_positions = _put_positions(transaction, batch)
        notes = sorted(batch.notes.items())
        transaction.many(statements.PUT_NOTE, [(key, note) for key, note in notes if note is not None])
        if gone := [key for key, note in notes if note is None]:
            transaction.put(statements.DROP_NOTES, gone)
        self._add_up(transaction, batch, staying.count(batch, counts))
        transaction.settle()
        check_changes()
        check_positions()
        return [notice for notice in notices if notice.id not in landed], int(transaction.number)

    # --------------------------------------------------------------------------------------------------------- checks

    def _look_at(self, transaction: Transaction, batch: Batch) -> list[Check]:
        """Ask whether the basis of a batch still stands, as far as it is not told by the writing of states and
        visitors. What is looked at stays locked. The checks raise ConflictError or TakenError.

        Of a customer or visitor who was not there, and for whom nothing is written, there is no row to lock: only that
        they are still not there is looked at."""
        basis = batch.basis or Basis()
        checks: list[Check] = []
        if basis.positions:
            places = transaction.put(statements.LOCK_POSITIONS, sorted(basis.positions))
            checks.append(lambda: _check_positions(rows_of(places), basis.positions))
        if basis.generation is not None:
            generation = transaction.put(statements.GENERATION)
            checks.append(lambda: self._stand(rows_of(generation) == [(basis.generation,)]))
        written = {each.customer for each in batch.states}
        gone = {*batch.erased, *batch.renamed, *batch.ended}
        # All rows at once, those to be written among them, since they are to be locked in their order.
        if gone or basis.customers.keys() - written:
            states = transaction.put(statements.LOCK_STATES, sorted({*basis.customers, *written, *gone}))
            checks.append(lambda: self._stand(_stand_at(rows_of(states), basis.customers)))
        written = {each.visitor for each in batch.visitors}
        if basis.visitors.keys() - written:
            visitors = transaction.put(statements.LOCK_VISITORS, sorted({*basis.visitors, *written}))
            checks.append(lambda: self._stand(_stand_at(rows_of(visitors), basis.visitors)))
        return checks

    def _stand(self, stands: bool) -> None:
        if not stands:
            raise ConflictError(f"others have written to the store {self._session.name} meanwhile")

    # ------------------------------------------------------------------------------------------------------ customers

    def _leave(self, transaction: Transaction, batch: Batch, erased: list[str]) -> None:
        """Erase some customers, have others under another id, and let go of those who were joined with others."""
        if erased:
            for statement in (statements.DROP_JOURNALS, statements.DROP_EFFECTS_OF):
                transaction.put(statement, erased)
            for statement in (statements.DROP_LINKS_FROM, statements.DROP_LINKS_TO):
                transaction.put(statement, erased)
        gone = sorted({*erased, *batch.renamed, *batch.ended})
        if gone:
            transaction.put(statements.DROP_STATES, gone)
        if batch.renamed:
            rows = sorted(batch.renamed.items())
            effects = transaction.rows(statements.LOCK_EFFECTS_OF, [guest for guest, _ in rows])
            decoded = [(id_, effect_of(effect)) for id_, effect in effects]
            named = [(id_, replace(each, customer=batch.renamed[each.customer])) for id_, each in decoded]
            transaction.many(
                statements.NAME_EFFECT, [(id_, each.customer, encode(each).decode()) for id_, each in named]
            )
            transaction.many(statements.RENAME_STAYS, rows)
            transaction.many(statements.RENAME_JOURNAL, rows)

    def _put_states(self, transaction: Transaction, batch: Batch, encoded: Mapping[str, bytes]) -> Check:
        rows = [
            (each.customer, encoded[each.customer], each.clock, each.due, each.timer)
            for each in _last(batch.states, "customer")
        ]
        sql = (statements.PUT_STATE, statements.PUT_STATE_ANYWAY)
        stands = _put_versioned(transaction, rows, _versions(batch), sql)
        return lambda: self._stand(stands())

    def _put_visitors(self, transaction: Transaction, batch: Batch) -> Check:
        versions = batch.basis.visitors if batch.basis is not None else {}
        rows = [astuple(each) for each in _last(batch.visitors, "visitor")]
        stands = _put_versioned(transaction, rows, versions, (statements.PUT_VISITOR, statements.PUT_VISITOR_ANYWAY))
        return lambda: self._stand(stands())

    # --------------------------------------------------------------------------------------------------------- shared

    def _add_up(self, transaction: Transaction, batch: Batch, counts: Mapping[str, int]) -> None:
        """What all writers add to, each in the shard of its session."""
        shard = self._session.shard
        more = [(segment, number, shard) for segment, number in sorted(counts.items()) if number]
        transaction.many(statements.PUT_COUNT, more)
        tallies = sorted((*key_of(tally), number, shard) for tally, number in batch.tallies.items())
        transaction.many(statements.PUT_TALLY, tallies)
        if batch.clock is not None:
            transaction.put(statements.PUT_CLOCK, shard, batch.clock)


def _versions(batch: Batch) -> dict[str, int]:
    """The versions that customers have right before their states are written, of those of whom it is known."""
    versions = dict(batch.basis.customers) if batch.basis is not None else {}
    for customer in (*batch.erased, *batch.renamed, *batch.ended):
        if customer in versions:
            versions[customer] = 0  # looked at already, and gone by then
    return versions


def _put_versioned(
    transaction: Transaction, rows: Iterable[Row], versions: Mapping[str, int], sql: tuple[str, str]
) -> Callable[[], bool]:
    """Write rows that begin with a name, each on its version, sorted. Gives whether all did stand at theirs."""
    checked, anyway = [], []
    for row in sorted(rows, key=lambda row: row[0]):
        version = versions.get(row[0])
        if version is None:
            anyway.append((*row, 1))
        else:
            checked.append((*row, -version or 1))
    put = transaction.many(sql[0], checked)
    transaction.many(sql[1], anyway)
    return lambda: put.total() == len(checked)


def _check_positions(rows: Iterable[Row], positions: Mapping[str, Position | None]) -> None:
    there = {source: Position(*place) for source, *place in rows}
    if any(there.get(source) != position for source, position in positions.items()):
        raise TakenError(_TAKEN)


def _stand_at(rows: Iterable[Row], versions: Mapping[str, int]) -> bool:
    """Whether these are the versions of customers or visitors."""
    there: dict[str, int] = dict(rows)
    return all(there.get(name, 0) == version for name, version in versions.items())


def _withdraw(transaction: Transaction, withdrawn: Sequence[Effect]) -> list[Effect]:
    """Take effects out of the outbox; for those that the host was given before, put a notice there. Gives these."""
    if not withdrawn:
        return []
    by_id = {effect.id: effect for effect in withdrawn}
    found = transaction.rows(statements.LOCK_EFFECTS, sorted(by_id))
    kept_back = {id_ for id_, given in found if not given}
    notices = [replace(effect, mark="withdrawn") for id_, effect in by_id.items() if id_ not in kept_back]
    if kept_back:
        transaction.put(statements.DROP_EFFECTS, sorted(kept_back))
    transaction.many(statements.PUT_NOTICE, [row_of(notice) for notice in notices])
    return notices


def _put_positions(transaction: Transaction, batch: Batch) -> Check:
    """Write how far inputs were handled. Of two who begin with an input at once one is told so."""
    basis = batch.basis.positions if batch.basis is not None else {}
    reached = [(source, *astuple(each)) for source, each in sorted(batch.positions.items()) if each is not None]
    first = [row for row in reached if row[0] in basis and basis[row[0]] is None]
    begun = transaction.many(statements.BEGIN_POSITION, first)
    transaction.many(statements.PUT_POSITION, [row for row in reached if row not in first])
    if gone := sorted(source for source, each in batch.positions.items() if each is None):
        transaction.put(statements.DROP_POSITIONS, gone)

    def check() -> None:
        if begun.changed() != len(first):
            raise TakenError(_TAKEN)

    return check


def _last(records: Iterable[Record], name: str) -> list[Record]:
    """Of several records of one name the last one."""
    return list({getattr(each, name): each for each in records}.values())
