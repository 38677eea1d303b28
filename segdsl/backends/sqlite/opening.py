"""Opening a store: its file is made when there is none, looked at before anything is written to it, and set up."""

import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from segdsl.backends.sqlite.backend import SqliteBackend
from segdsl.backends.sqlite.connections import connect
from segdsl.backends.sqlite.failures import SENTENCES, explained
from segdsl.backends.sqlite.schema import APPLICATION, SCHEMA, VERSION
from segdsl.diagnostics.errors import OldStoreError, StoreError

BUSY_SECONDS = 5.0  # how long to wait for another process's commit

# One statement, so that a store that another process lays out at this moment is seen as a whole or not at all.
_MARKS = """SELECT application_id, user_version, (SELECT count(*) FROM sqlite_master)
    FROM pragma_application_id, pragma_user_version"""


def open_file(path: Path, busy_seconds: float = BUSY_SECONDS) -> SqliteBackend:
    """The store in the file `path`, made (private to this user) when there is none. A wait for another process's commit
    ends after `busy_seconds` with a StoreError.

    Raises StoreError when the file cannot be opened or is not a store of this version.
    """
    _make_file(path)
    with explained(path):
        # Looked at through a read-only connection first, so that nothing is written to a file that is not ours. Never
        # with open(): closing a file drops the locks that this process's other connections hold on it (POSIX).
        with closing(connect(path, "ro", busy_seconds)) as connection:
            fresh = _is_blank(connection, path)
        connection = connect(path, "rw", busy_seconds)
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
                raise StoreError(f"the store {path} {SENTENCES[sqlite3.SQLITE_NOTADB]}")
            return
        if not path.parent.is_dir():
            raise StoreError(f"no store can be made at {path}: the folder {path.parent} does not exist; make it first")
        with suppress(FileExistsError):  # another process was faster
            path.touch(mode=0o600, exist_ok=False)
    except OSError as error:
        raise StoreError(f"no store can be opened at {path}: {error.strerror}") from error


def _is_blank(connection: sqlite3.Connection, path: Path) -> bool:
    """Whether a database holds nothing at all yet. Raises StoreError when it holds anything but a store of ours."""
    application, version, tables = connection.execute(_MARKS).fetchone()
    if (application, version, tables) == (0, 0, 0):
        return True
    if application != APPLICATION:
        raise StoreError(f"{path} is not a segdsl store but another application's database: give another path")
    if version < VERSION:
        raise OldStoreError(
            f"the store {path} was made by an older version of segdsl (layout {version}, this one reads {VERSION}): "
            f"`seg store migrate {path}` brings it up; or run anew with --fresh and all events"
        )
    if version > VERSION:
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
