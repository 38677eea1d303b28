"""Guests and accounts (language.md section 5.18): whose an event is, and what becomes of a guest who turns out to be an
account. The laws are in tests/laws; here is what they do not see."""

from typing import Any
from unittest.mock import patch

import pytest

from segdsl.diagnostics.errors import InputError
from segdsl.host.engine import Engine
from segdsl.records.inputs import Event
from segdsl.records.outcomes import Outcome
from segdsl.values.instants import instant_text
from tests.support.running import opened

RULES = """
lateness 2 days
event views product { product: text }
event places order { amount: number }
segment Fans by activities
segment Lookers if views product at least twice
segment Quiet if not places order
segment Staff listed
attribute city: text
collection basket of views product by product { clear places order }
segment Hoarders if count of basket >= 900
action send email { template: text }
when views product "a" then add to Fans and send email "fan"
when enters Lookers then send email "looker"
when leaves Quiet then send email "bought"
when logs on then send email "hello"
"""
GUEST = "visitor:v#1"


def event(id_: str, name: str, day: int, **named: Any) -> dict[str, Any]:
    return {"id": id_, "event": name, "time": f"2026-03-{day:02}T10:00:00Z", **named}


def views(id_: str, day: int, product: str = "b", **named: Any) -> dict[str, Any]:
    return event(id_, "views product", day, product=product, **named)


def emails(outcomes: list[Outcome]) -> list[tuple[str, str]]:
    return [(effect.customer, effect.fields["template"]) for each in outcomes for effect in each.effects]


def moves(outcomes: list[Outcome], *segments: str) -> list[tuple[str, str, bool]]:
    changes = (change for each in outcomes for change in each.changes)
    return [(each.customer, each.segment, each.entered) for each in changes if each.segment in segments]


def inside(engine: Engine, customer: str, at: str | None = None) -> set[str]:
    return {each.segment for each in engine.segments_of(customer, at)}


def known_ann(engine: Engine) -> None:
    engine.process([event("0", "places order", 1, customer="ann")])


# ---------------------------------------------------------------------------------------------------- whose an event is


def test_a_visitor_alone_is_a_guest_and_then_its_account() -> None:
    with opened(RULES) as engine:
        outcomes = engine.process(
            [
                views("1", 1, visitor="v"),
                event("2", "logs on", 2, visitor="v", customer="ann"),
                views("3", 3, visitor="v"),
            ]
        )
        assert [each.customer for each in outcomes] == [GUEST, "ann", "ann"]
        assert engine.customer_of("v") == "ann"


def test_any_event_that_names_both_links_them() -> None:
    with opened(RULES) as engine:
        engine.process([views("1", 1, visitor="v", customer="ann")])
        assert engine.customer_of("v") == "ann"


def test_after_logging_off_a_visitor_is_another_guest_each_time() -> None:
    with opened(RULES) as engine:
        engine.process([views("1", 1, visitor="v", customer="ann"), event("2", "logs off", 2, visitor="v")])
        assert engine.customer_of("v") == "visitor:v#2"
        engine.process([event("3", "logs off", 3, visitor="v")])
        assert engine.customer_of("v") == "visitor:v#3"


def test_a_log_off_that_names_an_account_links_nobody() -> None:
    with opened(RULES) as engine:
        engine.process([views("1", 1, "a", visitor="v"), event("2", "logs off", 2, visitor="v", customer="ann")])
        assert "Fans" not in inside(engine, "ann")
        assert "Fans" in inside(engine, GUEST)


def test_another_account_takes_the_link_over_and_the_first_keeps_what_it_is() -> None:
    with opened(RULES) as engine:
        engine.process([views("1", 1, "a", visitor="v", customer="ann"), views("2", 2, visitor="v", customer="ben")])
        engine.process([views("3", 3, visitor="v")])
        assert inside(engine, "ann") == {"Fans", "Quiet"}
        assert inside(engine, "ben") == {"Lookers", "Quiet"}


def test_the_guest_of_a_second_shopper_is_joined_with_an_account_that_is_known() -> None:
    with opened(RULES) as engine:
        known_ann(engine)
        engine.process([views("1", 1, visitor="v", customer="ben"), event("2", "logs off", 2, visitor="v")])
        engine.process([views("3", 3, "a", visitor="v"), event("4", "logs on", 4, visitor="v", customer="ann")])
        assert [link.guest for link in engine.guests_of("ann")] == ["visitor:v#2"]
        assert "Fans" in inside(engine, "ann") and "Fans" not in inside(engine, "ben")


