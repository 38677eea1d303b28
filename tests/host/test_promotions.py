"""Which promotions a customer has: now, later, in the past, and why (language.md sections 6 and 5.21)."""

from pathlib import Path
from typing import Any

import pytest

import segdsl
from segdsl.host.engine import Engine
from segdsl.values.instants import LATEST
from tests.support.running import opened

DECLARED = """
zone "America/Toronto"
segment Entitled by activities
segment Staff listed
when registers then add to Entitled for 7 days
when places order then remove from Entitled
"""

RULES = f"""{DECLARED}
promotion Week from 2026-03-01 until 2026-03-08 if in segment Entitled
promotion All
promotion Regulars if places order at least twice within 30 days
promotion Rich if income >= 100
"""


def at(time: str, event: str, customer: str = "ann", **further: Any) -> dict[str, Any]:
    return {"event": event, "customer": customer, "time": time, **further}


def names(engine: Engine, customer: str = "ann", when: str | None = None) -> list[str]:
    return [each.name for each in engine.promotions(customer, when)]


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return "memory://" if request.param == "memory" else f"sqlite:///{tmp_path / 'p.store'}"


LIFE = [
    at("2026-03-01T05:00:00Z", "registers"),
    at("2026-03-03T10:00:00Z", "places order"),
    at("2026-03-04T10:00:00Z", "places order"),
    at("2026-03-05T10:00:00Z", "logs on", attributes={"income": 500}),
]


def test_as_things_stand_after_each_event(store: str) -> None:
    with opened(RULES, store) as engine:
        found = []
        for event in LIFE:
            engine.process(event)
            found.append(names(engine))
    assert found == [["All", "Week"], ["All"], ["All", "Regulars"], ["All", "Regulars", "Rich"]]


def test_the_same_is_told_of_the_past(store: str) -> None:
    with opened(RULES, store) as engine:
        engine.process(LIFE)
        found = [names(engine, when=event["time"]) for event in LIFE]
        assert found == [["All", "Week"], ["All"], ["All", "Regulars"], ["All", "Regulars", "Rich"]]
        assert names(engine, when="2026-02-01T00:00:00Z") == ["All"]
        assert names(engine, when="2026-03-03T09:59:59Z") == ["All", "Week"]


def test_what_comes_later_is_told_as_if_nothing_more_came(store: str) -> None:
    with opened(RULES, store) as engine:
        engine.process(LIFE)
        assert names(engine, when="2026-04-02T09:59:59Z") == ["All", "Regulars", "Rich"]
        assert names(engine, when="2026-04-02T10:00:00Z") == ["All", "Rich"]
        assert names(engine) == ["All", "Regulars", "Rich"]


def test_one_who_was_never_seen_is_as_one_without_events() -> None:
    with opened(f"{RULES}\npromotion Welcome if not places order\n") as engine:
        assert names(engine, "zoe", "2026-03-02") == ["All", "Welcome"]
        assert engine.backend.customer_count() == 0


def test_a_promotion_tells_its_own_bounds_and_place() -> None:
    with opened(RULES) as engine:
        engine.process(LIFE[0])
        everybody, week = engine.promotions("ann")
    assert (week.begin, week.end) == (1772341200000000, 1772946000000000)
    assert week.place == "<text>:8"
    assert (everybody.begin, everybody.end) == (None, None)


def test_asking_changes_nothing(store: str) -> None:
    with opened(RULES, store) as engine:
        engine.process(LIFE)
        before = engine.backend.load(["ann"]), engine.now(), engine.history("ann")
        engine.promotions("ann", "2027-01-01")
        assert (engine.backend.load(["ann"]), engine.now(), engine.history("ann")) == before


def test_the_past_is_told_as_late_events_have_corrected_it() -> None:
    with opened(f"lateness 5 days\n{RULES}") as engine:
        engine.process([LIFE[0], LIFE[3]])
        assert names(engine, when="2026-03-04T10:00:00Z") == ["All", "Week"]
        engine.process([LIFE[1], LIFE[2]])
        assert names(engine, when="2026-03-04T10:00:00Z") == ["All", "Regulars"]


def test_what_the_host_says_counts() -> None:
    with opened(f"{DECLARED}promotion Gift if in segment Staff") as engine:
        engine.include("ann", "Staff", "2026-03-01T10:00:00Z")
        engine.exclude("ann", "Staff", "2026-03-02T10:00:00Z")
        assert names(engine) == []
        assert names(engine, when="2026-03-02T09:00:00Z") == ["Gift"]


def test_one_who_was_forgotten_has_none() -> None:
    with opened(RULES) as engine:
        engine.process(LIFE)
        engine.forget("ann")
        assert names(engine) == ["All"]
        assert names(engine, when="2026-03-05T10:00:00Z") == ["All"]


# ------------------------------------------------------------------------------------------------- without the journal


def bare(rules: str) -> Engine:
    return Engine(segdsl.loads(rules), clock=lambda: LATEST - 1, journal=False)


