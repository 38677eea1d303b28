"""What one statement does to the file: the connection, and how rows are asked for.

Iterators read in pages of `PAGE` rows, each page beginning just behind the last id of the page before. No statement
stays open between pages: the caller may commit while it iterates, and a slow reader does not make the WAL grow.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from segdsl.backends.sqlite.failures import explained

PAGE = 10_000  # rows that an iterator holds at a time, at most
FIRST = 100  # those of its first page
CHUNK = 500  # ids in one IN (...); the oldest SQLite that is still about allows 999


class Rows:
    """The connection of one store. To be used by the thread that opened it."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._path = path
        self._connection = connection

    def close(self) -> None:
        with explained(self._path):
            self._connection.close()

    def wait_for_others(self, seconds: float) -> None:
        self._rows(f"PRAGMA busy_timeout = {int(seconds * 1000)}")

    def _rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        with explained(self._path):
            return self._connection.execute(sql, values).fetchall()

    def _row(self, sql: str, *values: Any) -> tuple[Any, ...] | None:
        rows = self._rows(sql, *values)
        return rows[0] if rows else None

    def _meta(self, key: str) -> int | None:
        """One of the numbers that concern the store as a whole."""
        row = self._row("SELECT value FROM meta WHERE key = ?", key)
        return row[0] if row else None

    def _many(self, sql: str, rows: Sequence[tuple[Any, ...]]) -> int:
        """Run a statement for each row; how many rows of the table it changed."""
        return self._connection.executemany(sql, rows).rowcount if rows else 0

    def _chosen(self, table_and_columns: str, ids: Iterable[str]) -> Iterator[tuple[Any, ...]]:
        """The rows of those of the ids that are there; `table_and_columns` is ours, and ends where the ids begin."""
        wanted = list(dict.fromkeys(ids))
        for start in range(0, len(wanted), CHUNK):
            chunk = wanted[start : start + CHUNK]
            yield from self._rows(f"{table_and_columns} IN ({', '.join('?' * len(chunk))})", *chunk)

    def _pages(self, sql: str, *values: Any) -> Iterator[list[tuple[Any, ...]]]:
        """The rows of a statement that begins with the customer and takes, last, the least customer and a limit. The
        first pages are small: who wants to see a few does not wait for many."""
        least, room = "", FIRST
        while rows := self._rows(sql, *values, least, min(room, PAGE)):
            yield rows
            least, room = rows[-1][0] + "\0", room * 10  # the next string after it: none lies between

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
