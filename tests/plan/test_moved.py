"""Which segments the clock alone can move: those of each program that do move when nothing comes any more."""

import pytest

import segdsl
from segdsl.plan.moved import moved_by_clock
from segdsl.plan.needs import Needs
from segdsl.records.inputs import Event

T0 = 1_772_359_200_000_000  # 2026-03-01T10:00Z
PROGRAMS = {
    "an event": ("segment A by activities\nwhen registers then add to A", set()),
    "a count": ("segment A if places order once", set()),
    "the host": ("segment A listed\nsegment B if in segment A", set()),
    "a window": ("segment A if registers within 5 days", {"A"}),
    "an age": ("segment A if age >= 20", {"A"}),
    "an end": ("segment A by activities\nwhen registers then add to A for 3 days", {"A"}),
    "a wait": ("segment A by activities\nwhen registers then wait 3 days then add to A", {"A"}),
    "a wait before it goes": (
        "segment A by activities\nwhen registers then add to A then wait 3 days then remove from A",
        {"A"},
    ),
    "a look back": ("segment A by activities\nwhen 3 days after the last registers then add to A", {"A"}),
    "a schedule": ("segment A by activities\nwhen every day at 09:00 then add to A", {"A"}),
    "a transition": (
        "segment A if registers within 5 days\nsegment B by activities\nwhen leaves A then add to B",
        {"A", "B"},
    ),
    "a member of one that moves": (
        "segment A if registers within 5 days\nsegment B if not in segment A\nsegment C if in segment B",
        {"A", "B", "C"},
    ),
    "one that moves beside one that does not": (
        "segment A if registers within 5 days\nsegment B if registers",
        {"A"},
    ),
    "while another lasts": (
        "segment A if registers within 5 days\nsegment B by activities while in segment A\n"
        "when registers then add to B",
        {"A", "B"},
    ),
    "a membership that has lasted": (
        "segment A by activities\nsegment B if in segment A for at least 3 days\nwhen registers then add to A",
        {"B"},
    ),
}


@pytest.mark.parametrize(("text", "moved"), PROGRAMS.values(), ids=PROGRAMS)
def test_the_clock_moves_these_and_no_others(text: str, moved: set[str]) -> None:
    with segdsl.Engine(segdsl.loads(text)) as engine:
        attributes = {"birth date": 13_239} if "age" in text else {}  # 2006-04-01
        engine.take([Event("e", "registers", "ann", T0, {}, attributes)], vouched=T0)
        engine.include("ann", "A") if "listed" in text else None
        engine.advance("2026-04-30T10:00Z")
        by_clock = {change.segment for change in engine.history("ann") if change.arrival == 0}
        assert (set(moved_by_clock(engine.plan, Needs.of(engine.plan))), by_clock) == (moved, moved)
