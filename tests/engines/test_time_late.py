"""Late events, an advanced clock, forgetting and reopening with timers pending (language.md 5.13, 5.15, 5.17)."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from segdsl.backends import open_backend
from segdsl.diagnostics.errors import ClockError
from segdsl.engines import engines
from segdsl.host.engine import Engine
from segdsl.host.program import loads
from segdsl.records.outcomes import Effect, Outcome
from segdsl.values.instants import DAY, LATEST

RULES = """
lateness 2 days

segment Buyers by activities
segment Fresh if visits within 1 day
segment Team listed
segment Waited by activities

activity Onboarding {
  when registers then wait 1 day then send email "onboarding"
  stop when places order
}
when registers then wait 1 day then add to Waited
when places order then add to Buyers for 10 days
when places order if in segment Fresh then send push "fresh"
when leaves Fresh then send text "stale"
when enters Team then send text "team"
when enters Buyers then send text "buyer"
when clicks email then wait for writes review within 1 day then send push "review"
when 1 day after the last opens email then send push "read"
when unsubscribes then remove from Buyers
"""

STRICT = RULES.replace("lateness 2 days", "")

FLIGHTS = """
lateness 2 days
event books flight { booking: text, departs: instant }
event cancels flight { booking: text }
activity Reminder per booking {
  when books flight then wait until 24 hours before this departs then send push "tomorrow" with name = this booking
  stop when cancels flight
}
"""

Opening = Callable[..., Engine]


@pytest.fixture(params=engines())
def opening(request: pytest.FixtureRequest) -> Iterator[Opening]:
    opened: list[Engine] = []

    def open_(text: str = RULES, **more: Any) -> Engine:
        engine = Engine(loads(text), engine=request.param, clock=lambda: LATEST - DAY, **more)
        opened.append(engine)
        return engine

    yield open_
    for engine in opened:
        engine.close()


def event(name: str, time: str, customer: str = "ann", **fields: Any) -> dict[str, Any]:
    return {"event": name, "customer": customer, "time": f"{time}Z", "id": f"{name} {time} {fields}", **fields}


def take(engine: Engine, name: str, time: str, **fields: Any) -> Outcome:
    [outcome] = engine.process(event(name, time, **fields))
    return outcome


def advanced(engine: Engine, to: str) -> list[Outcome]:
    outcomes: list[Outcome] = []
    engine.advance(f"{to}Z", before_commit=outcomes.extend)
    return outcomes


def words(effects: tuple[Effect, ...]) -> list[str]:
    """What effects say, with their mark."""
    return [f"{each.fields.get('template', '')} {each.mark}".strip() for each in effects]


def segments(engine: Engine, at: str, customer: str = "ann") -> list[str]:
    return [membership.segment for membership in engine.segments_of(customer, f"{at}Z")]


# ------------------------------------------------------------------------------------------- effects taken back and new


def test_a_late_event_withdraws_what_a_wait_it_ends_gave_out(opening: Opening) -> None:
    engine = opening()
    take(engine, "registers", "2026-03-01T10:00:00")
    take(engine, "visits", "2026-03-02T12:00:00")
    assert words(take(engine, "places order", "2026-03-01T22:00:00").withdrawn) == ["onboarding withdrawn"]


def test_a_withdrawn_effect_has_the_id_under_which_it_was_given_out(opening: Opening) -> None:
    engine = opening()
    take(engine, "registers", "2026-03-01T10:00:00")
    [given] = take(engine, "searches", "2026-03-02T12:00:00").effects
    [withdrawn] = take(engine, "places order", "2026-03-01T22:00:00").withdrawn
    assert withdrawn.id == given.id


def test_a_handler_takes_what_is_withdrawn(opening: Opening) -> None:
    told: list[Effect] = []
    engine = opening(withdrawn=told.append, handlers={"send email": lambda effect: None})
    take(engine, "registers", "2026-03-01T10:00:00")
    take(engine, "visits", "2026-03-02T12:00:00")
    take(engine, "places order", "2026-03-01T22:00:00")
    assert [effect.action for effect in told] == ["send email"]


def test_of_an_effect_that_nobody_was_given_no_handler_hears(opening: Opening) -> None:
    told: list[Effect] = []
    engine = opening(withdrawn=told.append)
    take(engine, "registers", "2026-03-01T10:00:00")
    take(engine, "visits", "2026-03-02T12:00:00")
    take(engine, "places order", "2026-03-01T22:00:00")
    assert told == []


def test_an_effect_given_anew_under_its_id_waits_for_its_handler(opening: Opening) -> None:
    engine = opening("lateness 2 days\nwhen registers then send push with name = first name", withdrawn=print)
    take(engine, "registers", "2026-03-02T10:00:00")
    take(engine, "visits", "2026-03-01T22:00:00", attributes={"first name": "Ann"})
    assert [(each.mark, each.fields) for each in engine.backend.outbox(9)] == [("late", {"name": "Ann"})]


def test_a_late_event_brings_about_an_effect_that_is_marked(opening: Opening) -> None:
    engine = opening()
    take(engine, "places order", "2026-03-02T10:00:00")
    assert words(take(engine, "visits", "2026-03-02T09:00:00").effects) == ["fresh late"]


def test_a_late_effect_has_the_instant_of_its_step(opening: Opening) -> None:
    engine = opening()
    take(engine, "places order", "2026-03-02T10:00:00")
    [effect] = take(engine, "visits", "2026-03-02T09:00:00").effects
    assert effect.time.isoformat() == "2026-03-02T10:00:00+00:00"


def test_effects_of_a_late_event_that_the_clock_has_passed_since_go_out(opening: Opening) -> None:
    engine = opening()
    take(engine, "registers", "2026-03-02T10:00:00")
    advanced(engine, "2026-03-05T00:00:00")
    # It visited at 09:00 the day before, was stale at 09:00, and had not registered yet.
    assert words(take(engine, "visits", "2026-03-01T09:00:00").effects) == ["stale late"]


def test_an_effect_that_stays_is_not_given_out_again(opening: Opening) -> None:
    engine = opening()
    take(engine, "registers", "2026-03-01T10:00:00")
    take(engine, "searches", "2026-03-02T12:00:00")
    assert take(engine, "searches", "2026-03-01T22:00:00").effects == ()


def test_an_effect_that_stays_is_not_withdrawn(opening: Opening) -> None:
    engine = opening()
    take(engine, "registers", "2026-03-01T10:00:00")
    take(engine, "searches", "2026-03-02T12:00:00")
    assert take(engine, "searches", "2026-03-01T22:00:00").withdrawn == ()


def test_only_the_effect_of_the_flow_that_ended_is_withdrawn(opening: Opening) -> None:
    engine = opening(FLIGHTS)
    for booking in ("b1", "b2"):
        take(engine, "books flight", "2026-03-01T10:00:00", booking=booking, departs="2026-03-03T10:00:00Z")
    take(engine, "visits", "2026-03-02T12:00:00")
    outcome = take(engine, "cancels flight", "2026-03-01T12:00:00", booking="b1")
    assert ([each.fields["name"] for each in outcome.withdrawn], outcome.effects) == (["b1"], ())


def test_an_effect_on_time_has_no_mark(opening: Opening) -> None:
    engine = opening()
    take(engine, "visits", "2026-03-02T09:00:00")
    assert words(take(engine, "places order", "2026-03-02T10:00:00").effects) == ["fresh", "buyer"]


def test_a_late_answer_lets_a_wait_go_on(opening: Opening) -> None:
    engine = opening()
    take(engine, "clicks email", "2026-03-01T10:00:00")
    take(engine, "searches", "2026-03-02T12:00:00")
    assert words(take(engine, "writes review", "2026-03-02T09:00:00").effects) == ["review late"]


def test_a_late_answer_after_its_time_does_not(opening: Opening) -> None:
    engine = opening()
    take(engine, "clicks email", "2026-03-01T10:00:00")
    take(engine, "searches", "2026-03-02T12:00:00")
    assert take(engine, "writes review", "2026-03-02T10:00:00").effects == ()


def test_a_late_event_moves_a_timer(opening: Opening) -> None:
    engine = opening()
    take(engine, "opens email", "2026-03-01T10:00:00")
    take(engine, "searches", "2026-03-02T12:00:00")
    take(engine, "opens email", "2026-03-02T09:00:00")
    [outcome] = advanced(engine, "2026-03-03T09:00:00")
    assert words(outcome.effects) == ["read"]


def test_a_late_event_that_moves_a_timer_withdraws_what_it_gave_out(opening: Opening) -> None:
    engine = opening()
    take(engine, "opens email", "2026-03-01T10:00:00")
    take(engine, "searches", "2026-03-02T12:00:00")
    assert words(take(engine, "opens email", "2026-03-02T09:00:00").withdrawn) == ["read withdrawn"]


def test_what_a_late_event_took_back_comes_back_with_another(opening: Opening) -> None:
    text = RULES + "\nwhen visits if not logs on then wait 1 hour then if not logs off within 1 hour then send push 'x'"
    engine = opening(text.replace("'x'", '"x"'))
    take(engine, "visits", "2026-03-01T10:00:00")
    take(engine, "searches", "2026-03-02T00:00:00")
    first = take(engine, "logs off", "2026-03-01T10:30:00")
    # Having logged on before, the customer never came into the flow at 10:00: nothing is there to take back again.
    second = take(engine, "logs on", "2026-03-01T09:00:00")
    assert (words(first.withdrawn), second.withdrawn) == (["x withdrawn"], ())


# --------------------------------------------------------------------------------------------------------- memberships


def test_questions_about_the_past_are_answered_as_corrected(opening: Opening) -> None:
    engine = opening()
    take(engine, "searches", "2026-03-03T10:00:00")
    take(engine, "places order", "2026-03-02T10:00:00")
    assert segments(engine, "2026-03-02T12:00:00") == ["Buyers"]


def test_before_a_late_event_nothing_is_corrected(opening: Opening) -> None:
    engine = opening()
    take(engine, "searches", "2026-03-03T10:00:00")
    take(engine, "places order", "2026-03-02T10:00:00")
    assert segments(engine, "2026-03-02T09:59:59.999999") == []


def test_a_membership_that_would_not_have_been_is_gone_from_the_past(opening: Opening) -> None:
    engine = opening("lateness 2 days\nsegment A by activities\nwhen logs on if not visits then add to A")
    take(engine, "logs on", "2026-03-02T10:00:00")
    take(engine, "visits", "2026-03-01T10:00:00")
    assert [m.customer for m in engine.members("A", "2026-03-02T12:00:00Z")] == []


def test_a_membership_ends_as_if_its_event_had_been_on_time(opening: Opening) -> None:
    engine = opening()
    take(engine, "searches", "2026-03-03T10:00:00")
    take(engine, "places order", "2026-03-02T10:00:00")
    assert (segments(engine, "2026-03-12T09:59:59.999999"), segments(engine, "2026-03-12T10:00:00")) == (["Buyers"], [])


def test_since_is_as_if_the_event_had_been_on_time(opening: Opening) -> None:
    engine = opening()
    take(engine, "places order", "2026-03-03T10:00:00")
    take(engine, "places order", "2026-03-02T10:00:00")
    [membership] = engine.segments_of("ann", "2026-03-04T00:00:00Z")
    assert membership.since == engine.history("ann")[0].instant


def test_events_are_handled_by_instant_whatever_the_order_in_which_they_came(opening: Opening) -> None:
    engine = opening()
    take(engine, "unsubscribes", "2026-03-03T10:00:00")
    take(engine, "places order", "2026-03-02T10:00:00")
    assert segments(engine, "2026-03-04T00:00:00") == []


def test_of_equal_instants_the_order_of_arrival_decides(opening: Opening) -> None:
    engine = opening()
    take(engine, "searches", "2026-03-03T10:00:00")
    take(engine, "unsubscribes", "2026-03-02T10:00:00")
    take(engine, "places order", "2026-03-02T10:00:00")
    assert segments(engine, "2026-03-02T12:00:00") == ["Buyers"]


def test_a_late_first_event_makes_the_customer_known_earlier(opening: Opening) -> None:
    engine = opening('lateness 2 days\nsegment Never if not places order\nwhen every day then send push "daily"')
    take(engine, "visits", "2026-03-02T10:00:00")
    assert words(take(engine, "visits", "2026-03-01T10:00:00").effects) == ["daily late"]


def test_an_event_after_a_late_one_has_the_next_arrival_number(opening: Opening) -> None:
    engine = opening()
    take(engine, "visits", "2026-03-02T10:00:00")
    take(engine, "visits", "2026-03-01T22:00:00")
    [entered] = take(engine, "places order", "2026-03-02T11:00:00").changes
    assert entered.arrival == 3


def test_another_customer_is_not_touched(opening: Opening) -> None:
    engine = opening()
    take(engine, "registers", "2026-03-01T10:00:00", customer="bob")
    take(engine, "registers", "2026-03-01T10:00:00")
    take(engine, "visits", "2026-03-02T12:00:00")
    take(engine, "places order", "2026-03-01T22:00:00")
    assert segments(engine, "2026-03-02T12:00:00", "bob") == ["Waited"]


# ------------------------------------------------------------------------------------------------- how late is too late


def test_exactly_the_lateness_is_still_on_time(opening: Opening) -> None:
    engine = opening()
    take(engine, "visits", "2026-03-03T10:00:00")
    assert take(engine, "places order", "2026-03-01T10:00:00").status == "accepted"


def test_beyond_the_lateness_is_a_reject(opening: Opening) -> None:
    engine = opening()
    take(engine, "visits", "2026-03-03T10:00:00")
    reject = take(engine, "places order", "2026-03-01T09:59:59.999999").reject
    assert reject is not None and reject.reason == "late"


def test_without_a_lateness_any_earlier_event_is_a_reject(opening: Opening) -> None:
    engine = opening(STRICT)
    take(engine, "visits", "2026-03-03T10:00:00")
    reject = take(engine, "places order", "2026-03-03T09:59:59.999999").reject
    assert reject is not None and reject.reason == "late"


def test_a_late_reject_changes_nothing(opening: Opening) -> None:
    engine = opening()
    take(engine, "visits", "2026-03-03T10:00:00")
    take(engine, "places order", "2026-03-01T09:59:59.999999")
    assert segments(engine, "2026-03-03T10:00:00") == ["Fresh"]


def test_a_late_event_does_not_make_earlier_ones_acceptable(opening: Opening) -> None:
    engine = opening()
    take(engine, "visits", "2026-03-03T10:00:00")
    take(engine, "places order", "2026-03-01T12:00:00")
    assert take(engine, "places order", "2026-02-28T10:00:00").status == "rejected"


def test_lateness_counts_from_the_customers_own_latest_event(opening: Opening) -> None:
    engine = opening()
    take(engine, "visits", "2026-03-30T10:00:00", customer="bob")
    take(engine, "visits", "2026-03-03T10:00:00")
    assert take(engine, "places order", "2026-03-02T10:00:00").status == "accepted"


def test_a_repeated_late_event_is_known(opening: Opening) -> None:
    engine = opening()
    take(engine, "visits", "2026-03-03T10:00:00")
    take(engine, "places order", "2026-03-02T10:00:00")
    assert take(engine, "places order", "2026-03-02T10:00:00").status == "repeated"


def test_a_repeated_late_event_gives_nothing_out(opening: Opening) -> None:
    engine = opening()
    take(engine, "visits", "2026-03-03T10:00:00")
    take(engine, "places order", "2026-03-02T10:00:00")
    again = take(engine, "places order", "2026-03-02T10:00:00")
    assert (again.effects, again.withdrawn, again.changes, again.undone) == ((), (), (), ())


def test_an_event_on_time_that_comes_again_late_is_known(opening: Opening) -> None:
    engine = opening()
    take(engine, "places order", "2026-03-02T10:00:00")
    take(engine, "visits", "2026-03-03T10:00:00")
    assert take(engine, "places order", "2026-03-02T10:00:00").status == "repeated"


# ------------------------------------------------------------------------------------ behind the clock, yet not late


def test_an_event_behind_the_clock_needs_no_lateness(opening: Opening) -> None:
    engine = opening(STRICT)
    take(engine, "registers", "2026-03-01T10:00:00")
    advanced(engine, "2027-03-01T00:00:00")
    assert take(engine, "places order", "2026-03-01T22:00:00").status == "accepted"


def test_an_event_behind_the_clock_withdraws_what_the_clock_gave_out(opening: Opening) -> None:
    engine = opening(STRICT)
    take(engine, "registers", "2026-03-01T10:00:00")
    advanced(engine, "2026-03-05T00:00:00")
    assert words(take(engine, "places order", "2026-03-01T22:00:00").withdrawn) == ["onboarding withdrawn"]


def test_an_event_behind_the_clock_finds_things_as_they_were_at_its_instant(opening: Opening) -> None:
    engine = opening(STRICT)
    take(engine, "visits", "2026-03-01T10:00:00")
    advanced(engine, "2026-03-05T00:00:00")
    assert "fresh" in words(take(engine, "places order", "2026-03-02T09:00:00").effects)


def test_an_event_behind_the_clock_corrects_the_past(opening: Opening) -> None:
    engine = opening(STRICT)
    take(engine, "visits", "2026-03-01T10:00:00")
    advanced(engine, "2026-03-05T00:00:00")
    take(engine, "visits", "2026-03-02T09:00:00")
    assert segments(engine, "2026-03-03T00:00:00") == ["Fresh"]


def test_an_event_behind_the_clock_is_not_late(opening: Opening) -> None:
    engine = opening(STRICT)
    take(engine, "visits", "2026-03-01T10:00:00")
    advanced(engine, "2026-03-01T12:00:00")
    assert words(take(engine, "places order", "2026-03-01T11:00:00").effects) == ["fresh", "buyer"]


def test_an_event_behind_the_clock_keeps_what_the_clock_did_before_it(opening: Opening) -> None:
    engine = opening(STRICT)
    take(engine, "registers", "2026-03-01T10:00:00")
    advanced(engine, "2026-03-05T00:00:00")
    assert take(engine, "places order", "2026-03-03T10:00:00").withdrawn == ()


def test_two_events_behind_the_clock(opening: Opening) -> None:
    engine = opening(STRICT)
    take(engine, "registers", "2026-03-01T10:00:00")
    advanced(engine, "2026-03-20T00:00:00")
    take(engine, "places order", "2026-03-03T10:00:00")
    take(engine, "unsubscribes", "2026-03-04T10:00:00")
    assert segments(engine, "2026-03-05T00:00:00") == ["Waited"]


def test_an_event_behind_the_clock_and_before_the_last_one_is_late(opening: Opening) -> None:
    engine = opening(STRICT)
    take(engine, "registers", "2026-03-01T10:00:00")
    advanced(engine, "2026-03-20T00:00:00")
    take(engine, "places order", "2026-03-03T10:00:00")
    assert take(engine, "unsubscribes", "2026-03-02T10:00:00").status == "rejected"


def test_timers_go_on_after_an_event_behind_the_clock(opening: Opening) -> None:
    engine = opening(STRICT)
    take(engine, "visits", "2026-03-01T10:00:00")
    advanced(engine, "2026-03-01T20:00:00")
    take(engine, "visits", "2026-03-01T18:00:00")
    assert [words(outcome.effects) for outcome in advanced(engine, "2026-03-02T18:00:00")] == [["stale"]]


def test_advancing_in_pieces_gives_the_same_effects(opening: Opening) -> None:
    at_once, in_pieces = opening(), opening()
    for engine in (at_once, in_pieces):
        take(engine, "visits", "2026-03-01T10:00:00")
        take(engine, "registers", "2026-03-01T11:00:00")
    pieces = [o for day in range(2, 9) for o in advanced(in_pieces, f"2026-03-0{day}T00:00:00")]
    whole = advanced(at_once, "2026-03-08T00:00:00")
    assert [e for o in pieces for e in o.effects] == [e for o in whole for e in o.effects]


def test_advancing_to_an_earlier_instant_does_nothing(opening: Opening) -> None:
    engine = opening()
    take(engine, "registers", "2026-03-01T10:00:00")
    advanced(engine, "2026-03-08T00:00:00")
    assert advanced(engine, "2026-03-02T10:00:00") == []


# ----------------------------------------------------------------------------------------------------- the host's word


def test_a_late_inclusion_corrects_the_past(opening: Opening) -> None:
    engine = opening()
    take(engine, "searches", "2026-03-03T10:00:00")
    engine.include("ann", "Team", "2026-03-02T10:00:00Z")
    assert segments(engine, "2026-03-02T10:00:00") == ["Team"]


def test_a_late_inclusion_brings_about_effects_that_are_marked(opening: Opening) -> None:
    engine = opening()
    take(engine, "searches", "2026-03-03T10:00:00")
    assert words(engine.include("ann", "Team", "2026-03-02T10:00:00Z").effects) == ["team late"]


def test_a_late_exclusion_withdraws_what_the_membership_gave_out(opening: Opening) -> None:
    engine = opening()
    take(engine, "places order", "2026-03-03T10:00:00")
    assert words(engine.exclude("ann", "Buyers", "2026-03-02T10:00:00Z").withdrawn) == ["buyer withdrawn"]


def test_an_inclusion_beyond_the_lateness_is_refused(opening: Opening) -> None:
    engine = opening()
    take(engine, "searches", "2026-03-03T10:00:00")
    with pytest.raises(ClockError):
        engine.include("ann", "Team", "2026-03-01T09:59:59Z")


def test_a_repeated_inclusion_is_known(opening: Opening) -> None:
    engine = opening()
    engine.include("ann", "Team", "2026-03-02T10:00:00Z", id="i1")
    take(engine, "searches", "2026-03-03T10:00:00")
    assert engine.include("ann", "Team", "2026-03-02T10:00:00Z", id="i1").status == "repeated"


# ---------------------------------------------------------------------------------------------------------- forgetting


def test_a_forgotten_customers_timer_does_not_fire(opening: Opening) -> None:
    engine = opening()
    take(engine, "registers", "2026-03-01T10:00:00")
    engine.forget("ann", "2026-03-01T12:00:00Z")
    assert advanced(engine, "2026-03-05T00:00:00") == []


def test_forgetting_fires_nothing(opening: Opening) -> None:
    engine = opening()
    take(engine, "visits", "2026-03-01T10:00:00")
    outcome = take(engine, "forget customer", "2026-03-01T12:00:00")
    assert (outcome.effects, outcome.changes, outcome.withdrawn) == ((), (), ())


def test_forgetting_by_an_event_ends_the_timers(opening: Opening) -> None:
    engine = opening()
    take(engine, "registers", "2026-03-01T10:00:00")
    take(engine, "forget customer", "2026-03-01T12:00:00")
    assert advanced(engine, "2026-03-05T00:00:00") == []


def test_counts_go_down_with_a_forgotten_customer(opening: Opening) -> None:
    engine = opening()
    take(engine, "places order", "2026-03-01T10:00:00")
    engine.forget("ann", "2026-03-01T12:00:00Z")
    assert engine.count("Buyers") == 0


def test_the_past_is_erased_with_a_forgotten_customer(opening: Opening) -> None:
    engine = opening()
    take(engine, "places order", "2026-03-01T10:00:00")
    engine.forget("ann", "2026-03-01T12:00:00Z")
    assert list(engine.members("Buyers", "2026-03-01T11:00:00Z")) == []


def test_a_forgotten_customers_late_event_is_kept_out(opening: Opening) -> None:
    engine = opening()
    take(engine, "visits", "2026-03-01T10:00:00")
    engine.forget("ann", "2026-03-01T12:00:00Z")
    reject = take(engine, "places order", "2026-03-01T11:00:00").reject
    assert reject is not None and reject.reason == "forgotten"


def test_one_who_comes_back_gets_no_late_events_from_before(opening: Opening) -> None:
    engine = opening()
    take(engine, "visits", "2026-03-01T10:00:00")
    engine.forget("ann", "2026-03-01T12:00:00Z")
    take(engine, "searches", "2026-03-01T13:00:00")
    reject = take(engine, "places order", "2026-03-01T11:00:00").reject
    assert reject is not None and reject.reason == "forgotten"


def test_one_who_comes_back_begins_anew(opening: Opening) -> None:
    engine = opening()
    take(engine, "registers", "2026-03-01T10:00:00")
    engine.forget("ann", "2026-03-01T12:00:00Z")
    take(engine, "registers", "2026-03-01T13:00:00")
    [outcome] = advanced(engine, "2026-03-02T13:00:00")
    assert words(outcome.effects) == ["onboarding"]


def test_another_customers_timer_goes_on(opening: Opening) -> None:
    engine = opening()
    take(engine, "registers", "2026-03-01T10:00:00", customer="bob")
    take(engine, "registers", "2026-03-01T10:00:00")
    engine.forget("ann", "2026-03-01T12:00:00Z")
    assert [outcome.customer for outcome in advanced(engine, "2026-03-05T00:00:00")] == ["bob"]


# ----------------------------------------------------------------------------------------------------------- reopening


@pytest.fixture
def reopening(opening: Opening) -> Callable[[], Engine]:
    """Engines on one store, one after the other."""
    backend = open_backend("memory://")
    return lambda: opening(backend=backend)


def test_a_wait_goes_on_after_reopening(reopening: Callable[[], Engine]) -> None:
    take(reopening(), "registers", "2026-03-01T10:00:00")
    [outcome] = advanced(reopening(), "2026-03-02T10:00:00")
    assert words(outcome.effects) == ["onboarding"]


def test_a_wait_for_an_event_goes_on_after_reopening(reopening: Callable[[], Engine]) -> None:
    take(reopening(), "clicks email", "2026-03-01T10:00:00")
    assert words(take(reopening(), "writes review", "2026-03-01T12:00:00").effects) == ["review"]


def test_a_membership_ends_after_reopening(reopening: Callable[[], Engine]) -> None:
    take(reopening(), "places order", "2026-03-01T10:00:00")
    assert segments(reopening(), "2026-03-11T10:00:00") == []


def test_a_late_event_after_reopening(reopening: Callable[[], Engine]) -> None:
    engine = reopening()
    take(engine, "registers", "2026-03-01T10:00:00")
    take(engine, "visits", "2026-03-02T12:00:00")
    assert words(take(reopening(), "places order", "2026-03-01T22:00:00").withdrawn) == ["onboarding withdrawn"]


def test_an_event_behind_the_clock_after_reopening(reopening: Callable[[], Engine]) -> None:
    engine = reopening()
    take(engine, "registers", "2026-03-01T10:00:00")
    advanced(engine, "2026-03-05T00:00:00")
    assert words(take(reopening(), "places order", "2026-03-01T22:00:00").withdrawn) == ["onboarding withdrawn"]


def test_a_repetition_is_known_after_reopening(reopening: Callable[[], Engine]) -> None:
    take(reopening(), "registers", "2026-03-01T10:00:00")
    assert take(reopening(), "registers", "2026-03-01T10:00:00").status == "repeated"