def test_settling_alone_keeps_nothing() -> None:
    with opened(RULES) as engine:
        engine.process([views("1", 1, visitor="v")])
        later = Event("2", "logs on", "ann", engine.now() + 1, visitor="v")
        assert engine.settle(later).customer == "ann"
        assert engine.customer_of("v") == GUEST
        assert engine.settle(Event("3", "logs on", "", engine.now(), visitor="w")).customer == "visitor:w#1"
        assert engine.customer_of("w") is None


def test_deciding_on_an_event_links_nobody() -> None:
    with opened(RULES) as engine:
        known_ann(engine)
        engine.process([views("1", 1, visitor="v")])
        engine.decide(event("2", "logs on", 2, visitor="v", customer="ann"))
        assert (engine.customer_of("v"), engine.became(GUEST)) == (GUEST, None)
        assert list(engine.backend.customers()) == ["ann", GUEST]


# ------------------------------------------------------------------------------------------- what settles nothing


@pytest.mark.parametrize(
    "bad", [{"time": "never"}, {"time": "2300-01-01T00:00:00Z"}, {"event": "flies"}, {"attributes": 5}]
)
def test_an_event_that_is_refused_links_nobody(bad: dict[str, Any]) -> None:
    with opened(RULES) as engine:
        engine.process([views("1", 1, visitor="v")])
        engine.clock = engine.now
        link = event("2", "logs on", 1, visitor="v", customer="ann")
        [outcome] = engine.process([link | bad])
        assert outcome.status == "rejected"
        assert engine.customer_of("v") == GUEST


def test_an_event_for_which_a_collection_has_no_room_links_nobody() -> None:
    with opened(RULES) as engine:
        known_ann(engine)
        engine.process([views(f"a{n}", 2, f"p{n}", customer="ann") for n in range(1000)])
        engine.process([views("1", 2, "p0", visitor="v")])
        [outcome] = engine.process([views("2", 3, "one more", visitor="v", customer="ann")])
        assert outcome.reject is not None and outcome.reject.reason == "full collection"
        assert (engine.customer_of("v"), engine.became(GUEST)) == (GUEST, None)


def test_an_event_too_late_for_its_visitor_is_refused() -> None:
    with opened(RULES) as engine:
        engine.process([views("1", 5, visitor="v"), event("2", "logs off", 6, visitor="v")])
        [outcome] = engine.process([views("3", 3, visitor="v")])
        assert outcome.reject is not None and outcome.reject.reason == "late"


def test_a_log_off_sent_again_ends_nothing() -> None:
    with opened(RULES) as engine:
        off = event("2", "logs off", 2, visitor="v")
        engine.process([views("1", 1, visitor="v", customer="ann"), off, views("3", 2, visitor="v", customer="ben")])
        [again] = engine.process([off])
        assert again.status == "repeated"
        assert engine.customer_of("v") == "ben"


# ------------------------------------------------------------------------------------------------- what a join comes to


def test_a_join_enters_what_neither_was_in_and_leaves_what_the_account_is_no_more() -> None:
    with opened(RULES) as engine:
        engine.process(
            [views("1", 1, customer="ann"), views("2", 2, visitor="v"), event("3", "places order", 2, visitor="v")]
        )
        outcomes = engine.process([event("4", "logs on", 3, visitor="v", customer="ann")])
        assert moves(outcomes, "Lookers", "Quiet") == [("ann", "Lookers", True), ("ann", "Quiet", False)]
        assert sorted(emails(outcomes)) == [("ann", "bought"), ("ann", "hello"), ("ann", "looker")]


def test_what_the_guest_was_in_is_no_news_and_fires_nothing() -> None:
    with opened(RULES) as engine:
        known_ann(engine)
        engine.process([views("1", 2, "a", visitor="v"), views("2", 3, visitor="v")])
        outcomes = engine.process([event("3", "logs on", 4, visitor="v", customer="ann")])
        assert emails(outcomes) == [("ann", "hello")]
        assert inside(engine, "ann") == {"Fans", "Lookers"}


def test_the_guest_is_no_customer_any_more_and_its_past_still_answers() -> None:
    with opened(RULES) as engine:
        known_ann(engine)
        engine.process([views("1", 2, "a", visitor="v"), event("2", "logs on", 4, visitor="v", customer="ann")])
        assert list(engine.backend.customers()) == ["ann"]
        assert engine.counts()["Fans"] == 1
        assert "Fans" in inside(engine, GUEST, "2026-03-03")
        assert "Fans" not in inside(engine, GUEST, "2026-03-05")
        assert inside(engine, "ann", "2026-03-03") == set()


