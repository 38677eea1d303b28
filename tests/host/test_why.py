"""Explanations, case by case: what turns an answer, what decides it, what led to it. Their laws are in `tests/laws`."""

from typing import Any

import msgspec
import pytest

from segdsl.host.why import Why
from segdsl.records.inputs import Event
from tests.support.running import instant, opened

Told = tuple[Any, ...]

DECLARED = """event pays { amount: number }
event asked { what: text }
attribute plan: text
event puts { thing: text, price: number, kind: text }
event takes { thing: text }
event empties
collection box of puts by thing {
  drop takes
  clear empties
}
collection shelf of puts by thing
"""


def events(*told: Told) -> list[dict[str, Any]]:
    """Events of ann, as (day of March and hour, name, fields and attributes)."""
    return [
        {"id": f"e{number}", "event": name, "customer": "ann", "time": f"2026-03-{when}:00:00Z", **dict(*rest)}
        for number, (when, name, *rest) in enumerate(told, 1)
    ]  # fmt: skip


def asked(rules: str, told: list[Told], segment: str = "A", at: str = "2026-03-10T10:00:00Z") -> Why:
    with opened(DECLARED + rules) as engine:
        engine.process(events(*told))
        return engine.why("ann", segment, at)


SKIS: Told = ("01T10", "puts", {"thing": "a", "price": 60, "kind": "Ski"})
CLUB: Told = ("02T10", "puts", {"thing": "b", "price": 70, "kind": "Golf"})

CHANGES = [
    ("segment A by activities\nactivity X from 2026-03-12 { when visits then add to A }", [],
     "nothing happens for 1 day 14 hours, then `visits` happens"),
    ("segment A if visits from 90 days to 30 days ago and not visits within 30 days", [],
     "`visits` happens, then nothing happens for 30 days"),
    ("segment A if visits and not visits within 1 hour", [], "`visits` happens, then nothing happens for 1 hour"),
    ("segment A if time since visits between 10 days and 20 days", [],
     "`visits` happens, then nothing happens for 10 days"),
    ("define last visit as latest of time of visits\nsegment A if last visit within 2 days", [], "`visits` happens"),
    ("segment A if tier is \"gold\"\nattribute tier: text\nwhen pays if amount >= 100 then set tier = \"gold\"", [],
     "`pays with amount = 100` happens"),
    ("segment A if tier is \"gold\"\nattribute tier: text\nwhen asked then set tier = what", [],
     "`asked with what = \"gold\"` happens"),
    ("segment B by activities\nsegment A if in segment B for at least 30 days\nwhen visits then add to B", [],
     "`visits` happens, then nothing happens for 30 days"),
    ("segment B by activities\nsegment A if in segment any(B)\nwhen visits then add to B", [], "`visits` happens"),
    ("segment A by activities\nwhen visits if on Monday then add to A", [("10T09", "visits")],
     "nothing happens for 5 days 14 hours, then `visits` happens"),
    ("segment A by activities\nwhen asked if asked where what is this what at least 3 times then add to A", [],
     "`asked with what = \"x\"` happens 3 times"),
    ("segment A if pays where (amount * 2 >= 21 + 0.5)", [], "`pays with amount = 10.75` happens"),
    ("segment A if pays where amount between 5 and 7", [], "`pays with amount = 5` happens"),
    ("segment A if visits since 2026-03-12", [], "nothing happens for 1 day 14 hours, then `visits` happens"),
    ("attribute end: date\nsegment A if end within the next 30 days", [], "`end` is 2026-03-11"),
    ("segment A if count of visits >= 3 and plan is known and total of amount of pays >= 100", [("01T10", "visits")],
     "`visits` happens twice, then `plan` is known, then `pays with amount = 100` happens"),
    ("segment A by activities\nwhen visits if not pays within 3 days then add to A", [("10T09", "pays")],
     "nothing happens for 3 days, then `visits` happens"),
    ("segment A if count of distinct what of asked >= 2", [], "`asked with what = \"x 1\"` happens, then "
     "`asked with what = \"x 2\"` happens"),
    ("segment A if average of amount of pays > 60", [("01T10", "pays", {"amount": 20})],
     "`pays with amount = 102` happens"),
    ("segment A listed", [], "the host explicitly includes the customer in A"),
    ("segment A if count of box >= 2", [],
     "`puts with thing = \"x\"` happens, then `puts with thing = \"x 2\"` happens"),
    ("segment A if count of box >= 2", [SKIS, CLUB], "`empties` happens"),
    ("segment A if total of price of box >= 100", [SKIS], "`puts with thing = \"x\", price = 40` happens"),
    ("segment A if average of price of box > 80", [SKIS], "`puts with thing = \"a\", price = 81` happens"),
    ("segment A if no item of shelf where kind is \"Ski\"", [SKIS],
     "`puts with thing = \"a\", kind = \"other 1\"` happens"),
    ("segment A if no item of box where kind is \"Ski\"", [SKIS, CLUB], "`empties` happens"),
    ("collection bag of puts by thing { drop takes }\nsegment A if no item of bag where kind is \"Ski\"", [SKIS, CLUB],
     "`takes with thing = \"a\"` happens"),
    ("segment A if time since box > 20 days", [],
     "`puts with thing = \"x\"` happens, then nothing happens for more than 20 days"),
    ("segment A if count of box from 3 days to 1 day ago >= 1", [],
     "`puts with thing = \"x\"` happens, then nothing happens for 1 day"),
    ("segment A by activities\nwhen takes if any item of shelf where thing is this thing then add to A", [],
     "`puts with thing = \"x\"` happens, then `takes with thing = \"x\"` happens"),
    ("segment A if count of distinct kind of box >= 2", [SKIS], "`puts with thing = \"x\", kind = \"x 1\"` happens"),
]  # fmt: skip


