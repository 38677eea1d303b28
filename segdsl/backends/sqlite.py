"""The backend `sqlite:///path`: one file, one writer at a time, any number of readers beside it.

Comes in: batches. Goes out: answers, from the tables of `SCHEMA`. Only the standard library's sqlite3; every value is
bound, never written into the SQL. The file is in WAL mode, so that queries go on while another process commits.

Iterators read in pages of `PAGE` rows, each page beginning just behind the last id of the page before. No statement
stays open between pages: the caller may commit while it iterates, and a slow reader does not make the WAL grow.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from decimal import Decimal
from itertools import count
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import Any

import msgspec

from segdsl.backends.base import Backend, Batch, Membership, Position, StoredProgram
from segdsl.diagnostics.errors import StoreError
from segdsl.records.outcomes import Because, Change, Effect

APPLICATION = int.from_bytes(b"segd", "big")  # says in the file's header whose file it is
VERSION = 1  # of the schema, in PRAGMA user_version
BUSY_SECONDS = 5.0  # how long to wait for another process's commit
PAGE = 10_000  # rows that an iterator holds at a time
CHUNK = 500  # ids in one IN (...); the oldest SQLite that is still about allows 999

# Not STRICT, which SQLite knows from 3.37 on: the Python 3.11 of some long-lived systems is linked with 3.34. Wide rows
# (states, memberships) live in ordinary tables, so that what is walked in the order of ids are narrow indexes.
SCHEMA = (
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID",
    """CREATE TABLE states (
        customer TEXT NOT NULL UNIQUE, state BLOB NOT NULL, clock INTEGER NOT NULL, due INTEGER)""",
    "CREATE INDEX states_due ON states (due, customer) WHERE due IS NOT NULL",
    """CREATE TABLE memberships (
        customer TEXT NOT NULL, segment TEXT NOT NULL,
        since INTEGER NOT NULL, since_arrival INTEGER NOT NULL, since_round INTEGER NOT NULL,
        since_because TEXT NOT NULL,
        until INTEGER, until_arrival INTEGER, until_round INTEGER, until_because TEXT)""",
    "CREATE INDEX memberships_customer ON memberships (customer)",
    "CREATE INDEX memberships_segment ON memberships (segment, customer, since, until)",
    "CREATE UNIQUE INDEX memberships_open ON memberships (segment, customer) WHERE until IS NULL",
    "CREATE TABLE counts (segment TEXT PRIMARY KEY, members INTEGER NOT NULL) WITHOUT ROWID",
    """CREATE TABLE outbox (
        sequence INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, customer TEXT NOT NULL, effect TEXT NOT NULL)""",
    "CREATE INDEX outbox_customer ON outbox (customer)",
    "CREATE TABLE tombstones (hash TEXT PRIMARY KEY, instant INTEGER NOT NULL) WITHOUT ROWID",
    """CREATE TABLE positions (
        source TEXT PRIMARY KEY, places INTEGER NOT NULL, instant INTEGER NOT NULL, place INTEGER NOT NULL
        ) WITHOUT ROWID""",
)

# One statement, so that a store that another process lays out at this moment is seen as a whole or not at all.
_MARKS = """SELECT application_id, user_version, (SELECT count(*) FROM sqlite_master)
    FROM pragma_application_id, pragma_user_version"""
_PUT_META = "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
_PUT_CLOCK = "INSERT INTO meta VALUES ('clock', ?) ON CONFLICT (key) DO UPDATE SET value = max(value, excluded.value)"
_PUT_STATE = """INSERT INTO states (customer, state, clock, due) VALUES (?, ?, ?, ?)
    ON CONFLICT (customer) DO UPDATE SET state = excluded.state, clock = excluded.clock, due = excluded.due"""
_PUT_COUNT = "INSERT INTO counts VALUES (?, ?) ON CONFLICT (segment) DO UPDATE SET members = members + excluded.members"
_PUT_EFFECT = "INSERT INTO outbox (id, customer, effect) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING"
_PUT_TOMBSTONE = "INSERT INTO tombstones VALUES (?, ?) ON CONFLICT (hash) DO UPDATE SET instant = excluded.instant"
_PUT_POSITION = """INSERT INTO positions VALUES (?, ?, ?, ?) ON CONFLICT (source)
    DO UPDATE SET places = excluded.places, instant = excluded.instant, place = excluded.place"""
_CLOSE_OPEN = """UPDATE memberships SET until = ?, until_arrival = ?, until_round = ?, until_because = ?
    WHERE segment = ? AND customer = ? AND until IS NULL"""
_PUT_OPEN = """INSERT INTO memberships (customer, segment, since, since_arrival, since_round, since_because)
    VALUES (?, ?, ?, ?, ?, ?)"""
_PUT_WHOLE = """INSERT INTO memberships SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ? WHERE NOT EXISTS
    (SELECT 1 FROM memberships WHERE segment = ? AND customer = ? AND until IS NULL)"""

_MEMBER = "SELECT customer, segment, since, until, since_because FROM memberships"
_THEN = "since <= ? AND (until IS NULL OR until > ?)"
_MEMBERS_NOW = f"{_MEMBER} WHERE segment = ? AND until IS NULL AND customer >= ? ORDER BY customer LIMIT ?"
_MEMBERS_THEN = f"{_MEMBER} WHERE segment = ? AND {_THEN} AND customer >= ? ORDER BY customer LIMIT ?"
_OF_CUSTOMER_NOW = f"{_MEMBER} WHERE customer = ? AND until IS NULL ORDER BY segment"
_OF_CUSTOMER_THEN = f"{_MEMBER} WHERE customer = ? AND {_THEN} ORDER BY segment"
_COUNT_THEN = f"SELECT count(*) FROM memberships WHERE segment = ? AND {_THEN}"  # noqa: S608
_HISTORY = """SELECT segment, since, since_arrival, since_round, since_because,
    until, until_arrival, until_round, until_because FROM memberships WHERE customer = ?"""

_encode = msgspec.json.Encoder(decimal_format="number").encode
_because = msgspec.json.Decoder(Because).decode
_effect = msgspec.json.Decoder(Effect, float_hook=Decimal).decode
_program = msgspec.json.Decoder(StoredProgram).decode

_SENTENCES = {
    sqlite3.SQLITE_BUSY: "is locked by another process that is writing to it: wait for it to finish, then try again",
    sqlite3.SQLITE_LOCKED: "is locked by another use of it in this process: finish that first, then try again",
    sqlite3.SQLITE_FULL: "cannot grow: the disk or a quota is full; make room, then try again",
    sqlite3.SQLITE_READONLY: "cannot be written: it is read-only for this user; check the permissions of the file and "
    "of its folder",
    sqlite3.SQLITE_PERM: "cannot be used: this user lacks the permission; check the file and its folder",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened: check that this user may read and write the file and its folder",
    sqlite3.SQLITE_NOTADB: "is not a segdsl store but some other file; it was not touched: give another path",
    sqlite3.SQLITE_CORRUPT: "is damaged: restore it from a backup, or build a new store from the inputs",
    sqlite3.SQLITE_IOERR: "could not be read or written: the disk reports an error, or a disk quota is full",
    sqlite3.SQLITE_TOOBIG: "cannot keep a value of this size",
    sqlite3.SQLITE_CONSTRAINT: "does not fit the batch: somebody enters a segment that they are in already; nothing of "
    "the batch was kept",
}
_ENTERS_TWICE = "nothing of the batch was kept: somebody enters a segment that they are in already"
_LEAVES_TWICE = "nothing of the batch was kept: somebody leaves a segment that they are not in"


def open_backend(url: str) -> Backend:
    """The store at `sqlite:///path`, made when there is none; the path is taken as it stands (`sqlite:////tmp/a.store`
    is absolute, nothing is percent-decoded).

    Raises StoreError when the path is missing, or the file cannot be opened or is not a store of this version.
    """
    path = url.removeprefix("sqlite:///")
    if path in ("", url) or "\0" in path:
        raise StoreError(f"{url!r} does not name a file: write for example sqlite:///data/shop.store")
    return open_file(Path(path))


def open_file(path: Path, busy_seconds: float = BUSY_SECONDS) -> "SqliteBackend":
    """The store in the file `path`, made (private to this user) when there is none. A wait for another process's commit
    ends after `busy_seconds` with a StoreError.

    Raises StoreError when the file cannot be opened or is not a store of this version.
    """
    _make_file(path)
    with _explained(path):
        # Looked at through a read-only connection first, so that nothing is written to a file that is not ours. Never
        # with open(): closing a file drops the locks that this process's other connections hold on it (POSIX).
        with closing(_connect(path, "ro", busy_seconds)) as connection:
            fresh = _is_blank(connection, path)
        connection = _connect(path, "rw", busy_seconds)
        try:
            _prepare(connection, path, fresh)
        except BaseException:
            connection.close()
            raise
    return SqliteBackend(path, connection)


def _make_file(path: Path) -> None:
    """Make an empty file readable by its owner only (the files -wal and -shm take after it), if there is none."""
    try:
        if path.is_dir():
            raise StoreError(f"no store can be opened at {path}: it is a folder; name a file in it")
        if path.exists():
            if not path.is_file():
                raise StoreError(f"no store can be opened at {path}: it is not an ordinary file")
            if path.stat().st_size == 1:  # SQLite takes a file of one byte for an empty one
                raise StoreError(f"the store {path} {_SENTENCES[sqlite3.SQLITE_NOTADB]}")
            return
        if not path.parent.is_dir():
            raise StoreError(f"no store can be made at {path}: the folder {path.parent} does not exist; make it first")
        with suppress(FileExistsError):  # another process was faster
            path.touch(mode=0o600, exist_ok=False)
    except OSError as error:
        raise StoreError(f"no store can be opened at {path}: {error.strerror}") from error


def _connect(path: Path, mode: str, busy_seconds: float) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    return sqlite3.connect(uri, uri=True, timeout=busy_seconds, isolation_level=None)


def _is_blank(connection: sqlite3.Connection, path: Path) -> bool:
    """Whether a database holds nothing at all yet. Raises StoreError when it holds anything but a store of ours."""
    application, version, tables = connection.execute(_MARKS).fetchone()
    if (application, version, tables) == (0, 0, 0):
        return True
    if application != APPLICATION:
        raise StoreError(f"{path} is not a segdsl store but another application's database: give another path")
    if version != VERSION:  # there is no older one yet
        raise StoreError(
            f"the store {path} was made by a newer version of segdsl (layout {version}, this one reads {VERSION}): "
            "upgrade segdsl, or give another path"
        )
    return False


def _prepare(connection: sqlite3.Connection, path: Path, fresh: bool) -> None:
    """Set a connection up; lay out the tables in a fresh file."""
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA cache_size = -65536")  # 64 MiB
    connection.execute("PRAGMA wal_autocheckpoint = 8000")  # pages; a usual batch writes more than the default of 1000
    connection.execute("PRAGMA secure_delete = ON")  # rows of erased customers are overwritten; stray copies can remain
    if fresh:
        connection.execute("BEGIN IMMEDIATE")
        if _is_blank(connection, path):  # still: another process may have been faster
            for statement in SCHEMA:
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION}")
            connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        _switch_to_wal(connection)
    connection.execute(
        "CREATE TEMP TABLE due_walk (walk INTEGER, customer TEXT, PRIMARY KEY (walk, customer)) WITHOUT ROWID"
    )


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    """Make the file one that is read while it is written; it stays so. SQLite does not wait here for another process
    that is opening the same fresh file: that one switches too, or whoever opens the store next."""
    try:
        connection.execute("PRAGMA journal_mode = WAL")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turn what sqlite3 and the decoding of rows raise into a StoreError that says what to do."""
    try:
        yield
    except sqlite3.Error as error:
        # What the module itself raises (closed, used by another thread, text that is not UTF-8) carries no code.
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the low byte is the kind, the rest its details
        raise StoreError(f"the store {path} {_SENTENCES.get(code, f'cannot be used: {error}')}") from error
    except msgspec.MsgspecError as error:
        raise StoreError(f"the store {path} {_SENTENCES[sqlite3.SQLITE_CORRUPT]}") from error
    except (OverflowError, UnicodeEncodeError) as error:
        raise StoreError(f"the store {path} cannot keep a value: {error}; nothing of the batch was kept") from error