def test_a_guest_that_the_clock_had_moved_beyond_the_link_is_taken_back_to_it() -> None:
    rules = "event views product { product: text }\naction send email { template: text }\n"
    rules += 'when 1 day after each views product then send email "come back"\n'
    with opened(rules) as engine:
        engine.process([event("0", "logs on", 1, customer="ann"), views("1", 1, visitor="v")])
        heard: list[Outcome] = []
        engine.advance("2026-03-03", before_commit=heard.extend)
        assert emails(heard) == [(GUEST, "come back")]
        at_night = event("2", "logs on", 1, visitor="v", customer="ann") | {"time": "2026-03-01T22:00:00Z"}
        [outcome] = engine.process([at_night])
        assert [effect.customer for effect in outcome.withdrawn] == [GUEST]
        engine.advance("2026-03-03", before_commit=heard.extend)
        assert emails(heard[1:]) == [("ann", "come back")]


def test_a_late_event_from_before_a_join_counts_at_its_own_instant() -> None:
    with opened(RULES) as engine:
        known_ann(engine)
        engine.process([views("1", 2, visitor="v"), event("2", "logs on", 4, visitor="v", customer="ann")])
        engine.process([views("3", 3, visitor="v")])
        [looker] = [each for each in engine.segments_of("ann") if each.segment == "Lookers"]
        assert looker.since == engine.guests_of("ann")[0].instant


def test_a_link_that_comes_late_is_made_when_the_guest_was_last_seen() -> None:
    with opened(RULES) as engine:
        known_ann(engine)
        engine.process([views("1", 3, visitor="v"), views("2", 5, visitor="v")])
        [outcome] = engine.process([event("3", "logs on", 4, visitor="v", customer="ann")])
        assert outcome.status == "accepted"
        [link] = engine.guests_of("ann")
        assert (link.instant, inside(engine, "ann")) == (engine.now(), {"Lookers"})


def test_a_join_is_a_step_of_its_own_just_before_the_event() -> None:
    with opened(RULES) as engine:
        engine.process([views("1", 1, customer="ann"), views("2", 2, visitor="v")])
        [outcome] = engine.process([event("3", "places order", 3, visitor="v", customer="ann")])
        arrivals = {each.segment: each.arrival for each in outcome.changes if each.customer == "ann"}
        assert arrivals == {"Lookers": 2, "Quiet": 3}


def test_a_rule_that_the_join_and_the_event_fire_makes_two_effects() -> None:
    rules = RULES + 'when enters Lookers or logs on then send email "either"\n'
    with opened(rules) as engine:
        engine.process([views("1", 1, customer="ann"), views("2", 2, visitor="v")])
        [outcome] = engine.process([event("3", "logs on", 3, visitor="v", customer="ann")])
        either = [effect.id for effect in outcome.effects if effect.fields["template"] == "either"]
        assert len(set(either)) == 2
        assert len(engine.backend.outbox(10)) == len(outcome.effects)


def test_a_wait_of_an_activity_that_is_over_does_not_go_on_by_a_join() -> None:
    season = (
        'activity Season until 2026-03-03 {\n  when views product then wait for enters Lookers then send email "on"\n}'
    )
    with opened(RULES + season) as engine:
        engine.process([views("1", 1, customer="ann"), views("2", 2, visitor="v")])
        outcomes = engine.process([event("3", "logs on", 5, visitor="v", customer="ann")])
        assert ("ann", "Lookers", True) in moves(outcomes, "Lookers")
        assert ("ann", "on") not in emails(outcomes)


def test_since_is_when_the_account_itself_was_first_seen_in_the_segment() -> None:
    rules = RULES + "segment Old Fans if in segment Fans for at least 3 days\n"
    with opened(rules) as engine:
        engine.process([views("1", 1, "a", visitor="v"), views("2", 1, "a", visitor="w")])
        engine.process([event("3", "places order", 2, customer="ann"), views("4", 3, "a", customer="ben")])
        engine.process([event("5", "logs on", 5, visitor="v", customer="ann")])
        engine.process([event("6", "logs on", 5, visitor="w", customer="ben")])
        since = {each.customer: instant_text(each.since)[:10] for each in engine.members("Fans")}
        assert since == {"ann": "2026-03-05", "ben": "2026-03-03"}
        assert [each.customer for each in engine.members("Old Fans", "2026-03-07")] == ["ben"]
        assert [each.customer for each in engine.members("Old Fans", "2026-03-09")] == ["ann", "ben"]


def test_a_batch_looks_up_its_guests_and_accounts_together() -> None:
    stream = [
        made
        for v in range(40)
        for made in (
            views(f"a{v}", 1, visitor=f"v{v}"),
            event(f"b{v}", "logs on", 1, visitor=f"v{v}", customer=f"c{v // 2}"),
            event(f"c{v}", "logs off", 1, visitor=f"v{v}"),
            views(f"d{v}", 1, visitor=f"v{v}"),
        )
    ]
    with opened(RULES) as engine, patch.object(engine.backend, "fetch", wraps=engine.backend.fetch) as fetch:
        assert {each.status for each in engine.process(stream)} == {"accepted"}
        assert fetch.call_count == 1


