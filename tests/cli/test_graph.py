"""`seg graph`: what is drawn, in which format, and where it goes."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.cli.conftest import Seg


def test_without_more_it_is_mermaid_on_standard_output(shop: Path, run: Seg, snapshot):
    result = run("graph", "shop.seg")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == snapshot


def test_segments(shop: Path, run: Seg, snapshot):
    assert run("graph", "shop.seg", "--segments").stdout == snapshot


@pytest.mark.parametrize(
    ("name", "begins"),
    [("a.svg", "<svg "), ("a.SVG", "<svg "), ("a.mmd", "flowchart"), ("a.dot", "digraph"), ("a.gv", "digraph")],
)
def test_the_name_of_the_output_says_the_format(shop: Path, run: Seg, name: str, begins: str):
    result = run("graph", "shop.seg", "-o", name)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == f"written: {name} (11 boxes and 8 arrows)\n"
    assert (shop / name).read_text().startswith(begins)


def test_a_format_that_is_named_goes_before_the_name(shop: Path, run: Seg):
    run("graph", "shop.seg", "--output", "a.txt", "--format", "svg")
    ET.parse(shop / "a.txt")


def test_a_name_that_says_no_format(shop: Path, run: Seg, snapshot):
    result = run("graph", "shop.seg", "--output", "flow.png")
    assert (result.exit_code, result.stderr) == (2, snapshot)
    assert not (shop / "flow.png").exists()


def test_one_activity(shop: Path, run: Seg):
    drawn = run("graph", "shop.seg", "--activity", "Sports").stdout
    assert ("Golfers" in drawn, "welcome" in drawn) == (True, False)


def test_an_activity_that_is_not_there(shop: Path, run: Seg, snapshot):
    result = run("graph", "shop.seg", "--activity", "Sprots")
    assert (result.exit_code, result.stderr) == (2, snapshot)


def test_a_theme(shop: Path, run: Seg):
    dark, auto = (run("graph", "shop.seg", "--format", "svg", *more).stdout for more in (("--theme", "dark"), ()))
    assert ("prefers-color-scheme" in dark, "prefers-color-scheme" in auto) == (False, True)


@pytest.mark.parametrize(
    "args",
    [("--theme", "dark"), ("--segments", "--activity", "Sports"), ("--format", "png")],
    ids=["theme of mermaid", "two pictures", "unknown format"],
)
def test_what_does_not_go_together(shop: Path, run: Seg, args: tuple[str, ...]):
    assert run("graph", "shop.seg", *args).exit_code == 2


def test_rules_with_mistakes_are_not_drawn(place: Path, run: Seg):
    result = run("graph", "-", "--output", "a.svg", given="when registers then add to Nowhere")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "SEG201" in result.stderr
    assert not (place / "a.svg").exists()


def test_what_cannot_be_run_yet_can_be_drawn(place: Path, run: Seg):
    rules = 'segment A listed\npromotion "Sale" if in segment A'
    assert "Sale" in run("graph", "-", "--segments", given=rules).stdout


@pytest.mark.parametrize(("args", "rules"), [((), "segment A listed"), (("--segments",), "")])
def test_nothing_to_draw(place: Path, run: Seg, args: tuple[str, ...], rules: str):
    result = run("graph", "-", *args, given=rules)
    assert result.exit_code == 2
    assert "to draw" in result.stderr
