"""`seg store`: what is in a store, whether it is sound, and how it gets elsewhere."""

import gzip
import json
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from segdsl.cli.parts import stores
from tests.backends.layouts.make import HERE
from tests.cli.conftest import EVENTS, Seg, registers, write_events

RUN = ("run", "shop.seg", "--events", "events.jsonl")


@pytest.fixture
def store(shop: Path, run: Seg) -> Path:
    later = registers("e5", "bob", "2026-03-13T10:00:00Z", income=20000)  # by then, Fresh is over for bob
    write_events(shop / "events.jsonl", [*EVENTS, later])
    assert run(*RUN).exit_code == 0
    return shop / "shop.store"


def broken(store: Path, statement: str) -> None:
    with closing(sqlite3.connect(store)) as connection:
        connection.execute(statement)
        connection.commit()


# ------------------------------------------------------------------------------------------------------------- info


def test_what_is_in_a_store(store: Path, run: Seg, snapshot):
    result = run("store", "info", "shop.store")
    assert result.exit_code == 0
    said = re.sub(r"\([0-9a-f]{8}\)", "(DIGEST)", result.stdout)
    assert "\n".join(line for line in said.splitlines() if not line.startswith("size")) == snapshot


def test_what_is_in_a_store_as_json(store: Path, run: Seg):
    found = json.loads(run("store", "info", "shop.store", "--json").stdout)
    assert (found["store"], found["sources"], found["journal"], found["exposed"]) == (
        "shop.store", ["shop.seg"], True, []
    )  # fmt: skip
    assert found["bytes"] > 0


@pytest.mark.parametrize("name", ["info", "check", "export", "migrate"])
def test_no_store_is_made_by_asking(name: str, shop: Path, run: Seg):
    result = run("store", name, "other.store")
    assert result.exit_code == 2
    assert "there is no store other.store" in result.stderr
    assert not (shop / "other.store").exists()


# ------------------------------------------------------------------------------------------------------------ check


def test_a_sound_store(store: Path, run: Seg):
    result = run("store", "check", "shop.store", "--journal")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.endswith(" stepped anew; no faults\n")


def test_faults_are_told_and_counted(store: Path, run: Seg):
    broken(store, "UPDATE states SET clock = 5 WHERE rowid = 1")
    result = run("store", "check", "shop.store")
    assert result.exit_code == 1
    assert "the clock is kept as 1970-01-01T00:00:00.000005Z, and is 2026" in result.stdout
    assert result.stdout.endswith("; 1 fault\n")
    found = json.loads(run("store", "check", "shop.store", "--json").stdout)
    assert (found["sound"], len(found["faults"])) == (False, 1)


def test_a_count_that_does_not_fit(store: Path, run: Seg):
    broken(store, "UPDATE counts SET members = members + 1")
    assert run("store", "check", "shop.store").exit_code == 1


