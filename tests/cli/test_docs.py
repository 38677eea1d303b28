"""`seg docs`: where the page goes, and what it refuses."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Seg

pytestmark = pytest.mark.usefixtures("shop")


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
