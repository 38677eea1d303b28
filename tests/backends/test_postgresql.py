"""What only the PostgreSQL backend does: its URL and password, its tables, and who may get at them."""

import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from segdsl.backends import open_backend, remove_store
from segdsl.backends.base import (
    Batch,
)
from segdsl.backends.postgresql.backend import PostgresqlBackend
from segdsl.backends.postgresql.care import _over_the_network
from segdsl.backends.postgresql.opening import open_store
from segdsl.backends.postgresql.schema import LAYOUT, TABLES
from segdsl.diagnostics.errors import MissingExtraError, OldStoreError, StoreError
from tests.backends.conftest import enter, full_batch
from tests.support.servers import postgresql
from tests.support.servers.postgresql import GUARDED, GUARDED_PASSWORD, sql

MEETING = 20
"""Seconds for which a thread is waited for at most."""


@pytest.fixture
def url(tmp_path: Path) -> str:
    return postgresql.packaged_url(tmp_path)


@pytest.fixture
def store(url: str) -> Iterator[PostgresqlBackend]:
    with open_store(url) as opened:
        yield opened


@pytest.fixture
def schema() -> str:
    """A schema of the package's server that holds nothing."""
    return postgresql.stores().schema()


# ----------------------------------------------------------------------------------------------------- URL and password


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ann:hush@word@host/shop",
        "postgresql://ann:hush/word@host/shop",
        "postgresql://ann:hush%zzword@host/shop",
        "postgresql://ann:hush",
        "postgresql://ann:hushword@host:port/shop",
        "postgresql://ann:hushword@host/shop?nonsense=1",
        "postgresql://ann:hushword@[host/shop",
        "postgresql://ann:hush\0word@host/shop",
        "postgres://ann:hush@word@host/shop",
    ],
)
def test_a_url_that_cannot_be_read_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(StoreError) as raised:
        open_backend(url)
    assert "hush" not in str(raised.value) and "word@" not in str(raised.value).replace("pass%40word@", "")
    assert "postgresql://ann:" in str(raised.value)  # an example
    assert raised.value.__cause__ is None


def test_a_server_that_is_not_there_is_named_without_the_password(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"the store postgresql://ann@/shop\?host=.* cannot be used") as raised:
        open_backend(f"postgresql://ann:hush@/shop?host={tmp_path}")
    assert "hush" not in str(raised.value)


def test_a_wrong_password_is_refused_and_not_shown(schema: str) -> None:
    url = postgresql.stores().in_schema(schema).replace(f"//{postgresql.USER}@", f"//{GUARDED}:hush@")
    with pytest.raises(StoreError, match="password authentication failed") as raised:
        open_backend(url)
    assert "hush" not in str(raised.value)


def test_a_password_opens_and_is_shown_nowhere(schema: str) -> None:
    sql(schema, f"GRANT ALL ON SCHEMA {schema} TO {GUARDED}")
    url = postgresql.stores().in_schema(schema)
    with open_store(url.replace(f"//{postgresql.USER}@", f"//{GUARDED}:{GUARDED_PASSWORD}@")) as store:
        store.commit(full_batch())
        parts = [store, store._session, store._session._address, store._session._connection, store._session.name]
        assert not any(GUARDED_PASSWORD in told for part in parts for told in (repr(part), str(part)))
        sql(schema, "DROP TABLE segdsl_states")
        with pytest.raises(StoreError) as raised:
            store.customer_count()
        assert GUARDED_PASSWORD not in str(raised.value)


def test_the_short_scheme_means_the_same(url: str) -> None:
    with open_backend(url) as store, open_backend(url.replace("postgresql://", "postgres://")) as short:
        store.commit(full_batch())
        assert short.customer_count() == 5


def test_a_search_path_that_leads_nowhere_is_refused() -> None:
    with pytest.raises(StoreError, match=r"no schema of the search path .* exists"):
        open_store(postgresql.stores().in_schema("nowhere"))


def test_without_psycopg_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("segdsl.backends.postgresql.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "psycopg", None)  # type: ignore[arg-type]
    with pytest.raises(MissingExtraError, match=r'pip install "segdsl\[postgresql\]"'):
        open_backend("postgresql://host/shop")


# ----------------------------------------------------------------------------------------------------------- the tables


def test_the_tables_lie_in_the_first_schema_of_the_path_and_nowhere_else(schema: str) -> None:
    second = postgresql.stores().schema()
    open_store(postgresql.stores().in_schema(second)).close()
    open_store(postgresql.stores().in_schema(f"{schema},{second}")).close()
    found = sql(schema, f"SELECT tablename FROM pg_tables WHERE schemaname = '{schema}'")
    assert {name for (name,) in found} == set(TABLES)


def test_many_open_a_fresh_store_at_once(schema: str) -> None:
    failed: list[BaseException] = []

    def opening() -> None:
        try:
            open_store(postgresql.stores().in_schema(schema)).close()
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=opening) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(MEETING)
    assert failed == []