@pytest.mark.parametrize(("rules", "told", "change"), CHANGES, ids=[rules for rules, _, _ in CHANGES])
def test_the_smallest_change(rules: str, told: list[Told], change: str):
    assert asked(rules, told).change_text == change


DECIDE = [
    ("segment A if not (plan is \"x\" or pays)", [("01T10", "visits", {"attributes": {"plan": "y"}}),
     ("02T10", "pays")], ["pays"]),
    ("segment A if not (plan is \"x\" or pays)", [("01T10", "pays")], ["plan is \"x\"", "pays"]),
    ("segment A if plan is \"x\" and pays", [("01T10", "pays")], ["plan is \"x\""]),
    ("segment A if plan is \"x\" or asked", [], ["plan is \"x\"", "asked"]),
    ("segment B if pays\nsegment A if in segment none(B)", [("01T10", "pays")], ["in segment none(B)"]),
    ("segment B if pays\nsegment A if in segment B", [], ["pays"]),
    ("segment A if not (plan is known and pays)", [("01T10", "pays", {"attributes": {"plan": "y"}})],
     ["plan is known", "pays"]),
    ("define loyal as count of pays >= 3\nsegment A if loyal and visits", [("01T10", "visits")],
     ["count of pays >= 3"]),
]  # fmt: skip


@pytest.mark.parametrize(("rules", "told", "decisive"), DECIDE)
def test_the_conditions_that_keep_somebody_out(rules: str, told: list[Told], decisive: list[str]):
    assert [finding.text for finding in asked(rules, told).decisive] == decisive


def chain(why: Why) -> list[tuple[str, str]]:
    """What led to the answer, as (id of what happened, what came of it)."""
    return [(link.occurrence.id if link.occurrence is not None else "", link.what) for link in why.chain]