def test_a_file_that_is_damaged_cannot_be_checked(store: Path, run: Seg):
    data = bytearray(store.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    store.write_bytes(data)
    result = run("store", "check", "shop.store")
    assert result.exit_code in (1, 2)
    assert "is damaged" in result.output


def test_a_sample_is_of_the_journal(store: Path, run: Seg):
    assert run("store", "check", "shop.store", "--sample", "2").exit_code == 2


def test_who_else_could_get_at_it_is_a_warning(store: Path, run: Seg, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("segdsl.backends.sqlite.care.exposed", lambda path: ["others can read x"])
    result = run("store", "check", "shop.store", "--json")
    assert (result.exit_code, result.stderr) == (0, "seg: warning: others can read x\n")
    assert run(*RUN).stderr.count("others can read x") == 1


# ------------------------------------------------------------------------------------------------------------ prune


def test_how_much_would_be_pruned_and_is(store: Path, run: Seg):
    before = ("store", "prune", "shop.store", "--before", "2026-03-10")
    would, did, again = run(*before, "--dry-run"), run(*before), run(*before, "--json")
    number = would.stdout.split()[1]
    assert (would.exit_code, did.exit_code) == (0, 0)
    assert int(number) > 0
    assert would.stdout == did.stdout.replace("were dropped", "would be dropped")
    assert json.loads(again.stdout) == {
        "store": "shop.store", "before": "2026-03-10T00:00:00Z", "memberships": 0, "dry_run": False
    }  # fmt: skip


def test_a_past_that_was_pruned_is_not_told(store: Path, run: Seg):
    run("store", "prune", "shop.store", "--before", "2026-03-10")
    result = run("members", "Golfers", "--store", "shop.store", "--at", "2026-03-05")
    assert result.exit_code == 2
    assert "memberships that had ended before 2026-03-10T00:00:00Z were pruned from this store" in result.stderr
    assert run("members", "Golfers", "--store", "shop.store").exit_code == 0
    shown = run("customer", "ann", "--store", "shop.store")
    assert "what had ended before 2026-03-10T00:00:00Z was pruned" in shown.stdout


@pytest.mark.parametrize(
    ("before", "said"), [("2040-01-01", "to which this store has come"), ("soon", "is no instant")]
)
def test_an_instant_that_cannot_be_pruned_before(before: str, said: str, store: Path, run: Seg):
    result = run("store", "prune", "shop.store", "--before", before)
    assert result.exit_code == 2
    assert said in result.stderr


# --------------------------------------------------------------------------------------------- export, import, copy


def test_there_and_back(store: Path, run: Seg):
    assert run("store", "export", "shop.store", "-o", "shop.jsonl.gz").exit_code == 0
    result = run("store", "import", "shop.jsonl.gz", "--store", "other.store")
    assert result.exit_code == 0
    assert result.stdout.startswith("other.store: ")
    for asked in (("segments",), ("customer", "ann"), ("why", "ann", "Golfers")):
        assert run(*asked, "--store", "other.store").stdout == run(*asked, "--store", "shop.store").stdout
    again = run("run", "shop.seg", "--events", "events.jsonl", "--store", "other.store")
    assert "0 events" in again.stdout


def test_an_exported_file_is_private_and_packed_by_its_name(store: Path, run: Seg):
    run("store", "export", "shop.store", "-o", "shop.jsonl.gz")
    run("store", "export", "shop.store", "-o", "shop.jsonl")
    assert {Path(name).stat().st_mode & 0o777 for name in ("shop.jsonl", "shop.jsonl.gz")} == {0o600}
    assert gzip.decompress(Path("shop.jsonl.gz").read_bytes()) == Path("shop.jsonl").read_bytes()
    assert run("store", "export", "shop.store").stdout_bytes == Path("shop.jsonl").read_bytes()


def test_a_file_that_is_there_is_not_written_over(store: Path, run: Seg):
    Path("shop.jsonl").write_text("mine")
    assert run("store", "export", "shop.store", "-o", "shop.jsonl").exit_code == 2
    assert Path("shop.jsonl").read_text() == "mine"
    assert run("store", "export", "shop.store", "-o", "shop.jsonl", "--force").exit_code == 0


def test_an_export_that_fails_leaves_no_file(store: Path, run: Seg, monkeypatch: pytest.MonkeyPatch):
    broken(store, "UPDATE memberships SET since_because = '?'")
    assert run("store", "export", "shop.store", "-o", "shop.jsonl").exit_code == 2
    assert not [each for each in Path().iterdir() if "jsonl" in each.name and "events" not in each.name]


def test_a_file_that_was_cut_off_is_not_imported(store: Path, run: Seg):
    run("store", "export", "shop.store", "-o", "shop.jsonl")
    whole = Path("shop.jsonl").read_bytes()
    Path("cut.jsonl").write_bytes(whole[: len(whole) // 2])
    result = run("store", "import", "cut.jsonl", "--store", "other.store")
    assert result.exit_code == 2
    assert "seg: cut.jsonl, line " in result.stderr
    assert run("store", "import", "shop.jsonl", "--store", "other.store").exit_code == 0


@pytest.mark.parametrize("name", ["events.jsonl", "nothing.jsonl"])
def test_no_store_is_made_of_another_file(name: str, shop: Path, run: Seg):
    assert run("store", "import", name, "--store", "other.store").exit_code == 2
    assert not Path("other.store").exists()


def test_a_store_is_copied(store: Path, run: Seg):
    assert run("store", "copy", "shop.store", "other.store").exit_code == 0
    assert run("segments", "--store", "other.store").stdout == run("segments", "--store", "shop.store").stdout
    again = run("store", "copy", "shop.store", "other.store")
    assert again.exit_code == 2
    assert "holds something already" in again.stderr


# ---------------------------------------------------------------------------------------------------------- migrate


@pytest.fixture
def older(place: Path) -> Callable[[str], Path]:
    def unpack(name: str) -> Path:
        path = place / "old.store"
        path.write_bytes(gzip.decompress((HERE / f"{name}.store.gz").read_bytes()))
        path.chmod(0o600)
        return path

    return unpack


@pytest.mark.parametrize("name", ["1", "3", "5"])
def test_an_older_store_is_brought_up(name: str, older: Callable[[str], Path], run: Seg, snapshot):
    older(name)
    refused = run("segments", "--store", "old.store")
    assert (refused.exit_code, "`seg store migrate old.store`" in refused.stderr) == (2, True)
    result = run("store", "migrate", "old.store")
    assert result.exit_code == 0
    assert result.stdout == snapshot
    assert run("segments", "--store", "old.store").exit_code == 0


def test_a_store_of_now_is_left_as_it_is(store: Path, run: Seg):
    result = run("store", "migrate", "shop.store")
    assert (result.exit_code, "nothing to do" in result.stdout) == (0, True)


def test_a_store_that_is_no_file_has_nothing_to_be_brought_up(run: Seg):
    assert "nothing to do" in run("store", "migrate", stores.MEMORY).stdout


def test_a_subcommand_that_is_not_there(run: Seg):
    result = run("store", "exprot", "shop.store")
    assert (result.exit_code, "did you mean 'export'?" in result.stderr) == (2, True)


def test_a_store_named_by_an_option_is_answered_with_the_command(store: Path, run: Seg):
    result = run("store", "check", "--store", "shop.store")
    assert result.exit_code == 2
    assert "a store is named without --store here: " in result.stderr
    assert "check shop.store" in result.stderr


@pytest.mark.parametrize(
    "command", [("copy", "shop.store", "memory://"), ("import", "x.jsonl", "--store", "memory://")]
)
def test_nothing_is_put_where_it_would_be_gone_at_once(command: tuple[str, ...], store: Path, run: Seg):
    result = run("store", *command)
    assert result.exit_code == 2
    assert "a store in memory is gone when this command ends" in result.stderr


def test_a_url_without_its_slashes_is_no_file(shop: Path, run: Seg):
    result = run("run", "shop.seg", "--events", "events.jsonl", "--store", "postgresql:/localhost/shop")
    assert (result.exit_code, result.stderr) == (
        2, "seg: the URL of a store begins with postgresql://, not with postgresql: alone\n"
    )  # fmt: skip
