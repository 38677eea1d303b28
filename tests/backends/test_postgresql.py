"""What only the PostgreSQL backend does: its URL, its tables, its locks, and what it says when something is wrong."""

import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segdsl.backends import open_backend, remove_store
from segdsl.backends.base import Basis, Batch, Position, StoredInputs, StoredProgram, StoredState, StoredVisitor, Tally
from segdsl.backends.postgresql import rows
from segdsl.backends.postgresql.backend import PostgresqlBackend
from segdsl.backends.postgresql.care import _over_the_network
from segdsl.backends.postgresql.coding import kept, told
from segdsl.backends.postgresql.opening import open_store
from segdsl.backends.postgresql.schema import LAYOUT, TABLES
from segdsl.diagnostics.errors import ConflictError, MissingExtraError, OldStoreError, StoreError
from tests.backends.conftest import AWKWARD_IDS, effect, enter, leave, state
from tests.support.servers import postgresql
from tests.support.servers.postgresql import GUARDED, GUARDED_PASSWORD

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
def other(url: str) -> Iterator[PostgresqlBackend]:
    """The same store, opened a second time."""
    with open_store(url) as opened:
        yield opened


@pytest.fixture
def schema() -> str:
    """A schema of the package's server that holds nothing."""
    return postgresql.stores().schema()


def sql(schema_or_url: str, statement: str) -> list[tuple[Any, ...]]:
    """Run a statement beside a store."""
    url = schema_or_url if "://" in schema_or_url else postgresql.stores().in_schema(schema_or_url)
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def full_batch(ids: str = "abcde") -> Batch:
    return Batch(
        states=[state(id_, 1, timer=1) for id_ in ids],
        changes=[enter(id_, "vip", 1) for id_ in ids],
        effects=[effect(f"e{id_}", id_) for id_ in ids],
        tallies={Tally("fired", "r1", 3): 1},
        journal=[StoredInputs(id_, b"1") for id_ in ids],
        clock=9,
    )


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


# ------------------------------------------------------------------------------------------------ ids and names as data

HOSTILE = [
    "'; DROP TABLE segdsl_states; --",
    "%s",
    "%(a)s",
    "{}",
    '"',
    "\\",
    "\\x00",
    "\1",
    "\1\1",
    "\1\2",
    "\0\1",
    "\2",
]


def test_hostile_ids_and_names_are_data(store: PostgresqlBackend) -> None:
    batch = Batch(
        states=[state(id_, 1) for id_ in HOSTILE],
        changes=[enter(id_, id_, 1) for id_ in HOSTILE],
        visitors=[StoredVisitor(id_, id_, b"v") for id_ in HOSTILE],
        tombstones=dict.fromkeys(HOSTILE, 1),
        positions=dict.fromkeys(HOSTILE, Position(1, 2, 3)),
        notes=dict.fromkeys(HOSTILE, b"n"),
        tallies={Tally("ignored", id_, None, id_): 1 for id_ in HOSTILE},
    )
    store.commit(batch)
    assert list(store.customers()) == sorted(HOSTILE) == list(store.due(1))
    assert [next(store.members(id_)).customer for id_ in HOSTILE] == HOSTILE
    assert list(store.fetch(HOSTILE)) == sorted(HOSTILE) and set(store.visitors(HOSTILE)) == set(HOSTILE)
    assert set(store.tombstones(HOSTILE)) == set(HOSTILE) and list(store.tallies()) == sorted(
        batch.tallies, key=lambda each: each.name
    )
    assert [store.position(id_) for id_ in HOSTILE] == [Position(1, 2, 3)] * len(HOSTILE)


@given(st.lists(st.text(st.characters(codec="utf-8", max_codepoint=3) | st.characters(codec="utf-8"), max_size=6)))
def test_every_text_comes_back_and_keeps_its_place(texts: list[str]) -> None:
    assert [told(kept(text)) for text in texts] == texts
    assert "\0" not in "".join(map(kept, texts))
    assert sorted(texts, key=lambda text: kept(text).encode()) == sorted(texts)


