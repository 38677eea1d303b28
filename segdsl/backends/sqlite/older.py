"""Files of older layouts: what is in them, as the contract calls it, and the statements that make 5 into 6.

States, inputs and plans are given as they were coded then: `host/care/recoding.py` knows how. Tables that a layout did
not have are empty.

| layout | what came with it | states |
|---|---|---|
| 1 | memberships, counts, an outbox | a map, of a first form |
| 2 | timers; memberships and effects that can be taken back | a life, as maps |
| 3 | the journal, what is counted | as in 2; inputs are arrays |
| 4 | visitors and links | as in 3; first, latest and most frequent values know their instants |
| 5 | | lives as arrays |
| 6 | versions, notes, earlier programs, tries of effects | as in 5 |
"""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec

from segdsl.backends.base import (
    Content,
    Position,
    StoredClock,
    StoredEffect,
    StoredInputs,
    StoredPosition,
    StoredProgram,
    StoredState,
    StoredStay,
    StoredTally,
    StoredTombstone,
    StoredVisitor,
)
from segdsl.backends.sqlite.coding import action_of, effect_of, encode, link_of, program_of, recorded, tally_of
from segdsl.backends.sqlite.connections import connect
from segdsl.backends.sqlite.failures import explained
from segdsl.backends.sqlite.opening import BUSY_SECONDS
from segdsl.backends.sqlite.schema import APPLICATION, VERSION
from segdsl.diagnostics.errors import StoreError

JOURNAL_FROM, VISITORS_FROM, CODED_AS_NOW_FROM = 3, 4, 5


class Older:
    """A file of an older layout, which nobody else can use meanwhile. `layout` is its number."""

    def __init__(self, path: Path, connection: sqlite3.Connection, layout: int) -> None:
        self.path = path
        self.layout = layout
        self._connection = connection
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        self._tables = {name for (name,) in tables}

    def contents(self) -> Iterator[Content]:
        """All that is in it, with states, inputs, visitors and the plan coded as they were."""
        meta = dict(self._rows("SELECT key, value FROM meta", "meta"))
        if "program" in meta:
            program = program_of(meta["program"])
            # Before there were journals, nothing said that there was none.
            kept = program if self.layout >= JOURNAL_FROM else msgspec.structs.replace(program, journal=False)
            yield kept
        yield StoredClock(meta.get("clock"))
        timer = "timer" if self.layout > 1 else "NULL"
        for row in self._rows(f"SELECT customer, state, clock, due, {timer} FROM states", "states"):  # noqa: S608
            yield StoredState(*row)
        for customer, segment, *moments in self._rows(_STAYS, "memberships"):
            yield StoredStay(*recorded(customer, segment, moments))
        for row in self._rows("SELECT customer, inputs FROM journal ORDER BY sequence", "journal"):
            yield StoredInputs(*row)
        given = "given" if self.layout > 1 else "0"
        for has_it, effect in self._rows(f"SELECT {given}, effect FROM outbox ORDER BY sequence", "outbox"):  # noqa: S608
            yield StoredEffect(effect_of(effect), bool(has_it))
        for row in self._rows("SELECT hash, instant FROM tombstones", "tombstones"):
            yield StoredTombstone(*row)
        for row in self._rows("SELECT visitor, account, record FROM visitors", "visitors"):
            yield StoredVisitor(*row)
        yield from map(link_of, self._rows(_LINKS, "links"))
        for source, *at in self._rows("SELECT source, places, instant, place FROM positions", "positions"):
            yield StoredPosition(source, Position(*at))
        for *key, number in self._rows("SELECT kind, name, owner, day, number FROM tallies", "tallies"):
            yield StoredTally(tally_of(*key), number)

    def journal(self, customer: str) -> list[bytes]:
        """The pages of a customer's journal, coded as they were."""
        sql = "SELECT inputs FROM journal WHERE customer = ? ORDER BY sequence"
        return [page for (page,) in self._rows(sql, "journal", customer)]

    def _rows(self, sql: str, table: str, *values: Any) -> Iterator[tuple[Any, ...]]:
        with explained(self.path):
            if table in self._tables:
                for row in self._connection.execute(sql, values):  # noqa: UP028 - a cursor is not closed with its base
                    yield row

    def alter(self) -> None:
        """Make layout 5 into 6, in one transaction: a step that is stopped leaves the file as it was."""
        assert self.layout == CODED_AS_NOW_FROM, "states are coded as they are now"
        with explained(self.path):
            connection = self._connection
            for statement in _ALTERING:
                connection.execute(statement)
            effects = connection.execute("SELECT sequence, effect FROM outbox").fetchall()
            actions = [(action_of(effect_of(effect)), sequence) for sequence, effect in effects]
            connection.executemany("UPDATE outbox SET action = ? WHERE sequence = ?", actions)
            for (program,) in connection.execute("SELECT value FROM meta WHERE key = 'program'").fetchall():
                self._keep(program_of(program))
            connection.execute("DELETE FROM meta WHERE key = 'program'")
            connection.execute(f"PRAGMA user_version = {VERSION}")
            connection.execute("COMMIT")

    def _keep(self, program: StoredProgram) -> None:
        row = (program.digest, encode(program))
        self._connection.execute("INSERT INTO programs (digest, program) VALUES (?, ?)", row)

    def replace(self, fill: Callable[[Path], object]) -> Path:
        """Put another store in the place of this one, whole or not at all. `fill` puts it into a file of that path,
        which is there and empty. Gives the path under which the old file is kept.

        Raises StoreError where an earlier one is kept already."""
        kept, beside = (self.path.with_name(self.path.name + end) for end in (".bak", ".new"))
        if kept.exists() and kept.samefile(self.path):
            kept.unlink()  # of an earlier time that was stopped just before the end
        if kept.exists():
            raise StoreError(
                f"{kept} is there already, from an earlier time: move it away, so that the old store can be kept there"
            )
        try:
            for leftover in _all_of(beside):
                leftover.unlink(missing_ok=True)
            beside.touch(mode=0o600, exist_ok=False)
            with suppress(OSError, AttributeError):
                status = self.path.stat()
                os.chown(beside, status.st_uid, status.st_gid)
            fill(beside)
            _settle(beside)
            with suppress(OSError):  # there are file systems without links
                os.link(self.path, kept)
            if not kept.exists():
                shutil.copy2(self.path, kept)
            beside.replace(self.path)
        except OSError as error:
            raise StoreError(f"{error.filename or self.path}: {(error.strerror or str(error)).lower()}") from error
        finally:
            for leftover in _all_of(beside):
                leftover.unlink(missing_ok=True)
        _sync(self.path.parent)
        return kept