CHAINS = [
    ("segment A by activities\n"
     "activity X per what { when asked then wait 1 day then if this what is \"p\" then add to A }",
     [("01T10", "asked", {"what": "p"}), ("01T11", "asked", {"what": "q"})],
     [("e1", "the rule started"), ("", "the wait was over, and the rule added ann to A")]),
    ("segment A by activities\nactivity X per what { when asked then wait for answers then add to A }\n"
     "event answers { what: text }",
     [("01T10", "asked", {"what": "p"}), ("01T11", "asked", {"what": "q"}), ("01T12", "answers", {"what": "p"})],
     [("e1", "the rule started"), ("e3", "what was waited for came, and the rule added ann to A")]),
    ("segment A if tier is \"gold\"\nattribute tier: text\nwhen pays then set tier = \"gold\"", [("01T10", "pays")],
     [("e1", "the rule set `tier`"), ("e1", "the condition holds")]),
    ("segment B by activities\nsegment A if in segment B\nwhen pays then add to B", [("01T10", "pays")],
     [("e1", "the rule added ann to B"), ("e1", "the condition holds")]),
    ("segment A by activities while plan is \"x\"\nwhen pays then add to A",
     [("01T10", "pays"), ("02T10", "visits", {"attributes": {"plan": "x"}})],
     [("e1", "the rule added ann to A"), ("e2", "the condition holds")]),
    ("segment A if asked\nwhen pays then record asked with what = \"x\"", [("01T10", "pays")],
     [("e1", "the rule recorded `asked`"), ("e1", "the condition holds")]),
    ("segment A by activities\nwhen 1 day after each pays then add to A", [("01T10", "pays")],
     [("e1", "the rule added ann to A")]),
]  # fmt: skip


@pytest.mark.parametrize(("rules", "told", "links"), CHAINS)
def test_the_chain(rules: str, told: list[Told], links: list[tuple[str, str]]):
    assert chain(asked(rules, told)) == links


def test_a_chain_has_only_the_conditions_on_the_way_to_the_action():
    rules = """segment A by activities\nsegment B by activities
when pays then branch all { path if amount > 1 then add to A\npath if amount > 2 then add to B }"""
    (link,) = asked(rules, [("01T10", "pays", {"amount": 3})]).chain
    assert [finding.text for finding in link.findings] == ["amount > 1"]


def test_a_chain_has_the_paths_that_were_passed_by():
    rules = """segment A by activities
when pays then branch first { path if amount > 5 then record asked otherwise then add to A }"""
    (link,) = asked(rules, [("01T10", "pays", {"amount": 3})]).chain
    assert [(finding.text, finding.outcome) for finding in link.findings] == [("amount > 5", False)]


NAMED = [
    ("segment A by activities\nwhen visits then wait 1 day then if not pays then add to A",
     [("01T10", "visits"), ("01T12", "pays")], "e2"),
    ("segment A by activities\nactivity X { when visits then wait 1 day then add to A\nstop when pays }",
     [("01T10", "visits"), ("01T12", "pays")], "e2"),
    ("segment A if not pays", [("01T10", "visits"), ("01T12", "pays")], "e2"),
    ("segment A if plan is \"x\"", [("01T10", "visits", {"attributes": {"plan": "x"}})], "e1"),
]  # fmt: skip


@pytest.mark.parametrize(("rules", "told", "named"), NAMED)
def test_the_event_that_decides(rules: str, told: list[Told], named: str):
    why = asked(rules, told)
    assert why.named is not None
    assert why.named.id == named


def test_an_inclusion_over_what_rules_gave_is_what_led_to_it():
    with opened(DECLARED + "segment A by activities\nwhen pays then add to A") as engine:
        engine.process(events(("01T10", "pays")))
        engine.include("ann", "A", "2026-03-02T10:00:00Z", id="word")
        assert chain(engine.why("ann", "A")) == [("word", "explicitly included, by the host")]


def test_what_is_beneath_is_told_when_the_host_takes_its_word_back():
    with opened(DECLARED + "segment A by activities\nwhen pays then add to A") as engine:
        engine.exclude("ann", "A", "2026-03-01T09:00:00Z")
        engine.process(events(("01T10", "pays")))
        engine.unlist("ann", "A", "2026-03-02T10:00:00Z", id="back")
        assert chain(engine.why("ann", "A")) == [
            ("e1", "the rule added ann to A"), ("back", "the host took its word back")
        ]  # fmt: skip


def test_attributes_that_came_with_an_event_are_told():
    why = asked('segment A if plan is "x"', [("01T10", "visits", {"attributes": {"plan": "x"}})])
    assert why.named is not None
    assert why.named.text == 'visits (e1, plan "x")'


