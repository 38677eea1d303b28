"""`seg repl` without a terminal: standard input, answers, exit codes."""

import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from click.testing import Result

from segdsl.cli import repl
from segdsl.diagnostics.errors import MissingExtraError
from tests.cli.conftest import Seg

ROOT = Path(__file__).parents[2]

SCRIPT = """\
:customer bob
:segments
segment Two Sports if in segment all(Golfers, Skiers)
count of places order
"""


def piped(folder: Path, *args: str, given: str) -> "subprocess.CompletedProcess[str]":
    """`seg repl` in a process of its own, which says on standard error whether it met prompt_toolkit."""
    code = (
        "import sys, atexit; from segdsl.cli import main;"
        "atexit.register(lambda: print('prompt_toolkit' in sys.modules, file=sys.stderr)); main()"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-c", code, "repl", *args], input=given, capture_output=True, text=True, cwd=folder,
        env=environment, timeout=120, check=False,
    )  # fmt: skip


def test_all_of_standard_input_is_taken_and_only_answers_are_written(shop: Path, snapshot):
    result = piped(shop, "shop.seg", "--events", "events.jsonl", given=SCRIPT)
    assert result.returncode == 0
    assert result.stdout == snapshot


def test_a_script_needs_no_prompt_toolkit(shop: Path):
    assert piped(shop, "shop.seg", given=SCRIPT).stderr == "False\n"


@pytest.mark.parametrize("given", ["serches\n2 + 2\n", ":zork\n2 + 2\n", "expect in segment Golfers\n2 + 2\n"])
def test_a_mistake_is_the_exit_code_and_the_rest_is_taken(shop: Path, run: Seg, given: str):
    result = run("repl", "shop.seg", given=given)
    assert result.exit_code == 1
    assert result.stdout.endswith("\n4\n")


def test_what_comes_behind_quit_is_not_taken(shop: Path, run: Seg):
    result = run("repl", given=":quit\nserches\n")
    assert (result.exit_code, result.stdout) == (0, "")


def test_answers_as_lines_of_json(shop: Path, run: Seg, snapshot):
    given = SCRIPT + "registers\nserches\n:next\n:after 2 days\nexpect in segment Golfers\n"
    result = run("repl", "shop.seg", "--events", "events.jsonl", "--json", given=given)
    assert result.exit_code == 1
    assert [json.loads(line) for line in result.stdout.splitlines()] == snapshot


def test_a_store_is_looked_at(shop: Path, run: Seg):
    run("run", "shop.seg", "--events", "events.jsonl")
    result = run("repl", "--store", "shop.store", given=":customer bob\n:segments\n")
    assert result.exit_code == 0
    assert "Golfers  since 2026-03-02 09:30, added at shop.seg:10" in result.stdout


def test_rules_with_mistakes_are_refused_as_seg_check_does(shop: Path, run: Seg):
    (shop / "bad.seg").write_text("segment A if zork > 5\n")
    result = run("repl", "bad.seg", given="2 + 2\n")
    assert result.exit_code == 1
    assert "there is no event, attribute or field `zork`" in result.stderr


@pytest.mark.parametrize("args", [
    ("nowhere.seg",), ("--events", "nowhere.jsonl"), ("--store", "nowhere.store"), ("shop.seg", "--store", "s.store"),
    ("-",), ("--events", "-"), ("--events", "events.jsonl", "--format", "zork"),
])  # fmt: skip
def test_what_cannot_be_read_is_said(shop: Path, run: Seg, args: tuple[str, ...]):
    result: Result = run("repl", *args, given="2 + 2\n")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr
    assert not (shop / "nowhere.store").exists()


def test_events_that_could_not_be_taken_are_counted(shop: Path, run: Seg):
    with (shop / "events.jsonl").open("a") as file:
        file.write('{"event": "zork", "customer": "ann", "time": "2026-03-12T09:30:00Z"}\n')
    assert run("repl", "shop.seg", "--events", "events.jsonl", given=":clock\n").stderr == (
        "seg: 1 event could not be taken\n"
    )


def test_a_terminal_without_prompt_toolkit_is_told_of_the_extra(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delitem(sys.modules, "segdsl.repl.terminal", raising=False)
    missing: ModuleType | None = None
    monkeypatch.setitem(sys.modules, "prompt_toolkit", missing)  # type: ignore[arg-type]
    with pytest.raises(MissingExtraError, match=r'pip install "segdsl\[repl\]"'):
        repl._terminal()