def test_recorded_memberships_are_enough_for_conditions_on_segments() -> None:
    rules = f"""{DECLARED}
    promotion Week if in segment Entitled
    promotion Others if not in segment any(Entitled, Staff)
    promotion Long if in segment Entitled for at least 2 days
    promotion All"""
    with bare(rules) as engine:
        engine.process(LIFE)
        assert names(engine, when="2026-03-02T10:00:00Z") == ["All", "Week"]
        assert names(engine, when="2026-03-03T09:00:00Z") == ["All", "Long", "Week"]
        assert names(engine, when="2026-03-04T00:00:00Z") == ["All", "Others"]


def test_without_a_journal_the_past_of_other_conditions_is_not_told() -> None:
    with bare(RULES) as engine:
        engine.process(LIFE)
        assert names(engine) == ["All", "Regulars", "Rich"]
        with pytest.raises(segdsl.StoreError, match="who had the promotion 'Regulars' then cannot be told"):
            engine.promotions("ann", "2026-03-04")


def test_one_that_is_not_on_keeps_no_other_from_being_told() -> None:
    rules = f"{DECLARED}\npromotion Old until 2026-03-02 if income > 1\npromotion Week if in segment Entitled"
    with bare(rules) as engine:
        engine.process(LIFE)
        assert names(engine, when="2026-03-03") == ["Week"]


# ----------------------------------------------------------------------------------------------- other promotions later


def test_a_store_goes_on_with_other_promotions_that_ask_for_no_more(tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path / 'p.store'}"
    with opened(f"{DECLARED}promotion Week if in segment Entitled", store) as engine:
        engine.process(LIFE[0])
    with opened(f"{DECLARED}promotion Month from 2026-03-01 if in segment Entitled\npromotion All", store) as engine:
        assert names(engine) == ["All", "Month"]
    with Engine(None, store) as engine:
        assert names(engine) == ["All", "Month"]


@pytest.mark.parametrize("condition", ["places order", "income > 3"])
def test_not_with_one_that_asks_for_what_was_never_counted(tmp_path: Path, condition: str) -> None:
    store = f"sqlite:///{tmp_path / 'p.store'}"
    with opened(DECLARED, store) as engine:
        engine.process(LIFE[0])
    with pytest.raises(segdsl.StoreError, match="made with other rules"):
        opened(f"{DECLARED}promotion Other if {condition}", store)


# ----------------------------------------------------------------------------------------------------------------- why


@pytest.mark.parametrize(
    ("promotion", "when", "reason"),
    [
        ("Week", "2026-02-01", "it begins at 2026-03-01T05:00:00Z"),
        ("Week", "2026-03-02", "its condition holds"),
        ("Week", "2026-03-04", "its condition does not hold"),
        ("Week", "2026-03-08", "it was over at 2026-03-08T05:00:00Z"),
        ("All", "2026-03-08", "it has no condition: everybody has it while it is on"),
    ],
)
def test_the_reason_in_a_few_words(promotion: str, when: str, reason: str) -> None:
    with opened(RULES) as engine:
        engine.process(LIFE)
        assert engine.why_promotion("ann", promotion, when).reason == reason


def test_since_when_until_when_and_what_would_turn_it() -> None:
    with opened(RULES) as engine:
        engine.process(LIFE[0])
        why = engine.why_promotion("ann", "Week")
    assert (why.member, why.since, why.until) == (True, 1772341200000000, 1772946000000000)
    assert why.named is not None
    assert (why.named.name, why.without) == ("registers", "not be entitled to Week")
    assert why.change_text == "`places order` happens"


def test_the_host_cannot_include_anybody_in_a_promotion() -> None:
    with opened(f"{DECLARED}promotion Never if income > 5 and income < 3") as engine:
        engine.process(LIFE[0])
        assert engine.why_promotion("ann", "Never").change == ()


def test_a_promotion_with_the_name_of_a_segment_is_another_thing() -> None:
    with opened(f"{DECLARED}promotion Entitled if in segment Staff") as engine:
        engine.process(LIFE[0])
        assert engine.why("ann", "Entitled").member
        why = engine.why_promotion("ann", "Entitled")
        assert (why.member, why.segment, why.of_promotion) == (False, "Entitled", True)


def test_until_when_for_somebody_who_is_not_known() -> None:
    with opened(RULES) as engine:
        assert engine.why_promotion("zoe", "Week", "2026-02-01").until is None
    with opened("promotion Welcome until 2026-03-08 if not places order") as engine:
        why = engine.why_promotion("zoe", "Welcome", "2026-02-01")
        assert (why.member, why.until) == (True, 1772928000000000)


def test_a_promotion_that_is_not_declared() -> None:
    with opened(RULES) as engine, pytest.raises(segdsl.UnknownNameError, match="did you mean 'Regulars'"):
        engine.why_promotion("ann", "Reglars")
