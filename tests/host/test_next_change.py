"""What the host can ask about time: when something next changes for a customer, and who is in what just before, at and
after an instant at which the clock changes it (language.md 5.13 and 5.21)."""

from collections.abc import Callable, Iterator
from datetime import UTC
from typing import Any

import pytest

from segdsl.engines import engines
from segdsl.host.engine import Engine
from segdsl.host.program import loads
from segdsl.records.outcomes import Outcome
from segdsl.values.instants import DAY, LATEST

Opening = Callable[[str], Engine]


@pytest.fixture(params=engines())
def opening(request: pytest.FixtureRequest) -> Iterator[Opening]:
    opened: list[Engine] = []

    def open_(rules: str) -> Engine:
        engine = Engine(loads(rules), engine=request.param, clock=lambda: LATEST - DAY)
        opened.append(engine)
        return engine

    yield open_
    for engine in opened:
        engine.close()


def take(engine: Engine, name: str, time: str, customer: str = "ann", **more: Any) -> None:
    [outcome] = engine.process({"event": name, "customer": customer, "time": f"{time}Z", **more})
    assert outcome.status == "accepted"


def advanced(engine: Engine, to: str) -> list[Outcome]:
    outcomes: list[Outcome] = []
    engine.advance(f"{to}Z", before_commit=outcomes.extend)
    return outcomes


def following(engine: Engine, customer: str = "ann") -> str | None:
    """When something next changes, as `2026-03-01T10:00:00`."""
    moment = engine.next_change(customer)
    if moment is None:
        return None
    assert moment.tzinfo is UTC
    return moment.replace(tzinfo=None).isoformat()


# ---------------------------------------------------------------------------------------------------------- next change


def test_a_derived_segment_is_left(opening: Opening) -> None:
    engine = opening("segment Active if places order within 30 days")
    take(engine, "places order", "2026-03-01T10:00:00")
    assert following(engine) == "2026-03-31T10:00:00"


def test_a_derived_segment_is_entered(opening: Opening) -> None:
    engine = opening("segment Lapsed if time since places order > 30 days")
    take(engine, "places order", "2026-03-01T10:00:00")
    assert following(engine) == "2026-03-31T10:00:00.000001"


def test_the_end_of_a_membership_that_was_added(opening: Opening) -> None:
    engine = opening("segment Buyers by activities\nwhen places order then add to Buyers for 7 days")
    take(engine, "places order", "2026-03-01T10:00:00")
    assert following(engine) == "2026-03-08T10:00:00"


def test_an_end_beneath_an_exclusion_changes_nothing(opening: Opening) -> None:
    engine = opening("segment Buyers by activities\nwhen places order then add to Buyers for 7 days")
    take(engine, "places order", "2026-03-01T10:00:00")
    engine.exclude("ann", "Buyers", "2026-03-02T10:00:00Z")
    assert following(engine) is None


def test_what_a_wait_leads_to(opening: Opening) -> None:
    engine = opening('when registers then wait 3 days then send email "tips"')
    take(engine, "registers", "2026-03-01T10:00:00")
    assert following(engine) == "2026-03-04T10:00:00"


def test_a_wait_that_leads_to_nothing(opening: Opening) -> None:
    engine = opening('when registers then wait 3 days then if places order then send email "thanks"')
    take(engine, "registers", "2026-03-01T10:00:00")
    assert following(engine) is None


def test_a_wait_for_an_event_that_does_not_come(opening: Opening) -> None:
    engine = opening('when registers then wait for places order within 3 days then send email "thanks"')
    take(engine, "registers", "2026-03-01T10:00:00")
    assert following(engine) is None


def test_a_timer_after_an_event(opening: Opening) -> None:
    engine = opening('when 60 days after the last places order then send email "we miss you"')
    take(engine, "places order", "2026-03-01T10:00:00")
    take(engine, "places order", "2026-03-05T10:00:00")
    assert following(engine) == "2026-05-04T10:00:00"


def test_a_date_in_an_attribute(opening: Opening) -> None:
    engine = opening('zone "America/Toronto"\nwhen birth date every year at 09:00 then send email "birthday"')
    take(engine, "visits", "2026-03-01T10:00:00", attributes={"birth date": "1990-07-04"})
    assert following(engine) == "2026-07-04T13:00:00"


def test_a_schedule(opening: Opening) -> None:
    engine = opening('when every Monday at 09:00 then send email "news"')
    take(engine, "visits", "2026-03-02T09:00:00")
    assert following(engine) == "2026-03-09T09:00:00"


def test_a_schedule_that_concerns_this_customer_later(opening: Opening) -> None:
    engine = opening('when every day at 09:00 if time since visits > 7 days then send email "news"')
    take(engine, "visits", "2026-03-01T10:00:00")
    assert following(engine) == "2026-03-09T09:00:00"