@given(st.sets(st.text(max_size=4)))
@settings(max_examples=20)
def test_the_server_orders_ids_by_code_points(ids: set[str]) -> None:
    with open_store(postgresql.packaged_url(Path("a folder that is over"))) as store:
        store.commit(Batch(states=[state(id_) for id_ in {*ids, *AWKWARD_IDS}]))
        assert list(store.customers()) == sorted({*ids, *AWKWARD_IDS})


def test_an_id_that_is_too_long_is_refused_with_its_whole_batch(store: PostgresqlBackend) -> None:
    ids = ["a", "".join(chr(0x1F300 + number % 700) for number in range(1_000))]
    with pytest.raises(StoreError, match="cannot keep an id or a name of this length"):
        store.commit(Batch(states=[state(id_) for id_ in ids]))
    assert store.customer_count() == 0


@pytest.mark.parametrize(
    "wrong", [StoredState("b", b"", 2**70, None), StoredState("b", b"", 0, 2**63), StoredState("\ud800", b"", 0, None)]
)
def test_a_value_that_cannot_be_kept_is_refused_with_its_whole_batch(
    store: PostgresqlBackend, wrong: StoredState
) -> None:
    with pytest.raises(StoreError, match="cannot keep a value"):
        store.commit(Batch(states=[state("a"), wrong]))
    assert store.customer_count() == 0


# ------------------------------------------------------------------------------------------------- several at one store


class Meanwhile:
    """Something that another thread does at the same time; `result` gives what it gave, or raises what it raised."""

    def __init__(self, do: Callable[[], Any]) -> None:
        self._do, self._given, self._raised = do, None, None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._given = self._do()
        except BaseException as error:
            self._raised = error

    def result(self) -> Any:
        self._thread.join(MEETING)
        assert not self._thread.is_alive()
        if self._raised is not None:
            raise self._raised
        return self._given


def until_it_waits(store: PostgresqlBackend) -> None:
    """Return when the session of a store waits for a lock."""
    connection = store._session._connection
    assert connection is not None
    ask = f"SELECT wait_event_type FROM pg_stat_activity WHERE pid = {connection.info.backend_pid}"
    with psycopg.connect(postgresql.packaged().url(), autocommit=True) as beside:
        for _ in range(100_000):
            if beside.execute(ask).fetchone() == ("Lock",):
                return
    raise AssertionError("it does not wait")


def batch_on(version: int, content: bytes, *ids: str) -> Batch:
    return Batch(
        states=[state(id_, content=content) for id_ in ids], basis=Basis(customers=dict.fromkeys(ids, version))
    )


@pytest.mark.parametrize("version", [0, 1], ids=["a new customer", "a known customer"])
def test_of_two_who_write_one_customer_at_once_the_second_is_told(
    store: PostgresqlBackend, other: PostgresqlBackend, version: int
) -> None:
    if version:
        store.commit(batch_on(0, b"0", "ann", "bob"))
    second: list[Meanwhile] = []

    def begin_the_second() -> None:
        second.append(Meanwhile(lambda: other.commit(batch_on(version, b"2", "bob", "ann"))))
        until_it_waits(other)

    store.commit(batch_on(version, b"1", "ann", "bob"), begin_the_second)
    with pytest.raises(ConflictError):
        second[0].result()
    assert store.load(["ann", "bob"]) == {"ann": b"1", "bob": b"1"}


def test_those_who_write_other_customers_do_not_wait_for_each_other(
    store: PostgresqlBackend, other: PostgresqlBackend
) -> None:
    other._session.shard = store._session.shard + 1
    store.commit(full_batch("abc"), lambda: other.commit(full_batch("de")))
    assert (store.count("vip"), store.tallies(), store.clock()) == (5, {Tally("fired", "r1", 3): 2}, 9)


