"""Several at one store on PostgreSQL: locks, conflicts, and states that a session keeps at hand."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, SupportsBytes

import psycopg
import pytest

from segdsl.backends.base import (
    Basis,
    Batch,
    Position,
    StoredState,
    Tally,
    Versioned,
)
from segdsl.backends.postgresql.backend import PostgresqlBackend
from segdsl.backends.postgresql.opening import open_store
from segdsl.diagnostics.errors import ConflictError, StoreError
from tests.backends.conftest import enter, full_batch, leave, state
from tests.support.servers import postgresql

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


def test_nothing_is_written_in_the_midst_of_a_batch(store: PostgresqlBackend) -> None:
    with pytest.raises(StoreError, match=r"nothing else can be written .* while a batch is committed"):
        store.commit(full_batch("ab"), lambda: store.commit(full_batch("cd")))
    assert store.customer_count() == 0
    store.commit(full_batch("ab"))
    assert store.customer_count() == 2


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


# -------------------------------------------------------------------------------------------- states committed lately


class Given:
    """A state that is an object, as long as nobody needs its bytes."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def __bytes__(self) -> bytes:
        return self.content


def given_batch(version: int, content: SupportsBytes, **more: Any) -> Batch:
    return Batch(states=[StoredState("ann", content, 0, None)], basis=Basis(customers={"ann": version}), **more)


def test_what_a_session_has_committed_comes_back_as_it_was_given(store: PostgresqlBackend) -> None:
    first, second = Given(b"1"), Given(b"2")
    store.commit(given_batch(0, first))
    assert store.load(["ann", "zoe"]) == {"ann": first}
    store.commit(given_batch(1, second))
    assert store.fetch(["ann"]) == {"ann": Versioned(second, 2)}


def test_what_another_has_committed_comes_as_bytes(store: PostgresqlBackend, other: PostgresqlBackend) -> None:
    store.commit(given_batch(0, Given(b"1")))
    other.commit(given_batch(1, Given(b"2")))
    assert store.fetch(["ann"]) == {"ann": Versioned(b"2", 2)}


def test_what_another_has_committed_after_forgetting_is_not_taken_for_ones_own(
    store: PostgresqlBackend, other: PostgresqlBackend
) -> None:
    """It has the same version."""
    store.commit(given_batch(0, Given(b"1")))
    other.commit(Batch(erased=["ann"]))
    assert store.fetch(["ann"]) == {}
    other.commit(given_batch(0, Given(b"2")))
    assert store.fetch(["ann"]) == {"ann": Versioned(b"2", 1)}


def test_a_state_of_a_batch_that_did_not_land_is_not_given(store: PostgresqlBackend, other: PostgresqlBackend) -> None:
    store.commit(given_batch(0, Given(b"1")))
    other.commit(given_batch(1, b"2"))
    with pytest.raises(ConflictError):
        store.commit(given_batch(1, Given(b"3")))
    assert store.load(["ann"]) == {"ann": b"2"}
