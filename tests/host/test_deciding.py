"""Decisions: what a page shows on an event, how several activities are merged, and how a search is changed."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import msgspec
import pytest

import segdsl
from segdsl.records.outcomes import Effect
from segdsl.values.instants import LATEST, parse_moment

NOON = "2026-03-02T12:00:00Z"
HOME = {"id": "h1", "event": "views spot", "spot": "Home", "customer": "ann", "time": NOON}
LAYERS = """
segment Golfers by activities
web activity Summer priority 10 { when views spot "Home" if income >= 100 then show content "Summer" }
web activity Sale priority 10 { when views spot "Home" if income >= 100 then recommend product "P1" }
web activity News priority 5 {
  when views spot "Home" then show content "News 1" and show content "News 2" and recommend product "P2"
}
when views spot "Home" then show content "Always" and add to Golfers
"""


def engine_of(rules: str, url: str = "memory://", **given: Any) -> segdsl.Engine:
    return segdsl.Engine(segdsl.loads(rules), url, clock=lambda: LATEST, **given)


def values(effects: tuple[Effect, ...] | list[Effect]) -> list[Any]:
    return [value for effect in effects for value in effect.fields.values()]


def at_home(rules: str, wanted: dict[str, int] | None = None, **attributes: Any) -> segdsl.Decision:
    with engine_of(rules) as engine:
        return engine.decide({**HOME, "attributes": attributes}, wanted=wanted)


def passed(decision: segdsl.Decision) -> list[tuple[Any, str]]:
    return [(value, each.reason) for each in decision.passed_over for value in each.effect.fields.values()]


# ------------------------------------------------------------------------------------------------ merging at one spot


def test_the_highest_activity_with_something_to_show_is_shown_alone() -> None:
    decision = at_home(LAYERS)
    assert values(decision.shown) == ["News 1", "News 2", "P2"]
    assert passed(decision) == [("Always", "`News` has the higher priority 5")]


def test_all_activities_of_equal_priority_count() -> None:
    assert values(at_home(LAYERS, income=100).shown) == ["P1", "Summer"]


def test_a_higher_activity_that_only_fills_a_segment_leaves_the_spot_to_others() -> None:
    rules = LAYERS + 'web activity Fill priority 99 { when views spot "Home" then add to Golfers }'
    assert values(at_home(rules).shown) == ["News 1", "News 2", "P2"]


def test_wanted_amounts_go_down_until_they_are_reached() -> None:
    wanted = {"show content": 2, "recommend product": 2}
    decision = at_home(LAYERS, wanted, income=100)
    assert values(decision.shown) == ["P1", "Summer", "News 1", "News 2", "P2"]
    assert passed(decision) == [("Always", "of higher priority there are 3, and 2 wanted")]


def test_more_than_there_is_may_be_wanted() -> None:
    decision = at_home(LAYERS, {"show content": 100, "recommend product": 100}, income=100)
    assert values(decision.shown) == ["P1", "Summer", "News 1", "News 2", "P2", "Always"]
    assert decision.passed_over == ()


def test_an_action_without_an_amount_stays_with_the_rule_without_amounts() -> None:
    decision = at_home(LAYERS, {"show content": 1}, income=100)
    assert values(decision.shown) == ["P1", "Summer"]
    assert ("P2", "`Sale` has the higher priority 10") in passed(decision)


def test_of_an_action_nothing_can_be_wanted() -> None:
    decision = at_home(LAYERS, {"show content": 0})
    assert values(decision.shown) == ["P2"]
    assert {reason for _, reason in passed(decision)} == {"none is wanted"}


def test_a_page_takes_the_first_of_an_action() -> None:
    assert values(at_home(LAYERS).of("show content")[:1]) == ["News 1"]


def test_an_action_that_is_not_declared_cannot_be_wanted() -> None:
    with pytest.raises(segdsl.UnknownNameError, match="did you mean 'show content'"):
        at_home(LAYERS, {"show contents": 1})


CALL = {
    "type": "track", "event": "views spot", "userId": "ann", "messageId": "m1", "timestamp": NOON,
    "properties": {"spot": "Home"},
}  # fmt: skip


@pytest.mark.parametrize("body", [CALL, json.dumps(CALL), json.dumps(CALL).encode()], ids=["object", "text", "bytes"])
def test_an_event_of_another_system_is_decided_on(body: Any) -> None:
    with engine_of(LAYERS) as engine:
        decision = engine.decide(body, format="auto")
        assert (decision.id, values(decision.shown)) == ("m1", ["News 1", "News 2", "P2"])
        assert engine.process(body, format="segment")[0].effects == decision.effects


def test_a_plain_event_has_the_same_id_whatever_the_format() -> None:
    view = {key: value for key, value in HOME.items() if key != "id"}
    with engine_of(LAYERS) as engine:
        assert engine.decide(view).id == engine.decide(view, format="auto").id != ""


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (json.dumps({"batch": [CALL, CALL]}), "these are 2 events: a decision is on one"),
        (CALL | {"type": "group", "groupId": "g"}, "it holds no event that is taken"),
        ('{"type": "track"', "the text is not JSON: it ends too early"),
    ],
    ids=["two", "none", "broken"],
)
def test_a_body_without_one_event_is_none_to_decide_on(body: Any, said: str) -> None:
    with engine_of(LAYERS) as engine:
        reject = engine.decide(body, format="auto").reject
    assert reject is not None
    assert (reject.reason, reject.detail) == ("not an event", said)


def test_bytes_without_a_format_are_told_how_to_be_read() -> None:
    with engine_of(LAYERS) as engine, pytest.raises(TypeError, match='say format="auto"'):
        engine.decide(b"{}")


@pytest.mark.parametrize("action", ["send email", "put first"])
def test_what_no_page_shows_cannot_be_wanted(action: str) -> None:
    with pytest.raises(segdsl.InputError, match="nothing that a page shows"):
        at_home(LAYERS, {action: 1})


@pytest.mark.parametrize("amount", [-1, True, "2", 1.5])
def test_an_amount_that_is_none_is_refused(amount: Any) -> None:
    with pytest.raises(segdsl.InputError, match="not a whole number"):
        at_home(LAYERS, {"show content": amount})


# ---------------------------------------------------------------------------------------- what is shown, and what not


def test_a_rule_shows_in_the_order_in_which_it_is_written() -> None:
    names = [f"C{number}" for number in range(12)]
    shows = " and ".join(f'show content "{name}"' for name in names)
    steps = f'{shows} then if 1 = 1 then show content "later"'
    assert values(at_home(f'when views spot "Home" then {steps}').shown) == [*names, "later"]


def test_the_effects_stay_in_the_order_of_processing() -> None:
    effects = at_home(LAYERS, income=100).effects
    assert [(-each.priority, each.id) for each in effects] == sorted((-each.priority, each.id) for each in effects)


def test_messages_are_not_shown() -> None:
    decision = at_home('when views spot "Home" then send email "mail" and show content "page"')
    assert (values(decision.shown), sorted(values(decision.effects))) == (["page"], ["mail", "page"])


def test_what_the_event_leads_to_is_not_shown() -> None:
    rules = """
    segment Visitors if views spot
    segment Met by activities
    when views spot then add to Met and show content "own"
    when enters Visitors then show content "by a segment of the same step"
    when enters Met then show content "by the next step"
    """
    assert values(at_home(rules).shown) == ["own"]


def test_what_is_due_before_the_event_is_among_the_effects_and_not_shown() -> None:
    rules = 'when registers then wait 1 hour then show content "due"\nwhen views spot then show content "own"'
    with engine_of(rules) as engine:
        engine.process({"event": "registers", "customer": "ann", "time": "2026-03-02T10:00:00Z"})
        decision = engine.decide(HOME)
    assert (values(decision.shown), values(decision.effects)) == (["own"], ["due", "own"])


def test_a_flow_that_waited_for_the_event_shows() -> None:
    rules = 'when registers then wait for views spot "Home" then show content "Welcome"'
    with engine_of(rules) as engine:
        engine.process({"event": "registers", "customer": "ann", "time": "2026-03-02T10:00:00Z"})
        assert values(engine.decide(HOME).shown) == ["Welcome"]


def test_any_event_may_have_a_page() -> None:
    with engine_of('when places order then show content "Thank you"') as engine:
        assert values(engine.decide({**HOME, "event": "places order"}).shown) == ["Thank you"]


# ------------------------------------------------------------------------------------------------------------ searches


def searched(rules: str) -> segdsl.Decision:
    with engine_of(rules) as engine:
        return engine.decide({"id": "s1", "event": "searches", "term": "coffee", "customer": "ann", "time": NOON})


def found(rules: str) -> dict[str, Any]:
    search = searched(rules).search
    assert search is not None
    return search.as_json()


PLAIN = {"term": "coffee", "filters": [], "top": [], "rank": [], "sort": []}


def test_a_search_without_rules_stays_as_it_is() -> None:
    assert found("") == PLAIN


def test_a_rule_changes_a_search_in_all_ways() -> None:
    rules = """
    search rule Espresso {
      when searches "coffee"
      then replace search "espresso" and narrow search "type" with value = "drink"
        and put first "B" and put first "A"
        and rank results "brand" with value = "Acme", factor = 2
        and sort results "price" and sort results "name" with direction = "descending"
    }
    """
    assert found(rules) == {
        "term": "espresso",
        "filters": [{"property": "type", "value": "drink"}],
        "top": ["B", "A"],
        "rank": [{"property": "brand", "value": "Acme", "factor": 2}],
        "sort": [
            {"property": "price", "direction": "ascending"}, {"property": "name", "direction": "descending"},
        ],
    }  # fmt: skip


def rule(name: str, priority: int, *actions: str) -> str:
    return f'search rule {name} priority {priority} {{ when searches "coffee" then {" and ".join(actions)} }}\n'


def test_all_rules_count_the_higher_priority_first() -> None:
    rules = rule("Low", 1, 'put first "L"', 'narrow search "a" with value = "1"')
    rules += rule("High", 2, 'put first "H"', 'narrow search "b" with value = "2"')
    assert found(rules)["top"] == ["H", "L"]
    assert [each["property"] for each in found(rules)["filters"]] == ["b", "a"]


def test_rules_of_equal_priority_go_by_the_name_of_their_activity() -> None:
    rules = rule("B", 1, 'put first "of B"') + rule("A", 1, 'put first "of A"')
    assert found(rules)["top"] == ["of A", "of B"]


def test_one_rule_replaces_the_search() -> None:
    decision = searched(rule("Low", 1, 'replace search "tea"') + rule("High", 2, 'replace search "espresso"'))
    assert decision.search is not None
    assert decision.search.term == "espresso"
    assert passed(decision) == [("tea", 'the search is for "espresso" already')]


def test_one_rule_sorts_with_all_it_says() -> None:
    low = rule("Low", 1, 'sort results "brand"')
    decision = searched(low + rule("High", 2, 'sort results "price"', 'sort results "name"'))
    assert decision.search is not None
    assert [each.property for each in decision.search.sort] == ["price", "name"]
    assert passed(decision) == [("brand", 'the results are sorted by "price" already')]


def test_one_factor_holds_for_a_property_and_value() -> None:
    low = rule("Low", 1, *(f'rank results "brand" with value = "{name}", factor = 9' for name in ("Acme", "Globex")))
    decision = searched(low + rule("High", 2, 'rank results "brand" with value = "Acme", factor = 0.5'))
    assert decision.search is not None
    assert [(each.value, str(each.factor)) for each in decision.search.rank] == [("Acme", "0.5"), ("Globex", "9")]
    assert [each.reason for each in decision.passed_over] == ['"Acme" is ranked by 0.5 already']


def test_what_is_said_twice_counts_once() -> None:
    low = rule("Low", 1, 'put first "A"', 'narrow search "a" with value = "1"')
    high = rule("High", 2, 'put first "A"', 'put first "B"', 'narrow search "a" with value = "1"')
    changed = found(low + high)
    assert (changed["top"], len(changed["filters"])) == (["A", "B"], 1)


def test_what_is_not_known_changes_nothing() -> None:
    decision = searched(
        rule("Own", 0, "put first with product = this manufacturer", 'rank results "brand" with factor = 2')
    )
    assert decision.search is not None
    assert decision.search.as_json() == PLAIN
    assert sorted(each.reason for each in decision.passed_over) == [
        "its `product` is not known", "its `value` is not known",
    ]  # fmt: skip


def test_other_actions_of_a_search_rule_are_shown() -> None:
    decision = searched(rule("Own", 0, 'put first "A"', 'show content "How to roast"'))
    assert values(decision.shown) == ["How to roast"]


def test_other_events_have_no_search() -> None:
    assert at_home(LAYERS).search is None


def test_words_of_your_own_for_a_search_may_be_lists() -> None:
    rules = """
    action rank results { property: text, value: list of text, factor: number }
    when searches then rank results "brand" with value = results, factor = 2
    """
    with engine_of(rules) as engine:
        event = {"event": "searches", "term": "x", "results": ["a", "b"], "customer": "ann", "time": NOON}
        search = engine.decide(event).search
    assert search is not None
    assert search.as_json()["rank"] == [{"property": "brand", "value": ["a", "b"], "factor": 2}]


# -------------------------------------------------------------------------------------------- as `process`, and no more


def test_process_gives_the_same_effects_with_the_same_ids() -> None:
    with engine_of(LAYERS) as engine:
        decided, outcome = engine.decide(HOME), engine.process(HOME)[0]
    assert decided.outcome == outcome


@pytest.mark.parametrize("without", [{}, {"id": None}, {"id": " "}], ids=str)
def test_an_event_without_an_id_gets_one_to_be_processed_with(without: dict[str, Any]) -> None:
    event = {key: value for key, value in HOME.items() if key != "id"} | without
    with engine_of(LAYERS) as engine:
        decided, again = engine.decide(event), engine.decide(dict(reversed(event.items())))
        outcome = engine.process({**event, "id": decided.id})[0]
    assert (decided.id, decided == again, decided.effects) == (again.id, True, outcome.effects)


def test_an_event_that_was_processed_gives_nothing_again() -> None:
    with engine_of(LAYERS) as engine:
        engine.process(HOME)
        decision = engine.decide(HOME)
    assert (decision.status, decision.shown, decision.effects) == ("repeated", (), ())


def test_a_late_event_is_one_here_too() -> None:
    rules = "lateness 1 day\n" + LAYERS
    with engine_of(rules) as engine:
        engine.process({**HOME, "id": "later", "time": "2026-03-02T15:00:00Z"})
        decision = engine.decide(HOME)
    assert values(decision.shown) == ["News 1", "News 2", "P2"]
    assert {effect.mark for effect in decision.shown} == {"late"}


BAD = [
    ({**HOME, "event": "views spt"}, "unknown event"),
    ({**HOME, "customer": ""}, "no customer"),
    ({**HOME, "time": "soon"}, "bad instant"),
    ({**HOME, "time": "2026-03-01T11:00:00Z"}, "late"),
    ({**HOME, "spot": {"no": "text"}}, "bad field"),
    ({**HOME, "attributes": {"birth date": object()}}, "bad attribute"),
]


@pytest.mark.parametrize(("event", "reason"), BAD, ids=[reason for _, reason in BAD])
def test_a_bad_event_is_a_reject_and_nothing_is_raised(event: dict[str, Any], reason: str) -> None:
    with engine_of(LAYERS) as engine:
        engine.process({**HOME, "id": "before", "time": "2026-03-02T11:00:00Z"})
        decision = engine.decide(event)
    assert decision.reject is not None
    assert (decision.status, decision.reject.reason, decision.shown) == ("rejected", reason, ())


def test_an_event_from_the_future_is_refused_as_by_process() -> None:
    before = parse_moment("2026-03-01T12:00:00Z")
    assert before is not None
    with segdsl.Engine(segdsl.loads(LAYERS), clock=lambda: before[0]) as engine:
        decided, outcome = engine.decide(HOME), engine.process(HOME)[0]
    assert (decided.reject, decided.outcome) == (outcome.reject, outcome)
    assert decided.reject is not None
    assert decided.reject.reason == "future"


def test_a_search_that_is_refused_goes_on_as_it_was_typed() -> None:
    with engine_of('when searches then replace search "tea"') as engine:
        engine.process(HOME)
        decision = engine.decide(
            {"event": "searches", "term": "coffee", "customer": "ann", "time": "2026-03-01T10:00:00Z"}
        )
    assert decision.search is not None
    assert (decision.status, decision.search.as_json()) == ("rejected", PLAIN)


def test_no_handler_is_called() -> None:
    handled: list[Effect] = []
    with engine_of(LAYERS, handlers={"show content": handled.append}) as engine:
        engine.decide(HOME)
    assert handled == []


def test_fields_that_nothing_declares_are_not_counted() -> None:
    with engine_of(LAYERS) as engine:
        engine.decide({**HOME, "colour": "red"})
        assert engine.shape.ignored_fields == {}
        assert engine.backend.tallies() == {}


def test_nobody_becomes_known_or_forgotten_by_a_decision() -> None:
    with engine_of(LAYERS) as engine:
        engine.process(HOME)
        engine.decide({**HOME, "customer": "bob"})
        engine.decide({**HOME, "event": "forget customer", "time": "2026-03-03T00:00:00Z"})
        assert list(engine.backend.customers()) == ["ann"]
        assert [each.segment for each in engine.segments_of("ann")] == ["Golfers"]


def test_a_store_stays_as_it_is_to_the_byte(tmp_path: Path) -> None:
    store = tmp_path / "shop.store"
    files = [store, store.with_name("shop.store-wal")]
    with engine_of(LAYERS, f"sqlite:///{store}") as engine:
        engine.process(HOME)
        before = [file.read_bytes() for file in files]
        engine.decide({**HOME, "id": "h2", "time": "2026-03-03T12:00:00Z"})
        assert [file.read_bytes() for file in files] == before


def test_a_store_can_be_asked_while_another_process_writes(tmp_path: Path) -> None:
    store = tmp_path / "shop.store"
    with engine_of(LAYERS, f"sqlite:///{store}") as engine:
        engine.process(HOME)
    writer = sqlite3.connect(store, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("DELETE FROM states")
    with segdsl.Engine(None, f"sqlite:///{store}", clock=lambda: LATEST) as engine:
        assert engine.decide(HOME).status == "repeated"
    writer.execute("ROLLBACK")
    writer.close()


def test_what_another_engine_has_committed_is_seen(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'shop.store'}"
    later = {**HOME, "id": "h2", "time": "2026-03-02T13:00:00Z"}
    rules = 'when views spot if not views spot at least twice then show content "first"\n'
    with engine_of(rules, url) as one, segdsl.Engine(None, url, clock=lambda: LATEST) as other:
        assert values(other.decide(later).shown) == ["first"]
        one.process(HOME)
        assert values(other.decide(later).shown) == []


def test_a_decision_is_ready_for_json() -> None:
    with engine_of(LAYERS) as engine:
        decision = engine.decide(HOME)
    written = msgspec.json.decode(msgspec.json.encode(decision.as_json()))
    assert (written["id"], written["time"], written["status"]) == ("h1", NOON, "accepted")
    assert [each["fields"] for each in written["shown"]] == [effect.fields for effect in decision.shown]