def test_a_customer_who_is_read_and_not_written_stays_as_it_was_until_the_batch_has_landed(
    store: PostgresqlBackend, other: PostgresqlBackend
) -> None:
    store.commit(batch_on(0, b"0", "ann", "bob"))
    second: list[Meanwhile] = []

    def begin_the_second() -> None:
        second.append(Meanwhile(lambda: other.commit(batch_on(1, b"2", "ann"))))
        until_it_waits(other)

    basis = Basis(customers={"ann": 1, "bob": 1})
    store.commit(Batch(states=[state("bob", content=b"1")], basis=basis), begin_the_second)
    second[0].result()
    assert store.load(["ann", "bob"]) == {"ann": b"2", "bob": b"1"}


def test_forgetting_waits_for_batches_that_have_begun_and_leaves_nothing_of_theirs(
    store: PostgresqlBackend, other: PostgresqlBackend
) -> None:
    forgetting: list[Meanwhile] = []

    def begin_to_forget() -> None:
        forgetting.append(Meanwhile(lambda: other.commit(Batch(erased=["a"], tombstones={"h": 1}))))
        until_it_waits(other)

    store.commit(full_batch("ab"), begin_to_forget)
    forgetting[0].result()
    assert (list(store.customers()), store.count("vip"), [each.id for each in store.outbox(9)]) == (["b"], 1, ["eb"])


def test_a_batch_that_waits_for_a_forgetting_is_told_of_it(store: PostgresqlBackend, other: PostgresqlBackend) -> None:
    second: list[Meanwhile] = []
    batch = Batch(states=[state("ann")], basis=Basis(generation=0, customers={"ann": 0}))

    def begin_the_second() -> None:
        second.append(Meanwhile(lambda: other.commit(batch)))
        until_it_waits(other)

    store.commit(Batch(erased=["ann"], tombstones={"h": 1}), begin_the_second)
    with pytest.raises(ConflictError):
        second[0].result()
    assert store.customer_count() == 0


def test_two_who_begin_with_one_input_at_once_are_told_apart(
    store: PostgresqlBackend, other: PostgresqlBackend
) -> None:
    second: list[Meanwhile] = []
    batch = Batch(positions={"p": Position(1, 1, 1)}, basis=Basis(positions={"p": None}))

    def begin_the_second() -> None:
        second.append(Meanwhile(lambda: other.commit(batch)))
        until_it_waits(other)

    store.commit(batch, begin_the_second)
    with pytest.raises(StoreError, match="another run goes on with the same input"):
        second[0].result()


def test_a_deadlock_is_a_conflict(url: str, store: PostgresqlBackend) -> None:
    store.commit(batch_on(0, b"0", "ann", "bob"))
    impatient = open_store(url.replace("options=", "options=-cdeadlock_timeout%3D300ms%20"))
    with psycopg.connect(url) as beside, impatient:
        beside.execute("SET deadlock_timeout = '20s'")
        beside.execute("UPDATE segdsl_states SET clock = 1 WHERE customer = 'bob'")
        batch = Meanwhile(lambda: impatient.commit(batch_on(1, b"1", "ann", "bob")))
        until_it_waits(impatient)
        beside.execute("UPDATE segdsl_states SET clock = 1 WHERE customer = 'ann'")
        with pytest.raises(ConflictError):
            batch.result()


def test_a_lock_that_is_held_for_too_long_is_named(url: str) -> None:
    with open_store(url.replace("options=", "options=-clock_timeout%3D20ms%20")) as store:
        store.commit(batch_on(0, b"0", "ann"))
        with psycopg.connect(url) as beside:
            beside.execute("SELECT * FROM segdsl_states FOR UPDATE")
            with pytest.raises(StoreError, match="is locked by another session for too long"):
                store.commit(batch_on(1, b"1", "ann"))
        store.commit(batch_on(1, b"1", "ann"))


