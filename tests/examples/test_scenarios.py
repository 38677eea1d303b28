"""The scenarios: each a program in one file, with tests, or with events and what comes of them, or with both."""

import json
import re
from pathlib import Path

import pytest

import segdsl
from segdsl.host.runs import Listener
from segdsl.records.outcomes import Outcome
from tests.support.said import by_customer, effects_of, in_step_order, members_of, rejects_of

SCENARIOS = Path(__file__).resolve().parents[2] / "examples" / "scenarios"
FILES = sorted(SCENARIOS.glob("*.seg"))
WITH_TESTS = [path for path in FILES if "\ntest " in path.read_text("utf-8")]
WITH_EVENTS = [path for path in FILES if path.with_suffix(".events.jsonl").is_file()]
WITH_MORE = [path for path in FILES if path.with_suffix(".more.jsonl").is_file()]
ALL = range(1, 55)
"""Their numbers."""
ROW = re.compile(r"^\| (\d+) \| (.+?) \| (yes|nearly|no) \| (.+) \|$", re.MULTILINE)
"""A row of the README: number, what is asked, whether it can be said, and the file or why not."""
LINK = re.compile(r"\[\d\d\]\(([^)]+)\)")
ALLOWED = re.compile(r"--allow (SEG\d+)")
"""In the head of a file: a warning that is meant to come."""

pytestmark = pytest.mark.skipif(not FILES, reason="the scenarios are not beside the tests")


def named(path: Path) -> str:
    return path.stem


def head(path: Path) -> str:
    """The comment with which a file begins."""
    return path.read_text("utf-8").split("\n\n", 1)[0]


def rows() -> list[tuple[int, str, str, str]]:
    found = ROW.findall((SCENARIOS / "README.md").read_text("utf-8"))
    return [(int(number), asked, verdict, said) for number, asked, verdict, said in found]


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return "memory://" if request.param == "memory" else f"sqlite:///{tmp_path / 'scenario.store'}"


@pytest.mark.parametrize("path", FILES, ids=named)
def test_loads_with_no_warning_but_those_it_names(path: Path) -> None:
    assert sorted({each.code for each in segdsl.load(path).warnings}) == sorted(ALLOWED.findall(head(path)))


@pytest.mark.parametrize("path", FILES, ids=named)
def test_its_tests_hold(path: Path) -> None:
    results = list(segdsl.run_tests(segdsl.check(path)))
    assert results or path in WITH_EVENTS
    assert not [(result.name, failure) for result in results for failure in result.failures]


@pytest.mark.parametrize("path", WITH_TESTS, ids=named)
def test_its_tests_notice_changes(path: Path) -> None:
    """A few, drawn; all of them are tried before anything is merged (`.ci/run`)."""
    tried = list(segdsl.Mutation(segdsl.check(path), limit=4))
    assert [(each.before, each.after) for each in tried if each.noticed_by is None][1:] == []


@pytest.mark.parametrize("path", WITH_EVENTS, ids=named)
def test_its_events_give_what_it_says(path: Path, store: str) -> None:
    expected = json.loads(path.with_suffix(".expected.json").read_text("utf-8"))
    outcomes: list[Outcome] = []
    with segdsl.Engine(segdsl.load(path), store) as engine:
        events, listener = path.with_suffix(".events.jsonl"), Listener(outcomes=outcomes.extend)
        report = segdsl.replay(engine, events, until=expected.get("until"), listener=listener)
        members = members_of(engine)
    assert members == expected["members"]
    assert effects_of(outcomes) == {who: in_step_order(each) for who, each in expected["effects"].items()}
    assert rejects_of(outcomes) == expected["rejects"]
    assert report.repeated == expected["repeated"]


@pytest.mark.parametrize("path", WITH_MORE, ids=named)
def test_more_events_give_what_it_says(path: Path, store: str) -> None:
    said = json.loads(path.with_suffix(".expected.json").read_text("utf-8"))
    expected = said["after more.jsonl"]
    outcomes: list[Outcome] = []
    with segdsl.Engine(segdsl.load(path), store) as engine:
        segdsl.replay(engine, path.with_suffix(".events.jsonl"), until=said["until"])
        listener = Listener(outcomes=outcomes.extend)
        report = segdsl.replay(engine, path.with_suffix(".more.jsonl"), listener=listener)
        members = members_of(engine)
    assert members == expected["members"]
    assert effects_of(outcomes) == {who: in_step_order(each) for who, each in expected["effects"].items()}
    assert by_customer([each for outcome in outcomes for each in outcome.withdrawn]) == expected["withdrawn"]
    assert rejects_of(outcomes) == expected["rejects"]
    assert report.repeated == expected["repeated"]


def test_every_scenario_is_answered_once() -> None:
    assert sorted(number for number, _, _, _ in rows()) == list(ALL)


def test_rows_lead_to_the_files_and_none_is_left_out() -> None:
    linked = {number: LINK.findall(said)[:1] for number, _, verdict, said in rows() if verdict != "no"}
    assert linked == {int(path.name[:2]): [path.name] for path in FILES}


def test_at_least_48_of_them_run() -> None:
    assert len(FILES) >= 48


@pytest.mark.parametrize("path", FILES, ids=named)
def test_its_head_says_whether_it_is_nearly_what_is_asked(path: Path) -> None:
    [verdict] = [verdict for number, _, verdict, _ in rows() if number == int(path.name[:2])]
    assert head(path).startswith(f"# {int(path.name[:2])}. ")
    assert ("\n# Nearly: " in head(path)) == (verdict == "nearly")


def test_what_is_not_said_in_full_has_its_reason() -> None:
    for number, _, verdict, said in rows():
        if verdict != "yes":
            assert len(LINK.sub("", said)) > 20, f"{number}: why not?"


@pytest.mark.parametrize("path", sorted(SCENARIOS.glob("*.json*")), ids=lambda path: path.name)
def test_no_events_lie_about_without_a_program(path: Path) -> None:
    assert SCENARIOS / (path.name.split(".")[0] + ".seg") in FILES
