"""How rows of a PostgreSQL store are asked for and kept: any text, any size, along indexes; and what cannot be kept."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segdsl.backends.base import (
    Batch,
    Position,
    StoredInputs,
    StoredProgram,
    StoredState,
    StoredVisitor,
    Tally,
)
from segdsl.backends.postgresql import rows
from segdsl.backends.postgresql.backend import PostgresqlBackend
from segdsl.backends.postgresql.coding import kept, told
from segdsl.backends.postgresql.opening import open_store
from segdsl.diagnostics.errors import StoreError
from tests.backends.conftest import AWKWARD_IDS, effect, enter, full_batch, leave, state
from tests.support.servers import postgresql
from tests.support.servers.postgresql import sql


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
