"""The benchmarks run, compare answers and write what they say they write. Their figures are of no interest here."""

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks.__main__ import PARTS
from benchmarks.bars import Bar
from benchmarks.results import Differs, agree

CHECKOUT = Path(__file__).resolve().parents[2]

Run = tuple[subprocess.CompletedProcess[str], Path]


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *map(str, arguments)], cwd=CHECKOUT, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("benchmarks")
    return run("benchmarks", "--quick", "--output", folder), folder


def test_all_parts_run_and_their_contestants_agree(quick: Run) -> None:
    done, _ = quick
    assert (done.returncode, done.stderr) == (0, "")


def test_every_part_leaves_its_figures(quick: Run) -> None:
    found = json.loads((quick[1] / "results.json").read_text("utf-8"))
    assert {name: bool(part["figures"]) for name, part in found["parts"].items()} == dict.fromkeys(PARTS, True)


def test_charts_are_pictures(quick: Run) -> None:
    roots = {ElementTree.parse(path).getroot().tag for path in quick[1].glob("*.svg")}
    assert roots == {"{http://www.w3.org/2000/svg}svg"}


def test_an_earlier_run_is_told_as_markdown(quick: Run) -> None:
    assert "| a cached start of 20 rules to one anew | 0.10 |" in run("benchmarks", "--markdown", quick[1]).stdout


@pytest.mark.parametrize(
    "script",
    [
        ("advance", "--customers", 20, 40, "--due", 5, "--runs", 1),
        ("decide", "--activities", 4, "--runs", 4),
        ("journal", "--events", 60, "--customers", 8),
        ("lateness", "--events", 60, "--customers", 8, "--runs", 1),
    ],
    ids=lambda script: script[0],
)
def test_scripts_of_their_own_run(script: tuple[object, ...]) -> None:
    done = run(f"benchmarks.{script[0]}", *script[1:])
    assert (done.returncode, done.stderr) == (0, "")


def test_answers_that_differ_are_a_failure_that_says_where() -> None:
    with pytest.raises(Differs, match="members: segdsl gives something else than by hand: 'Golf': 'ann': 2 and not 1"):
        agree("members", [("by hand", {"Golf": {"ann": 1}}), ("segdsl", {"Golf": {"ann": 2}})])


def test_a_bar_is_held_up_to_its_bound() -> None:
    assert [Bar("", 1.5, measured).verdict for measured in (1.5, 1.51, None)] == ["held", "missed", "not measured"]
