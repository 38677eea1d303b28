"""What one statement does: values bound, rows given, many rows in one statement.

Text goes to the server through `kept` and comes back through `told` here, and nowhere else.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import psycopg

from segdsl.backends.base import nothing
from segdsl.backends.postgresql.coding import kept, kept_all, told_all
from segdsl.diagnostics.errors import ConflictError

if TYPE_CHECKING:
    from segdsl.backends.postgresql.session import Session

Row = tuple[Any, ...]
Connection = psycopg.Connection[Row]
Cursor = psycopg.Cursor[Row]
Answer = TypeVar("Answer")

PAGE = 10_000  # rows that an iterator holds at a time, at most
FIRST = 100  # those of its first page
TRIES = 10  # of a transaction that PostgreSQL ends in favour of another one
LOT = 2_000  # rows of one statement that puts many: a value that is bound may have 1 GB


class Transaction:
    """What is done in one transaction. Statements are sent without waiting for the answers of those before."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._number = connection.execute("SELECT pg_current_xact_id()::text")

    @cached_property
    def number(self) -> str:
        """By which the server knows the transaction."""
        row = self._number.fetchone()
        assert row is not None
        return str(row[0])

    def put(self, sql: str, *values: Any) -> Cursor:
        """Run a statement later; what it gives can be asked for when it has run."""
        return send(self._connection, sql, values)

    def rows(self, sql: str, *values: Any) -> list[Row]:
        """Run a statement now."""
        return rows_of(self.put(sql, *values))

    def many(self, sql: str, rows: Sequence[Row]) -> "Many":
        """Run a statement for many rows, which it takes as an array for each column."""
        lots = (rows[start : start + LOT] for start in range(0, len(rows), LOT))
        return Many([self.put(sql, *map(list, zip(*lot, strict=True))) for lot in lots])

    def settle(self) -> None:
        """Wait until all has run. Raises what the first statement raised that failed.

        Not by `Pipeline.sync`: that of psycopg 3.3 waits for the answers when a part of what is asked has not been sent
        yet, for ever. To ask for the rows of a statement sends everything first."""
        self._connection.execute("SELECT 1").fetchall()


class Many:
    """What became of a statement for many rows, once it has run."""

    def __init__(self, cursors: list[Cursor]) -> None:
        self._cursors = cursors

    def changed(self) -> int:
        """How many rows of the table it has changed."""
        return sum(cursor.rowcount for cursor in self._cursors)

    def rows(self) -> list[Row]:
        return [row for cursor in self._cursors for row in rows_of(cursor)]

    def total(self) -> int:
        """The sum of the numbers that it gave."""
        return sum(number for (number,) in self.rows())


class Rows:
    """The session of one store. To be used by the thread that opened it."""

    _session: "Session"

    def close(self) -> None:
        self._session.close()

    def _ask(self, question: Callable[[Connection], Answer]) -> Answer:
        """What only reads."""
        return self._session.ask(question)

    def _land(self, work: Callable[[Transaction], Answer], sure: Callable[[], object] = nothing) -> Answer:
        """A transaction that writes."""
        return self._session.land(work, sure)

    def _insist(self, work: Callable[[Transaction], Answer]) -> Answer:
        """A transaction that writes whatever others have written: tried anew where one of theirs was in the way."""
        for _ in range(TRIES - 1):
            with suppress(ConflictError):
                return self._land(work)
        return self._land(work)

    def _rows(self, sql: str, *values: Any) -> list[Row]:
        return self._ask(lambda connection: rows_of(send(connection, sql, values)))

    def _scanned(self, sql: str) -> list[Row]:
        """The rows of a statement that has to look at all there is."""

        def scan(connection: Connection) -> list[Row]:
            with connection.transaction():
                connection.execute("SET LOCAL enable_seqscan = on")
                return rows_of(connection.execute(sql, binary=True))

        return self._ask(scan)

    def _row(self, sql: str, *values: Any) -> Row | None:
        rows = self._rows(sql, *values)
        return rows[0] if rows else None

    def _meta(self, key: str) -> int | None:
        """One of the numbers that concern the store as a whole."""
        row = self._row("SELECT value FROM segdsl_meta WHERE key = %s", key)
        return row[0] if row else None

    def _chosen(self, sql: str, ids: Iterable[str]) -> Iterator[Row]:
        """The rows of those of the ids that are there; the statement takes them as an array."""
        wanted = sorted(set(ids))
        for start in range(0, len(wanted), PAGE):
            yield from self._rows(sql, wanted[start : start + PAGE])

    def _pages(self, sql: str, *values: Any) -> Iterator[Row]:
        """The rows of a statement that begins with the customer and takes, last, the least customer and a limit. The
        first pages are small: who wants to see a few does not wait for many."""
        least, room = "", FIRST
        while rows := self._rows(sql, *values, least, min(room, PAGE)):
            yield from rows
            least, room = rows[-1][0] + "\0", room * 10  # the next string after it: none lies between


def send(connection: Connection, sql: str, values: Sequence[Any]) -> Cursor:
    """Run a statement with its values bound."""
    return connection.execute(sql, [_bound(value) for value in values] or None, binary=True)


def rows_of(cursor: Cursor) -> list[Row]:
    """The rows that a statement gave."""
    return told_all(cursor.fetchall())


def _bound(value: Any) -> Any:
    if isinstance(value, str):
        return kept(value)
    return kept_all(value) if isinstance(value, list) else value
