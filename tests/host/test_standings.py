"""Who is in which segments together: recorded memberships, and what the clock has changed since."""

from collections import Counter

import pytest

import segdsl
from tests.cli.conftest import order, registers

RULES = """\
segment Fresh if places order within 7 days
segment Lapsed if time since places order > 10 days
segment Golfers by activities
segment Staff listed
when places order then add to Golfers for 9 days
"""
EVENTS = [
    order("e1", "ann", "2026-03-01T10:00:00Z"),
    order("e2", "bob", "2026-03-05T10:00:00Z"),
    registers("e3", "cem", "2026-03-05T10:00:00Z"),
    order("e4", "dan", "2026-03-14T10:00:00Z"),
]
INSTANTS = [None, *(f"2026-03-{day:02}T12:00:00Z" for day in (1, 5, 8, 10, 12, 14, 20, 30))]


@pytest.fixture
def engine():
    with segdsl.Engine(segdsl.loads(RULES)) as engine:
        engine.process(EVENTS)
        engine.include("cem", "Staff")
        yield engine


def test_standings_hold_what_the_clock_has_changed(engine: segdsl.Engine):
    standings = {each.customer: each for each in engine.standings()}
    assert list(standings) == ["ann", "bob", "cem", "dan"]
    assert {who: each.segments for who, each in standings.items()} == {
        "ann": {"Lapsed"}, "bob": set(), "cem": {"Staff"}, "dan": {"Fresh", "Golfers"},
    }  # fmt: skip


def test_standings_tell_what_the_clock_has_changed(engine: segdsl.Engine):
    moved = {each.customer: [f"{c.time:%d} {c.segment} {c.entered}" for c in each.moved] for each in engine.standings()}
    assert moved == {
        "ann": ["08 Fresh False", "10 Golfers False", "11 Lapsed True"], "bob": ["12 Fresh False", "14 Golfers False"],
        "cem": [], "dan": [],
    }  # fmt: skip


@pytest.mark.parametrize("at", INSTANTS)
def test_standings_agree_with_counts(engine: segdsl.Engine, at: str | None):
    standing = Counter(segment for each in engine.standings(at) for segment in each.segments)
    assert {name: standing[name] for name in engine.segments} == engine.counts(at)


@pytest.mark.parametrize("at", INSTANTS)
def test_standings_agree_with_the_segments_of_each_customer(engine: segdsl.Engine, at: str | None):
    known = {who: {m.segment for m in engine.segments_of(who, at)} for who in ("ann", "bob", "cem", "dan")}
    standing = {each.customer: each.segments for each in engine.standings(at) if each.segments}
    assert standing == {who: segments for who, segments in known.items() if segments}
