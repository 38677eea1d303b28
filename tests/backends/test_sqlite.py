"""What only the SQLite backend does: its file, its locks, its limits, and what it says when something is wrong."""

import os
import sqlite3
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from segdsl.backends import open_backend
from segdsl.backends.base import Batch, Position, StoredProgram, StoredState
from segdsl.backends.sqlite import SqliteBackend, open_file, rows, schema
from segdsl.diagnostics.errors import StoreError
from segdsl.records.outcomes import Because, Change, Effect

BECAUSE = Because("added", "shop.seg:3", "vip", "order-1")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "shop.store"


@pytest.fixture
def backend(file: Path) -> Iterator[SqliteBackend]:
    with open_file(file, busy_seconds=0.01) as opened:
        yield opened


def change(customer: str, entered: bool = True, instant: int = 1) -> Change:
    return Change(customer, "vip", entered, instant, 0, 0, BECAUSE)


def full_batch(ids: str = "abcde") -> Batch:
    return Batch(
        states=[StoredState(id_, b"s", 1, 1, 1) for id_ in ids],
        changes=[change(id_) for id_ in ids],
        effects=[Effect(f"e{id_}", "send", id_, {"n": 1}, 1, 0, 0, 0, BECAUSE) for id_ in ids],
        tombstones={"h": 4},
        positions={"orders": Position(1, 2, 3)},
        clock=9,
    )


def other_database(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def assert_refused_untouched(path: Path, message: str) -> None:
    before = path.read_bytes()
    with pytest.raises(StoreError, match=message):
        open_file(path)
    assert path.read_bytes() == before
    # Of a database in WAL mode SQLite leaves these two behind, empty, when it was opened for reading only.
    assert {each.name for each in path.parent.iterdir()} <= {path.name, f"{path.name}-wal", f"{path.name}-shm"}


# The URL and the file


def test_everything_is_still_there_after_reopening(file: Path) -> None:
    program = StoredProgram("d", b"plan", (("a.seg", "x"),), "2026a", b"s")
    with open_file(file) as backend:
        backend.install(program)
        backend.commit(full_batch())
    with open_file(file) as backend:
        assert backend.program() == program
        assert (backend.clock(), backend.position("orders"), backend.tombstones(["h"])) == (
            9,
            Position(1, 2, 3),
            {"h": 4},
        )
        assert list(backend.customers()) == list(backend.due(1)) == backend.timers(1, 9) == list("abcde")
        assert backend.load(["a"]) == {"a": b"s"}
        assert [each.customer for each in backend.members("vip")] == list("abcde")
        assert (backend.count("vip"), backend.history("a")) == (5, [change("a")])
        assert backend.outbox(9) == full_batch().effects


def test_a_path_may_be_relative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    open_backend("sqlite:///shop.store").close()
    assert (tmp_path / "shop.store").is_file()


@pytest.mark.parametrize("name", ["50%20 off?mode=ro#1.store", ":memory:", "Grüße & co.store"])
def test_a_path_is_taken_as_it_stands(tmp_path: Path, name: str) -> None:
    open_backend(f"sqlite:///{tmp_path}/{name}").close()
    assert [each.name for each in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("url", ["sqlite:///", "sqlite://", "sqlite://shop.store", "sqlite:///a\0b"])
def test_a_url_without_a_path_is_refused_with_an_example(url: str) -> None:
    with pytest.raises(StoreError, match=r"write for example sqlite:///data/shop\.store"):
        open_backend(url)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no such permissions")
def test_a_new_store_can_be_read_by_its_owner_only(file: Path, backend: SqliteBackend) -> None:
    backend.commit(full_batch())
    modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in file.parent.iterdir()}
    assert modes == {"shop.store": 0o600, "shop.store-wal": 0o600, "shop.store-shm": 0o600}


def test_closing_leaves_one_file(file: Path) -> None:
    with open_file(file) as backend:
        backend.commit(full_batch())
    assert [each.name for each in file.parent.iterdir()] == ["shop.store"]


def test_an_empty_file_becomes_a_store(file: Path) -> None:
    file.touch()
    with open_file(file) as backend:
        assert backend.customer_count() == 0


def test_the_file_says_whose_it_is_and_how_it_is_read(backend: SqliteBackend) -> None:
    marks = [backend._connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "journal_mode")]
    assert marks == [0x73656764, "wal"]


