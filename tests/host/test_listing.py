"""The host's word about customers: what beats what, and lists that are gone through in batches (language.md 5.12)."""

from collections.abc import Iterator
from typing import Any

import pytest

import segdsl
from segdsl.host import engine as batches
from segdsl.host.engine import Engine
from segdsl.host.listing import Listed, Word
from tests.support.running import opened

RULES = """
segment Staff listed
segment Skiers by activities
segment Rich if income >= 100
segment Greeted by activities
when registers then add to Skiers
when cancels order then remove from Skiers
when enters Staff then send email "welcome" and add to Greeted
"""


def at(day: int, event: str, customer: str = "ann", **further: Any) -> dict[str, Any]:
    return {"event": event, "customer": customer, "time": f"2026-03-{day:02}T10:00:00Z", **further}


@pytest.fixture
def engine() -> Iterator[Engine]:
    with opened(RULES) as made:
        made.process([at(1, "registers"), at(2, "logs on", attributes={"income": 500})])
        yield made


def segments(engine: Engine, customer: str = "ann") -> list[str]:
    return [each.segment for each in engine.segments_of(customer)]


def said(engine: Engine, word: Word, customers: list[str], segment: str = "Staff", **how: Any) -> list[Listed]:
    return [each for batch in engine.list_many(word, segment, customers, **how) for each in batch]


def statuses(found: list[Listed]) -> list[tuple[str, str, bool]]:
    return [(each.customer, each.outcome.status, each.is_new) for each in found]


# ---------------------------------------------------------------------------------------------------- what beats what


@pytest.mark.parametrize("segment", ["Skiers", "Rich"])
def test_an_exclusion_beats_what_goes_on_beneath(engine: Engine, segment: str) -> None:
    assert segment in segments(engine)
    engine.exclude("ann", segment)
    assert segment not in segments(engine)
    engine.process([at(3, "registers"), at(3, "logs on", attributes={"income": 600})])
    assert segment not in segments(engine)


@pytest.mark.parametrize("segment", ["Skiers", "Rich", "Staff"])
def test_an_inclusion_beats_what_goes_on_beneath(engine: Engine, segment: str) -> None:
    engine.include("ann", segment)
    engine.process([at(3, "cancels order"), at(4, "logs on", attributes={"income": 1})])
    assert segment in segments(engine)


def test_remove_does_not_end_an_inclusion_but_what_lies_beneath_it(engine: Engine) -> None:
    engine.include("ann", "Skiers")
    engine.process([at(3, "cancels order")])
    assert "Skiers" in segments(engine)
    engine.unlist("ann", "Skiers")
    assert "Skiers" not in segments(engine)


def test_what_rules_add_under_an_exclusion_is_seen_when_it_is_taken_back(engine: Engine) -> None:
    engine.process([at(3, "cancels order")])
    engine.exclude("ann", "Skiers")
    engine.process([at(4, "registers")])
    assert "Skiers" not in segments(engine)
    engine.unlist("ann", "Skiers")
    assert "Skiers" in segments(engine)


def test_the_last_word_holds_since_there_is_one_setting(engine: Engine) -> None:
    engine.exclude("ann", "Rich")
    engine.include("ann", "Rich")
    assert "Rich" in segments(engine)
    engine.exclude("ann", "Rich")
    assert "Rich" not in segments(engine)
    engine.unlist("ann", "Rich")
    assert "Rich" in segments(engine)


def test_a_word_is_about_one_segment_alone(engine: Engine) -> None:
    engine.exclude("ann", "Rich")
    assert segments(engine) == ["Skiers"]


def test_an_inclusion_starts_the_rules_that_wait_for_it(engine: Engine) -> None:
    outcome = engine.include("ann", "Staff")
    assert [effect.fields for effect in outcome.effects] == [{"template": "welcome"}]
    assert "Greeted" in segments(engine)


def test_a_later_instant_without_an_offset_is_in_the_zone_of_the_rules() -> None:
    with opened(f'zone "America/Toronto"\n{RULES}') as engine:
        engine.include("ann", "Staff", "2026-03-01")
        assert engine.history("ann")[0].instant % (24 * 3600 * 10**6) == 5 * 3600 * 10**6


# --------------------------------------------------------------------------------------------------------------- lists


def test_a_list_is_gone_through_in_batches(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "LISTED", 2)
    sizes = [len(batch) for batch in engine.list_many("include", "Staff", ["a", "b", "c", "d", "e"])]
    assert sizes == [2, 2, 1]
    assert engine.count("Staff") == 5


