"""Stores of every older layout, brought up: they answer, and go on, as a store does that was made now."""

import gzip
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

import segdsl
from segdsl.backends import open_backend
from segdsl.backends.sqlite import older, open_file
from segdsl.backends.sqlite.schema import VERSION
from segdsl.diagnostics.errors import OldStoreError, StoreError
from segdsl.host.care.checking import check
from segdsl.host.care.migrating import migrate
from tests.backends.layouts.make import CLOCK, HERE, LATEST, events_of, feed, ready, rules_of

NAMES = list(LATEST)
WITHOUT_JOURNAL = ("1", "2")


@pytest.fixture
def unpacked(tmp_path: Path) -> Callable[[str], Path]:
    """The store of an older layout, as a file that can be written to."""

    def unpack(name: str) -> Path:
        path = tmp_path / f"{name}.store"
        path.write_bytes(gzip.decompress((HERE / f"{name}.store.gz").read_bytes()))
        path.chmod(0o600)
        return path

    return unpack


def engine_on(url: str, name: str) -> segdsl.Engine:
    """An engine as the one that the store was made with."""
    options: dict[str, Any] = {} if name == "1" else {"withdrawn": lambda effect: None}
    clock = int(CLOCK.timestamp()) * 1_000_000
    return segdsl.Engine(None, url, clock=lambda: clock, handlers={"show content": lambda effect: None}, **options)


@pytest.fixture
def made_now(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], segdsl.Engine]]:
    """A store that was made now, of the same events."""
    monkeypatch.chdir(HERE)
    engines: list[segdsl.Engine] = []

    def make(name: str) -> segdsl.Engine:
        engines.append(feed(segdsl, "memory://", name, journal=name not in WITHOUT_JOURNAL))
        return engines[-1]

    yield make
    for engine in engines:
        engine.close()


def answers(engine: segdsl.Engine) -> dict[str, Any]:
    """What can be asked of a store."""
    segments = sorted(engine.segments)
    customers = list(engine.backend.customers())
    return {
        "customers": customers,
        "members": {name: list(engine.members(name)) for name in segments},
        "then": {name: list(engine.members(name, "2026-03-20T00:00:00Z")) for name in segments},
        "counts": engine.counts(),
        "histories": {who: engine.history(who) for who in customers},
        "promotions": {who: engine.promotions(who) for who in customers},
        "next": {who: engine.next_change(who) for who in customers[:3]},
        "outbox": [
            (each.action, each.customer, each.fields, each.instant, each.mark) for each in engine.backend.outbox(1_000)
        ],  # layout 1 had other ids, and before layout 3 was over they were not numbered
        "guests": {who: engine.guests_of(who) for who in customers},
        "visitors": {who: engine.visitors_of(who) for who in customers},
    }


def reasons(engine: segdsl.Engine) -> list[Any]:
    return [engine.why(who, name) for who in list(engine.backend.customers())[:3] for name in ("Buyers", "Golf Last")]


def go_on(engine: segdsl.Engine) -> list[Any]:
    """What comes of more events, some of them late, and of the clock."""
    engine.clock = lambda: int(CLOCK.timestamp() + 60 * 86_400) * 1_000_000
    found: list[Any] = [engine.process(each) for each in ready(events_of("more.jsonl"))]
    engine.advance("2026-06-10T00:00:00Z")
    return found


@pytest.mark.parametrize("name", NAMES)
def test_an_older_store_is_refused_with_what_brings_it_up(name: str, unpacked: Callable[[str], Path]) -> None:
    path = unpacked(name)
    with pytest.raises(OldStoreError, match=f"layout {name[0]}, .*`seg store migrate {path}`"):
        open_file(path)


@pytest.mark.parametrize("name", NAMES)
def test_what_was_brought_up_answers_and_goes_on_as_what_is_made_now(
    name: str, unpacked: Callable[[str], Path], made_now: Callable[[str], segdsl.Engine]
) -> None:
    path, fresh = unpacked(name), made_now(name)
    migrate(path)
    with engine_on(f"sqlite:///{path}", name) as engine:
        assert answers(engine) == answers(fresh)
        if name not in WITHOUT_JOURNAL:
            assert reasons(engine) == reasons(fresh)
        outcomes = go_on(engine)
        assert outcomes == go_on(fresh)
        assert any(each.undone for several in outcomes for each in several) == (name != "1")
        assert answers(engine) == answers(fresh)


@pytest.mark.parametrize("name", NAMES)
def test_what_was_brought_up_is_sound(name: str, unpacked: Callable[[str], Path]) -> None:
    path = unpacked(name)
    done = migrate(path)
    assert (done.before, done.after) == (int(name[0]), VERSION)
    with open_backend(f"sqlite:///{path}") as backend:
        assert check(backend, deep=name not in WITHOUT_JOURNAL).faults == ()