def test_the_earliest_of_several(opening: Opening) -> None:
    engine = opening(
        "segment Active if places order within 30 days\n"
        "segment Buyers by activities\n"
        "when places order then add to Buyers for 7 days\n"
        'when places order then wait 3 days then send email "thanks"'
    )
    take(engine, "places order", "2026-03-01T10:00:00")
    found = [following(engine)]
    for _ in range(3):
        advanced(engine, str(found[-1]))
        found.append(following(engine))
    assert found == ["2026-03-04T10:00:00", "2026-03-08T10:00:00", "2026-03-31T10:00:00", None]


def test_nothing_will_change(opening: Opening) -> None:
    engine = opening("segment Buyers if places order")
    take(engine, "places order", "2026-03-01T10:00:00")
    assert following(engine) is None


def test_a_customer_never_seen(opening: Opening) -> None:
    engine = opening('segment Quiet if not visits within 1 day\nwhen every day at 09:00 then send email "news"')
    assert following(engine, "nobody") is None
    take(engine, "visits", "2026-03-01T10:00:00")
    assert following(engine, "nobody") is None


def test_each_customer_has_their_own(opening: Opening) -> None:
    engine = opening("segment Active if places order within 30 days")
    take(engine, "places order", "2026-03-01T10:00:00", "ann")
    take(engine, "places order", "2026-03-02T10:00:00", "bob")
    assert (following(engine, "ann"), following(engine, "bob")) == ("2026-03-31T10:00:00", "2026-04-01T10:00:00")


@pytest.mark.parametrize("heard", [False, True])
def test_an_instant_at_which_something_could_change_and_does_not_is_passed_over(opening: Opening, heard: bool) -> None:
    rule = 'when leaves Regulars then send email "back?"' if heard else ""
    engine = opening(f"segment Regulars if places order at least twice within 30 days\n{rule}")
    for day in ("01", "02", "03"):
        take(engine, "places order", f"2026-03-{day}T10:00:00")
    assert following(engine) == "2026-04-01T10:00:00"


def test_in_and_out_at_one_instant_is_a_change(opening: Opening) -> None:
    engine = opening(
        "segment Once by activities\n"
        "when 1 day after each visits then add to Once\n"
        "when enters Once then remove from Once"
    )
    take(engine, "visits", "2026-03-01T10:00:00")
    assert following(engine) == "2026-03-02T10:00:00"


@pytest.mark.parametrize("heard", [False, True])
def test_after_an_advance_it_is_the_one_after(opening: Opening, heard: bool) -> None:
    rule = 'when leaves Active then send email "back?"' if heard else ""
    engine = opening(
        f"segment Active if places order within 30 days\nsegment Recent if places order within 60 days\n{rule}"
    )
    take(engine, "places order", "2026-03-01T10:00:00")
    advanced(engine, "2026-03-31T09:59:59.999999")
    assert following(engine) == "2026-03-31T10:00:00"
    advanced(engine, "2026-03-31T10:00:00")
    assert following(engine) == "2026-04-30T10:00:00"
    advanced(engine, "2026-04-30T10:00:00")
    assert following(engine) is None


def test_another_customers_event_moves_the_clock_too(opening: Opening) -> None:
    engine = opening("segment Active if places order within 30 days\nsegment Recent if places order within 60 days")
    take(engine, "places order", "2026-03-01T10:00:00", "ann")
    take(engine, "visits", "2026-04-02T10:00:00", "bob")
    assert following(engine) == "2026-04-30T10:00:00"


def test_a_new_event_moves_it(opening: Opening) -> None:
    engine = opening("segment Active if places order within 30 days")
    take(engine, "places order", "2026-03-01T10:00:00")
    take(engine, "places order", "2026-03-11T10:00:00")
    assert following(engine) == "2026-04-10T10:00:00"


def test_asking_changes_nothing(opening: Opening) -> None:
    engine = opening('when registers then wait 3 days then send email "tips"')
    take(engine, "registers", "2026-03-01T10:00:00")
    before = engine.backend.load(["ann"])
    assert following(engine) == following(engine)
    assert engine.backend.load(["ann"]) == before
    [outcome] = advanced(engine, "2026-03-04T10:00:00")
    assert [effect.fields["template"] for effect in outcome.effects] == ["tips"]


# ----------------------------------------------------------------------------------------- around a change by the clock