def test_many_writers_on_a_few_customers_lose_nothing_and_count_nothing_twice(url: str) -> None:
    ids = ["ann", "bob", "cid"]

    def write(who: int) -> int:
        tried = 0
        with open_store(url) as store:
            for number in range(15):
                while True:
                    tried += 1
                    found = store.fetch(ids)
                    content = b"%d" % (int(bytes(found["ann"].state)) + 1 if found else 1)
                    basis = Basis(customers={id_: found[id_].version if id_ in found else 0 for id_ in ids})
                    changes = [(leave if len(store.history("ann")) % 2 else enter)("ann", "vip", number)]
                    states = [state(id_, content=content) for id_ in (ids if who % 2 else reversed(ids))]
                    try:
                        store.commit(Batch(states=states, changes=changes, basis=basis))
                        break
                    except StoreError:
                        continue
        return tried

    writers = [Meanwhile(lambda who=who: write(who)) for who in range(3)]  # type: ignore[misc]
    assert sum(each.result() for each in writers) >= 45
    with open_store(url) as store:
        assert {(each.state, each.version) for each in store.fetch(ids).values()} == {(b"45", 45)}
        assert len(store.history("ann")) == 45
        assert (store.count("vip"), store.faults()) == (1, [])


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


# ----------------------------------------------------------------------------------------------- pages, plans, failures


def test_walks_cross_pages_while_batches_are_committed(
    store: PostgresqlBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "PAGE", 2)
    store.commit(full_batch())
    served = []
    for customer in store.due(1):
        served.append(customer)
        store.commit(Batch(states=[state(customer, 2)], changes=[leave(customer, "vip", 2)]))
    assert served == list("abcde") == list(store.customers())
    assert (list(store.due(1)), store.count("vip")) == ([], 0)
    assert [each.customer for each in store.members("vip", 1)] == list("abcde")
    assert [who for who, _ in store.standings(1)] == list("abcde")


def test_a_walk_leaves_nothing_behind(url: str, store: PostgresqlBackend) -> None:
    store.commit(full_batch())
    list(store.due(1))
    given_up = store.due(1)
    next(given_up)
    given_up.close()
    assert store._rows("SELECT count(*) FROM pg_cursors WHERE is_holdable") == [(0,)]


def test_a_batch_that_is_larger_than_what_is_sent_at_once_lands(store: PostgresqlBackend) -> None:
    ids = [f"c{number}" for number in range(5_000)]
    pages = [StoredInputs(id_, b"i" * 1_000) for id_ in ids]
    store.commit(Batch(states=[state(id_, content=b"s" * 1_000) for id_ in ids], journal=pages))
    assert {len(bytes(content)) for content in store.load(ids).values()} == {1_000}


def test_a_closed_store_says_so(store: PostgresqlBackend) -> None:
    store.commit(full_batch())
    walk = store.due(5)
    next(walk)
    store.close()
    with pytest.raises(StoreError, match="is closed"):
        store.clock()
    walk.close()


def test_a_row_that_cannot_be_decoded_says_that_the_store_is_damaged(url: str, store: PostgresqlBackend) -> None:
    store.commit(full_batch())
    sql(url, "UPDATE segdsl_memberships SET since_because = '{'")
    for ask in (store.memberships, store.history):
        with pytest.raises(StoreError, match="is damaged"):
            ask("a")


def test_a_count_that_does_not_fit_is_a_fault(url: str, store: PostgresqlBackend) -> None:
    store.commit(full_batch())
    sql(url, "UPDATE segdsl_counts SET members = members + 2")
    assert store.faults() == ["vip is said to have 7 members, and has 5"]


def test_what_is_raised_when_a_batch_is_sure_to_land_goes_on_as_it_is(store: PostgresqlBackend) -> None:
    """Also where it looks like a failure of the store."""
    for raised in (psycopg.OperationalError("mine"), UnicodeEncodeError("ascii", "ä", 0, 1, "mine"), KeyError("mine")):

        def fail(raised: BaseException = raised) -> None:
            raise raised

        with pytest.raises(type(raised)) as caught:
            store.commit(full_batch(), fail)
        assert caught.value is raised
        assert store.customer_count() == 0


