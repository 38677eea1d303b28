"""`seg test`: what it says of tests that hold and that do not, as text, JSON and JUnit XML."""

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

import segdsl
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
    assert (made.exit_code, made.stdout, made.stderr) == (0, "", "written: ann.seg\n")
    assert run("test", "shop.seg", "ann.seg").stdout == "1 test: it holds\n"


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


WEAK = """
segment Rich if income >= 100000
segment Trial by activities
when registers if in segment Rich then add to Trial for 7 days
when visits then send email "hello"
test "an earner" {
  given income is 150000
  on 2026-03-01 registers
  expect in segment Trial
}
"""


@pytest.fixture
def weak(place: Path) -> Path:
    """Rules whose test holds, and leaves much unseen."""
    (place / "weak.seg").write_text(WEAK)
    return place / "weak.seg"


@pytest.mark.usefixtures("weak")
def test_what_the_tests_have_never_seen(run: Seg, snapshot):
    result = run("test", "weak.seg", "--coverage")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == snapshot


@pytest.mark.usefixtures("weak")
def test_coverage_as_json(run: Seg, snapshot):
    result = run("test", "weak.seg", "--coverage", "--json")
    assert json.loads(result.stdout.splitlines()[-1]) == snapshot


@pytest.mark.usefixtures("weak")
def test_too_little_was_seen(run: Seg):
    result = run("test", "weak.seg", "--coverage-min", "90")
    assert (result.exit_code, result.stderr) == (1, "coverage is 50%, and 90% is asked for\n")
    assert run("test", "weak.seg", "--coverage-min", "50").exit_code == 0


@pytest.mark.usefixtures("weak")
def test_not_known_counts_where_it_is_asked_for(run: Seg):
    assert "not counted" not in run("test", "weak.seg", "--coverage-unknown").stdout


def test_files_are_told_apart_and_together(place: Path, run: Seg, snapshot):
    (place / "a.seg").write_text("segment A if visits\n")
    (place / "b.seg").write_text('segment B if visits\ntest "t" {\n  on 2026-03-01 visits\n  expect in segment B\n}\n')
    assert run("test", "a.seg", "b.seg", "--coverage").stdout == snapshot


@pytest.mark.usefixtures("weak")
def test_what_no_test_notices(run: Seg, snapshot):
    result = run("test", "weak.seg", "--mutate")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == snapshot


def test_of_a_long_text_the_part_that_changes_is_shown(place: Path, run: Seg):
    (place / "t.seg").write_text(
        'segment A if places order where (order starts with "web-" and currency is "CAD") at least 3 times\n'
        'test "t" {\n  on 2026-03-01 visits\n  expect not in segment A\n}\n'
    )
    said = run("test", "t.seg", "--mutate").stdout
    assert '`…currency is "CAD") at least 3 times` → `…currency is "CAD") at least twice`' in said


@pytest.mark.usefixtures("weak")
def test_changes_as_json(run: Seg):
    told = json.loads(run("test", "weak.seg", "--mutate", "--json").stdout.splitlines()[-1])
    first = {"place": "weak.seg:2", "before": ">= 100000", "after": "> 100000", "noticed_by": None}
    assert told["changes"][0] == first
    assert {change["noticed_by"] for change in told["changes"]} == {None, "an earner"}


@pytest.mark.usefixtures("weak")
def test_too_little_was_noticed(run: Seg):
    result = run("test", "weak.seg", "--mutate-min", "90")
    assert result.exit_code == 1
    assert result.stderr == "the share of changes noticed is 20%, and 90% is asked for\n"


@pytest.mark.usefixtures("weak")
def test_some_changes_are_drawn(run: Seg):
    result = run("test", "weak.seg", "--mutants", "2", "--seed", "7")
    assert " of 2 changes noticed" in result.stdout
    assert "drawn from about" in result.stdout


@pytest.mark.usefixtures("rules")
def test_no_changes_are_tried_where_tests_fail(run: Seg):
    result = run("test", "trial.seg", "--mutate")
    assert (result.exit_code, result.stderr) == (1, "no changes were tried: they are when all tests hold\n")


@pytest.mark.usefixtures("weak")
def test_interrupted_it_tells_what_is_known_by_then(run: Seg, monkeypatch: pytest.MonkeyPatch):
    found = segdsl.Mutation.__iter__

    def interrupted(self: segdsl.Mutation) -> Iterator[segdsl.Tried]:
        yield from islice(found(self), 3)
        raise KeyboardInterrupt

    monkeypatch.setattr(segdsl.Mutation, "__iter__", interrupted)
    result = run("test", "weak.seg", "--mutate")
    assert result.exit_code == 130
    assert " of 3 changes noticed" in result.stdout
    assert result.stderr == "interrupted: there were further changes to try\n"


def test_rows_of_a_table_in_the_reports(place: Path, run: Seg):
    (place / "t.seg").write_text(
        'test "pays {pay}" for each pay in (1), (2) {\n  given income is pay\n  on 2026-03-01 visits\n'
        "  expect income = 1\n}\n"
    )
    result = run("test", "t.seg", "--json", "--junit", "report.xml")
    assert [json.loads(line)["test"] for line in result.stdout.splitlines()] == ["pays 1", "pays 2"]
    cases = ET.parse(place / "report.xml").getroot().findall("testcase")
    assert [case.get("name") for case in cases] == ["pays 1", "pays 2"]


@pytest.mark.parametrize("share", ["lots", "101", "-1", "nan"])
def test_a_share_is_a_number_from_0_to_100(place: Path, run: Seg, share: str):
    (place / "shop.seg").write_text("segment Buyers if places order", encoding="utf-8")
    result = run("test", "shop.seg", "--coverage-min", share)
    assert result.exit_code == 2
    assert f"'{share}' is no share: write a number from 0 to 100" in result.stderr