TIMED = """
segment Active if places order within 30 days
segment Buyers by activities
segment Gone by activities
when places order then add to Buyers for 7 days
when leaves Active then add to Gone and send email "gone"
when enters Gone then wait 1 day then remove from Gone
"""
ANSWERS = {
    "2026-02-28T10:00:00": [],
    "2026-03-01T09:59:59.999999": [],
    "2026-03-01T10:00:00": ["Active", "Buyers"],
    "2026-03-08T09:59:59.999999": ["Active", "Buyers"],
    "2026-03-08T10:00:00": ["Active"],
    "2026-03-31T09:59:59.999999": ["Active"],
    "2026-03-31T10:00:00": ["Gone"],
    "2026-04-01T09:59:59.999999": ["Gone"],
    "2026-04-01T10:00:00": [],
    "2026-05-01T10:00:00": [],
}
"""Who came on 1 March at 10:00 is in these, whatever has become of the clock meanwhile."""

CLOCKS = (None, *ANSWERS)


def segments(engine: Engine, at: str | None) -> list[str]:
    return [membership.segment for membership in engine.segments_of("ann", None if at is None else f"{at}Z")]


@pytest.mark.parametrize("clock", CLOCKS)
def test_past_now_and_later_are_answered_alike_wherever_the_clock_is(opening: Opening, clock: str | None) -> None:
    engine = opening(TIMED)
    take(engine, "places order", "2026-03-01T10:00:00")
    if clock is not None:
        advanced(engine, clock)
    assert {at: segments(engine, at) for at in ANSWERS} == ANSWERS
    assert segments(engine, None) == ANSWERS[max(clock or "", "2026-03-01T10:00:00")]


@pytest.mark.parametrize("clock", CLOCKS)
def test_since_when_is_answered_alike_wherever_the_clock_is(opening: Opening, clock: str | None) -> None:
    engine = opening(TIMED)
    take(engine, "places order", "2026-03-01T10:00:00")
    if clock is not None:
        advanced(engine, clock)
    [gone] = engine.segments_of("ann", "2026-03-31T20:00:00Z")
    assert (gone.segment, gone.time.isoformat()) == ("Gone", "2026-03-31T10:00:00+00:00")
    assert gone.because.reason == "added"


@pytest.mark.parametrize("clock", CLOCKS)
def test_members_and_counts_agree_wherever_the_clock_is(opening: Opening, clock: str | None) -> None:
    engine = opening(TIMED)
    take(engine, "places order", "2026-03-01T10:00:00")
    if clock is not None:
        advanced(engine, clock)
    for at, expected in ANSWERS.items():
        found = [name for name in sorted(engine.segments) if list(engine.members(name, f"{at}Z"))]
        assert found == expected
        assert engine.counts(f"{at}Z") == {name: int(name in expected) for name in engine.segments}


def test_asking_about_later_gives_nothing_out(opening: Opening) -> None:
    engine = opening(TIMED)
    given: list[str] = []
    engine.handle("send email", lambda effect: given.append(effect.fields["template"]))
    take(engine, "places order", "2026-03-01T10:00:00")
    assert segments(engine, "2026-03-31T10:00:00") == ["Gone"]
    assert (given, engine.backend.outbox(9)) == ([], [])
    advanced(engine, "2026-03-31T10:00:00")
    assert given == ["gone"]


def test_later_is_answered_as_if_nothing_more_came(opening: Opening) -> None:
    engine = opening(TIMED)
    take(engine, "places order", "2026-03-01T10:00:00")
    advanced(engine, "2026-03-20T10:00:00")
    assert segments(engine, "2026-03-31T10:00:00") == ["Gone"]
    take(engine, "places order", "2026-03-25T10:00:00")
    assert segments(engine, "2026-03-31T10:00:00") == ["Active", "Buyers"]
    assert segments(engine, "2026-04-24T10:00:00") == ["Gone"]
    assert segments(engine, "2026-03-20T10:00:00") == ["Active"]


def test_an_event_behind_the_clock_corrects_what_was_later(opening: Opening) -> None:
    engine = opening(TIMED)
    take(engine, "places order", "2026-03-01T10:00:00")
    advanced(engine, "2026-03-31T20:00:00")
    assert segments(engine, None) == ["Gone"]
    take(engine, "places order", "2026-03-25T10:00:00")
    assert segments(engine, None) == ["Active", "Buyers"]
    assert segments(engine, "2026-03-31T10:00:00") == ["Active", "Buyers"]
    assert following(engine) == "2026-04-01T10:00:00"


@pytest.mark.parametrize("clock", [None, "2026-03-02T10:00:00", "2026-03-09T10:00:00"])
def test_before_the_first_event_one_is_as_without_events(opening: Opening, clock: str | None) -> None:
    engine = opening("segment Quiet if not visits within 1 day")
    take(engine, "visits", "2026-03-01T10:00:00")
    if clock is not None:
        advanced(engine, clock)
    assert segments(engine, "2026-03-01T09:59:59.999999") == ["Quiet"]
    assert segments(engine, "2026-03-01T10:00:00") == []
    assert segments(engine, "2026-03-02T09:59:59.999999") == []
    assert segments(engine, "2026-03-02T10:00:00") == ["Quiet"]
