"""States that a backend keeps as they were given for a while: what comes back is what was committed last, by anyone."""

from collections.abc import Iterator
from pathlib import Path
from typing import SupportsBytes

import pytest
from attrs import frozen

from segdsl.backends.base import Backend, Batch, StoredLink, StoredState, Versioned
from segdsl.backends.memory import MemoryBackend
from segdsl.backends.sqlite import SqliteBackend, open_file
from segdsl.backends.sqlite.hot import LARGE, Hot
from segdsl.diagnostics.errors import StoreError
from tests.backends.conftest import enter


@frozen
class Given:
    """A state that is an object, as long as nobody needs its bytes."""

    content: bytes

    def __bytes__(self) -> bytes:
        return self.content


class Unwritable:
    def __bytes__(self) -> bytes:
        raise TypeError("this has no bytes")


def batch(customer: str, content: SupportsBytes, **more: object) -> Batch:
    return Batch(states=[StoredState(customer, content, 0, None)], **more)  # type: ignore[arg-type]


def content(backend: Backend, *customers: str) -> dict[str, bytes]:
    return {customer: bytes(state) for customer, state in backend.load(customers).items()}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "hot.store"


@pytest.fixture
def store(file: Path) -> Iterator[SqliteBackend]:
    with open_file(file) as opened:
        yield opened


# On every backend


def test_a_state_that_is_an_object_comes_back_with_its_bytes(backend: Backend) -> None:
    backend.commit(batch("ann", Given(b"1")))
    assert content(backend, "ann", "zoe") == {"ann": b"1"}


def test_the_state_committed_last_comes_back(backend: Backend) -> None:
    backend.commit(batch("ann", Given(b"1")))
    backend.commit(batch("ann", Given(b"2")))
    assert content(backend, "ann") == {"ann": b"2"}


def test_bytes_take_the_place_of_an_object(backend: Backend) -> None:
    backend.commit(batch("ann", Given(b"1")))
    backend.commit(batch("ann", b"2"))
    assert content(backend, "ann") == {"ann": b"2"}


def test_a_batch_that_does_not_fit_leaves_the_state_of_before(backend: Backend) -> None:
    backend.commit(batch("ann", Given(b"1"), changes=[enter("ann", "vip", 1)]))
    with pytest.raises(StoreError):
        backend.commit(batch("ann", Given(b"2"), changes=[enter("ann", "vip", 2)]))
    assert content(backend, "ann") == {"ann": b"1"}


def test_nothing_comes_back_of_one_who_was_erased(backend: Backend) -> None:
    backend.commit(batch("ann", Given(b"1")))
    backend.commit(Batch(erased=["ann"]))
    assert content(backend, "ann") == {}


def test_nothing_comes_back_of_a_guest_who_has_another_name(backend: Backend) -> None:
    backend.commit(batch("visitor:a#1", Given(b"1")))
    link = StoredLink("visitor:a#1", "ann", 1, "a", 1, True)
    backend.commit(batch("ann", Given(b"2"), renamed={"visitor:a#1": "ann"}, links=[link]))
    assert content(backend, "visitor:a#1", "ann") == {"ann": b"2"}


def test_nothing_comes_back_of_a_guest_who_was_joined(backend: Backend) -> None:
    backend.commit(batch("visitor:a#1", Given(b"1")))
    backend.commit(batch("ann", Given(b"2"), ended=["visitor:a#1"]))
    assert content(backend, "visitor:a#1", "ann") == {"ann": b"2"}


def test_one_who_was_erased_and_came_again_in_one_batch_has_the_new_state(backend: Backend) -> None:
    backend.commit(batch("ann", Given(b"1")))
    backend.commit(batch("ann", Given(b"2"), erased=["ann"]))
    assert content(backend, "ann") == {"ann": b"2"}


# In memory


def test_memory_turns_what_was_committed_longest_ago_into_bytes() -> None:
    backend = MemoryBackend(hot=1)
    backend.commit(batch("ann", Given(b"1")))
    backend.commit(batch("bob", Given(b"2")))
    assert backend.load(["ann", "bob"]) == {"ann": b"1", "bob": Given(b"2")}


def test_memory_keeps_a_state_without_bytes_as_it_is() -> None:
    backend, unwritable = MemoryBackend(hot=1), Unwritable()
    backend.commit(batch("ann", unwritable))
    backend.commit(batch("bob", Given(b"2")))
    assert backend.load(["ann"]) == {"ann": unwritable}


# In SQLite


def test_sqlite_gives_what_it_committed_without_a_look_at_the_file(store: SqliteBackend) -> None:
    store.commit(batch("ann", Given(b"1")))
    store.load(["ann"])  # the first question finds out who else writes
    store.commit(batch("ann", Given(b"2")))
    assert store.load(["ann"]) == {"ann": Given(b"2")}


def test_sqlite_gives_what_another_writer_committed(file: Path, store: SqliteBackend) -> None:
    store.load(["ann"])
    store.commit(batch("ann", Given(b"1")))
    with open_file(file) as other:
        other.commit(batch("ann", Given(b"other")))
    assert store.load(["ann"]) == {"ann": b"other"}


def test_sqlite_knows_of_a_writer_between_its_question_and_its_commit(file: Path, store: SqliteBackend) -> None:
    store.commit(batch("ann", Given(b"1")))
    store.load(["ann", "bob"])
    with open_file(file) as other:
        other.commit(batch("ann", Given(b"other")))
    store.commit(batch("bob", Given(b"2")))
    assert content(store, "ann", "bob") == {"ann": b"other", "bob": b"2"}


def test_sqlite_looks_into_the_file_after_a_commit_that_failed(store: SqliteBackend) -> None:
    store.load(["ann"])
    store.commit(batch("ann", Given(b"1"), changes=[enter("ann", "vip", 1)]))
    with pytest.raises(StoreError):
        store.commit(Batch(changes=[enter("ann", "vip", 2)]))
    assert store.load(["ann"]) == {"ann": b"1"}


def test_sqlite_refuses_a_batch_with_a_state_without_bytes_whole(store: SqliteBackend) -> None:
    with pytest.raises(TypeError):
        store.commit(batch("ann", Unwritable(), clock=5))
    assert (store.clock(), content(store, "ann")) == (None, {})


def test_no_more_states_are_at_hand_than_there_may_be() -> None:
    hot = Hot(lambda: 1, most=1)
    hot.of([])
    for customer in ("ann", "bob"):
        hot.keep(batch(customer, Given(b"1")), [(1, 7)])
    assert hot.of(["ann", "bob"]) == {"bob": Versioned(Given(b"1"), 7)}


def test_a_large_state_is_not_kept_at_hand() -> None:
    hot = Hot(lambda: 1)
    hot.of([])
    hot.keep(batch("ann", Given(b"")), [(LARGE + 1, 1)])
    assert hot.of(["ann"]) == {}
