"""Completion in a shell, by click's own interface to it."""

from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

from segdsl.cli import ORDER, seg
from segdsl.cli.parts.completing import Bash
from tests.cli.conftest import Seg


def proposed(*typed: str) -> list[str]:
    """What is proposed for the last word of a line, given those before."""
    *before, incomplete = typed
    return [item.value for item in ShellComplete(seg, {}, "seg", "_SEG_COMPLETE").get_completions(before, incomplete)]


@pytest.fixture
def rules(place: Path) -> Path:
    (place / "shop.seg").write_text("segment High-Income Earners if income > 3\nsegment Skiers by activities\n")
    (place / "shop.txt").write_text("")
    (place / ".hidden.seg").write_text("")
    (place / "sports").mkdir()
    (place / "sports" / "golf.seg").write_text("")
    return place


@pytest.fixture
def store(rules: Path, run: Seg) -> str:
    (rules / "events.jsonl").write_text('{"event": "registers", "customer": "ann", "time": "2026-03-01T10:00:00Z"}\n')
    assert run("run", "shop.seg", "--events", "events.jsonl").exit_code == 0
    return "shop.store"


def test_commands_in_the_order_of_help():
    assert proposed("")[: len(ORDER)] == list(ORDER)
    assert proposed("che") == ["check"]


def test_options_of_a_command():
    assert set(proposed("check", "--f")) == {"--format", "--fix"}
    assert "--help" in proposed("members", "--")


def test_values_of_an_option():
    assert proposed("check", "--format", "s") == ["sarif"]
    assert proposed("completion", "") == ["bash", "zsh", "fish"]
    assert proposed("run", "shop.seg", "--format", "s") == ["segment"]


def test_files_of_rules_and_directories(rules: Path):
    assert proposed("check", "s") == ["shop.seg", "sports/"]
    assert proposed("check", "") == ["shop.seg", "sports/"]
    assert proposed("check", "shop.seg", "sports/") == ["sports/golf.seg"]
    assert proposed("fmt", ".h") == [".hidden.seg"]


def test_a_directory_that_is_the_only_one_is_opened(rules: Path):
    assert proposed("test", "sp") == ["sports/", "sports/golf.seg"]


@pytest.mark.parametrize("typed", ["nowhere/", "/nowhere/at/all/", "shop.seg/"])
def test_where_there_is_nothing_nothing_is_proposed(rules: Path, typed: str):
    assert proposed("check", typed) == []


def test_codes():
    assert proposed("explain", "seg20")[0] == "SEG201"


def test_segments_of_the_store_that_was_named(store: str):
    assert proposed("members", "--store", store, "") == ["High-Income Earners", "Skiers"]
    assert proposed("members", "--store", store, "high") == ["High-Income Earners"]


def test_what_can_be_asked_why(rules: Path, run: Seg):
    (rules / "more.seg").write_text('promotion Free gift\nwhen registers then send email "x"\nsegment Staff listed\n')
    (rules / "events.jsonl").write_text("")
    assert run("run", "more.seg", "--events", "events.jsonl", "--store", "more.store").exit_code == 0
    assert proposed("why", "--store", "more.store", "ann", "") == ["Staff", "promotion Free gift", "send email"]


def test_no_segments_without_a_store(store: str):
    assert proposed("members", "") == []


@pytest.mark.parametrize("named", ["none.store", "shop.txt", "shop.seg", "postgres://nowhere/x"])
def test_a_store_that_cannot_be_opened_is_no_trouble(store: str, named: str, capfd: pytest.CaptureFixture[str]):
    assert proposed("members", "--store", named, "") == []
    assert capfd.readouterr() == ("", "")
    assert not Path("none.store").exists()


def test_a_name_with_blanks_is_quoted_for_bash(store: str):
    shell = Bash(seg, {}, "seg", "_SEG_COMPLETE")
    [item] = shell.get_completions(["members", "--store", store], "High")
    assert shell.format_completion(item) == "plain,'High-Income Earners'"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_of_each_shell(run: Seg, shell: str):
    result = run("completion", shell)
    assert (result.exit_code, result.stderr) == (0, "")
    assert f"_SEG_COMPLETE={shell}_complete" in result.stdout


def test_another_shell(run: Seg):
    assert run("completion", "tcsh").exit_code == 2