@pytest.mark.parametrize("name", NAMES)
def test_the_same_rules_go_on_with_it(
    name: str, unpacked: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = unpacked(name)
    migrate(path)
    monkeypatch.chdir(HERE)
    segdsl.Engine(segdsl.load(*rules_of(name)), f"sqlite:///{path}").close()


def columns(path: Path) -> dict[str, list[Any]]:
    with closing(sqlite3.connect(path)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        indexes = sorted(connection.execute("SELECT name, tbl_name FROM sqlite_master WHERE type = 'index'"))
        found = {name: connection.execute(f"PRAGMA table_info({name})").fetchall() for name in tables}
        return {**found, "indexes": indexes}


@pytest.mark.parametrize("name", NAMES)
def test_the_tables_are_those_of_a_store_that_is_made_now(
    name: str, unpacked: Callable[[str], Path], tmp_path: Path
) -> None:
    path, fresh = unpacked(name), tmp_path / "fresh.store"
    open_file(fresh).close()
    migrate(path)
    assert columns(path) == columns(fresh)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "5"])
def test_the_old_store_is_kept_beside_the_new_one(name: str, unpacked: Callable[[str], Path]) -> None:
    path = unpacked(name)
    kept = migrate(path).kept
    assert kept == path.with_name(f"{path.name}.bak")
    assert older.layout_of(kept) == int(name[0])
    assert sorted(each.name for each in path.parent.iterdir()) == [path.name, kept.name]
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_store_that_is_kept_from_an_earlier_time_is_not_written_over(unpacked: Callable[[str], Path]) -> None:
    path = unpacked("4")
    path.with_name(f"{path.name}.bak").write_text("mine")
    before = path.read_bytes()
    with pytest.raises(StoreError, match=r"4\.store\.bak is there already"):
        migrate(path)
    assert path.read_bytes() == before
    assert path.with_name(f"{path.name}.bak").read_text() == "mine"


def test_bringing_it_up_again_does_nothing(unpacked: Callable[[str], Path]) -> None:
    path = unpacked("4")
    migrate(path)
    again = migrate(path)
    assert (again.before, again.after, again.kept) == (VERSION, VERSION, None)


def test_what_older_layouts_did_not_keep_is_told(unpacked: Callable[[str], Path]) -> None:
    said = " ".join(migrate(unpacked("2")).remarks)
    assert "whose instants were not kept" in said
    assert "`seg why` cannot answer" in said


def test_a_journal_tells_the_instants_that_states_did_not_keep(unpacked: Callable[[str], Path]) -> None:
    assert migrate(unpacked("3-early")).remarks == ()


@pytest.mark.parametrize("name", ["4", "5"])
def test_a_store_that_is_in_use_is_not_touched(
    name: str, unpacked: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = unpacked(name)
    monkeypatch.setattr(older, "BUSY_SECONDS", 0.01)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = WAL")
        other.execute("SELECT count(*) FROM states").fetchone()
        with pytest.raises(StoreError, match="locked by another"):
            migrate(path)
    assert older.layout_of(path) == int(name)


@pytest.mark.parametrize("name", ["4", "5"])
def test_what_goes_wrong_on_the_way_leaves_the_old_store(
    name: str, unpacked: Callable[[str], Path], tmp_path: Path
) -> None:
    path = unpacked(name)
    with closing(sqlite3.connect(path)) as connection:
        table, column = ("states", "state") if name == "4" else ("outbox", "effect")
        connection.execute(f"UPDATE {table} SET {column} = '?' WHERE rowid = (SELECT max(rowid) FROM {table})")
        connection.commit()
    before = shutil.copy(path, tmp_path / "before")
    with pytest.raises(StoreError):
        migrate(path)
    assert path.read_bytes() == Path(before).read_bytes()
    assert {each.name for each in tmp_path.iterdir()} == {path.name, "before"}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a process is killed")
@pytest.mark.parametrize(
    ("name", "where"),
    [
        ("4", "os.link"),
        ("4", "pathlib.Path.replace"),
        ("4", "os.fsync"),
        ("5", "segdsl.backends.sqlite.older.Older._keep"),
    ],
)
def test_killed_on_the_way_it_is_done_again(name: str, where: str, unpacked: Callable[[str], Path]) -> None:
    path = unpacked(name)
    child = os.fork()
    if not child:
        try:
            with patch(where, lambda *_: os._exit(9)):
                migrate(path)
        finally:
            os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    assert older.layout_of(path) == int(name)
    migrate(path)
    with open_backend(f"sqlite:///{path}") as backend:
        assert check(backend, deep=True).faults == ()
    assert not [each for each in path.parent.iterdir() if each.name.endswith((".new", ".new-wal", "-journal"))]


def test_a_file_that_is_no_store_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("nothing of ours")
    with pytest.raises(StoreError, match="not a segdsl store"):
        migrate(path)
    assert path.read_text() == "nothing of ours"
