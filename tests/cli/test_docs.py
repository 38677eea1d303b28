"""`seg docs`: where the page goes, what it never writes over, and what it refuses."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Seg

pytestmark = pytest.mark.usefixtures("shop")
FIRST = "made by seg docs"


def test_markdown_goes_to_standard_output(run: Seg):
    result = run("docs", "shop.seg")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("<!-- made by seg docs")
    assert "\n# Rules: shop\n" in result.stdout


def test_the_format_follows_the_name_of_the_file(run: Seg, place: Path):
    for name, begin in (("a.html", "<!DOCTYPE html>"), ("b.md", "<!-- made"), ("c.txt", "<!-- made")):
        result = run("docs", "shop.seg", "--output", name)
        assert (result.exit_code, result.stdout, result.stderr) == (0, "", f"written: {name}\n")
        assert (place / name).read_text("utf-8").startswith(begin)


def test_a_name_that_says_another_format_is_refused(run: Seg, place: Path):
    result = run("docs", "shop.seg", "--output", "a.pdf")
    assert (result.exit_code, (place / "a.pdf").exists()) == (2, False)
    assert "end it in .html or .md, or add --format" in result.stderr
    assert run("docs", "shop.seg", "--output", "a.pdf", "--format", "markdown").exit_code == 0


def test_a_format_that_is_asked_for_is_given(run: Seg):
    assert run("docs", "shop.seg", "--format", "html").stdout.startswith("<!DOCTYPE html>")


def test_a_page_is_written_anew(run: Seg, place: Path):
    for title in ("Before", "After"):
        assert run("docs", "shop.seg", "--output", "a.html", "--title", title).exit_code == 0
    assert "<title>After</title>" in (place / "a.html").read_text("utf-8")


def test_a_file_of_somebody_else_is_left_alone(run: Seg, place: Path):
    (place / "README.md").write_text("# Mine\n")
    result = run("docs", "shop.seg", "--output", "README.md")
    assert result.exit_code == 2
    assert "README.md was not made by seg docs" in result.stderr
    assert (place / "README.md").read_text() == "# Mine\n"


def test_a_file_of_somebody_else_is_written_over_where_that_is_said(run: Seg, place: Path):
    (place / "README.md").write_text("# Mine\n")
    assert run("docs", "shop.seg", "--output", "README.md", "--force").exit_code == 0
    assert FIRST in (place / "README.md").read_text("utf-8")


def test_a_place_that_cannot_be_written(run: Seg):
    result = run("docs", "shop.seg", "--output", "nowhere/a.md")
    assert (result.exit_code, result.stderr) == (2, "seg: nowhere/a.md cannot be written: no such file or directory\n")


def test_json(run: Seg, snapshot):
    result = run("docs", "shop.seg", "--json")
    assert (result.exit_code, json.loads(result.stdout)) == (0, snapshot)


def test_json_goes_to_standard_output_only(run: Seg):
    assert run("docs", "shop.seg", "--json", "--output", "a.json").exit_code == 2


def test_rules_with_mistakes_make_no_page(run: Seg, place: Path):
    (place / "bad.seg").write_text("when registers then add to Nobody\n")
    result = run("docs", "bad.seg", "--output", "bad.md")
    assert (result.exit_code, result.stdout) == (1, "")
    assert 'there is no segment "Nobody"' in result.stderr
    assert not (place / "bad.md").exists()


def test_rules_from_standard_input(run: Seg):
    result = run("docs", "-", given="segment A listed\n")
    assert (result.exit_code, "# Rules\n" in result.stdout) == (0, True)


def test_what_cannot_be_run_yet_has_a_page(run: Seg, place: Path):
    (place / "p.seg").write_text("segment A listed\npromotion Gift until 2027-01-01 if in segment A\n")
    result = run("docs", "p.seg")
    assert result.exit_code == 0
    assert "It is for a customer as long as the customer is in [A]" in result.stdout