def layout_of(path: Path) -> int | None:
    """The layout of the store in a file; None for a file that is no store, which `open_file` then says better."""
    if not path.is_file() or path.stat().st_size < 2:
        return None
    with explained(path):
        connection = connect(path, "ro", BUSY_SECONDS)
        try:
            application, version = connection.execute(_MARKS).fetchone()
        finally:
            connection.close()
    return version if application == APPLICATION else None


@contextmanager
def opened(path: Path) -> Iterator[Older]:
    """A store of an older layout, for this process alone: raises StoreError while another one uses it."""
    with explained(path):
        connection = connect(path, "rw", BUSY_SECONDS)
        try:
            # Out of WAL mode: what is in the file beside it goes into the file, and nobody else can be connected. A
            # file -wal that was left behind would be taken for that of the store which comes in its place.
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            mode = connection.execute("PRAGMA journal_mode = DELETE").fetchone()[0]
            if mode != "delete":
                raise StoreError(f"the store {path} is in use: end the runs on it first")
            connection.execute("BEGIN EXCLUSIVE")
            _, version = connection.execute(_MARKS).fetchone()
            yield Older(path, connection, version)
        finally:
            connection.close()


def _settle(path: Path) -> None:
    """Bring all of a store into its one file, and the file to the disk."""
    with explained(path):
        connection = connect(path, "rw", BUSY_SECONDS)
        try:
            connection.execute("PRAGMA journal_mode = DELETE")
        finally:
            connection.close()
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _all_of(path: Path) -> list[Path]:
    return [path.with_name(path.name + end) for end in ("", "-wal", "-shm", "-journal")]


def _sync(folder: Path) -> None:
    """Have a folder remember what was renamed in it; not every system can be asked to."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


_MARKS = "SELECT application_id, user_version FROM pragma_application_id, pragma_user_version"
_STAYS = """SELECT customer, segment, since, since_arrival, since_round, since_because,
    until, until_arrival, until_round, until_because FROM memberships ORDER BY rowid"""
_LINKS = "SELECT guest, account, instant, visitor, first, renamed FROM links"
_ALTERING = (
    "CREATE TABLE programs (sequence INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE, program BLOB NOT NULL)",
    "CREATE TABLE notes (key TEXT PRIMARY KEY, note BLOB NOT NULL) WITHOUT ROWID",
    "ALTER TABLE states ADD COLUMN version INTEGER NOT NULL DEFAULT 1",
    "ALTER TABLE visitors ADD COLUMN version INTEGER NOT NULL DEFAULT 1",
    "DROP INDEX outbox_customer",
    "ALTER TABLE outbox RENAME TO outbox_before",
    """CREATE TABLE outbox (
        sequence INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, customer TEXT NOT NULL,
        given INTEGER NOT NULL DEFAULT 0, notice INTEGER NOT NULL DEFAULT 0, effect TEXT NOT NULL,
        action TEXT NOT NULL DEFAULT '', tries INTEGER NOT NULL DEFAULT 0, again INTEGER NOT NULL DEFAULT 0,
        dead INTEGER NOT NULL DEFAULT 0, error TEXT NOT NULL DEFAULT '')""",
    """INSERT INTO outbox (sequence, id, customer, given, notice, effect)
        SELECT sequence, id, customer, given, notice, effect FROM outbox_before""",
    "DROP TABLE outbox_before",
    "CREATE INDEX outbox_customer ON outbox (customer)",
    "CREATE INDEX outbox_action ON outbox (action, sequence) WHERE NOT dead",
    "CREATE INDEX outbox_again ON outbox (action, again, sequence) WHERE NOT dead",
)
