"""`seg include`, `seg exclude`, `seg unlist`."""

from pathlib import Path

import pytest

import segdsl
from segdsl.cli.parts import listing
from segdsl.cli.parts.ids import ids_of
from segdsl.diagnostics.errors import InputError
from segdsl.host import engine as batches
from segdsl.host.listing import Listed
from tests.cli.conftest import RULES, Seg, objects, told

STORE = ("--store", "shop.store")
GREETING = '\nwhen enters Staff then send email "hello"\n'


@pytest.fixture(autouse=True)
def ran(shop: Path, run: Seg) -> None:
    (shop / "shop.seg").write_text(RULES + GREETING)
    assert run("run", "shop.seg", "--events", "events.jsonl").exit_code == 0


def members(run: Seg) -> list[str]:
    return [each["customer"] for each in objects(run("members", "Staff", *STORE, "--json").output)]


def test_some_are_included(run: Seg, snapshot):
    result = run("include", "Staff", "ann", "zoe", *STORE)
    assert (result.exit_code, result.output) == (0, snapshot)
    assert members(run) == ["ann", "zoe"]


def test_said_again_nothing_is_done(run: Seg, snapshot):
    run("include", "Staff", "ann", *STORE)
    result = run("include", "Staff", "ann", *STORE)
    assert (result.exit_code, result.output) == (0, snapshot)


def test_some_are_excluded_and_then_neither(run: Seg, snapshot):
    run("include", "Staff", "ann", "bob", *STORE)
    assert run("exclude", "Staff", "ann", *STORE).output == snapshot
    assert members(run) == ["bob"]
    assert run("unlist", "Staff", "ann", "bob", "zoe", *STORE).output == snapshot
    assert members(run) == []


def test_what_came_of_it_as_json(run: Seg, snapshot):
    assert objects(run("include", "Staff", "ann", "zoe", *STORE, "--json").output) == snapshot


def test_changes_and_effects_are_written_as_those_of_a_run(shop: Path, run: Seg, snapshot):
    result = run("include", "Staff", "ann", *STORE, "--changes", "changes.jsonl", "--effects", "effects.jsonl")
    assert result.exit_code == 0
    [change] = told((shop / "changes.jsonl").read_text())
    [effect] = told((shop / "effects.jsonl").read_text())
    for each in (change, effect):
        assert each.pop("event")
    assert (change, {**effect, "id": ""}) == snapshot
    with segdsl.Engine(None, "sqlite:///shop.store") as engine:
        assert "ann" not in [
            each.customer for each in engine.backend.outbox(100) if each.fields == {"template": "hello"}
        ]


def test_changes_to_standard_output_leave_it_to_them(run: Seg):
    result = run("include", "Staff", "ann", *STORE, "--changes", "-")
    assert [each["change"] for each in objects(result.stdout)] == ["enters"]
    assert result.stderr.startswith("included in Staff: 1 customer\n")


def test_an_effect_waits_in_the_store_where_nobody_takes_it(run: Seg):
    run("include", "Staff", "ann", *STORE)
    with segdsl.Engine(None, "sqlite:///shop.store") as engine:
        assert [each.customer for each in engine.backend.outbox(100) if each.fields == {"template": "hello"}] == ["ann"]


def test_many_changes_are_counted(run: Seg):
    ids = "\n".join(f"c{number:03}" for number in range(30))
    lines = run("include", "Staff", "--from", "-", *STORE, given=ids).output.splitlines()
    assert lines[1].startswith("  30 customers are new, of whom no event was seen: c000, c001")
    assert lines[1].endswith("c019 and 10 more")
    assert "  and 10 more: --changes FILE writes all of them" in lines


def test_only_known_ones(run: Seg):
    result = run("include", "Staff", "ann", "zoe", "--known-only", *STORE)
    assert (result.exit_code, members(run)) == (0, ["ann"])
    assert "left out: 1 customer\n  zoe: no event of this customer was seen yet\n" in result.output


def test_one_who_is_left_out_is_told_by_the_exit_code(run: Seg):
    result = run("include", "Staff", "ann", "zoe", "--at", "2026-01-01T00:00:00Z", *STORE)
    assert result.exit_code == 2
    assert "left out: 1 customer\n  ann: the customer has done something at " in result.output
    assert members(run) == ["zoe"]


