"""Opening a store: its tables are looked at, and laid out when there are none; removing one."""

from typing import Any

from segdsl.backends.postgresql.address import Address
from segdsl.backends.postgresql.backend import PostgresqlBackend
from segdsl.backends.postgresql.rows import Connection
from segdsl.backends.postgresql.schema import LAYOUT, MARK, SCHEMA, TABLES
from segdsl.backends.postgresql.session import Session
from segdsl.diagnostics.errors import OldStoreError, StoreError

OLDEST = 13
"""The first version of PostgreSQL that tells what became of a transaction by its number."""

_SERVER = """SELECT current_setting('server_version_num')::integer / 10000, current_setting('server_encoding'),
    current_schema()"""
# A statement of its own after the lock, which looks into the catalogue itself: to_regclass may not have heard yet of
# what another has laid out while this one waited.
_MARKS = """SELECT coalesce(obj_description(oid, 'pg_class') = %s, false) FROM pg_class WHERE relname = 'segdsl_meta'
    AND relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())"""
_LAYOUT = "SELECT value FROM segdsl_meta WHERE key = 'layout'"
# One at a time in a schema: a number of ours beside that of the schema.
_LOCK = "SELECT pg_advisory_xact_lock((1936025445::bigint << 32) | (current_schema()::regnamespace::oid::bigint))"


def open_store(url: str, **waiting: Any) -> PostgresqlBackend:
    """The store at a URL, made when there is none. `waiting` is what `Session` takes.

    Raises StoreError when the server cannot be reached or refuses, or what is there is not a store of this version.
    """
    session = Session(Address(url), **waiting)
    try:
        session.open()
        session.ask(lambda connection: _look_at_server(connection, session.name))
        if not session.ask(lambda connection: _is_there(connection, session.name)):
            session.ask(lambda connection: _lay_out(connection, session.name))
    except BaseException:
        session.close()
        raise
    return PostgresqlBackend(session)


def remove_store(url: str) -> None:
    """Remove the tables of a store, if there is one at a URL, of whatever layout. Raises StoreError when what is there
    is not a store, or somebody is writing to it."""
    session = Session(Address(url))
    try:
        session.open()
        session.ask(lambda connection: _remove(connection, session.name))
    finally:
        session.close()


def _look_at_server(connection: Connection, name: str) -> None:
    row = connection.execute(_SERVER).fetchone()
    assert row is not None
    version, encoding, schema = row
    if version < OLDEST:
        raise StoreError(f"the server of the store {name} is PostgreSQL {version}: it has to be {OLDEST} or later")
    if encoding != "UTF8":
        raise StoreError(
            f"the database of the store {name} is encoded in {encoding}: make another one with "
            "CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0"
        )
    if schema is None:
        raise StoreError(
            f"no schema of the search path of the store {name} exists, or this role may not use it: CREATE SCHEMA "
            "first, or name another one with ?options=-csearch_path%3DSCHEMA"
        )


def _is_there(connection: Connection, name: str) -> bool:
    """Whether there is a store. Raises StoreError when there is something else, or a store of another layout."""
    if not _is_ours(connection, name):
        return False
    row = connection.execute(_LAYOUT).fetchone()
    layout = row[0] if row else 0
    if layout < LAYOUT:
        raise OldStoreError(
            f"the store {name} was made by an older version of segdsl (layout {layout}, this one reads {LAYOUT}): "
            "run anew with --fresh and all events, or give another schema"
        )
    if layout > LAYOUT:
        raise StoreError(
            f"the store {name} was made by a newer version of segdsl (layout {layout}, this one reads {LAYOUT}): "
            "upgrade segdsl, or give another schema"
        )
    return True


def _is_ours(connection: Connection, name: str) -> bool:
    found = connection.execute(_MARKS, [MARK]).fetchone()
    if found == (False,):
        raise StoreError(
            f"the table segdsl_meta at {name} is not that of a segdsl store: name another schema with "
            "?options=-csearch_path%3DSCHEMA"
        )
    return found is not None


def _lay_out(connection: Connection, name: str) -> None:
    with connection.transaction():
        connection.execute(_LOCK)
        if not _is_there(connection, name):  # still: another process may have been faster
            with connection.pipeline():
                for statement in SCHEMA:
                    connection.execute(statement)
                connection.execute("INSERT INTO segdsl_meta VALUES ('layout', %s)", [LAYOUT])


def _remove(connection: Connection, name: str) -> None:
    with connection.transaction():
        connection.execute(_LOCK)
        if _is_ours(connection, name):
            connection.execute(f"DROP TABLE IF EXISTS {', '.join(TABLES)}")
