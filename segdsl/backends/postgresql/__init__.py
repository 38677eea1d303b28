"""The backend `postgresql://user:password@host/database`: tables on a server, for any number of writers and readers.

Comes in: batches. Goes out: answers, from the tables in `schema.py`. `address.py` reads the URL, `opening.py` opens the
store and lays out its tables, `session.py` holds the connection and makes it anew when it is lost, `backend.py` is the
store itself, of its parts: `writing.py` and `staying.py` take in a batch, `questions.py`, `outbox.py` and `care.py` are
asked. `statements.py` holds all SQL, `coding.py` and `rows.py` say how values stand in rows, `failures.py` says what
went wrong. Every value is bound, never written into the SQL.

How it lies: tables named `segdsl_*` in the first schema of the search path, made by the first who opens the store.
So one database holds many stores, each in a schema that is there: `postgresql://host/shop?options=-csearch_path%3Dtest`.
Ids and names are ordinary text that can be read with SQL, in the order of code points; a NUL, which PostgreSQL's text
cannot hold, is written in another way (`coding.py`). States and pages of the journal are bytes.

What it promises: a batch lands in one transaction, once, also where the answer to its commit was lost; a connection
that breaks is made anew for half a minute, then a StoreError says so. Writers on different customers work in parallel;
of two on one customer one is told that the other was first. Nobody waits for a lock longer than a minute and a half
(`lock_timeout`, which the URL may set otherwise in `options`): by then the server has noticed a writer that is gone.

What it needs: PostgreSQL 13 or later; a database in UTF-8; a role that may `CREATE` in the schema once, and owns the
tables from then on. It need not be a superuser. Another role needs `USAGE` on the schema, and `SELECT` on the tables to
read, or `SELECT, INSERT, UPDATE, DELETE` to write; `exposed` reports roles that may.

Its limits: an id and a segment's name together may take about 2,600 bytes in UTF-8. A proxy that gives each transaction
another session (pgbouncer's transaction pooling) does not do. After a failover to a server that lags behind, what the
first one had committed last may be missing: replicate synchronously where that matters.
"""

from types import ModuleType
from typing import cast

from segdsl.backends.base import Backend
from segdsl.diagnostics.errors import MissingExtraError
from segdsl.diagnostics.extras import load_extra

__all__ = ["open_backend", "remove"]


def open_backend(url: str) -> Backend:
    """The store on the server of `url`, which is written as libpq takes it; its tables are made when there are none.

    Raises StoreError when the server cannot be reached or refuses, or the store is not one of this version, and
    MissingExtraError when psycopg is not installed.
    """
    return cast(Backend, _opening().open_store(url))


def remove(url: str) -> None:
    """Remove the store at `url`, if there is one: its tables, and nothing else. Raises StoreError when what is there is
    not a store, or somebody else writes to it at this moment."""
    _opening().remove_store(url)


def _opening() -> ModuleType:
    try:
        return load_extra(
            f"{__name__}.opening",
            "psycopg",
            "postgresql",
            "a store on PostgreSQL needs the package",
            "a file needs nothing more",
        )
    except ImportError as error:
        if "libpq" not in str(error):
            raise
        raise MissingExtraError(
            'psycopg is installed without the library that it needs: pip install "segdsl[postgresql]"'
        ) from error
