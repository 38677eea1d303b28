"""`seg segments`, `seg members`, `seg customer`."""

from pathlib import Path

import pytest

from tests.cli.conftest import EVENTS, Seg, objects, order, told, write_events

STORE = ("--store", "shop.store")


@pytest.fixture(autouse=True)
def ran(shop: Path, run: Seg) -> None:
    assert run("run", "shop.seg", "--events", "events.jsonl").exit_code == 0


def test_segments(run: Seg, snapshot):
    assert run("segments", *STORE).output == snapshot
    assert told(run("segments", *STORE, "--json").output) == snapshot
    assert told(run("segments", *STORE, "--json", "--at", "2026-03-02T10:00:00Z").output) == snapshot


def test_members(run: Seg, snapshot):
    assert run("members", "Skiers", *STORE).output == snapshot
    assert told(run("members", "Skiers", *STORE, "--json").output) == snapshot
    assert run("members", "Skiers", *STORE, "--at", "2026-03-01").output == ""
    assert [each["customer"] for each in objects(run("members", "Fresh", *STORE, "--json").output)] == ["cem"]


def test_a_segment_of_several_words_needs_no_quotes(shop: Path, run: Seg):
    (shop / "two.seg").write_text("segment Two Words if places order", encoding="utf-8")
    assert run("run", "two.seg", "--events", "events.jsonl").exit_code == 0
    asked = ("--store", "two.store")
    assert run("members", "Two", "Words", *asked).stdout == run("members", "Two Words", *asked).stdout != ""


def test_a_customer(run: Seg, snapshot):
    assert run("customer", "bob", *STORE).output == snapshot
    assert told(run("customer", "bob", *STORE, "--json").output) == snapshot
    assert run("customer", "bob", *STORE, "--at", "2026-03-02T10:00:00Z").output == snapshot
    assert run("customer", "zoe", *STORE).output == snapshot


def test_names_cannot_steer_the_terminal(shop: Path, run: Seg):
    write_events(shop / "events.jsonl", [*EVENTS, order("e9", "\x1b[31mred", "2026-03-13T10:00:00Z", "Ski")])
    run("run", "shop.seg", "--events", "events.jsonl")
    for args in (("members", "Skiers"), ("customer", "\x1b[31mred")):
        output = run(*args, *STORE).output
        assert "\x1b" not in output
        assert "\\u001b[31mred" in output


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["members", "Skirs", "--store", "shop.store"], "did you mean 'Skiers'?"),
        (["members", "Skiers", "--store", "none.store"], "there is no store none.store"),
        (["segments", "--store", "sqlite:///none.store"], "there is no store none.store"),
        (["customer", "ann", "--store", "none.store"], "there is no store none.store"),
        (["segments", "--store", "memory://"], "this store is empty"),
        (["segments", "--store", "empty.store"], "an empty file"),
        (["segments", "--store", "."], "it is a folder"),
        (["segments", "--store", "shop.store", "--at", "yesterday"], "'yesterday' is no instant"),
        (["segments"], "Missing option '--store'"),
        (["member", "Skiers"], "did you mean 'members'?"),
    ],
)
def test_what_cannot_be_answered(shop: Path, run: Seg, args: list[str], said: str):
    (shop / "empty.store").touch()
    result = run(*args)
    assert result.exit_code == 2
    assert said in result.stderr
    assert not (shop / "none.store").exists()
    assert (shop / "empty.store").stat().st_size == 0
