"""Stores that are in use, full, foreign, or of other rules; and a store that is begun anew."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from segdsl.backends import sqlite
from segdsl.backends.sqlite import opening
from tests.cli.conftest import RULES, Seg

RUN = ("run", "shop.seg", "--events", "events.jsonl")


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for another process here."""
    monkeypatch.setattr(sqlite.open_file, "__defaults__", (0.01,))


@pytest.fixture
def locked(shop: Path, run: Seg) -> Iterator[None]:
    """A store that another connection is writing to."""
    run(*RUN, "--until", "2026-03-01")
    with closing(sqlite3.connect("shop.store", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield


@pytest.mark.usefixtures("impatient", "locked")
def test_a_store_that_another_process_writes_to(run: Seg):
    for fresh in ([], ["--fresh"]):
        result = run(*RUN, *fresh)
        assert result.exit_code == 2
        assert "seg: the store shop.store is locked by another process" in result.stderr
    assert Path("shop.store").exists()


@pytest.mark.usefixtures("impatient", "locked")
def test_questions_are_answered_beside_a_writer(run: Seg):
    assert run("segments", "--store", "shop.store").exit_code == 0


def test_a_full_disk(shop: Path, run: Seg, monkeypatch: pytest.MonkeyPatch):
    prepare = opening._prepare

    def small(connection: sqlite3.Connection, path: Path, fresh: bool) -> None:
        prepare(connection, path, fresh)
        connection.execute("PRAGMA max_page_count = 1")

    monkeypatch.setattr(opening, "_prepare", small)
    events = "".join(
        json.dumps({"event": "registers", "customer": f"c{n}", "time": "2026-03-01T10:00:00Z"}) + "\n"
        for n in range(2_000)
    )
    (shop / "events.jsonl").write_text(events)
    result = run(*RUN)
    assert result.exit_code == 2
    assert "the disk or a quota is full" in result.stderr


def test_a_store_of_an_older_version_is_begun_anew(shop: Path, run: Seg):
    run(*RUN)
    with closing(sqlite3.connect(shop / "shop.store")) as connection:
        connection.execute("PRAGMA user_version = 1")
        connection.commit()
    assert "older version" in run(*RUN).stderr
    assert run(*RUN, "--fresh").exit_code == 0


def test_a_store_of_other_rules(shop: Path, run: Seg):
    run(*RUN)
    (shop / "shop.seg").write_text(RULES + "segment More listed\n")
    result = run(*RUN)
    assert result.exit_code == 2
    assert "made with other rules" in result.stderr
    assert "--fresh" in result.stderr
    assert "4 events" in run(*RUN, "--fresh").stdout
    (shop / "shop.seg").write_text("# the same, said otherwise\n" + RULES + "segment   More   listed\n")
    assert run(*RUN).exit_code == 0


def test_a_store_of_a_newer_version(shop: Path, run: Seg):
    run(*RUN)
    with closing(sqlite3.connect("shop.store")) as connection:
        connection.execute("PRAGMA user_version = 99")
    for args in (RUN, (*RUN, "--fresh"), ("segments", "--store", "shop.store")):
        result = run(*args)
        assert result.exit_code == 2
        assert "newer version of segdsl" in result.stderr


@pytest.mark.parametrize("data", [b"a list of things to buy\n" * 50, b"x", b"SQLite format 3\0" + b"\0" * 100])
def test_a_file_that_is_no_store_is_left_alone(shop: Path, run: Seg, data: bytes):
    (shop / "shop.store").write_bytes(data)
    for args in (RUN, (*RUN, "--fresh"), ("segments", "--store", "shop.store")):
        result = run(*args)
        assert result.exit_code == 2
        assert "seg: " in result.stderr and result.stderr.count("\n") == 1
    assert (shop / "shop.store").read_bytes() == data


def test_another_application_s_database_is_left_alone(shop: Path, run: Seg):
    with closing(sqlite3.connect("shop.store")) as connection:
        connection.execute("CREATE TABLE t (x)")
    for args in (RUN, (*RUN, "--fresh")):
        assert "another application's database" in run(*args).stderr
    with closing(sqlite3.connect("shop.store")) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("t",)]


def test_fresh_begins_anew(shop: Path, run: Seg):
    run(*RUN)
    (shop / "shop.store-wal").touch()
    result = json.loads(run(*RUN, "--fresh", "--json").stdout)
    assert (result["events"], result["skipped"]) == (4, 0)
    assert run(*RUN, "--fresh", "--store", "new.store").exit_code == 0


def test_fresh_removes_nothing_when_the_run_cannot_begin(shop: Path, run: Seg):
    run(*RUN)
    assert run("run", "shop.seg", "--events", "none.jsonl", "--fresh").exit_code == 2
    (shop / "shop.seg").write_text("when")
    assert run(*RUN, "--fresh").exit_code == 1
    assert (shop / "shop.store").stat().st_size > 0
