"""What a failure of PostgreSQL means to whoever runs the store, and what they can do about it."""

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
import psycopg

from segdsl.diagnostics.errors import ConflictError, StoreError

ENTERS_TWICE = "nothing of the batch was kept: somebody enters a segment that they are in already"
LEAVES_TWICE = "nothing of the batch was kept: somebody leaves a segment that they are not in"
NOT_THE_LAST = (
    "nothing of the batch was kept: a change is to be undone that is not the last one of its customer and segment"
)

LOST = {"57P01", "57P02", "57P03", "57P05", "25P03", "08000", "08003", "08006", "08007"}
"""The server has ended the connection, or does not take one yet."""

BEATEN = {"40001", "40P01"}
"""Another transaction was in the way, and PostgreSQL has ended this one."""

DAMAGED = "is damaged: restore it from a backup, or build a new store from the inputs"

SENTENCES = {
    "23505": f"does not fit the batch: {ENTERS_TWICE}",
    "25006": "cannot be written: the server is a standby, or read-only for this user; name the primary server",
    "42501": "cannot be used: this role lacks a privilege on its tables, its sequences or its schema; the owner of the "
    "tables can GRANT it",
    "42P01": "is not there: its tables, or the schema, are missing or were removed; `seg run RULES --events FILE` "
    "makes them anew",
    "53100": "cannot grow: the disk of the server is full; make room, then try again",
    "53200": "cannot be used: the server is out of memory; try again",
    "53300": "cannot be used: the server has no connection left; close others, or raise its max_connections",
    "54000": "cannot keep an id or a name of this length: with a segment's name it may take 2,600 bytes in UTF-8",
    "55P03": "is locked by another session for too long (lock_timeout): look for it in pg_stat_activity, have it "
    "finish or end it with pg_terminate_backend, then try again",
    "57014": "did not answer in time (statement_timeout), or somebody has cancelled what was asked: try again",
    "XX001": DAMAGED,
    "XX002": DAMAGED,
}


def sentence(error: psycopg.Error) -> str:
    """What an error of the server or of the connection says of the store."""
    return SENTENCES.get(error.sqlstate or "") or f"cannot be used: {said(error)}"


def said(error: psycopg.Error) -> str:
    """What the server or the client's library says of an error, on one line. Neither names a password."""
    lines = (error.diag.message_primary or str(error) or type(error).__name__).splitlines()
    whole = " ".join(" ".join(_ended(line) for line in lines[:-1]).split() + lines[-1].split())
    return whole.removeprefix("connection failed: ")


def _ended(line: str) -> str:
    """A line with a full stop, where nothing else ends it: `Connection refused`, and what to look at in the next."""
    return line if not line.strip() or line.rstrip()[-1] in ".,:;?!" else f"{line.rstrip()}."


@contextmanager
def explained(name: str) -> Iterator[None]:
    """Turn what psycopg and the decoding of rows raise into a StoreError that says what to do. `name` is the store."""
    try:
        yield
    except psycopg.errors.UniqueViolation as error:
        if error.diag.constraint_name == "segdsl_memberships_open":
            raise StoreError(ENTERS_TWICE) from error
        raise ConflictError(f"others have written to the store {name} meanwhile") from error
    except psycopg.Error as error:
        if error.sqlstate in BEATEN:
            raise ConflictError(f"others have written to the store {name} meanwhile") from error
        if isinstance(error, psycopg.DataError):
            why = said(error)
            raise StoreError(f"the store {name} cannot keep a value: {why}; nothing of the batch was kept") from error
        raise StoreError(f"the store {name} {sentence(error)}") from error
    except msgspec.MsgspecError as error:
        raise StoreError(f"the store {name} {DAMAGED}") from error
    except (OverflowError, UnicodeEncodeError) as error:
        raise StoreError(f"the store {name} cannot keep a value: {error}; nothing of the batch was kept") from error