@pytest.mark.parametrize("table", ["segdsl_memberships", "segdsl_counts", "segdsl_outbox", "segdsl_journal"])
def test_a_commit_that_fails_half_way_leaves_nothing_behind(schema: str, table: str) -> None:
    with open_store(postgresql.stores().in_schema(schema)) as store:
        store.install(StoredProgram("d", b"p", (), "z", b"s"))
        store.commit(full_batch("ab"))
        before = sorted(map(repr, store.contents()))
        sql(schema, f"ALTER TABLE {table} ADD CHECK (false) NOT VALID")
        batch = full_batch("cde")
        batch.erased, batch.undone, batch.withdrawn = ["a"], [enter("b", "vip", 1)], [effect("eb")]
        with pytest.raises(StoreError):
            store.commit(batch)
        assert sorted(map(repr, store.contents())) == before


@pytest.fixture(scope="module")
def wide() -> Iterator[PostgresqlBackend]:
    """A store with so many customers that a server has to think how to find some."""
    ids = [f"c{number:04}" for number in range(1_500)]
    with open_store(postgresql.stores().in_schema(postgresql.stores().schema())) as store:
        store.commit(full_batch())
        store.commit(
            Batch(
                states=[state(id_, number, timer=number) for number, id_ in enumerate(ids)],
                changes=[enter(id_, segment, 1) for id_ in ids for segment in ("new", "vip")],
                effects=[effect(id_, id_) for id_ in ids],
            )
        )
        store.commit(Batch(changes=[leave(id_, "vip", 5) for id_ in ids[::2]]))
        yield store


@pytest.mark.parametrize(
    ("ask", "index"),
    [
        (lambda store: list(store.members("vip")), "memberships_open"),
        (lambda store: list(store.members("vip", 1)), "memberships_segment"),
        (lambda store: store.count("vip", 1), "memberships_segment"),
        (lambda store: store.count("vip"), "counts_pkey"),
        (lambda store: store.memberships("a"), "memberships_pkey"),
        (lambda store: store.memberships("a", 1), "memberships_pkey"),
        (lambda store: store.history("a"), "memberships_pkey"),
        (lambda store: list(store.standings()), "memberships_pkey"),
        (lambda store: store.timers(1, 2), "states_timer"),
        (lambda store: store.load(["a", "b"]), "states_pkey"),
        (lambda store: list(store.customers()), "states_pkey"),
        (lambda store: store.journal("a"), "journal_pkey"),
        (lambda store: store.claim(1, 1, 2), "outbox_sequence"),
        (lambda store: store.claim(1, 1, 2, ["send"]), "outbox_action"),
        (lambda store: store.waiting(1), "outbox_again"),
        (lambda store: store.dead(1), "outbox_dead"),
        (lambda store: store.delivered([effect("ea")]), "outbox_pkey"),
        (lambda store: store.commit(Batch(changes=[leave("a", "vip", 2)])), "memberships_open"),
        (lambda store: store.commit(Batch(undone=[enter("b", "vip", 1)])), "memberships_pkey"),
        (lambda store: store.commit(Batch(withdrawn=[effect("ec")])), "outbox_pkey"),
        (lambda store: store.commit(Batch(erased=["d"])), "outbox_customer"),
        (lambda store: store.commit(Batch(renamed={"e": "z"})), "memberships_pkey"),
        (lambda store: store.prune({"c0000": 5}, 5), "memberships_pkey"),
    ],
)
def test_queries_walk_along_an_index_and_never_through_a_whole_table(
    wide: PostgresqlBackend, ask: Callable[[PostgresqlBackend], object], index: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plans: list[str] = []
    send = rows.send

    def planned(connection: rows.Connection, sql: str, values: Any) -> rows.Cursor:
        if not sql.startswith(("SELECT pg_advisory", "SELECT 1 ")):
            plans.extend(line for (line,) in rows.rows_of(send(connection, f"EXPLAIN {sql}", values)))
        return send(connection, sql, values)

    monkeypatch.setattr(rows, "send", planned)
    ask(wide)
    plan = "\n".join(plans)
    assert f"segdsl_{index}" in plan
    assert "Seq Scan" not in plan
    assert "Hash Join" not in plan and "Merge Join" not in plan
    if index not in ("memberships_pkey", "outbox_pkey", "outbox_action"):
        assert "Sort" not in plan  # no sorting but of one customer's rows, and of what is locked
