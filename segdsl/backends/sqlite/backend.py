"""The backend itself: what is asked of a store, in SQL.

Iterators read in pages of `PAGE` rows, each page beginning just behind the last id of the page before. No statement
stays open between pages: the caller may commit while it iterates, and a slow reader does not make the WAL grow.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from decimal import Decimal
from itertools import count, groupby
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import Any, SupportsBytes

import msgspec
from msgspec.structs import replace

from segdsl.backends.base import Backend, Batch, Membership, Moves, Position, StoredLink, StoredProgram, Tally
from segdsl.backends.sqlite import statements
from segdsl.backends.sqlite.failures import explained
from segdsl.backends.sqlite.hot import HOT, Hot
from segdsl.diagnostics.errors import StoreError
from segdsl.records.outcomes import Because, Change, Effect
from segdsl.values.instants import DAY

PAGE = 10_000  # rows that an iterator holds at a time
NO_DAY = -(
    1 << 62
)  # stands for the day of a tally that has none: before all others, and not NULL, which a key cannot be
CHUNK = 500  # ids in one IN (...); the oldest SQLite that is still about allows 999

_encode = msgspec.json.Encoder(decimal_format="number").encode
_because = msgspec.json.Decoder(Because).decode
_effect = msgspec.json.Decoder(Effect, float_hook=Decimal).decode
_program = msgspec.json.Decoder(StoredProgram).decode

_ENTERS_TWICE = "nothing of the batch was kept: somebody enters a segment that they are in already"
_LEAVES_TWICE = "nothing of the batch was kept: somebody leaves a segment that they are not in"
_NOT_THE_LAST = (
    "nothing of the batch was kept: a change is to be undone that is not the last one of its customer and segment"
)


class SqliteBackend(Backend):
    """A store in a file, made by `open_file`. To be used by the thread that opened it.

    `due` gives the customers that were due when the first one was asked for; `customers` and `members` see what is
    committed meanwhile from the next page on. Nobody is given twice, and nobody who stays is left out.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, hot: int = HOT) -> None:
        self._path = path
        self._connection = connection
        self._walks = count()
        self._hot = Hot(lambda: int(self._rows("PRAGMA data_version")[0][0]), hot)

    def close(self) -> None:
        with explained(self._path):
            self._connection.close()

    # What one statement does

    def _rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        with explained(self._path):
            return self._connection.execute(sql, values).fetchall()

    def _row(self, sql: str, *values: Any) -> tuple[Any, ...] | None:
        rows = self._rows(sql, *values)
        return rows[0] if rows else None

    def _many(self, sql: str, rows: Sequence[tuple[Any, ...]]) -> int:
        """Run a statement for each row; how many rows of the table it changed."""
        return self._connection.executemany(sql, rows).rowcount if rows else 0

    def _chosen(self, table_and_columns: str, ids: Iterable[str]) -> Iterator[tuple[Any, ...]]:
        """The rows of those of the ids that are there; `table_and_columns` is ours, and ends where the ids begin."""
        wanted = list(dict.fromkeys(ids))
        for start in range(0, len(wanted), CHUNK):
            chunk = wanted[start : start + CHUNK]
            yield from self._rows(f"{table_and_columns} IN ({', '.join('?' * len(chunk))})", *chunk)

    def _pages(self, sql: str, *values: Any) -> Iterator[tuple[Any, ...]]:
        """The rows of a statement that begins with the customer and takes, last, the least customer and a limit."""
        least = ""
        while rows := self._rows(sql, *values, least, PAGE):
            yield from rows
            least = rows[-1][0] + "\0"  # the next string after it: none lies between

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        connection = self._connection
        with explained(self._path):
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:  # a full disk has ended it already
                    connection.execute("ROLLBACK")
                raise

    # Writing

    def install(self, program: StoredProgram) -> None:
        with self._transaction():
            self._many(statements.PUT_META, [("program", _encode(program))])

    def commit(self, batch: Batch) -> list[Effect]:
        """Take in a batch. Raises StoreError, and keeps nothing, when somebody enters a segment twice or leaves one
        without being in it, or when what is to be undone is not what was recorded last."""
        try:
            notices, sizes = self._commit(batch)
        except BaseException:
            self._hot.forget()
            raise
        self._hot.keep(batch, sizes)
        return notices

    def _commit(self, batch: Batch) -> tuple[list[Effect], list[int]]:
        """The notices, and the sizes of the states."""
        with explained(self._path):
            encoded = [bytes(each.state) for each in batch.states]
        with self._transaction():
            counts = self._erase(batch.erased)
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
            self._many(statements.PUT_EFFECT, [_row_of(effect) for effect in batch.effects])
            self._many(statements.PUT_TOMBSTONE, list(batch.tombstones.items()))
            positions = [(name, each.places, each.instant, each.place) for name, each in batch.positions.items()]
            self._many(statements.PUT_POSITION, positions)
            self._many(statements.PUT_TALLY, [(*_key_of(tally), number) for tally, number in batch.tallies.items()])
            if batch.clock is not None:
                self._many(statements.PUT_CLOCK, [(batch.clock,)])
        landed = {effect.id for effect in batch.effects}
        return [notice for notice in notices if notice.id not in landed], [len(state) for state in encoded]

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
            named = [(sequence, replace(_effect(effect), customer=account)) for sequence, effect in effects]
            self._many(statements.NAME_EFFECT, [(account, _encode(each).decode(), at) for at, each in named])
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
                recorded = _recorded(*key, moments)
                while recorded and left:
                    if recorded.pop() != left.pop():
                        raise StoreError(_NOT_THE_LAST)
                (reopened if recorded else dropped).append((sequence,))
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
                    closed.append((*_moment(change), *key))
                else:
                    whole.append((change.customer, change.segment, *_moment(before), *_moment(change), *key))
        closed.sort(key=itemgetter(-2, -1))
        if self._many(statements.CLOSE_OPEN, closed) != len(closed):
            raise StoreError(_LEAVES_TWICE)
        if self._many(statements.PUT_WHOLE, whole) != len(whole):
            raise StoreError(_ENTERS_TWICE)
        entered = [key for key, change in last.items() if change.entered]
        entered.sort()
        self._many(
            statements.PUT_OPEN, [(customer, name, *_moment(last[name, customer])) for name, customer in entered]
        )

    def _withdraw(self, withdrawn: Sequence[Effect]) -> list[Effect]:
        """Take effects out of the outbox; for those that the host was given before, put a notice there. Gives these."""
        by_id = {effect.id: effect for effect in withdrawn}
        kept_back = {id_ for id_, given in self._chosen("SELECT id, given FROM outbox WHERE id", by_id) if not given}
        notices = [replace(effect, mark="withdrawn") for id_, effect in by_id.items() if id_ not in kept_back]
        self._many(statements.TAKE_OUT, [(id_,) for id_ in by_id if id_ in kept_back])
        self._many(statements.PUT_NOTICE, [_row_of(notice) for notice in notices])
        return notices

    def delivered(self, ids: Sequence[str]) -> None:
        with self._transaction():
            self._many(statements.TAKE_OUT, [(id_,) for id_ in ids])

    # Reading

    def program(self) -> StoredProgram | None:
        row = self._row("SELECT value FROM meta WHERE key = 'program'")
        with explained(self._path):
            return _program(row[0]) if row else None

    def clock(self) -> int | None:
        row = self._row("SELECT value FROM meta WHERE key = 'clock'")
        return row[0] if row else None

    def load(self, customers: Sequence[str]) -> dict[str, SupportsBytes]:
        found = self._hot.of(customers)
        others = [customer for customer in customers if customer not in found] if found else customers
        found.update(self._chosen("SELECT customer, state FROM states WHERE customer", others))
        return found

    def position(self, source: str) -> Position | None:
        row = self._row("SELECT places, instant, place FROM positions WHERE source = ?", source)
        return Position(*row) if row else None

    def tombstones(self, hashes: Sequence[str]) -> dict[str, int]:
        return dict(self._chosen("SELECT hash, instant FROM tombstones WHERE hash", hashes))

    def remembers_forgotten(self) -> bool:
        return self._row("SELECT 1 FROM tombstones LIMIT 1") is not None

    def visitors(self, names: Sequence[str]) -> dict[str, bytes]:
        return dict(self._chosen("SELECT visitor, record FROM visitors WHERE visitor", names))

    def visitors_of(self, account: str) -> list[str]:
        return [visitor for (visitor,) in self._rows(statements.VISITORS_OF, account)]

    def links(self, guests: Sequence[str]) -> dict[str, StoredLink]:
        return {row[0]: _link(row) for row in self._chosen(f"{statements.LINK} WHERE guest", guests)}

    def links_of(self, account: str) -> list[StoredLink]:
        return [_link(row) for row in self._rows(statements.LINKS_OF, account)]

    def customers(self) -> Iterator[str]:
        for row in self._pages("SELECT customer FROM states WHERE customer >= ? ORDER BY customer LIMIT ?"):
            yield row[0]

    def customer_count(self) -> int:
        return int(self._rows("SELECT count(*) FROM states")[0][0])

    def due(self, at: int) -> Iterator[str]:
        # The index has them in the order of `due`. Sorting them anew for every page would take a time that grows with
        # the square of their number, so their ids are put in order once, in a temporary table of this connection.
        walk = next(self._walks)
        try:
            self._rows("INSERT INTO due_walk SELECT ?, customer FROM states WHERE due <= ?", walk, at)
            sql = "SELECT customer FROM due_walk WHERE walk = ? AND customer >= ? ORDER BY customer LIMIT ?"
            for row in self._pages(sql, walk):
                yield row[0]
        finally:
            with suppress(StoreError):  # closed in the meantime: then the table is gone as well
                self._rows("DELETE FROM due_walk WHERE walk = ?", walk)

    def timers(self, at: int, limit: int) -> list[str]:
        return [customer for (customer,) in self._rows(statements.TIMERS, at, max(limit, 0))]

    def memberships(self, customer: str, at: int | None = None) -> list[Membership]:
        if at is None:
            return self._memberships(self._rows(statements.OF_CUSTOMER_NOW, customer))
        return self._memberships(self._rows(statements.OF_CUSTOMER_THEN, customer, at, at))

    def members(self, segment: str, at: int | None = None) -> Iterator[Membership]:
        now = self._pages(statements.MEMBERS_NOW, segment)
        for row in now if at is None else self._pages(statements.MEMBERS_THEN, segment, at, at):
            yield self._memberships([row])[0]

    def _memberships(self, rows: list[tuple[Any, ...]]) -> list[Membership]:
        with explained(self._path):
            return [Membership(who, segment, since, until, _because(why)) for who, segment, since, until, why in rows]

    def count(self, segment: str, at: int | None = None) -> int:
        if at is None:
            row = self._row("SELECT members FROM counts WHERE segment = ?", segment)
        else:
            row = self._row(statements.COUNT_THEN, segment, at, at)
        return int(row[0]) if row else 0

    def history(self, customer: str) -> list[Change]:
        with explained(self._path):
            rows = self._rows(statements.HISTORY, customer)
            changes = [change for segment, *moments in rows for change in _recorded(customer, segment, moments)]
        return sorted(changes, key=lambda each: (each.instant, each.arrival, each.round, each.entered, each.segment))

    def journal(self, customer: str) -> list[bytes]:
        return [inputs for (inputs,) in self._rows(statements.JOURNAL, customer)]

    def moves(self) -> Iterator[Moves]:
        with explained(self._path):
            rows = self._connection.execute(statements.MOVES, {"length": DAY}).fetchall()
        return (Moves(*row) for row in rows)

    def standings(self, at: int | None = None) -> Iterator[tuple[str, tuple[str, ...]]]:
        for customer, rows in groupby(self._standing_rows(at), key=itemgetter(0)):
            yield customer, tuple(segment for _, segment in rows)

    def _standing_rows(self, at: int | None) -> Iterator[tuple[str, str]]:
        sql, given = (statements.STANDINGS_NOW, ()) if at is None else (statements.STANDINGS_THEN, (at, at))
        customer, segment = "", ""
        while rows := self._rows(sql, *given, customer, customer, segment, PAGE):
            yield from rows
            customer, segment = rows[-1]

    def tallies(self) -> dict[Tally, int]:
        rows = self._rows(statements.TALLIES)
        return {
            Tally(kind, name, None if day == NO_DAY else day, owner): number
            for kind, name, owner, day, number in rows
        }  # fmt: skip

    def outbox(self, limit: int) -> list[Effect]:
        rows = self._rows("SELECT effect FROM outbox ORDER BY sequence LIMIT ?", max(limit, 0))
        with explained(self._path):
            return [_effect(effect) for (effect,) in rows]


def _recorded(customer: str, segment: str, moments: list[Any]) -> list[Change]:
    """The changes that a row of `memberships` was made by: the one that began it and, when it is over, the one that
    ended it."""
    changes = []
    for entered, (instant, arrival, round_, because) in ((True, moments[:4]), (False, moments[4:])):
        if instant is not None:
            changes.append(Change(customer, segment, entered, instant, arrival, round_, _because(because)))
    return changes


def _link(row: tuple[Any, ...]) -> StoredLink:
    guest, account, instant, visitor, first, renamed = row
    return StoredLink(guest, account, instant, visitor, first, bool(renamed))


def _key_of(tally: Tally) -> tuple[str, str, str, int]:
    return tally.kind, tally.name, tally.owner, NO_DAY if tally.day is None else tally.day


def _row_of(effect: Effect) -> tuple[str, str, str]:
    return effect.id, effect.customer, _encode(effect).decode()


def _moment(change: Change) -> tuple[int, int, int, str]:
    return change.instant, change.arrival, change.round, _encode(change.because).decode()
