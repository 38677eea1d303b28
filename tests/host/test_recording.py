"""Tests made of what a real customer did: they say what happened, hold as they stand, and tell what they leave out."""

import json
from pathlib import Path
from typing import Any

import pytest

import segdsl
from segdsl.host.trials.recording import RecordedTest, record_inputs
from segdsl.records.inputs import Event, Exclude, Include

RULES = """
zone "America/Toronto"
segment Rich if income >= 100000
segment Trial by activities
segment Buyers if buys category "Golf"
segment Team listed
when registers then add to Trial for 7 days then send email "hello" with name = first name
when searches then send push "found"
"""

MARCH = 1_772_323_200_000_000
"""2026-03-01 at midnight in UTC."""
HOUR = 3_600_000_000


def event(name: str, hours: float = 0, attributes: dict[str, Any] | None = None, **fields: Any) -> Event:
    return Event(f"{name} {hours}", name, "ann", MARCH + int(hours * HOUR), fields, attributes or {})


def recorded(*inputs: Any, rules: str = RULES, **options: Any) -> RecordedTest:
    return record_inputs(segdsl.check_texts([("t.seg", rules)]), inputs, name="ann", **options)


def lines(*inputs: Any, **options: Any) -> list[str]:
    """The lines of the test, without its braces."""
    return [line.strip() for line in recorded(*inputs, **options).text.splitlines()[1:-1]]


def test_it_says_what_happened_and_what_came_of_it() -> None:
    first = event("registers", 10, {"income": 150_000_000_000, "first name": "Ann"})
    assert lines(first, event("visits", 34)) == [
        "given income is 150000",
        'given first name is "Ann"',
        "on 2026-03-01T05:00 registers",
        "after 1 day visits",
        "expect in segment Rich",
        "expect in segment Trial",
        "expect in segment none(Buyers, Team)",
        'expect send email with template = "hello", name = "Ann"',
        "expect no send push",
    ]


def test_the_clock_runs_to_the_end() -> None:
    found = lines(event("registers", 0), until=MARCH + 31 * 24 * HOUR + 2 * HOUR)
    assert found[1:3] == ["after 31 days", "after 2 hours"]
    assert "expect in segment Trial" not in found


def test_events_after_the_end_are_not_in_it() -> None:
    assert "searches" not in recorded(event("registers"), event("searches", 5), until=MARCH + HOUR).text


def test_memberships_after_each_event() -> None:
    found = lines(event("registers"), event("visits", 24 * 8), steps=True)
    assert found[:4] == [
        "on 2026-02-28T19:00 registers",
        "expect in segment Trial",
        "after 8 days visits",
        "expect not in segment Trial",
    ]


def test_the_items_of_an_order_are_events_of_their_own() -> None:
    order = event("places order", 0, items=[{"product": "p", "category": "Golf"}])
    found = lines(order)
    assert found[0].startswith("on 2026-02-28T19:00 buys with ")
    assert found[1] == "on 2026-02-28T19:00 places order"
    assert "expect in segment Buyers" in found


def test_a_list_that_a_test_cannot_say_is_left_out_with_a_comment() -> None:
    made = recorded(event("tags", 0, words=("a", "b")), rules=RULES + "event tags { words: list of text }")
    assert made.left_out == ("`words` of `tags` at 2026-03-01T00:00:00Z",)
    assert "  # left out: `words` of `tags` at 2026-03-01T00:00:00Z\n" in made.text


def test_an_attribute_that_is_cleared_is_left_out() -> None:
    assert len(recorded(event("registers", 0, {"income": None})).left_out) == 1


def test_when_an_event_was_received_is_said() -> None:
    received = Event("e", "visits", "ann", MARCH, {}, {}, MARCH + HOUR)
    assert lines(received)[0] == "on 2026-02-28T19:00 visits with received = 2026-02-28T20:00"


def test_an_hour_that_comes_twice_is_said_in_utc() -> None:
    second = Event("e", "visits", "ann", MARCH + int((245 * 24 + 6.5) * HOUR))  # 2026-11-01, 01:30 for the second time
    assert lines(second)[0] == "on 2026-11-01T06:30:00Z visits"


@pytest.mark.parametrize(
    ("entry", "line"),
    [(Include, "given in segment Team"), (Exclude, "given excluded from Team")],
)
def test_what_the_host_said_before_is_given(entry: Any, line: str) -> None:
    assert lines(entry("i", "ann", MARCH, "Team"), event("visits", 1))[0] == line


def test_what_the_host_said_later_is_left_out() -> None:
    made = recorded(event("visits"), Include("i", "ann", MARCH + HOUR, "Team"))
    assert made.left_out == ('that the customer was included in "Team" at 2026-03-01T01:00:00Z',)


def test_only_what_was_since_the_customer_was_forgotten_is_in_it() -> None:
    found = lines(event("registers"), event("forget customer", 1), event("visits", 2))
    assert [line for line in found if line.startswith("on ")] == ["on 2026-02-28T21:00 visits"]


def test_an_event_that_comes_twice_is_in_it_once() -> None:
    assert recorded(event("visits"), event("visits")).text.count("visits") == 1


def test_what_goes_by_the_customer_s_name_is_a_comment() -> None:
    rules = 'segment Some if random 50% "a" and visits\nsegment Others if random 50% "b" and visits'
    made = {customer: recorded_of(customer, rules) for customer in ("a", "b", "c", "d", "e")}
    assert any(each.left_out for each in made.values())
    for each in made.values():
        checked = segdsl.check_texts([("t.seg", rules), ("r.seg", each.text)])
        assert [result.failures for result in segdsl.run_tests(checked)] == [()]


def recorded_of(customer: str, rules: str) -> RecordedTest:
    inputs = [Event("e", "visits", customer, MARCH)]
    return record_inputs(segdsl.check_texts([("t.seg", rules)]), inputs, name="x")


def test_a_name_that_is_taken_is_refused() -> None:
    with pytest.raises(segdsl.InputError, match="already"):
        recorded(event("visits"), rules='test "ann" {\n  on 2026-03-01 visits\n  expect visits\n}')


def test_rules_with_mistakes_make_no_test() -> None:
    with pytest.raises(segdsl.CompileError):
        recorded(event("visits"), rules="segment A if zzz > 3")


EXAMPLES = sorted(Path(__file__).parents[2].glob("examples/*/events.jsonl"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.parent.name)
def test_the_test_of_each_customer_of_the_examples_holds(path: Path) -> None:
    customers = {json.loads(line).get("customer") for line in path.read_text("utf-8").splitlines() if line.strip()}
    for customer in sorted(customers - {None})[:4]:
        made = segdsl.record_test(segdsl.check(path.parent), path, customer, name="recorded", steps=True)
        own = [(str(rules), rules.read_text("utf-8")) for rules in path.parent.glob("*.seg")]
        results = segdsl.run_tests(segdsl.check_texts([*own, ("r.seg", made.text)]), named="recorded")
        assert [result.failures for result in results] == [()], made.text