def test_a_store_of_an_older_layout_is_refused(schema: str) -> None:
    open_store(postgresql.stores().in_schema(schema)).close()
    sql(schema, f"UPDATE segdsl_meta SET value = {LAYOUT - 1} WHERE key = 'layout'")
    with pytest.raises(OldStoreError, match=r"older version of segdsl .*run anew with --fresh"):
        open_store(postgresql.stores().in_schema(schema))


def test_a_store_of_a_newer_layout_is_refused(schema: str) -> None:
    open_store(postgresql.stores().in_schema(schema)).close()
    sql(schema, f"UPDATE segdsl_meta SET value = {LAYOUT + 1} WHERE key = 'layout'")
    with pytest.raises(StoreError, match=r"newer version of segdsl .*upgrade segdsl"):
        open_store(postgresql.stores().in_schema(schema))


@pytest.mark.parametrize("use", [lambda url: open_store(url), remove_store], ids=["open", "remove"])
def test_another_applications_tables_are_refused_untouched(schema: str, use: Callable[[str], object]) -> None:
    sql(schema, "CREATE TABLE segdsl_meta (key text, value bigint); INSERT INTO segdsl_meta VALUES ('layout', 1)")
    with pytest.raises(StoreError, match="is not that of a segdsl store"):
        use(postgresql.stores().in_schema(schema))
    assert sql(schema, "SELECT * FROM segdsl_meta") == [("layout", 1)]


def test_removing_a_store_leaves_the_tables_of_others(schema: str) -> None:
    url = postgresql.stores().in_schema(schema)
    with open_store(url) as store:
        store.commit(full_batch())
    sql(schema, "CREATE TABLE orders (id text)")
    assert remove_store(url)
    assert sql(schema, f"SELECT tablename FROM pg_tables WHERE schemaname = '{schema}'") == [("orders",)]
    with open_store(url) as store:
        assert store.customer_count() == 0


def test_removing_a_store_that_is_not_there_is_harmless(schema: str) -> None:
    assert remove_store(postgresql.stores().in_schema(schema))


def test_ids_and_names_can_be_read_with_sql(url: str, store: PostgresqlBackend) -> None:
    store.commit(Batch(changes=[enter("Ünal", "vip lapsed", 1)]))
    assert sql(url, "SELECT customer, segment FROM segdsl_memberships") == [("Ünal", "vip lapsed")]


# ----------------------------------------------------------------------------------------------- who else can get at it


def test_a_store_of_ones_own_is_not_exposed(store: PostgresqlBackend) -> None:
    assert store.exposed() == []


def test_roles_that_may_read_or_write_are_told_with_what_to_do(schema: str) -> None:
    with open_store(postgresql.stores().in_schema(schema)) as store:
        sql(schema, f"GRANT SELECT ON segdsl_states TO PUBLIC; GRANT INSERT, SELECT ON segdsl_outbox TO {GUARDED}")
        assert store.exposed() == [
            "every role of the database may read its tables (SELECT): if that is not meant, REVOKE ALL ON ALL TABLES "
            f"IN SCHEMA {schema} FROM PUBLIC",
            f"the role {GUARDED} may write to its tables (INSERT, SELECT): if that is not meant, REVOKE ALL ON ALL "
            f"TABLES IN SCHEMA {schema} FROM {GUARDED}",
        ]


@pytest.mark.parametrize("host", ["db.example.com", "10.0.0.7", "::ffff:10.0.0.7"])
def test_a_connection_over_the_network_has_to_be_encrypted(host: str) -> None:
    assert "sslmode=verify-full" in " ".join(_over_the_network(host, encrypted=False))
    assert _over_the_network(host, encrypted=True) == []


@pytest.mark.parametrize("host", ["", "/run/postgresql", "localhost", "127.0.0.1", "::1"])
def test_a_connection_within_the_machine_need_not_be(host: str) -> None:
    assert _over_the_network(host, encrypted=False) == []


def test_a_role_that_may_only_read_reads_and_is_told_when_it_writes(schema: str) -> None:
    url = postgresql.stores().in_schema(schema)
    with open_store(url) as store:
        store.commit(full_batch())
    sql(schema, f"GRANT USAGE ON SCHEMA {schema} TO {GUARDED}")
    sql(schema, f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {GUARDED}")
    with open_store(url.replace(f"//{postgresql.USER}@", f"//{GUARDED}:{GUARDED_PASSWORD}@")) as reader:
        assert (reader.count("vip"), len(list(reader.contents()))) == (5, 22)
        with pytest.raises(StoreError, match="lacks a privilege"):
            reader.commit(full_batch("xyz"))


def test_a_role_that_may_not_make_tables_is_told(schema: str) -> None:
    sql(schema, f"GRANT USAGE ON SCHEMA {schema} TO {GUARDED}")
    url = postgresql.stores().in_schema(schema).replace(f"//{postgresql.USER}@", f"//{GUARDED}:{GUARDED_PASSWORD}@")
    with pytest.raises(StoreError, match="lacks a privilege"):
        open_store(url)
