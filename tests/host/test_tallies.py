"""What a store counts of its runs: every input, firing and effect once, whatever way it came, also after a stop."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import segdsl
from segdsl.backends.base import Tally, TallyKind
from segdsl.host.runs import Listener
from segdsl.values.instants import parse_date
from tests.cli.conftest import order, registers, write_events

RULES = """\
lateness 2 days
segment Buyers by activities
when registers then send push "hello"
when places order then add to Buyers
when registers then wait 3 days then send email "how is it"
"""
EVENTS = [
    registers("e1", "ann", "2026-03-01T10:00:00Z"),
    {**order("e2", "ann", "2026-03-02T10:00:00Z"), "colour": "red", "size": 3},
    {**order("e3", "bob", "2026-03-02T11:00:00Z"), "colour": "blue", "attributes": {"shoe": 42}},
    {"event": "dances", "customer": "ann", "time": "2026-03-02T12:00:00Z"},
    {"event": "registers", "time": "2026-03-02T12:00:00Z"},
    order("e6", "ann", "2026-03-20T10:00:00Z"),
]


@pytest.fixture(params=["memory://", "sqlite"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/a.store" if request.param == "sqlite" else str(request.param)


@pytest.fixture
def engine(url: str) -> Iterator[segdsl.Engine]:
    with segdsl.Engine(segdsl.loads(RULES), url, clock=lambda: 0) as engine:
        yield engine


def counted(engine: segdsl.Engine, kind: TallyKind) -> dict[Any, int]:
    """What is counted of a kind, by name, or by (owner, name)."""
    found: Counter[Any] = Counter()
    for tally, number in engine.backend.tallies().items():
        if tally.kind == kind:
            found[(tally.owner, tally.name) if tally.owner else tally.name] += number
    return dict(found)


def without_batches(engine: segdsl.Engine) -> dict[Tally, int]:
    return {tally: number for tally, number in engine.backend.tallies().items() if tally.kind != "batch"}


def by_line(engine: segdsl.Engine) -> dict[str, int]:
    """How often the rules fired, by their line."""
    places = {rule.id: rule.place.rpartition(":")[2] for rule in engine.plan.rules}
    return {places[rule]: number for rule, number in counted(engine, "fired").items()}


def run(engine: segdsl.Engine, path: Path, events: list[dict[str, Any]], **options: Any) -> segdsl.Report:
    write_events(path, events)
    return segdsl.replay(engine, path, **options)


def test_a_run_counts_events_firings_effects_rejects_and_ignored_fields(engine: segdsl.Engine, tmp_path: Path):
    run(engine, tmp_path / "e.jsonl", EVENTS)
    assert counted(engine, "event") == {"registers": 1, "places order": 3}
    assert by_line(engine) == {"3": 1, "4": 3, "5": 1}
    assert counted(engine, "effect") == {"send push": 1, "send email": 1}
    assert counted(engine, "reject") == {"unknown event": 1, "no customer": 1}
    assert counted(engine, "ignored") == {
        ("places order", "colour"): 2, ("places order", "size"): 1, ("attributes", "shoe"): 1,
    }  # fmt: skip


def test_what_the_clock_has_rules_do_is_counted_on_its_own_day(engine: segdsl.Engine, tmp_path: Path):
    run(engine, tmp_path / "e.jsonl", EVENTS)
    fourth, first = parse_date("2026-03-04"), parse_date("2026-03-01")
    waited = next(rule.id for rule in engine.plan.rules if rule.place.endswith(":5"))
    assert Tally("effect", "send email", fourth) in engine.backend.tallies()
    assert [tally.day for tally in engine.backend.tallies() if tally.name == waited] == [first]


def test_a_firing_by_the_clock_is_counted_on_the_day_of_the_firing(tmp_path: Path):
    rules = "when 2 days after the last registers then send push\n"
    with segdsl.Engine(segdsl.loads(rules), clock=lambda: 0) as engine:
        run(engine, tmp_path / "e.jsonl", [EVENTS[0], registers("e9", "bob", "2026-03-20T10:00:00Z")])
        assert [tally.day for tally in engine.backend.tallies() if tally.kind == "fired"] == [parse_date("2026-03-03")]


def test_a_run_counts_what_its_report_says(engine: segdsl.Engine, tmp_path: Path):
    report = run(engine, tmp_path / "e.jsonl", EVENTS)
    assert counted(engine, "fired") == report.fired
    assert counted(engine, "effect") == report.effects
    assert counted(engine, "reject") == report.rejects
    assert counted(engine, "ignored") == report.ignored


def test_process_counts_the_same_as_a_run(url: str, engine: segdsl.Engine, tmp_path: Path):
    run(engine, tmp_path / "e.jsonl", EVENTS)
    with segdsl.Engine(segdsl.loads(RULES), clock=lambda: 2 * 10**15) as other:
        for event in EVENTS:
            other.process(event)
        other.advance("2026-03-20T10:00:00Z")
        assert without_batches(other) == without_batches(engine)


def test_the_same_file_again_counts_nothing(engine: segdsl.Engine, tmp_path: Path):
    run(engine, tmp_path / "e.jsonl", EVENTS)
    before = without_batches(engine)
    run(engine, tmp_path / "e.jsonl", EVENTS)
    assert without_batches(engine) == before


def test_a_file_of_rejects_alone_is_counted_once(engine: segdsl.Engine, tmp_path: Path):
    for _ in range(2):
        run(engine, tmp_path / "e.jsonl", EVENTS[3:5])
    assert counted(engine, "reject") == {"unknown event": 1, "no customer": 1}


def test_a_file_that_grows_counts_what_is_new(engine: segdsl.Engine, tmp_path: Path):
    for end in range(1, len(EVENTS) + 1):
        run(engine, tmp_path / "e.jsonl", EVENTS[:end])
    grown = without_batches(engine)
    with segdsl.Engine(segdsl.loads(RULES), clock=lambda: 0) as other:
        run(other, tmp_path / "all.jsonl", EVENTS)
        assert without_batches(other) == grown


@pytest.mark.parametrize("stop", range(1, 7))
def test_a_run_that_was_stopped_and_run_again_counts_everything_once(
    engine: segdsl.Engine, tmp_path: Path, stop: int
):  # fmt: skip
    batches = 0

    def progress(_: segdsl.Progress) -> None:
        nonlocal batches
        batches += 1
        if batches == stop:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(engine, tmp_path / "e.jsonl", EVENTS, listener=Listener(progress=progress), batch=1)
    run(engine, tmp_path / "e.jsonl", EVENTS, batch=1)
    with segdsl.Engine(segdsl.loads(RULES), clock=lambda: 0) as other:
        run(other, tmp_path / "e.jsonl", EVENTS)
        assert without_batches(engine) == without_batches(other)


def test_a_batch_that_was_not_committed_is_not_counted(engine: segdsl.Engine, tmp_path: Path):
    def fail(_: list[segdsl.Outcome]) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(engine, tmp_path / "e.jsonl", EVENTS, listener=Listener(outcomes=fail))
    assert engine.backend.tallies() == {}


def test_a_repeated_event_is_counted_once(engine: segdsl.Engine, tmp_path: Path):
    run(engine, tmp_path / "e.jsonl", [EVENTS[1], EVENTS[1]])
    assert counted(engine, "event") == {"places order": 1}
    assert counted(engine, "ignored") == {("places order", "colour"): 1, ("places order", "size"): 1}


def test_a_late_event_counts_what_it_brings_about_and_what_it_takes_back(tmp_path: Path):
    rules = "lateness 2 days\nwhen registers if count of places order = 0 then send push\n"
    with segdsl.Engine(segdsl.loads(rules), clock=lambda: 2 * 10**15) as engine:
        engine.process(registers("e1", "ann", "2026-03-02T10:00:00Z"))
        engine.process(order("e2", "ann", "2026-03-01T10:00:00Z"))
        day = parse_date("2026-03-02")
        tallies = engine.backend.tallies()
        assert tallies[Tally("effect", "send push", day)] == 1
        assert tallies[Tally("withdrawn", "send push", day)] == 1


def test_refused_events_are_counted_on_their_day(engine: segdsl.Engine):
    engine.advance("2026-03-01T00:00:00Z")
    engine.process(order("e1", "ann", "2026-04-01T10:00:00Z"))
    assert without_batches(engine) == {Tally("reject", "future", parse_date("2026-04-01")): 1}


def test_transactions_are_counted_on_the_day_of_the_clock(url: str):
    with segdsl.Engine(segdsl.loads(RULES), url, clock=lambda: 1_772_359_200_000_000) as engine:
        engine.process(EVENTS[0])
        engine.process(EVENTS[0])
        assert engine.backend.tallies()[Tally("batch", "", parse_date("2026-03-01"))] == 2


def test_half_a_character_in_the_name_of_a_field_is_no_obstacle(engine: segdsl.Engine):
    engine.advance("2026-03-02T00:00:00Z")
    assert engine.process({**EVENTS[0], "\ud800x": 1})[0].status == "accepted"
    assert counted(engine, "ignored") == {("registers", "?x"): 1}
