"""`seg outbox`: what waits to be delivered, and dead letters."""

from datetime import timedelta
from pathlib import Path

import pytest

import segdsl
from tests.cli.conftest import EVENTS, Seg, objects, registers, told, write_events

STORE = ("--store", "shop.store")
NOW = 1_775_000_000_000_000
"""2026-03-31T23:33:20Z."""


def deliver(**failing: Exception) -> None:
    """Deliver from the store, and fail for some customers."""

    def handler(effect: segdsl.Effect) -> None:
        if error := failing.get(effect.customer):
            raise error

    with segdsl.Engine(None, "sqlite:///shop.store", clock=lambda: NOW) as engine:
        engine.deliver(handler, first=timedelta(microseconds=1))


@pytest.fixture(autouse=True)
def ran(shop: Path, run: Seg) -> None:
    write_events(shop / "events.jsonl", [*EVENTS, registers("e9", "zoe", "2026-03-13T10:00:00Z", first_name="Zoe")])
    assert run("run", "shop.seg", "--events", "events.jsonl").exit_code == 0


def without_ids(run: Seg, output: str) -> str:
    """An id is a hash, which may change with the format of a plan: its first column is left out."""
    hashes = [each["id"] for each in objects(run("outbox", *STORE, "--json").output)]
    hashes += [each["id"] for each in objects(run("outbox", "--dead", *STORE, "--json").output)]
    for number, each in enumerate(hashes):
        output = output.replace(each, f"id-{number}".ljust(len(each)))
    return output


def test_what_waits_is_listed(run: Seg, snapshot):
    result = run("outbox", *STORE)
    assert (result.exit_code, without_ids(run, result.output)) == (0, snapshot)
    assert told(run("outbox", *STORE, "--json").output) == snapshot


def test_what_failed_is_listed_with_the_error_behind_what_can_be_delivered_now(run: Seg, snapshot):
    deliver(
        ann=ConnectionError("the line is dead"), bob=segdsl.RefusedError("no such address"), zoe=ValueError("x" * 300)
    )
    result = run("outbox", *STORE)
    assert (result.exit_code, without_ids(run, result.stdout)) == (0, snapshot)
    assert result.stderr == "seg: there are dead letters too: --dead lists them\n"


def test_dead_letters_are_listed_with_the_last_error(run: Seg, snapshot):
    deliver(bob=segdsl.RefusedError("no such\x1b[31m address"))
    result = run("outbox", "--dead", *STORE)
    assert (result.exit_code, without_ids(run, result.output)) == (0, snapshot)
    assert told(run("outbox", "--dead", *STORE, "--json").output) == snapshot


def test_where_there_is_nothing_that_is_said(run: Seg):
    assert run("outbox", "--dead", *STORE).output == "shop.store has no dead letters\n"
    deliver()
    assert run("outbox", *STORE).output == "nothing waits in shop.store\n"
    assert run("outbox", *STORE, "--json").output == ""


def test_no_more_are_listed_than_asked_for_and_that_is_said(run: Seg):
    result = run("outbox", "--limit", "2", *STORE, "--json")
    assert [each["customer"] for each in objects(result.stdout)] == ["ann", "bob"]
    assert result.stderr == "seg: there are more: these are the first 2, --limit N lists more\n"


def test_a_dead_letter_is_tried_again(run: Seg):
    deliver(ann=segdsl.RefusedError("no"), bob=segdsl.RefusedError("no"))
    ann, bob = objects(run("outbox", "--dead", *STORE, "--json").output)
    result = run("outbox", "--again", ann["id"], *STORE)
    assert (result.exit_code, result.output) == (0, "1 dead letter is to be tried again\n")
    assert [each["customer"] for each in objects(run("outbox", *STORE, "--json").output)] == ["ann"]
    assert [each["id"] for each in objects(run("outbox", "--dead", *STORE, "--json").output)] == [bob["id"]]


def test_all_dead_letters_are_tried_again(run: Seg):
    deliver(ann=segdsl.RefusedError("no"), bob=segdsl.RefusedError("no"))
    assert run("outbox", "--again-all", *STORE).output == "2 dead letters are to be tried again\n"
    assert objects(run("outbox", "--again-all", *STORE, "--json").output) == [{"revived": 0, "unknown": []}]
    assert run("outbox", "--again-all", *STORE).output == "nothing was revived\n"


def test_an_id_of_no_dead_letter_is_told_and_the_others_are_tried_again(run: Seg):
    deliver(ann=segdsl.RefusedError("no"))
    [ann] = objects(run("outbox", "--dead", *STORE, "--json").output)
    result = run("outbox", "--again", "zzz", "--again", ann["id"], *STORE)
    assert (result.exit_code, result.stdout) == (2, "1 dead letter is to be tried again\n")
    assert result.stderr == "seg: no dead letter has the id zzz: --dead lists them\n"


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--again", "a", "--again-all"], "--again-all has all dead letters tried again: leave out --again"),
        (
            ["--dead", "--again-all"],
            "--dead lists dead letters, --again and --again-all have them tried again: say one",
        ),
        (["--limit", "0"], "0 is not in the range x>=1"),
    ],
)
def test_what_does_not_go_together(run: Seg, args: list[str], said: str):
    result = run("outbox", *args, *STORE)
    assert (result.exit_code, said in result.stderr) == (2, True)


def test_asking_makes_no_store(shop: Path, run: Seg):
    result = run("outbox", "--store", "other.store")
    assert (result.exit_code, (shop / "other.store").exists()) == (2, False)
    assert "there is no store other.store" in result.stderr