# What cannot be opened


def test_a_missing_folder_is_refused_and_not_made(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"the folder .*data does not exist"):
        open_file(tmp_path / "data" / "shop.store")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="it is a folder"):
        open_file(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no such files")
def test_what_is_not_an_ordinary_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(StoreError, match="not an ordinary file"):
        open_file(tmp_path / "pipe")


def test_a_path_that_is_too_long_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no store can be opened"):
        open_file(tmp_path / ("x" * 5000))


@pytest.mark.parametrize("content", [b"x", b"segment vip: customers who pay\n" * 500, b"SQLite format 3", b"\0" * 4096])
def test_a_file_that_is_no_database_is_refused_untouched(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    assert_refused_untouched(file, "is not a segdsl store")


@pytest.mark.parametrize("mark", ["PRAGMA user_version = 3", "PRAGMA application_id = 7", "PRAGMA journal_mode = WAL"])
def test_another_applications_database_is_refused_untouched(file: Path, mark: str) -> None:
    other_database(file, mark, "CREATE TABLE orders (id)")
    assert_refused_untouched(file, "another application's database")


def test_a_store_of_a_newer_version_is_refused_untouched(file: Path) -> None:
    open_file(file).close()
    other_database(file, f"PRAGMA user_version = {schema.VERSION + 1}")
    assert_refused_untouched(file, "newer version of segdsl .*upgrade segdsl")


def test_a_store_of_an_older_layout_is_refused_untouched(file: Path) -> None:
    open_file(file).close()
    other_database(file, "PRAGMA user_version = 1")
    assert_refused_untouched(file, "older version of segdsl .*run anew with --fresh")


def test_a_damaged_store_says_so(file: Path) -> None:
    with open_file(file) as backend:
        backend.commit(full_batch())
    content = bytearray(file.read_bytes())
    content[4096:] = b"\xa5" * (len(content) - 4096)
    file.write_bytes(content)
    with open_file(file) as backend, pytest.raises(StoreError, match="is damaged: restore it"):
        list(backend.members("vip"))


def test_a_row_that_cannot_be_decoded_says_that_the_store_is_damaged(backend: SqliteBackend) -> None:
    backend.commit(full_batch())
    backend._connection.execute("UPDATE memberships SET since_because = '{'")
    for ask in (backend.memberships, backend.history):
        with pytest.raises(StoreError, match="is damaged"):
            ask("a")


# Locks, limits, failures


def test_a_commit_while_another_connection_writes_says_locked(file: Path, backend: SqliteBackend) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="locked by another process"):
            backend.commit(full_batch())
        other.execute("ROLLBACK")
    backend.commit(full_batch())
    assert backend.count("vip") == 5


def test_a_store_is_opened_and_read_while_another_connection_writes(file: Path, backend: SqliteBackend) -> None:
    backend.commit(full_batch())
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("DELETE FROM states")
        with open_file(file, busy_seconds=0.01) as reader:
            assert list(reader.due(1)) == list(reader.customers()) == list("abcde")
            assert [each.customer for each in reader.members("vip")] == list("abcde")


def test_a_reader_sees_what_another_backend_has_committed(file: Path, backend: SqliteBackend) -> None:
    with open_file(file) as reader:
        assert reader.count("vip") == 0
        backend.commit(full_batch())
        assert reader.count("vip") == 5


def test_a_full_disk_is_named_and_nothing_is_kept(backend: SqliteBackend) -> None:
    backend._connection.execute("PRAGMA max_page_count = 40")
    big = Batch(states=[StoredState(f"c{number}", b"x" * 4000, 1, None) for number in range(100)], clock=5)
    with pytest.raises(StoreError, match="the disk or a quota is full"):
        backend.commit(big)
    assert (backend.customer_count(), backend.clock()) == (0, None)
    backend.commit(full_batch())
    assert backend.customer_count() == 5


def test_a_store_that_cannot_be_written_says_read_only(backend: SqliteBackend) -> None:
    backend._connection.execute("PRAGMA query_only = ON")
    with pytest.raises(StoreError, match="read-only for this user"):
        backend.commit(full_batch())


@pytest.mark.parametrize("table", ["states", "memberships", "counts", "outbox", "tombstones", "positions", "meta"])
def test_a_commit_that_fails_half_way_leaves_nothing_behind(backend: SqliteBackend, table: str) -> None:
    backend.commit(full_batch("ab"))
    before = list(backend._connection.iterdump())
    for event in ("INSERT", "UPDATE"):
        backend._connection.execute(
            f"CREATE TEMP TRIGGER fail_{event} BEFORE {event} ON main.{table} BEGIN SELECT RAISE(ABORT, 'halt'); END"
        )
    batch = full_batch("cde")
    batch.erased, batch.changes = ["a"], [change("b", False, 2), *batch.changes]
    batch.undone, batch.withdrawn = [change("b")], [full_batch("b").effects[0]]
    batch.changes[0] = change("b", True, 2)
    with pytest.raises(StoreError):
        backend.commit(batch)
    assert list(backend._connection.iterdump()) == before


def test_a_number_beyond_64_bits_is_refused_with_its_whole_batch(backend: SqliteBackend) -> None:
    with pytest.raises(StoreError, match="cannot keep a value"):
        backend.commit(Batch(states=[StoredState("a", b"", 1, None), StoredState("b", b"", 2**70, None)]))
    assert backend.customer_count() == 0


def test_text_that_is_not_unicode_is_refused_with_its_whole_batch(backend: SqliteBackend) -> None:
    with pytest.raises(StoreError, match="cannot keep a value"):
        backend.commit(Batch(states=[StoredState("a", b"", 1, None), StoredState("\ud800", b"", 2, None)]))
    assert backend.customer_count() == 0


def test_a_closed_store_says_so(backend: SqliteBackend) -> None:
    backend.commit(full_batch())
    walk = backend.due(5)
    next(walk)
    backend.close()
    with pytest.raises(StoreError, match="closed"):
        backend.clock()
    walk.close()


# Pages and plans


def test_walks_cross_pages_without_losing_or_repeating_anybody(
    backend: SqliteBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "PAGE", 2)
    backend.commit(full_batch())
    assert list(backend.customers()) == list(backend.due(1)) == list("abcde")
    assert [each.customer for each in backend.members("vip")] == list("abcde")
    assert [each.customer for each in backend.members("vip", 1)] == list("abcde")


def test_walks_cross_pages_while_batches_are_committed(backend: SqliteBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "PAGE", 2)
    backend.commit(full_batch())
    served = []
    for customer in backend.due(1):
        served.append(customer)
        backend.commit(Batch(states=[StoredState(customer, b"new", 2, None)], changes=[change(customer, False, 2)]))
    assert served == list("abcde")
    assert (list(backend.due(1)), backend.count("vip")) == ([], 0)


def test_a_walk_leaves_nothing_behind(backend: SqliteBackend) -> None:
    backend.commit(full_batch())
    list(backend.due(1))
    given_up = backend.due(1)
    next(given_up)
    given_up.close()
    assert backend._connection.execute("SELECT count(*) FROM due_walk").fetchone() == (0,)


@pytest.mark.parametrize(
    ("ask", "index"),
    [
        (lambda backend: list(backend.members("vip")), "memberships_open"),
        (lambda backend: list(backend.members("vip", 1)), "memberships_segment"),
        (lambda backend: backend.count("vip", 1), "memberships_segment"),
        (lambda backend: backend.memberships("a"), "memberships_customer"),
        (lambda backend: backend.memberships("a", 1), "memberships_customer"),
        (lambda backend: backend.history("a"), "memberships_customer"),
        (lambda backend: list(backend.due(1)), "states_due"),
        (lambda backend: backend.timers(1, 2), "states_timer"),
        (lambda backend: backend.load(["a", "b"]), "sqlite_autoindex_states_1"),
        (lambda backend: list(backend.customers()), "sqlite_autoindex_states_1"),
        (lambda backend: backend.commit(Batch(changes=[change("a", False, 2)])), "memberships_open"),
        (lambda backend: backend.commit(Batch(undone=[change("a")])), "memberships_customer"),
        (lambda backend: backend.commit(Batch(withdrawn=full_batch().effects)), "sqlite_autoindex_outbox_1"),
        (lambda backend: backend.commit(Batch(erased=["a"])), "memberships_customer"),
        (lambda backend: backend.claim(2, 9, 10, ["send"]), "outbox_again"),
        (lambda backend: backend.waiting(2, ["send"]), "outbox_again"),
    ],
)
def test_queries_search_an_index_and_never_a_whole_table(
    backend: SqliteBackend, ask: Callable[[SqliteBackend], object], index: str
) -> None:
    backend.commit(full_batch())
    plan = " ".join(plans(backend, ask))
    assert index in plan
    assert "SCAN" not in plan
    if "due_walk" not in plan:
        assert "B-TREE" not in plan or "memberships_customer" in plan  # no sorting but of one customer's rows


def test_who_asks_for_what_is_due_where_nothing_is_stands_in_no_writers_way(backend: SqliteBackend) -> None:
    backend.commit(full_batch())
    backend.claim(99, 9, 10)
    assert "BEGIN" not in " ".join(traced(backend, lambda each: each.claim(2, 9, 10)))


def test_timers_are_read_off_an_index_in_its_order(backend: SqliteBackend) -> None:
    backend.commit(full_batch())
    plan = plans(backend, lambda each: each.timers(1, 2))
    assert plan == ["SEARCH states USING COVERING INDEX states_timer (timer<?)"]


def test_what_is_undone_is_read_off_an_index_in_its_order(backend: SqliteBackend) -> None:
    backend.commit(full_batch())
    plan = plans(backend, lambda each: each.commit(Batch(undone=[change("a")])))
    assert plan[0] == "SEARCH memberships USING INDEX memberships_customer (customer=?)"
    assert "B-TREE" not in " ".join(plan)


def test_a_batch_that_takes_nothing_back_looks_for_nothing_to_take_back(backend: SqliteBackend) -> None:
    statements = traced(backend, lambda each: each.commit(full_batch()))
    looked = [each for each in statements if each.startswith(("SELECT", "DELETE"))]
    assert not [each for each in looked if "version" not in each]


def test_counting_the_open_members_does_not_look_at_them(backend: SqliteBackend) -> None:
    assert "memberships" not in " ".join(plans(backend, lambda each: each.count("vip")))


def traced(backend: SqliteBackend, ask: Callable[[SqliteBackend], object]) -> list[str]:
    """All the statements that a question leads to."""
    statements: list[str] = []
    backend._connection.set_trace_callback(statements.append)
    ask(backend)
    backend._connection.set_trace_callback(None)
    return statements


def plans(backend: SqliteBackend, ask: Callable[[SqliteBackend], object]) -> list[str]:
    """How SQLite goes about all the statements that a question leads to."""
    statements = traced(backend, ask)
    known = [each for each in statements if each.split()[0] in ("SELECT", "INSERT", "UPDATE", "DELETE")]
    return [row[3] for each in known for row in backend._connection.execute(f"EXPLAIN QUERY PLAN {each}") if row[3]]