def test_attributes_that_came_alone_have_a_name():
    with opened(DECLARED + 'segment A if plan is "x"') as engine:
        engine.take([Event("e1", "", "ann", instant(events(("01T10", "visits"))[0]), {}, {"plan": "x"})])
        assert 'attributes (e1, plan "x"): the condition holds' in engine.why("ann", "A").text()


def test_a_clock_that_never_rests_is_looked_at_for_a_while_only():
    rules = "segment A by activities\nwhen every day at 09:00 if pays then add to A"
    why = asked(rules, [("01T10", "visits")])
    assert (why.until, why.looked_until is not None, "at least until 20" in why.text()) == (None, True, True)


def test_a_program_that_is_not_at_hand_as_text_is_still_explained():
    with opened(DECLARED + "segment A if pays and plan is known") as engine:
        engine.process(events(("01T10", "pays")))
        engine.stored = msgspec.structs.replace(engine.stored, digest="of another version")
        text = engine.why("ann", "A").text()
    assert "[no] all of these\n    [yes] a condition on `pays`: it happened once\n" in text


def test_a_forgotten_customer_is_not_known():
    with opened(DECLARED + "segment A if pays") as engine:
        engine.process(events(("01T10", "pays")))
        engine.forget("ann")
        assert "or forgotten since" in engine.why("ann", "A", "2026-03-01T12:00:00Z").text()


BEHIND = [
    ("any item of box where kind is \"Ski\"", [SKIS, CLUB], "`box` holds 1 such item", ["e1"]),
    ("no item of box", [SKIS, CLUB], "`box` holds 2 items", ["e1", "e2"]),
    ("any item of box where kind is \"Ski\"", [SKIS, CLUB, ("03T10", "takes", {"thing": "a"})],
     "`box` holds no such item", ["e3"]),
    ("any item of box where kind is \"Ski\"", [SKIS, ("02T10", "puts", {"thing": "a", "kind": "Golf"})],
     "`box` holds no such item", ["e2"]),
    ("any item of box", [SKIS, CLUB, ("03T10", "empties")], "`box` holds no item", ["e3"]),
    ("total of price of box >= 150", [SKIS, CLUB], "total of price of box is 130", ["e1", "e2"]),
    ("time since box > 1 day", [SKIS], "the last was put in 9 days ago", ["e1"]),
    ("time since box > 1 day", [], "`box` is empty", []),
    ("count of box within 9 days >= 2", [SKIS, CLUB], "count of box within 9 days is 1", ["e2"]),
]  # fmt: skip


@pytest.mark.parametrize(("condition", "told", "found", "events"), BEHIND)
def test_a_condition_on_a_collection_names_the_events_that_decided(
    condition: str, told: list[Told], found: str, events: list[str]
):
    finding = asked(f"segment A if {condition}", told).condition
    assert finding is not None
    assert (finding.found, [event.id for event in finding.events]) == (found, events)


def test_a_collection_that_a_rule_filled_leads_back_to_the_rule():
    rules = 'segment A if any item of box\nwhen pays then record puts with thing = "p"'
    assert chain(asked(rules, [("01T10", "pays")])) == [
        ("e1", "the rule recorded `puts`"), ("e1", "the condition holds"),
    ]  # fmt: skip


@pytest.mark.parametrize(("kind", "keys"), [("boolean", [True, False]), ('one of ("a", "b")', ["a", "b"])])
@pytest.mark.parametrize("asked_for", [
    "total of price of tray >= 150", "average of price of tray > 90", "largest of price of tray > 90",
    "latest of price of tray within 30 days = 90",
])  # fmt: skip
def test_where_all_keys_of_a_collection_are_taken_an_item_would_have_to_be_put_in_anew(
    kind: str, keys: list[Any], asked_for: str
):
    rules = f"event lays {{ place: {kind}, price: number }}\ncollection tray of lays by place\nsegment A if {asked_for}"
    told: list[Told] = [(f"0{n}T10", "lays", {"place": key, "price": 60}) for n, key in enumerate(keys, 1)]
    assert asked(rules, told).change_text.startswith("`lays with ")
