"""Help that teaches, the version, and the words of the language."""

import json
import re
from importlib import import_module
from pathlib import Path

import pytest
from click.testing import CliRunner

from segdsl.cli import ORDER, seg
from segdsl.cli.store import ORDER as OF_A_STORE
from segdsl.version import __version__
from tests.cli.conftest import Seg


@pytest.mark.parametrize(
    "args",
    [
        [],
        ["-h"],
        *([name, "--help"] for name in ORDER),
        ["test", "record", "--help"],
        *(["store", name, "--help"] for name in OF_A_STORE),
    ],
    ids=lambda args: " ".join(args),
)
def test_help(args: list[str], snapshot):
    result = CliRunner().invoke(seg, args, prog_name="seg", terminal_width=100)
    assert result.exit_code == (0 if args else 2)
    assert result.output == snapshot


def test_every_command_has_a_place_in_the_order(run: Seg):
    found = {path.stem for path in Path(import_module("segdsl.cli").__file__ or "").parent.glob("*.py")}
    assert found - {"__init__"} >= set(ORDER)


def test_every_command_of_a_store_has_a_place_in_the_order():
    found = {
        path.stem.rstrip("_") for path in Path(import_module("segdsl.cli.stores").__file__ or "").parent.glob("*.py")
    }
    assert found - {"__init__", "__init"} == set(OF_A_STORE)


@pytest.mark.parametrize("name", [*ORDER, *(f"store {name}" for name in OF_A_STORE)])
def test_every_command_shows_an_example(name: str):
    said = CliRunner().invoke(seg, [*name.split(), "--help"], prog_name="seg").output
    assert re.search(rf"^ +seg {name}\b", said.partition("Options:")[0].partition("\n")[2], re.MULTILINE)


@pytest.mark.parametrize("name", [name for name in ORDER if name not in ("words", "completion")])
def test_every_command_that_can_fail_says_with_which_exit_code(name: str):
    said = CliRunner().invoke(seg, [name, "--help"], prog_name="seg").output
    assert re.search(r"^ +Exit code: 0 ", said, re.MULTILINE)


def test_version(run: Seg):
    assert run("--version").output == f"seg {__version__}\n"


def test_words(run: Seg, snapshot):
    assert run("words").output == snapshot


def test_an_unexpected_failure_of_the_system_is_one_line(run: Seg, monkeypatch: pytest.MonkeyPatch):
    def fail(*_args: object) -> None:
        raise OSError(5, "Input/output error", "x.seg")

    monkeypatch.setattr("segdsl.cli.check.checked_rules", fail)
    result = run("check", "x.seg")
    assert (result.exit_code, result.stderr) == (2, "seg: x.seg: input/output error\n")


def test_words_as_json(run: Seg):
    found = {each["not"]: each["words"] for each in map(json.loads, run("words", "--json").output.splitlines())}
    assert ("between" in found["anywhere"], list(found)) == (True, ["anywhere", "beginning", "together", "unquoted"])