def test_interrupted_it_says_how_to_go_on(run: Seg, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(batches, "LISTED", 2)
    take = listing.Account.take
    taken = []

    def stopped(account: listing.Account, batch: list[Listed]) -> None:
        if taken:
            raise KeyboardInterrupt
        taken.append(batch)
        take(account, batch)

    monkeypatch.setattr(listing.Account, "take", stopped)
    result = run("include", "Staff", "a", "b", "c", "d", "e", *STORE)
    assert result.exit_code == 130
    assert result.stderr == "seg: interrupted after 2 customers of 5; run the same command to go on from there\n"
    monkeypatch.undo()


def test_progress_is_told_where_it_is_asked_for(run: Seg, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(batches, "LISTED", 2)
    monkeypatch.setattr("segdsl.cli.parts.telling.LINE_SECONDS", 0)
    result = run("include", "Staff", "a", "b", "c", *STORE, "--progress")
    assert result.stderr.splitlines() == ["said of 2 of 3 customers", "said of 3 of 3 customers"]


def test_ids_cannot_steer_the_terminal(run: Seg):
    output = run("include", "Staff", "\x1b[31mred", *STORE).output
    assert "\x1b" not in output
    assert "\\u001b[31mred" in output


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["Staf", "ann"], "there is no segment 'Staf': did you mean 'Staff'?"),
        (["Staff"], "name customers, or a file of them with --from"),
        (["Staff", "ann", "--column", "id"], "--column names a column of the file that --from names"),
        (["Staff", "--from", "none.txt"], "there is no file none.txt"),
        (["Staff", "--from", "."], ". is a directory"),
        (["Staff", "ann", "--at", "tomorrow"], "'tomorrow' is no instant"),
        (["Staff", "ann", "--at", "2199-01-01"], "would be refused as late"),
        (["Staff", "ann", "--json", "--changes", "-"], "only one can have standard output"),
        (["Staff", "ann", "--changes", "shop.seg"], "shop.seg is there already"),
    ],
)
def test_what_cannot_be_done(shop: Path, run: Seg, args: list[str], said: str):
    result = run("include", *args, *STORE)
    assert result.exit_code == 2
    assert said in result.stderr
    assert members(run) == []


def test_a_store_that_is_not_there(shop: Path, run: Seg):
    result = run("include", "Staff", "ann", "--store", "none.store")
    assert (result.exit_code, (shop / "none.store").exists()) == (2, False)


# ------------------------------------------------------------------------------------------------------- files of ids


def ids(place: Path, name: str, text: str | bytes, column: str | None = None) -> list[str]:
    (place / name).write_bytes(text.encode() if isinstance(text, str) else text)
    return ids_of((), str(place / name), column)


@pytest.mark.parametrize(
    ("name", "text", "column", "found"),
    [
        ("ids.txt", "ann\n\n  bob \r\n#3\nann", None, ["ann", "bob", "#3"]),
        ("ids.txt", b"\xef\xbb\xbfann\n", None, ["ann"]),
        ("ids.txt", "", None, []),
        ("ids.csv", "name,customer_id\nAnn,c1\n\nBob,c2\nCem\n", None, ["c1", "c2"]),
        ("ids.csv", "ID;mail\r\n7;a@x\r\n", None, ["7"]),
        ("ids.CSV", "customer\n\"a,b\"\n", None, ["a,b"]),
        ("ids.csv", "mail,id\na@x,7\n", "Mail", ["a@x"]),
        ("ids.tsv", "mail\tid\na@x\t7\n", "id", ["7"]),
        ("ids.csv", b"\xef\xbb\xbfid\n7\n", None, ["7"]),
    ],
)  # fmt: skip
def test_a_file_of_ids(place: Path, name: str, text: str | bytes, column: str | None, found: list[str]):
    assert ids(place, name, text, column) == found


@pytest.mark.parametrize(
    ("name", "text", "column", "said"),
    [
        ("ids.csv", "mail,name\na,b\n", None, "name the column that holds the ids with --column; its first row has"),
        ("ids.csv", "mail,name\na,b\n", "nam", "did you mean 'name'?"),
        ("ids.csv", "", None, "its first row has nothing"),
        ("ids.txt", "customer,name\nc1,Ann\n", None, "looks like a row of several columns"),
        ("ids.txt", b"\xff\xfeann", None, "is not text in UTF-8"),
        ("ids.txt", "a\0n\0n\0", None, "is not a text file"),
    ],
)  # fmt: skip
def test_a_file_that_holds_no_ids(place: Path, name: str, text: str | bytes, column: str | None, said: str):
    with pytest.raises(InputError) as raised:
        ids(place, name, text, column)
    assert said in str(raised.value)


def test_ids_of_arguments_and_a_file_are_taken_once(place: Path):
    (place / "ids.txt").write_text("bob\nann\n")
    assert ids_of(["ann", "cem", "ann"], "ids.txt", None) == ["ann", "cem", "bob"]
