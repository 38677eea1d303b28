"""Files that commands write: what is replaced, what is left as it is, and what is said of it; one rule for all."""

import os
from pathlib import Path

import pytest

from tests.cli.conftest import Seg

FILE = "made.html"
GRAPH = ("graph", "shop.seg", "--format", "svg", "--output", FILE)
MERMAID = ("graph", "shop.seg", "--format", "mermaid", "--output", FILE)
DOT = ("graph", "shop.seg", "--format", "dot", "--output", FILE)
DOCS = ("docs", "shop.seg", "--format", "markdown", "--output", FILE)
HTML = ("docs", "shop.seg", "--format", "html", "--output", FILE)
REPORT = ("report", "--store", "shop.store", "--output", FILE)
JUNIT = ("test", "shop.seg", "tests.seg", "--junit", FILE)
RUN = ("run", "shop.seg", "--events", "events.jsonl", "--store", "other.store", "--fresh")
CHANGES, EFFECTS, REJECTS = ((*RUN, option, FILE) for option in ("--changes", "--effects", "--rejects"))
RECORD = ("test", "record", "shop.seg", "--events", "events.jsonl", "--customer", "ann", "--output", FILE)

AGAIN = [GRAPH, MERMAID, DOT, DOCS, HTML, REPORT, JUNIT, CHANGES, EFFECTS, REJECTS]
ALL = [*AGAIN, RECORD]
TEST = 'test "earner" {\n  given income is 200_000\n  on 2026-03-01T10:00 registers\n  expect in segment Skiers\n}\n'


def named(args: tuple[str, ...]) -> str:
    return " ".join(each for each in args if each not in (FILE, "shop.seg"))


@pytest.fixture(autouse=True)
def ran(shop: Path, run: Seg) -> None:
    (shop / "tests.seg").write_text(TEST)
    with (shop / "events.jsonl").open("a") as file:
        file.write("nonsense\n")
    assert run("run", "shop.seg", "--events", "events.jsonl").exit_code == 0


@pytest.mark.parametrize("args", ALL, ids=named)
def test_a_file_that_is_not_there_is_written(shop: Path, run: Seg, args: tuple[str, ...]):
    assert run(*args).exit_code == 0
    assert (shop / FILE).stat().st_size > 0
    assert [path.name for path in shop.iterdir() if path.name.startswith(".made")] == []


@pytest.mark.parametrize("args", ALL, ids=named)
def test_an_empty_file_is_written(shop: Path, run: Seg, args: tuple[str, ...]):
    (shop / FILE).touch()
    assert run(*args).exit_code == 0
    assert (shop / FILE).stat().st_size > 0


@pytest.mark.parametrize("args", AGAIN, ids=named)
def test_what_the_command_made_before_is_replaced(shop: Path, run: Seg, args: tuple[str, ...]):
    assert run(*args).exit_code == 0
    with (shop / FILE).open("a") as file:
        file.write("old\n")
    assert run(*args).exit_code == 0
    assert "old\n" not in (shop / FILE).read_text("utf-8")


@pytest.mark.parametrize("args", ALL, ids=named)
def test_a_file_of_somebody_else_is_left_alone(shop: Path, run: Seg, args: tuple[str, ...], snapshot):
    (shop / FILE).write_text("mine\n")
    result = run(*args)
    assert (result.exit_code, result.stdout, (shop / FILE).read_text()) == (2, "", "mine\n")
    assert result.stderr == snapshot


@pytest.mark.parametrize("args", ALL, ids=named)
def test_force_writes_over_it(shop: Path, run: Seg, args: tuple[str, ...]):
    (shop / FILE).write_text("mine\n")
    assert run(*args, "--force").exit_code == 0
    assert not (shop / FILE).read_text("utf-8").startswith("mine")


def test_a_test_that_was_recorded_is_kept_for_it_is_gone_on_with(shop: Path, run: Seg):
    run(*RECORD)
    before = (shop / FILE).read_text()
    assert run(*RECORD, "--steps").exit_code == 2
    assert (shop / FILE).read_text() == before


@pytest.mark.parametrize("args", [(*GRAPH[:-1], "./shop.seg"), (*CHANGES[:-1], "events.jsonl"),
                                  (*REPORT[:-1], "shop.store")], ids=named)  # fmt: skip
def test_what_is_read_is_never_written_over(shop: Path, run: Seg, args: tuple[str, ...]):
    before = (shop / args[-1]).read_bytes()
    result = run(*args, "--force")
    assert result.exit_code == 2
    assert f"{args[-1]} is what is read here" in result.stderr
    assert (shop / args[-1]).read_bytes() == before


@pytest.mark.parametrize("args", ALL, ids=named)
def test_a_folder_that_is_not_there(run: Seg, args: tuple[str, ...]):
    result = run(*args[:-1], "nowhere/a.html")
    assert result.exit_code == 2
    assert result.stderr.endswith("seg: nowhere/a.html cannot be written: there is no folder nowhere; make it first\n")


@pytest.mark.skipif(not Path("/dev/null").exists(), reason="there is no /dev/null")
@pytest.mark.parametrize("args", [GRAPH, CHANGES], ids=named)
def test_a_device_stays_one(run: Seg, args: tuple[str, ...]):
    assert run(*args[:-1], os.devnull).exit_code == 0
    assert not Path(os.devnull).is_file()


def test_a_link_stays_one(shop: Path, run: Seg):
    (shop / "real.svg").touch()
    (shop / FILE).symlink_to("real.svg")
    assert run(*GRAPH).exit_code == 0
    assert (shop / FILE).is_symlink()
    assert (shop / "real.svg").stat().st_size > 0