def test_said_again_it_does_nothing(engine: Engine) -> None:
    first = said(engine, "include", ["ann", "bob"])
    assert statuses(first) == [("ann", "accepted", False), ("bob", "accepted", True)]
    history, inputs = engine.history("ann"), engine.inputs("ann")
    assert statuses(said(engine, "include", ["ann", "bob"])) == [("ann", "repeated", False), ("bob", "repeated", False)]
    assert (engine.history("ann"), engine.inputs("ann")) == (history, inputs)


def test_a_list_that_was_stopped_goes_on_where_it_was(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "LISTED", 2)
    going = engine.list_many("include", "Staff", ["a", "b", "c", "d"])
    next(going)
    going.close()  # type: ignore[attr-defined]
    assert engine.count("Staff") == 2
    assert [each.outcome.status for each in said(engine, "include", ["a", "b", "c", "d"])] == [
        "repeated", "repeated", "accepted", "accepted",
    ]  # fmt: skip


def test_included_excluded_and_included_again_at_one_instant(engine: Engine) -> None:
    for word, within in (("include", True), ("exclude", False), ("include", True), ("unlist", False)):
        said(engine, word, ["ann"])  # type: ignore[arg-type]
        assert ("Staff" in segments(engine)) is within


def test_one_who_stands_twice_in_a_list_is_taken_once(engine: Engine) -> None:
    assert [each.outcome.status for each in said(engine, "include", ["zoe", "zoe"])] == ["accepted", "repeated"]


def test_taking_back_what_was_never_said_makes_nobody_known(engine: Engine) -> None:
    assert statuses(said(engine, "unlist", ["zoe", "ann"])) == [("zoe", "repeated", False), ("ann", "repeated", False)]
    assert engine.backend.customer_count() == 1


def test_only_known_ones_where_that_is_asked_for(engine: Engine) -> None:
    found = said(engine, "include", ["zoe", "ann"], known_only=True)
    assert [each.outcome.status for each in found] == ["rejected", "accepted"]
    assert engine.backend.customer_count() == 1


def test_an_id_is_that_of_events(engine: Engine) -> None:
    engine.process([at(3, "registers", "Zoe\u0301")])
    assert statuses(said(engine, "include", ["Zo\u00e9"])) == [("Zo\u00e9", "accepted", False)]


@pytest.mark.parametrize("customer", ["", "  ", "x" * 1_001])
def test_what_is_no_id_is_left_out(engine: Engine, customer: str) -> None:
    [found, _] = said(engine, "include", [customer, "ann"])
    assert found.outcome.reject is not None
    assert found.outcome.reject.reason == "no customer"
    assert "Staff" in segments(engine)


def test_too_late_for_one_is_no_reason_for_the_others(engine: Engine) -> None:
    found = said(engine, "include", ["ann", "bob"], at="2026-03-01T00:00:00Z")
    assert [each.outcome.status for each in found] == ["rejected", "accepted"]
    assert found[0].outcome.reject is not None
    assert found[0].outcome.reject.detail == "the customer has done something at 2026-03-02T10:00:00Z, after this"


def test_within_the_lateness_it_is_as_if_said_on_time() -> None:
    with opened(f"lateness 3 days\n{RULES}") as engine:
        engine.process([at(1, "registers"), at(3, "logs on")])
        said(engine, "include", ["ann"], at="2026-03-02T00:00:00Z")
        [member] = engine.members("Staff")
        assert member.since == engine.history("ann")[1].instant == 1772409600000000


def test_an_instant_that_nobody_vouches_for_is_refused() -> None:
    with Engine(segdsl.loads(RULES), clock=lambda: 1772409600000000) as engine:
        with pytest.raises(segdsl.ClockError, match="would be refused as late"):
            engine.list_many("include", "Staff", ["ann"], "2026-03-03")
        assert engine.backend.customer_count() == 0


def test_one_who_was_forgotten_does_not_come_back_with_an_old_list(engine: Engine) -> None:
    engine.forget("ann")
    [found] = said(engine, "include", ["ann"])
    assert found.outcome.reject is not None
    assert found.outcome.reject.reason == "forgotten"
    assert engine.count("Staff") == 0


def test_a_segment_that_is_not_declared(engine: Engine) -> None:
    with pytest.raises(segdsl.UnknownNameError, match="did you mean 'Staff'"):
        engine.list_many("include", "Staf", ["ann"])


def test_effects_go_to_their_handlers(engine: Engine) -> None:
    taken: list[str] = []
    engine.handle("send email", lambda effect: taken.append(effect.customer))
    said(engine, "include", ["ann", "bob"])
    assert taken == ["ann", "bob"]
