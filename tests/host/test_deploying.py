"""Other rules on a store that was run before (language.md section 5.14)."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest

import segdsl
from segdsl.backends import open_backend
from segdsl.backends.base import Backend
from segdsl.host.deploying import placing
from segdsl.records.inputs import Load
from segdsl.values.instants import DAY, LATEST

EVENTS = "event buys { product: text, price: number }\nevent pings\n"
SHOP = EVENTS + "segment Skiers by activities\n"

loads = cache(segdsl.loads)


def on(backend: Backend, rules: str, **given: Any) -> segdsl.Engine:
    return segdsl.Engine(loads(rules), backend, clock=lambda: LATEST - DAY, **given)


def event(name: str, customer: str, time: str, **fields: Any) -> dict[str, Any]:
    return {"id": f"{name} {time}", "event": name, "customer": customer, "time": f"2026-03-{time}:00Z", **fields}


def ran(rules: str, *events: dict[str, Any], **given: Any) -> Backend:
    backend = open_backend("memory://")
    on(backend, rules, **given).process(list(events))
    return backend


def deploy(backend: Backend, rules: str, **given: Any) -> segdsl.Deployed:
    return segdsl.deploy(loads(rules), backend, **given)


def members(engine: segdsl.Engine, segment: str) -> list[str]:
    return [each.customer for each in engine.members(segment)]


BUYS = event("buys", "ann", "01T10:00", product="ski", price=7)
BUYS_AGAIN = event("buys", "ann", "02T10:00", product="ski", price=7)
PINGS = event("pings", "bob", "03T10:00")


def test_what_holds_under_the_new_rules_holds_since_the_clock_of_the_store() -> None:
    backend = ran(SHOP, BUYS, BUYS_AGAIN, PINGS)
    deployed = deploy(backend, SHOP + "segment Often if buys at least 2 times")
    [change] = on(backend, SHOP + "segment Often if buys at least 2 times").history("ann")
    assert (change.segment, change.entered, change.because.reason) == ("Often", True, "loaded")
    assert f"{change.time:%d %H:%M}" == "03 10:00"
    assert (deployed.done, deployed.customers, deployed.changes) == (True, 2, 1)


def test_nothing_fires() -> None:
    rules = SHOP + 'segment Often if buys\nwhen enters Often then send email "often" and add to Skiers'
    backend = ran(SHOP, BUYS)
    deploy(backend, rules)
    assert backend.outbox(10) == []
    assert members(on(backend, rules), "Skiers") == []


def test_a_membership_that_still_holds_goes_on() -> None:
    backend = ran(EVENTS + "segment Big if total of price of buys >= 5", BUYS, PINGS)
    rules = EVENTS + "segment Big if total of price of buys >= 6"
    deploy(backend, rules)
    [membership] = on(backend, rules).segments_of("ann")
    assert f"{membership.time:%d %H:%M}" == "01 10:00"


def test_memberships_of_segments_that_are_gone_are_closed() -> None:
    backend = ran(SHOP + "segment Buyers if buys", BUYS)
    deploy(backend, SHOP)
    assert on(backend, SHOP).segments_of("ann") == []
    assert [change.because.reason for change in on(backend, SHOP).history("ann")] == ["condition", "loaded"]


def test_what_rules_gave_and_the_host_listed_stays() -> None:
    rules = SHOP + "segment Staff listed\nwhen buys then add to Skiers for 30 days"
    backend = ran(rules, BUYS)
    on(backend, rules).include("ann", "Staff")
    other = SHOP + "segment Staff if pings"
    deploy(backend, other)
    engine = on(backend, other)
    assert [each.segment for each in engine.segments_of("ann")] == ["Skiers", "Staff"]
    engine.advance("2026-04-01T00:00:00Z")
    assert [each.segment for each in engine.segments_of("ann")] == ["Staff"]
    assert (members(engine, "Skiers"), engine.count("Skiers")) == ([], 0)


def test_what_the_old_rules_had_to_do_by_then_is_done_by_them() -> None:
    rules = SHOP + 'when buys then wait 1 day then send email "old"'
    backend = ran(rules, BUYS, PINGS)
    deployed = deploy(backend, SHOP)
    assert [effect.fields for effect in backend.outbox(10)] == [{"template": "old"}]
    assert deployed.waits_ended == 0


# ------------------------------------------------------------------------------------------------------------- the past


def test_a_window_over_events_of_before_ends_at_its_instant() -> None:
    backend = ran(SHOP, BUYS)
    rules = SHOP + "segment Fresh if buys within 7 days"
    deploy(backend, rules)
    engine = on(backend, rules)
    assert f"{engine.next_change('ann'):%d %H:%M}" == "08 10:00"


def test_counts_of_triggers_go_on_from_the_journal() -> None:
    backend = ran(SHOP, BUYS, BUYS_AGAIN)
    rules = SHOP + "when buys 3 times then add to Skiers"
    deploy(backend, rules)
    engine = on(backend, rules)
    engine.process(event("buys", "ann", "04T10:00"))
    assert members(engine, "Skiers") == ["ann"]


def test_what_is_looked_back_on_is_filled_from_the_journal() -> None:
    backend = ran(SHOP, BUYS, PINGS)
    rules = SHOP + 'when 5 days after each buys then send email "how was it"'
    deploy(backend, rules)
    engine = on(backend, rules)
    engine.advance("2026-03-07T00:00:00Z")
    assert [effect.fields["template"] for effect in backend.outbox(10)] == ["how was it"]


def test_effects_of_before_count_for_a_new_limit() -> None:
    rules = SHOP + 'when buys then send email "thanks"\n'
    backend = ran(rules, BUYS, BUYS_AGAIN)
    rules += "limit 3 within 30 days for send email\n"
    deploy(backend, rules)
    engine = on(backend, rules)
    for day in ("04", "05"):
        engine.process(event("buys", "ann", f"{day}T10:00"))
    assert len(backend.outbox(10)) == 3


def test_events_that_rules_recorded_are_in_the_past() -> None:
    rules = EVENTS + "event likes { what: text }\nwhen buys then record likes with what = product\n"
    backend = ran(rules, BUYS, BUYS_AGAIN)
    deploy(backend, rules + "segment Likers if likes at least 2 times")
    assert members(on(backend, rules + "segment Likers if likes at least 2 times"), "Likers") == ["ann"]


def test_what_a_guest_did_before_logging_in_is_in_the_past() -> None:
    backend = open_backend("memory://")
    engine = on(backend, SHOP)
    engine.process(BUYS)
    engine.process({**BUYS_AGAIN, "id": "v", "customer": None, "visitor": "v1"})
    engine.process({**event("pings", "ann", "03T10:00"), "visitor": "v1"})
    rules = SHOP + "segment Often if buys at least 2 times"
    deploy(backend, rules)
    assert members(on(backend, rules), "Often") == ["ann"]


def test_what_rules_recorded_of_a_guest_is_in_the_past_after_other_rules() -> None:
    likes = EVENTS + "event likes { what: text }\n"
    recording = likes + "when buys then record likes with what = product\n"
    backend = open_backend("memory://")
    engine = on(backend, recording)
    engine.process(BUYS)
    engine.process({**BUYS_AGAIN, "id": "v", "customer": None, "visitor": "v1"})
    engine.process({**event("pings", "ann", "03T10:00"), "visitor": "v1"})
    deploy(backend, likes)
    on(backend, likes).process(event("buys", "ann", "04T10:00"))
    rules = likes + "segment Likers if likes exactly 2 times"
    deploy(backend, rules)
    assert members(on(backend, rules), "Likers") == ["ann"]


def test_the_past_goes_through_earlier_deployments() -> None:
    backend = ran(SHOP, BUYS)
    deploy(backend, SHOP + "segment Pinged if pings")
    on(backend, SHOP + "segment Pinged if pings").process(BUYS_AGAIN)
    rules = SHOP + "segment Often if buys at least 2 times"
    deploy(backend, rules)
    assert members(on(backend, rules), "Often") == ["ann"]


def test_the_past_of_an_event_that_was_not_declared_is_missing() -> None:
    backend = ran(SHOP, BUYS)
    rules = SHOP + "event calls\nsegment Callers if calls"
    with pytest.raises(segdsl.StoreError, match="`count of calls` is not in this store"):
        deploy(backend, rules)
    assert on(backend, SHOP).segments_of("ann") == []  # nothing has happened


def test_the_past_is_missing_in_a_store_without_a_journal() -> None:
    backend = ran(SHOP, BUYS, journal=False)
    with pytest.raises(segdsl.StoreError, match="the store keeps no events of its customers"):
        deploy(backend, SHOP + "segment Buyers if buys")


def test_from_now_what_is_missing_starts_with_nothing_and_the_rest_does_not() -> None:
    backend = ran(SHOP, BUYS)
    rules = SHOP + "event calls\nsegment Callers if calls\nsegment Buyers if buys"
    deploy(backend, rules, from_now=True)
    assert [members(on(backend, rules), name) for name in ("Callers", "Buyers")] == [[], ["ann"]]


def test_all_new_conditions_can_start_with_nothing() -> None:
    backend = ran(SHOP, BUYS)
    deploy(backend, SHOP + "segment Buyers if buys", all_from_now=True)
    assert members(on(backend, SHOP + "segment Buyers if buys"), "Buyers") == []


def test_the_past_comes_from_a_file(tmp_path: Path) -> None:
    backend = ran(SHOP, BUYS, PINGS, journal=False)
    past = tmp_path / "past.jsonl"
    lines = [
        '{"id": "1", "event": "calls", "customer": "ann", "time": "2026-02-01T10:00:00Z"}',
        '{"id": "2", "event": "calls", "customer": "ann", "time": "2026-04-01T10:00:00Z"}',
        '{"id": "3", "event": "calls", "customer": "zoe", "time": "2026-02-01T10:00:00Z"}',
    ]
    past.write_text("\n".join(lines) + "\n")
    rules = SHOP + "event calls\nsegment Callers if calls exactly 1 times"
    deployed = deploy(backend, rules, backfill=past)
    engine = on(backend, rules)
    assert members(engine, "Callers") == ["ann"]  # the later call is yet to come, and zoe is not known here
    assert deployed.report is not None and dict(deployed.report.rejects) == {"future": 1}
    assert backend.customer_count() == 2


def test_an_attribute_of_before_comes_from_a_file(tmp_path: Path) -> None:
    backend = ran(SHOP, BUYS)
    rules = SHOP + "attribute shoe size: number\nsegment Large if shoe size >= 45"
    past = tmp_path / "past.jsonl"
    past.write_text(
        '{"id": "1", "event": "pings", "customer": "ann", "time": "2026-02-01T10:00:00Z", '
        '"attributes": {"shoe size": 46}}\n'
    )
    with pytest.raises(segdsl.StoreError, match="attribute shoe size"):
        deploy(backend, rules)
    deploy(backend, rules, backfill=past)
    assert members(on(backend, rules), "Large") == ["ann"]


def test_a_field_of_another_kind_has_another_past() -> None:
    backend = ran(EVENTS + "segment Cheap if smallest of price of buys < 5", {**BUYS, "price": 3})
    rules = EVENTS.replace("price: number", "price: text") + 'segment Cheap if latest of price of buys is "low"'
    with pytest.raises(segdsl.StoreError, match="the field price of buys was a number"):
        deploy(backend, rules)


# ----------------------------------------------------------------------------------------------------------- flows


FLOW = 'activity Wave { when pings then wait 7 days then send email "x" }\n'


def test_a_wait_goes_on_where_the_rest_of_the_sentence_stands_in_another_rule() -> None:
    backend = ran(EVENTS + FLOW, PINGS)
    rules = EVENTS + FLOW.replace("when pings", "when buys or pings").replace("7 days", "2 days")
    assert deploy(backend, rules).waits_ended == 0
    on(backend, rules).advance("2026-03-10T09:59:59Z")
    assert backend.outbox(10) == []
    on(backend, rules).advance("2026-03-10T10:00:00Z")
    assert [effect.fields["template"] for effect in backend.outbox(10)] == ["x"]


def test_a_wait_ends_where_the_rest_is_another() -> None:
    backend = ran(EVENTS + FLOW, PINGS)
    rules = EVENTS + FLOW.replace('"x"', '"y"')
    told: list[segdsl.Difference] = []
    deployed = deploy(backend, rules, agree=lambda difference: told.append(difference) is None)
    assert [(each.customers, each.goes_on) for each in told[0].waits] == [(1, False)]
    assert deployed.waits_ended == 1
    on(backend, rules).advance("2026-04-10T10:00:00Z")
    assert backend.outbox(10) == []


def test_who_entered_once_does_not_enter_again() -> None:
    once = 'activity Wave once { when pings then send email "x" }\n'
    backend = ran(EVENTS + once, PINGS)
    rules = EVENTS + once.replace("once", "once priority 3") + "segment New if pings"
    deploy(backend, rules)
    on(backend, rules).process(event("pings", "bob", "05T10:00"))
    assert len(backend.outbox(10)) == 1


# --------------------------------------------------------------------------------------------- what is before and after


LATE = "lateness 2 days\n" + SHOP


@pytest.mark.parametrize("rules", [SHOP, LATE])
def test_an_event_from_before_is_late(rules: str) -> None:
    backend = ran(rules, BUYS, PINGS)
    deploy(backend, rules + "segment Buyers if buys")
    [outcome] = on(backend, rules + "segment Buyers if buys").process(BUYS_AGAIN)
    assert outcome.reject is not None and outcome.reject.reason == "late"


def test_an_event_from_before_that_would_link_a_guest_is_late() -> None:
    backend = open_backend("memory://")
    seen = {**BUYS, "customer": None, "visitor": "v1"}
    on(backend, LATE).process([seen, PINGS])
    deploy(backend, LATE + "segment Buyers if buys")
    [outcome] = on(backend, LATE + "segment Buyers if buys").process({**BUYS_AGAIN, "visitor": "v1"})
    assert outcome.reject is not None and outcome.reject.reason == "late"


def test_a_late_event_from_after_is_handled_as_if_it_had_come_on_time() -> None:
    backend = ran(LATE, BUYS, PINGS)
    rules = LATE + "segment Often if buys at least 2 times within 1 day"
    deploy(backend, rules)
    engine = on(backend, rules)
    engine.process(event("buys", "ann", "04T10:00"))
    engine.process(event("pings", "ann", "05T10:00"))
    engine.process(event("buys", "ann", "03T11:00"))
    assert [(c.entered, f"{c.time:%d %H:%M}") for c in engine.history("ann") if c.segment == "Often"] == [
        (True, "04 10:00"), (False, "04 11:00"),
    ]  # fmt: skip


def test_the_past_is_answered_as_it_was_recorded_and_not_explained() -> None:
    backend = ran(SHOP + "segment Buyers if buys", BUYS, PINGS)
    rules = SHOP + "segment Buyers if buys at least 2 times"
    deploy(backend, rules)
    engine = on(backend, rules)
    assert [each.segment for each in engine.segments_of("ann", "2026-03-02T00:00:00Z")] == ["Buyers"]
    with pytest.raises(segdsl.StoreError, match="other rules were in place"):
        engine.why("ann", "Buyers", "2026-03-02T00:00:00Z")


def test_why_says_that_a_rule_of_before_gave_it() -> None:
    backend = ran(SHOP + "when buys then add to Skiers", BUYS)
    deploy(backend, SHOP)
    why = on(backend, SHOP).why("ann", "Skiers")
    assert why.member
    assert "a rule had given Skiers before these rules were put in place" in why.text()


def test_why_explains_what_has_happened_since() -> None:
    backend = ran(SHOP, BUYS)
    rules = SHOP + "segment Often if buys at least 2 times"
    deploy(backend, rules)
    engine = on(backend, rules)
    engine.process(BUYS_AGAIN)
    why = engine.why("ann", "Often")
    assert why.member and why.named is not None and why.named.id == BUYS_AGAIN["id"]


def test_a_recorded_test_says_that_other_rules_were_in_place() -> None:
    backend = ran(SHOP, BUYS)
    rules = SHOP + "segment Often if buys at least 2 times"
    deploy(backend, rules)
    engine = on(backend, rules)
    engine.process(BUYS_AGAIN)
    made = segdsl.record_inputs(segdsl.check_texts([("x.seg", rules)]), engine.inputs("ann"), name="of ann")
    assert "when other rules were in place" in made.text


def test_a_journal_begins_with_the_loading() -> None:
    backend = ran(SHOP, BUYS)
    deploy(backend, SHOP + "segment Buyers if buys")
    engine = on(backend, SHOP + "segment Buyers if buys")
    assert [type(each) for each in engine.inputs("ann")] == [Load]
    assert len(engine.whole_journal("ann")) == 2


# --------------------------------------------------------------------------------------------------- begun and not done


class StoppedError(Exception):
    """Somebody stopped it."""


def stopped(backend: Backend, rules: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(what: str, done: int, of: int | None) -> None:
        if what == "turn":
            raise StoppedError

    monkeypatch.setattr(placing, "PAGE", 1)
    with pytest.raises(StoppedError):
        deploy(backend, rules, tell=stop)


NEW = SHOP + "segment Buyers if buys"


def test_nobody_uses_a_store_in_which_rules_are_being_put_in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    backend = ran(SHOP, BUYS, PINGS)
    before = on(backend, SHOP)
    stopped(backend, NEW, monkeypatch)
    for rules in (SHOP, NEW):
        with pytest.raises(segdsl.StoreError, match="are being put in place"):
            segdsl.Engine(loads(rules), backend)
    with pytest.raises(segdsl.StoreError, match="are being put in place"):
        before.process(BUYS_AGAIN)
    with pytest.raises(segdsl.StoreError, match="are being put in place"):
        deploy(backend, SHOP + "segment Others if pings")
    assert deploy(backend, NEW).customers == 2
    assert members(on(backend, NEW), "Buyers") == ["ann"]


def test_a_writer_with_the_old_rules_is_told_to_begin_again() -> None:
    backend = ran(SHOP, BUYS)
    before = on(backend, SHOP)
    deploy(backend, NEW)
    with pytest.raises(segdsl.StoreError, match="other rules were put in place"):
        before.process(BUYS_AGAIN)


def test_of_two_who_put_rules_in_place_one_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    backend = ran(SHOP, BUYS, PINGS)
    monkeypatch.setattr(placing, "PAGE", 1)

    def meanwhile(what: str, done: int, of: int | None) -> None:
        if what == "turn" and done == 1:
            deploy(backend, NEW)

    with pytest.raises(segdsl.StoreError):
        deploy(backend, NEW, tell=meanwhile)
    engine = on(backend, NEW)
    assert len([each for each in engine.whole_journal("bob") if isinstance(each.entry, Load)]) == 1


def test_a_file_that_cannot_be_read_leaves_the_store_as_it_was(tmp_path: Path) -> None:
    backend = ran(SHOP, BUYS, journal=False)
    past = tmp_path / "past.csv"
    past.write_text("when,who\n2026-03-01,ann\n")
    with pytest.raises(segdsl.InputError):
        deploy(backend, NEW, backfill=past)
    assert on(backend, SHOP).segments_of("ann") == []


def test_rules_that_were_put_in_place_for_nobody_yet_can_be_left(monkeypatch: pytest.MonkeyPatch) -> None:
    backend = ran(SHOP, BUYS)

    def stop(*_given: object) -> None:
        raise StoppedError

    with monkeypatch.context() as patch, pytest.raises(StoppedError):
        patch.setattr(placing.Placing, "_turn", stop)
        deploy(backend, NEW)
    with pytest.raises(segdsl.StoreError, match="are being put in place"):
        on(backend, SHOP)
    assert deploy(backend, SHOP).difference.same
    assert on(backend, SHOP).segments_of("ann") == []


def test_while_somebody_looks_at_the_difference_the_store_goes_on() -> None:
    backend = ran(SHOP, BUYS)
    engine = on(backend, SHOP)

    def agree(_difference: segdsl.Difference) -> bool:
        engine.process(BUYS_AGAIN)
        engine.forget("zoe")
        return True

    rules = SHOP + "segment Often if buys at least 2 times"
    deploy(backend, rules, agree=agree)
    assert members(on(backend, rules), "Often") == ["ann"]


def test_rules_that_others_put_in_place_meanwhile_are_not_passed_over() -> None:
    backend = ran(SHOP, BUYS)

    def agree(_difference: segdsl.Difference) -> bool:
        deploy(backend, NEW)
        return True

    with pytest.raises(segdsl.StoreError, match="look at the difference anew"):
        deploy(backend, SHOP + "segment Others if pings", agree=agree)


def test_without_agreement_nothing_happens() -> None:
    backend = ran(SHOP, BUYS)
    assert not deploy(backend, NEW, agree=lambda difference: False).done
    assert on(backend, SHOP).segments_of("ann") == []


def test_an_empty_store_has_no_rules_to_take_the_place_of() -> None:
    with pytest.raises(segdsl.StoreError, match="this store is empty"):
        deploy(open_backend("memory://"), SHOP)


def test_a_store_without_customers_needs_no_past() -> None:
    backend = ran(SHOP)
    rules = SHOP + "event calls\nsegment Callers if calls"
    assert deploy(backend, rules).done
    on(backend, rules).process(event("calls", "ann", "01T10:00"))
    assert members(on(backend, rules), "Callers") == ["ann"]
