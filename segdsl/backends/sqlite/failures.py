"""What a failure of sqlite3 means to whoever runs the store, and what they can do about it."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from segdsl.diagnostics.errors import StoreError

SENTENCES = {
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


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn what sqlite3 and the decoding of rows raise into a StoreError that says what to do."""
    try:
        yield
    except sqlite3.Error as error:
        # What the module itself raises (closed, used by another thread, text that is not UTF-8) carries no code.
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the low byte is the kind, the rest its details
        raise StoreError(f"the store {path} {SENTENCES.get(code, f'cannot be used: {error}')}") from error
    except msgspec.MsgspecError as error:
        raise StoreError(f"the store {path} {SENTENCES[sqlite3.SQLITE_CORRUPT]}") from error
    except (OverflowError, UnicodeEncodeError) as error:
        raise StoreError(f"the store {path} cannot keep a value: {error}; nothing of the batch was kept") from error