def test_a_guest_of_a_batch_who_is_renamed_and_forgotten_leaves_nothing() -> None:
    with opened(RULES) as engine:
        engine.process(
            [
                views("1", 1, "a", visitor="v"),
                event("2", "logs on", 2, visitor="v", customer="ann"),
                event("3", "forget customer", 3, customer="ann"),
            ]
        )
        assert engine.backend.outbox(10) == [] and engine.history("ann") == [] and engine.history(GUEST) == []


# ------------------------------------------------------------------------------------------- guests by their own id


def test_an_event_that_names_a_guest_by_its_id_is_the_guests() -> None:
    with opened(RULES) as engine:
        engine.process([views("1", 1, visitor="v")])
        assert engine.process([views("2", 2, customer=GUEST)])[0].customer == GUEST


def test_an_event_that_names_a_guest_who_is_an_account_is_the_accounts() -> None:
    with opened(RULES) as engine:
        engine.process([views("1", 1, visitor="v"), event("2", "logs on", 2, visitor="v", customer="ann")])
        assert engine.process([views("3", 3, customer=GUEST)])[0].customer == "ann"
        assert engine.include(GUEST, "Staff").customer == "ann"


def test_no_account_can_have_the_id_of_a_guest() -> None:
    with opened(RULES) as engine:
        [outcome] = engine.process([views("1", 1, customer="visitor:v#1")])
        assert outcome.reject is not None and outcome.reject.reason == "no customer"
        with pytest.raises(InputError, match="no guest"):
            engine.include("visitor:v#1", "Staff")


def test_an_event_of_a_guest_by_its_id_is_known_again_by_the_account() -> None:
    with opened(RULES) as engine:
        by_id = views("2", 2, customer=GUEST)
        engine.process([views("1", 1, visitor="v"), by_id, event("3", "logs on", 2, visitor="v", customer="ann")])
        assert engine.process([by_id])[0].status == "repeated"


def test_forgetting_an_account_forgets_its_guests_and_ends_its_links() -> None:
    with opened(RULES) as engine:
        known_ann(engine)
        engine.process([views("1", 2, "a", visitor="v"), event("2", "logs on", 3, visitor="v", customer="ann")])
        engine.process([event("3", "forget customer", 4, customer="ann")])
        assert list(engine.backend.customers()) == []
        assert engine.history(GUEST) == [] and engine.history("ann") == []
        assert engine.became(GUEST) is None
        assert engine.customer_of("v") == "visitor:v#2"
        assert {
            each.status for each in engine.process([views("4", 3, visitor="v"), views("1", 2, "a", visitor="v")])
        } == {"rejected"}


def test_a_guest_is_forgotten_by_its_id() -> None:
    with opened(RULES) as engine:
        engine.process([views("1", 1, "a", visitor="v")])
        assert engine.forget(GUEST)
        assert list(engine.backend.customers()) == [] and engine.history(GUEST) == []


# ------------------------------------------------------------------------------------------------------- explanations


def test_why_names_the_events_of_the_guest_as_well() -> None:
    with opened(RULES) as engine:
        engine.process([views("1", 1, customer="ann"), views("2", 2, visitor="v")])
        engine.process([event("3", "logs on", 3, visitor="v", customer="ann")])
        why = engine.why("ann", "Lookers")
        assert why.member and why.condition is not None
        assert [each.id for each in why.condition.events] == ["1", "2"]
        assert why.named is not None and why.named.id == "3"


def test_why_of_a_guest_who_is_an_account_by_then_is_why_of_the_account() -> None:
    with opened(RULES) as engine:
        known_ann(engine)
        engine.process([views("1", 2, "a", visitor="v"), event("2", "logs on", 3, visitor="v", customer="ann")])
        assert (engine.why(GUEST, "Fans").customer, engine.why(GUEST, "Fans", "2026-03-03").customer) == ("ann", GUEST)
        assert "turned out to be a guest" in engine.why("ann", "Fans").text()


def test_all_inputs_of_a_customer_have_those_of_the_guest_among_them() -> None:
    with opened(RULES) as engine:
        known_ann(engine)
        engine.process([views("1", 2, visitor="v"), event("2", "logs on", 3, visitor="v", customer="ann")])
        assert [each.id for each in engine.inputs("ann") if isinstance(each, Event)] == ["0", "1", "2"]