class SqliteBackend(Backend):
    """A store in a file, made by `open_file`. To be used by the thread that opened it.

    `due` gives the customers that were due when the first one was asked for; `customers` and `members` see what is
    committed meanwhile from the next page on. Nobody is given twice, and nobody who stays is left out.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._path = path
        self._connection = connection
        self._walks = count()

    def close(self) -> None:
        with _explained(self._path):
            self._connection.close()

    # What one statement does

    def _rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        with _explained(self._path):
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
        with _explained(self._path):
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
            self._many(_PUT_META, [("program", _encode(program))])

    def commit(self, batch: Batch) -> None:
        """Take in a batch. Raises StoreError, and keeps nothing, when somebody enters a segment twice or leaves one
        without being in it."""
        with self._transaction():
            counts = self._erase(batch.erased)
            states = sorted(batch.states, key=attrgetter("customer"))
            self._many(_PUT_STATE, [(each.customer, each.state, each.clock, each.due) for each in states])
            self._change(batch.changes)
            for change in batch.changes:
                counts[change.segment] += 1 if change.entered else -1
            self._many(_PUT_COUNT, [(segment, more) for segment, more in counts.items() if more])
            self._many(_PUT_EFFECT, [(each.id, each.customer, _encode(each).decode()) for each in batch.effects])
            self._many(_PUT_TOMBSTONE, list(batch.tombstones.items()))
            positions = batch.positions.items()
            self._many(_PUT_POSITION, [(name, each.places, each.instant, each.place) for name, each in positions])
            if batch.clock is not None:
                self._many(_PUT_CLOCK, [(batch.clock,)])

    def _erase(self, customers: Sequence[str]) -> Counter[str]:
        """Delete all about some customers; by segment how many memberships that went on are gone (negative)."""
        open_ones = self._chosen("SELECT segment FROM memberships WHERE until IS NULL AND customer", customers)
        counts: Counter[str] = Counter()
        counts.subtract(segment for (segment,) in open_ones)
        for table in ("states", "memberships", "outbox"):
            self._many(f"DELETE FROM {table} WHERE customer = ?", [(customer,) for customer in customers])  # noqa: S608
        return counts

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
            if not change.entered and before is None:
                closed.append((*_moment(change), *key))
            elif not change.entered and before is not None:
                whole.append((change.customer, change.segment, *_moment(before), *_moment(change), *key))
        closed.sort(key=itemgetter(-2, -1))
        if self._many(_CLOSE_OPEN, closed) != len(closed):
            raise StoreError(_LEAVES_TWICE)
        if self._many(_PUT_WHOLE, whole) != len(whole):
            raise StoreError(_ENTERS_TWICE)
        entered = [change for _, change in sorted(last.items(), key=itemgetter(0)) if change.entered]
        self._many(_PUT_OPEN, [(each.customer, each.segment, *_moment(each)) for each in entered])

    def delivered(self, ids: Sequence[str]) -> None:
        with self._transaction():
            self._many("DELETE FROM outbox WHERE id = ?", [(id_,) for id_ in ids])

    # Reading

    def program(self) -> StoredProgram | None:
        row = self._row("SELECT value FROM meta WHERE key = 'program'")
        with _explained(self._path):
            return _program(row[0]) if row else None

    def clock(self) -> int | None:
        row = self._row("SELECT value FROM meta WHERE key = 'clock'")
        return row[0] if row else None

    def load(self, customers: Sequence[str]) -> dict[str, bytes]:
        return dict(self._chosen("SELECT customer, state FROM states WHERE customer", customers))

    def position(self, source: str) -> Position | None:
        row = self._row("SELECT places, instant, place FROM positions WHERE source = ?", source)
        return Position(*row) if row else None

    def tombstones(self, hashes: Sequence[str]) -> dict[str, int]:
        return dict(self._chosen("SELECT hash, instant FROM tombstones WHERE hash", hashes))

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

    def memberships(self, customer: str, at: int | None = None) -> list[Membership]:
        if at is None:
            return self._memberships(self._rows(_OF_CUSTOMER_NOW, customer))
        return self._memberships(self._rows(_OF_CUSTOMER_THEN, customer, at, at))

    def members(self, segment: str, at: int | None = None) -> Iterator[Membership]:
        rows = self._pages(_MEMBERS_NOW, segment) if at is None else self._pages(_MEMBERS_THEN, segment, at, at)
        for row in rows:
            yield self._memberships([row])[0]

    def _memberships(self, rows: list[tuple[Any, ...]]) -> list[Membership]:
        with _explained(self._path):
            return [Membership(who, segment, since, until, _because(why)) for who, segment, since, until, why in rows]

    def count(self, segment: str, at: int | None = None) -> int:
        if at is None:
            row = self._row("SELECT members FROM counts WHERE segment = ?", segment)
        else:
            row = self._row(_COUNT_THEN, segment, at, at)
        return int(row[0]) if row else 0

    def history(self, customer: str) -> list[Change]:
        changes = []
        with _explained(self._path):
            for segment, *moments in self._rows(_HISTORY, customer):
                for entered, (instant, arrival, round_, because) in ((True, moments[:4]), (False, moments[4:])):
                    if instant is not None:
                        why = _because(because)
                        changes.append(Change(customer, segment, entered, instant, arrival, round_, why))
        return sorted(changes, key=lambda each: (each.instant, each.arrival, each.round, each.entered, each.segment))

    def outbox(self, limit: int) -> list[Effect]:
        rows = self._rows("SELECT effect FROM outbox ORDER BY sequence LIMIT ?", max(limit, 0))
        with _explained(self._path):
            return [_effect(effect) for (effect,) in rows]


def _moment(change: Change) -> tuple[int, int, int, str]:
    return change.instant, change.arrival, change.round, _encode(change.because).decode()
