"""The examples, through the public API, on every backend that needs no server: what they say is what comes out."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import segdsl
from segdsl.diagnostics.diagnostic import Collector
from segdsl.diagnostics.source import Source
from segdsl.host.replay import Listener
from segdsl.records.outcomes import Outcome
from segdsl.syntax.format import format_module
from segdsl.syntax.parse import parse

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
FOLDERS = sorted(folder for folder in EXAMPLES.iterdir() if folder.is_dir())
WITH_EVENTS = [folder for folder in FOLDERS if (folder / "events.jsonl").is_file()]
LATER = int(datetime(2027, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000
"""A clock that believes all of the examples' events."""
RULES = sorted(EXAMPLES.rglob("*.seg"))

pytestmark = pytest.mark.skipif(not FOLDERS, reason="the examples are not beside the tests")


def instant(time: str) -> datetime:
    return datetime.fromisoformat(time)


def named(path: Path) -> str:
    return path.name if path.is_dir() else f"{path.parent.name}/{path.name}"


def effects_of(outcomes: list[Outcome]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for outcome in outcomes:
        for effect in outcome.effects:
            at = effect.time.strftime("%Y-%m-%dT%H:%M:%SZ")
            found.setdefault(effect.customer, []).append({"at": at, "action": effect.action} | effect.fields)
    return {customer: in_step_order(effects) for customer, effects in found.items()}


def in_step_order(effects: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Effects of one step have no order that a reader could tell: by time, then by what they say."""
    return sorted(effects, key=lambda effect: (effect["at"], json.dumps(effect, sort_keys=True)))


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return "memory://" if request.param == "memory" else f"sqlite:///{tmp_path / 'example.store'}"


@pytest.mark.parametrize("folder", WITH_EVENTS, ids=named)
def test_gives_what_it_says(folder: Path, store: str) -> None:
    expected = json.loads((folder / "expected.json").read_text("utf-8"))
    outcomes: list[Outcome] = []
    with segdsl.Engine(segdsl.load(folder), store) as engine:
        report = segdsl.replay(engine, folder / "events.jsonl", listener=Listener(outcomes=outcomes.extend))
        members = {name: [member.customer for member in engine.members(name)] for name in engine.segments}
        counts = {name: engine.count(name) for name in engine.segments}
    rejects = [
        {"line": outcome.reject.place, "reason": outcome.reject.reason} for outcome in outcomes if outcome.reject
    ]
    assert members == expected["members"]
    assert counts == {name: len(who) for name, who in expected["members"].items()}
    assert effects_of(outcomes) == {who: in_step_order(each) for who, each in expected["effects"].items()}
    assert sorted(rejects, key=lambda reject: reject["line"]) == expected["rejects"]
    assert report.repeated == expected["repeated"]


@pytest.mark.parametrize("folder", WITH_EVENTS, ids=named)
def test_one_event_after_the_other_gives_the_same(folder: Path) -> None:
    """As a shop would embed it: events come one by one, in the order of time, from the program's own hands."""
    expected = json.loads((folder / "expected.json").read_text("utf-8"))
    lines = (folder / "events.jsonl").read_text("utf-8").splitlines()
    refused = {reject["line"] for reject in expected["rejects"]}
    events = [json.loads(line) for number, line in enumerate(lines, 1) if number not in refused]
    with segdsl.Engine(segdsl.load(folder), clock=lambda: LATER) as engine:
        outcomes = [engine.process(event)[0] for event in sorted(events, key=lambda event: instant(event["time"]))]
        members = {name: [member.customer for member in engine.members(name)] for name in engine.segments}
    assert members == expected["members"]
    assert effects_of(outcomes) == {who: in_step_order(each) for who, each in expected["effects"].items()}


@pytest.mark.parametrize("folder", FOLDERS, ids=named)
def test_is_explained(folder: Path) -> None:
    names = {path.name for path in folder.iterdir()}
    assert {"README.md", "rules.seg", "expected.json"} <= names
    assert {"events.jsonl"} <= names or {"mapping.toml"} <= names


@pytest.mark.parametrize("path", RULES, ids=named)
def test_loads_without_a_warning(path: Path) -> None:
    assert segdsl.load(path).warnings == ()


@pytest.mark.parametrize("path", RULES, ids=named)
def test_is_formatted(path: Path) -> None:
    text = path.read_text("utf-8")
    collector = Collector()
    module = parse(Source(str(path), text), 0, collector)
    assert not list(collector)
    assert format_module(module, text) == text
