"""`seg test`: what it says of tests that hold and that do not, as text, JSON and JUnit XML."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.cli.conftest import Seg

TESTS = """
segment Trial by activities
when registers then add to Trial for 7 days then send email "hello"
test "a member at first" {
  on 2026-03-01T10:00 registers
  expect in segment Trial
}
test "and no more after a week" {
  on 2026-03-01T10:00 registers
  after 6 days
  expect not in segment Trial
  expect send email "helo"
}
"""


@pytest.fixture
def rules(place: Path) -> Path:
    (place / "trial.seg").write_text(TESTS)
    return place / "trial.seg"


@pytest.mark.usefixtures("rules")
def test_what_does_not_hold_is_told(run: Seg, snapshot):
    result = run("test", "trial.seg")
    assert (result.exit_code, result.stderr) == (1, "")
    assert result.stdout == snapshot


@pytest.mark.usefixtures("rules")
def test_where_all_hold(run: Seg):
    result = run("test", "trial.seg", "--named", "AT FIRST")
    assert (result.exit_code, result.stdout) == (0, "1 test: it holds\n")


@pytest.mark.usefixtures("rules")
def test_as_json(run: Seg, snapshot):
    result = run("test", "trial.seg", "--json")
    assert [json.loads(line) for line in result.stdout.splitlines()] == snapshot


@pytest.mark.usefixtures("rules")
def test_as_junit_xml(run: Seg, place: Path):
    run("test", "trial.seg", "--junit", "report.xml")
    suite = ET.parse(place / "report.xml").getroot()
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    assert [len(case.findall("failure")) for case in suite.findall("testcase")] == [0, 2]


@pytest.mark.usefixtures("rules")
def test_a_report_that_cannot_be_written(run: Seg):
    result = run("test", "trial.seg", "--junit", "nowhere/report.xml")
    assert result.exit_code == 2
    assert "nowhere/report.xml cannot be written" in result.stderr


def test_rules_with_mistakes(place: Path, run: Seg):
    (place / "bad.seg").write_text("when registers then add to Nobody\n")
    result = run("test", "bad.seg")
    assert result.exit_code == 1
    assert 'there is no segment "Nobody"' in result.stderr


def test_rules_without_tests(place: Path, run: Seg):
    (place / "none.seg").write_text("segment A listed\n")
    result = run("test", "none.seg")
    assert (result.exit_code, result.stdout.startswith("there are no tests")) == (0, True)


@pytest.mark.usefixtures("rules")
def test_a_name_that_no_test_has(run: Seg):
    result = run("test", "trial.seg", "--named", "zzz")
    assert (result.exit_code, result.stdout) == (2, "")


def test_a_test_is_made_of_a_customer_s_events(shop: Path, run: Seg, snapshot):
    result = run("test", "record", "shop.seg", "--events", "events.jsonl", "--customer", "bob")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == snapshot


def test_it_is_written_to_a_new_file_that_holds(shop: Path, run: Seg):
    made = run("test", "record", "shop.seg", "--events", "events.jsonl", "--customer", "ann", "--output", "ann.seg")
    assert (made.exit_code, made.stdout, made.stderr) == (0, "", "wrote ann.seg\n")
    assert run("test", "shop.seg", "ann.seg").stdout == "1 test: it holds\n"


def test_no_file_is_written_over(shop: Path, run: Seg):
    (shop / "ann.seg").write_text("mine")
    result = run("test", "record", "shop.seg", "--events", "events.jsonl", "--customer", "ann", "--output", "ann.seg")
    assert result.exit_code == 2
    assert (shop / "ann.seg").read_text() == "mine"


def test_a_customer_without_events(shop: Path, run: Seg):
    result = run("test", "record", "shop.seg", "--events", "events.jsonl", "--customer", "anne")
    assert result.exit_code == 2
    assert "no event of a customer 'anne': did you mean 'ann'?" in result.stderr


def test_a_folder_of_rules_that_is_called_record(place: Path, run: Seg):
    (place / "record").mkdir()
    (place / "record" / "trial.seg").write_text(TESTS)
    assert run("test", "./record", "--named", "at first").stdout == "1 test: it holds\n"


def test_a_test_is_made_of_what_a_store_keeps(shop: Path, run: Seg):
    run("run", "shop.seg", "--events", "events.jsonl")
    of_file = run("test", "record", "shop.seg", "--events", "events.jsonl", "--customer", "bob", "--name", "bob")
    of_store = run("test", "record", "shop.seg", "--store", "shop.store", "--customer", "bob", "--name", "bob")
    assert (of_store.exit_code, of_store.stdout) == (0, of_file.stdout)


def test_a_customer_whom_a_store_does_not_know(shop: Path, run: Seg):
    run("run", "shop.seg", "--events", "events.jsonl")
    result = run("test", "record", "shop.seg", "--store", "shop.store", "--customer", "zoe")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "has no event of a customer 'zoe'" in result.stderr


def test_a_test_is_made_of_one_source(shop: Path, run: Seg):
    for sources in ([], ["--events", "events.jsonl", "--store", "shop.store"]):
        assert run("test", "record", "shop.seg", "--customer", "bob", *sources).exit_code == 2
