"""The examples, through the public API, on every backend that needs no server: what they say is what comes out."""

import json
import shlex
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

import segdsl
from segdsl.cli import seg
from segdsl.diagnostics.diagnostic import Collector
from segdsl.diagnostics.source import Source
from segdsl.host.runs import Listener
from segdsl.records.outcomes import Outcome
from segdsl.syntax.format import format_module
from segdsl.syntax.parse import parse
from tests.support.said import by_customer, effects_of, held_of, in_step_order, members_of, rejects_of

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
ELSEWHERE = ("scenarios", "tutorial")
"""A file a program, tried by `test_scenarios.py`; and a text that makes its rules as it goes, tried by `tests/docs`."""
FOLDERS = sorted(folder for folder in EXAMPLES.iterdir() if folder.is_dir() and folder.name not in ELSEWHERE)
WITH_EVENTS = [folder for folder in FOLDERS if (folder / "events.jsonl").is_file()]
EVENTS = [path for folder in WITH_EVENTS for path in sorted(folder.glob("*.jsonl")) if path.name != "late.jsonl"]
"""The same events, in the plain shape and as Segment sends them."""
WITH_LATE_EVENTS = [folder for folder in FOLDERS if (folder / "late.jsonl").is_file()]
LATER = int(datetime(2027, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000
"""A clock that believes all of the examples' events."""
RULES = sorted(EXAMPLES.rglob("*.seg"))

pytestmark = pytest.mark.skipif(not FOLDERS, reason="the examples are not beside the tests")


def instant(time: str) -> datetime:
    return datetime.fromisoformat(time)


def named(path: Path) -> str:
    return path.name if path.is_dir() else f"{path.parent.name}/{path.name}"


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return "memory://" if request.param == "memory" else f"sqlite:///{tmp_path / 'example.store'}"


@pytest.mark.parametrize("events", EVENTS, ids=named)
def test_gives_what_it_says(events: Path, store: str) -> None:
    folder = events.parent
    expected = json.loads((folder / "expected.json").read_text("utf-8"))
    outcomes: list[Outcome] = []
    with segdsl.Engine(segdsl.load(folder), store) as engine:
        listener = Listener(outcomes=outcomes.extend)
        report = segdsl.replay(engine, events, until=expected.get("until"), listener=listener)
        members = members_of(engine)
        counts = {name: engine.count(name) for name in engine.segments}
    assert members == expected["members"]
    assert counts == {name: len(who) for name, who in expected["members"].items()}
    assert effects_of(outcomes) == {who: in_step_order(each) for who, each in expected["effects"].items()}
    assert held_of(outcomes) == {who: in_step_order(each) for who, each in expected.get("held", {}).items()}
    assert rejects_of(outcomes) == expected["rejects"]
    assert report.repeated == expected["repeated"]
    assert set(report.formats) == {"segment" if events.name == "segment.jsonl" else "jsonlines"}


@pytest.mark.parametrize("folder", WITH_EVENTS, ids=named)
def test_one_event_after_the_other_gives_the_same(folder: Path) -> None:
    """As a shop would embed it: events come one by one, in the order of time, from the program's own hands, and then
    the clock runs on."""
    expected = json.loads((folder / "expected.json").read_text("utf-8"))
    lines = (folder / "events.jsonl").read_text("utf-8").splitlines()
    refused = {reject["line"] for reject in expected["rejects"]}
    events = [json.loads(line) for number, line in enumerate(lines, 1) if number not in refused]
    with segdsl.Engine(segdsl.load(folder), clock=lambda: LATER) as engine:
        outcomes = [engine.process(event)[0] for event in sorted(events, key=lambda event: instant(event["time"]))]
        if "until" in expected:
            engine.advance(expected["until"], before_commit=outcomes.extend)
        members = members_of(engine)
    assert members == expected["members"]
    assert effects_of(outcomes) == {who: in_step_order(each) for who, each in expected["effects"].items()}


@pytest.mark.parametrize("folder", WITH_LATE_EVENTS, ids=named)
def test_late_events_mend_what_went_before(folder: Path, store: str) -> None:
    expected = json.loads((folder / "expected.json").read_text("utf-8"))
    late = expected["after late.jsonl"]
    outcomes: list[Outcome] = []
    with segdsl.Engine(segdsl.load(folder), store) as engine:
        segdsl.replay(engine, folder / "events.jsonl", until=expected["until"])
        segdsl.replay(engine, folder / "late.jsonl", listener=Listener(outcomes=outcomes.extend))
        members = members_of(engine)
    assert members == late["members"]
    assert effects_of(outcomes) == {who: in_step_order(each) for who, each in late["effects"].items()}
    assert by_customer([each for outcome in outcomes for each in outcome.withdrawn]) == late["withdrawn"]
    assert {each.mark for outcome in outcomes for each in outcome.effects} == {"late"}
    assert rejects_of(outcomes) == late["rejects"]


@pytest.mark.parametrize("folder", WITH_EVENTS, ids=named)
def test_its_commands_print_what_it_says(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands are the indented lines of its README that begin with `seg`; other indented lines are their output."""
    shutil.copytree(folder, tmp_path / "examples" / folder.name, ignore=shutil.ignore_patterns("*.store*"))
    monkeypatch.chdir(tmp_path)
    said = said_of_commands((folder / "README.md").read_text("utf-8"))
    assert said
    for command, output in said:
        result = CliRunner().invoke(seg, shlex.split(command)[1:], prog_name="seg")
        assert result.exit_code == 0, result.output
        if output:
            assert result.stdout.rstrip("\n").split("\n") == output


def said_of_commands(text: str) -> list[tuple[str, list[str]]]:
    said: list[tuple[str, list[str]]] = []
    for block in (each for each in text.split("\n\n") if each.startswith("    ")):
        lines = [line[4:] for line in block.rstrip("\n").split("\n")]
        if lines[0].startswith("seg "):
            said += [(line, []) for line in lines]
        else:
            said[-1][1].extend(["", *lines] if said[-1][1] else lines)
    return said


def test_the_five_stories_and_the_two_shoppers_come_as_segment_sends_them_too() -> None:
    as_sent = [path.parent.name[:2] for path in EVENTS if path.name == "segment.jsonl"]
    assert as_sent == ["01", "02", "03", "04", "05", "09"]


@pytest.mark.parametrize("folder", FOLDERS, ids=named)
def test_is_explained(folder: Path) -> None:
    names = {path.name for path in folder.iterdir()}
    assert {"README.md", "rules.seg", "expected.json"} <= names
    assert {"events.jsonl"} <= names or {"mapping.toml"} <= names


@pytest.mark.parametrize("folder", FOLDERS, ids=named)
def test_loads_without_a_warning(folder: Path) -> None:
    assert segdsl.load(folder).warnings == ()


@pytest.mark.parametrize("folder", FOLDERS, ids=named)
def test_its_tests_hold(folder: Path) -> None:
    results = list(segdsl.run_tests(segdsl.check(folder)))
    assert results
    assert not [(result.name, failure) for result in results for failure in result.failures]


@pytest.mark.parametrize("path", RULES, ids=named)
def test_is_formatted(path: Path) -> None:
    text = path.read_text("utf-8")
    collector = Collector()
    module = parse(Source(str(path), text), 0, collector)
    assert not list(collector)
    assert format_module(module, text) == text
