"""Attributes that come with an event: set with it, seen in its own step, `null` makes them not known."""

from typing import Any

import pytest

from segdsl.engines import engines
from segdsl.host.engine import Engine
from segdsl.host.program import loads
from segdsl.values.instants import LATEST

TEXT = """
attribute score: number default 5
segment Rich if income >= 100
segment Was Rich by activities
segment Scored if score = 5
when visits if in segment Rich then add to Was Rich
"""


def event(time: str, **attributes: Any) -> dict[str, Any]:
    return {"event": "visits", "customer": "ann", "time": f"2026-03-01T{time}Z", "attributes": attributes}


def segments(engine: str, *events: dict[str, Any], text: str = TEXT) -> list[str]:
    with Engine(loads(text), engine=engine, clock=lambda: LATEST - 1) as running:
        running.process(events)
        return [m.segment for m in running.segments_of("ann")]


@pytest.mark.parametrize("engine", engines())
def test_an_attribute_is_seen_in_the_step_of_its_event(engine: str) -> None:
    assert segments(engine, event("10:00:00", income=100)) == ["Rich", "Scored", "Was Rich"]


@pytest.mark.parametrize("engine", engines())
def test_null_makes_it_not_known(engine: str) -> None:
    assert segments(engine, event("10:00:00", income=100), event("11:00:00", income=None)) == ["Scored", "Was Rich"]


@pytest.mark.parametrize("engine", engines())
def test_null_brings_back_the_default(engine: str) -> None:
    assert segments(engine, event("10:00:00", score=6), event("11:00:00", score=None)) == ["Scored"]


@pytest.mark.parametrize("engine", engines())
def test_what_an_event_does_not_say_stays(engine: str) -> None:
    found = segments(engine, event("10:00:00", income=100), event("11:00:00", score=6))
    assert found == ["Rich", "Was Rich"]


@pytest.mark.parametrize("engine", engines())
def test_an_attribute_of_rules_is_not_set_by_events(engine: str) -> None:
    text = "segment Ruled if income = 1\nwhen registers then set income = 2"
    assert segments(engine, event("10:00:00", income=1), text=text) == []
