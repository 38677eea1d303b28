"""Rules that go round: which programs are refused, which warned of, and which are fine (language.md section 5.5)."""

from collections.abc import Sequence
from itertools import permutations
from time import process_time

import pytest

from segdsl.compiler.rounds import check_rounds
from segdsl.diagnostics.diagnostic import Collector, Diagnostic, Severity
from segdsl.diagnostics.span import Span
from segdsl.host.program import check_texts
from segdsl.plan import nodes as p
from segdsl.values.instants import MINUTE

WORDS = """
event noticed { level: number }
event answered { level: number }
event orders { number: text, items: list of { product: text } }
event takes for each items of orders
attribute tier: text
attribute start: date
attribute spent: number
segment A by activities
segment B by activities
segment Mailed by activities
"""

SWAPPED = "when enters A then remove from A and add to B\nwhen enters B then remove from B and add to A"


def found(text: str) -> list[Diagnostic]:
    """What `check_rounds` says of a program that has no other mistakes."""
    program = check_texts([("rules.seg", WORDS + text)])
    others = [d for d in program.collector if d.severity is Severity.ERROR and d.code != "SEG416"]
    assert others == []
    number = len(program.sources.sources) - 1
    starts = program.sources[number].line_starts
    spans = {}
    for rule in program.rules:
        line = int(rule.place.rpartition(":")[2])
        spans[rule.id] = Span(number, starts[line - 1], starts[line - 1] + 4)
    kept = program.memories, program.collections
    return check(program.rules, spans, program.table.conditions, kept, program.scope)


def check(rules, spans, conditions, kept, scope) -> list[Diagnostic]:  # type: ignore[no-untyped-def]
    collector = Collector()
    lines = {name: tuple(line for _, line in info.lines) for name, info in scope.events.items()}
    segments = {name: info.span for name, info in scope.segments.items()}
    check_rounds(rules, conditions, *kept, lines, spans, segments, collector)
    return list(collector)


def codes(text: str) -> list[str]:
    return [diagnostic.code for diagnostic in found(text)]


REFUSED = {
    "recorded from itself": "when noticed then record noticed",
    "the third of three triggers": "when registers or searches or noticed then record noticed",
    "by a count": "when noticed 3 times within 2 days then record noticed",
    "leaves and is added for a minute": "when leaves A then add to A for 1 minute",
    "two that swap": SWAPPED,
    "in a branch": 'when noticed then branch random seed "s" { path 50% then send push path 50% then record noticed }',
    "in the second stage": "when noticed then send push then record noticed",
    "behind an `if` of a rule": "when noticed if not in segment A then add to A and record noticed",
    "an attribute set to two values": (
        'segment Gold if tier is "gold"\n'
        'when enters Gold then set tier = "silver"\nwhen leaves Gold then set tier = "gold"'
    ),
    "an attribute set to a value that is worked out": (
        "segment Rich if spent > 1\nwhen noticed then set spent = level\nwhen enters Rich then record noticed"
    ),
    "an attribute that is and is not": (
        'segment Base if tier is not "gold"\n'
        'when enters Base then set tier = "gold"\nwhen leaves Base then set tier = "silver"'
    ),
    "an attribute with a default, cleared": (
        'attribute level: text default "low"\nsegment Low if level is "low"\n'
        'when enters Low then set level = "high"\nwhen leaves Low then clear level'
    ),
    "an attribute set and cleared": (
        'segment Gold if tier is known\nwhen enters Gold then clear tier\nwhen leaves Gold then set tier = "gold"'
    ),
    "through a segment that is read by another": (
        "segment C if in segment A\nsegment D if in segment none(C)\n"
        "when enters C then remove from A\nwhen enters D then add to A"
    ),
    "by the lines of a recorded event": "when takes then record orders",
    "waiting for 59 minutes": "when noticed then wait 59 minutes then record noticed",
    "added for 59 minutes": "when leaves A then add to A for 59 minutes",
    "after 59 minutes": "when 59 minutes after each noticed then record noticed",
    "waiting until a time of day": "when noticed then wait until 09:00 then record noticed",
    "waiting for what comes of itself": (
        "when noticed then wait for answered then record noticed\nwhen noticed then record answered"
    ),
    "once for each value": "activity X once per level { when noticed then record noticed with level = this level + 1 }",
    "as long as a count is small": (
        "segment Few if noticed at most 3 times within 30 minutes\n"
        "when enters Few then record noticed\nwhen leaves Few then record noticed"
    ),
    "beside a slower way to the same": (
        f"{SWAPPED}\nwhen leaves A then record noticed\nwhen 2 hours after each noticed then add to A for 1 day"
    ),
    "beside a way that is slower still before it": (
        f"{SWAPPED}\nwhen leaves A then record noticed\nwhen 1 day after each noticed then add to A for 2 hours"
    ),
    "a `while` that another rule opens": (
        "segment C by activities while in segment A\nwhen registers then add to C\n"
        "when enters C then remove from A\nwhen leaves C then add to A"
    ),
    "a window of one day of the calendar, at its end": (
        "segment Seen if noticed within 1 calendar day\nwhen leaves Seen then record noticed"
    ),
    "an average turns either way": (
        "segment High if average of level of noticed > 3\n"
        "when enters High then record noticed with level = 1\nwhen leaves High then record noticed with level = 9"
    ),
}

WARNED = {
    "waiting for an hour": "when noticed then wait 60 minutes then record noticed",
    "two waits that make an hour": (
        "when noticed then wait 30 minutes then record answered\nwhen answered then wait 30 minutes then record noticed"
    ),
    "added for an hour": "when leaves A then add to A for 60 minutes",
    "after an hour": "when 60 minutes after each noticed then record noticed",
    "a month of the calendar": "when leaves A then add to A for 1 month",
    "a member for some time": (
        "segment Long if in segment A for at least 1 day\n"
        "when enters Long then remove from A\nwhen leaves Long then add to A"
    ),
    "out of a window": "segment Seen if noticed within 2 days\nwhen leaves Seen then record noticed",
    "into a window of the past": (
        "segment Seen if noticed from 9 days to 2 days ago\nwhen enters Seen then record noticed"
    ),
    "let go after an hour": (
        "segment Often if noticed at least 3 times within 60 minutes\nwhen enters Often then record noticed"
    ),
    "long since": "segment Gone if time since noticed > 30 days\nwhen enters Gone then record noticed",
    "lately": "segment Here if time since noticed <= 30 days\nwhen leaves Here then record noticed",
    "a date that is set anew": "when 10 days after start then set start = today",
}

FINE = {
    "nobody leaves": "when enters A then add to B\nwhen enters B then add to A",
    "a segment that lets go": (
        "segment Hot if spent >= 1000 and in segment none(Mailed)\n"
        'when enters Hot then send email "hot" and add to Mailed'
    ),
    "the same under `not`": (
        "segment Hot if not (spent < 1000 or in segment Mailed)\nwhen enters Hot then add to Mailed"
    ),
    "a condition that comes of removing": "segment Idle if not in segment A\nwhen enters Idle then remove from A",
    "an outside event takes it back": "when enters A then remove from A\nwhen registers then add to A",
    "a schedule": "when every day at 02:00 then add to A\nwhen enters A then remove from A",
    "an activity that is entered once": "activity X once { when noticed then record noticed }",
    "waiting for an outside event": "when noticed then wait for registers then record noticed",
    "an attribute set to one value": (
        'segment Gold if tier is "gold"\nwhen enters Gold then set tier = "gold"\n'
        'when leaves Gold then set tier = "gold"'
    ),
    "an attribute set to values that are all in": (
        'segment Good if tier in ("gold", "silver")\nwhen enters Good then set tier = "gold"\n'
        'when leaves Good then set tier = "silver"'
    ),
    "a count that only grows": (
        "segment Often if noticed at least 3 times\nwhen enters Often then record noticed\n"
        "when leaves Often then record noticed"
    ),
    "a count that only grows, under `not`": (
        "segment Seldom if not noticed at least 3 times\nwhen enters Seldom then record noticed\n"
        "when leaves Seldom then record noticed"
    ),
    "a membership that ends on one day": "when leaves A then add to A until 2026-03-08",
    "a `while` that only closes": (
        "segment C by activities while in segment none(Mailed)\nwhen registers then add to C\n"
        "when leaves C then add to C\nwhen enters C then add to Mailed"
    ),
    "one after the other": "when registers then record noticed\nwhen noticed then record answered",
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED.keys())
def test_refused(text: str) -> None:
    assert codes(text) == ["SEG416"]


@pytest.mark.parametrize("text", WARNED.values(), ids=WARNED.keys())
def test_warned(text: str) -> None:
    assert codes(text) == ["SEG482"]


@pytest.mark.parametrize("text", FINE.values(), ids=FINE.keys())
def test_fine(text: str) -> None:
    assert codes(text) == []


# --------------------------------------------------------------------------------------------------------- what is said


def test_the_path_is_told_from_the_first_rule_of_the_text() -> None:
    (refused,) = found(SWAPPED)
    assert refused.message == 'these rules go round without end: enters "A" → enters "B" → enters "A"'


def test_the_path_is_told_from_the_first_rule_even_where_another_one_waits() -> None:
    (warned,) = found("when noticed then record answered\nwhen answered then wait 1 hour then record noticed")
    assert warned.message.endswith("records `noticed` → records `answered` → 1 hour later records `noticed`")


@pytest.mark.parametrize(
    ("condition", "path"),
    [
        ("in segment none(A)", 'enters "S" → 30 minutes later leaves "A" → enters "S"'),
        ("not in segment A", 'enters "S" → 30 minutes later leaves "A" → enters "S"'),
        ("not (in segment A or in segment B)", 'enters "S" → 30 minutes later leaves "A" → enters "S"'),
    ],
)
def test_a_path_follows_the_signs_of_conditions(condition: str, path: str) -> None:
    (refused,) = found(f"segment S if {condition}\nwhen enters S then add to A for 30 minutes")
    assert refused.message == f"this rule goes round without end: {path}"


@pytest.mark.parametrize(
    ("condition", "path"),
    [
        ("noticed within 30 minutes", 'leaves "S" → records `noticed` → 30 minutes later leaves "S"'),
        ("1 <= count of noticed within 30 minutes", 'leaves "S" → records `noticed` → 30 minutes later leaves "S"'),
        ("noticed from 50 minutes to 20 minutes ago", 'leaves "S" → records `noticed` → 50 minutes later leaves "S"'),
        (
            "not noticed from 50 minutes to 20 minutes ago",
            'leaves "S" → records `noticed` → 20 minutes later leaves "S"',
        ),
        ("time since noticed < 30 minutes", 'leaves "S" → records `noticed` → 30 minutes later leaves "S"'),
    ],
)
def test_a_path_follows_events_through_windows(condition: str, path: str) -> None:
    (refused,) = found(f"segment S if {condition}\nwhen leaves S then record noticed")
    assert refused.message == f"this rule goes round without end: {path}"


def test_one_rule_is_told_as_one() -> None:
    (refused,) = found("when noticed then record noticed")
    assert refused.message == "this rule goes round without end: records `noticed` → records `noticed`"


def test_a_delay_is_told_where_it_lies() -> None:
    (refused,) = found("when leaves A then add to A for 1 minute")
    assert refused.message.endswith('leaves "A" → 1 minute later leaves "A"')


def test_an_attribute_and_a_segment_with_a_condition_are_told() -> None:
    (refused,) = found(REFUSED["an attribute set to two values"])
    assert refused.message.endswith(
        ': enters "Gold" → sets `tier` to "silver" → leaves "Gold" → sets `tier` to "gold" → enters "Gold"'
    )


def test_the_least_length_of_a_round_is_told() -> None:
    (warned,) = found(WARNED["two waits that make an hour"])
    assert "go round again and again, 1 hour or more each time: records `noticed` → 30 minutes later" in warned.message


def test_a_least_length_is_told_in_whole_days() -> None:
    (warned,) = found(WARNED["a month of the calendar"])
    assert "26 days or more each time" in warned.message


def test_a_round_is_as_long_as_what_lets_it_begin_anew() -> None:
    (warned,) = found(
        "segment Often if noticed at least 3 times within 2 days\n"
        "when enters Often then wait 1 minute then record noticed\n"
    )
    assert warned.message == (
        "this rule goes round again and again, 2 days or more each time: "
        'enters "Often" → 1 minute later records `noticed` → enters "Often"'
    )


def test_the_places_of_a_round_are_those_of_its_rules_and_segments() -> None:
    text = WORDS + REFUSED["an attribute set to two values"]
    (refused,) = found(REFUSED["an attribute set to two values"])
    places = [refused.span, *(label.span for label in refused.labels)]
    assert [text[span.start :].split(" ")[:2] for span in places] == [
        ["when", "enters"],
        ["Gold", "if"],
        ["when", "leaves"],
        ["Gold", "if"],
    ]


def test_a_label_says_what_its_place_brings_about() -> None:
    (refused,) = found(SWAPPED)
    assert [label.message for label in refused.labels] == ['enters "B" → enters "A"']


def test_a_long_path_is_cut() -> None:
    rules = [f"when noticed where level = {n} then send push" for n in range(3)]
    rules += [f"segment S{n} by activities" for n in range(30)]
    rules += [f"when enters S{n} then remove from S{n} and add to S{(n + 1) % 30}" for n in range(30)]
    (refused,) = found("\n".join(rules))
    assert refused.message.endswith('enters "S11" → (18 more) → enters "S0"')


def test_of_several_rounds_of_one_part_the_shortest_is_told() -> None:
    text = "when noticed then record answered\nwhen answered then record noticed and record answered"
    assert [d.message for d in found(text)] == [
        "this rule goes round without end: records `answered` → records `answered`"
    ]


def test_each_part_is_told_once() -> None:
    assert codes(f"{SWAPPED}\nwhen noticed then record noticed") == ["SEG416", "SEG416"]


def test_what_is_refused_is_not_warned_of_as_well() -> None:
    assert codes("when noticed then record noticed\nwhen noticed then wait 1 day then record noticed") == ["SEG416"]


def _rule(name: str, *actions: p.Action, on: str) -> p.Rule:
    return p.Rule(name, "", (p.EventTrigger(on),), None, (p.Act(1, actions),))


def _said(rules: Sequence[p.Rule], spans: dict[str, Span]) -> list[Diagnostic]:
    collector = Collector()
    check_rounds(rules, {}, {}, {}, {}, spans, {}, collector)
    return list(collector)


def test_the_order_of_rules_changes_nothing() -> None:
    rules = [
        _rule("x", p.Record("b", ()), p.Record("c", ()), on="a"),
        _rule("y", p.Record("a", ()), on="b"),
        _rule("z", p.Record("a", ()), on="c"),
        _rule("w", p.Record("d", ()), on="d"),
    ]
    spans = {rule.id: Span(0, 10 * at, 10 * at + 5) for at, rule in enumerate(rules)}
    assert all(_said(order, spans) == _said(rules, spans) for order in permutations(rules))


def test_segments_that_depend_on_each_other_are_no_round_of_rules() -> None:
    collector = Collector()
    conditions: dict[str, p.Expression] = {"A": p.Negation(p.Member("B")), "B": p.Member("A")}
    check_rounds([], conditions, {}, {}, {}, {}, {}, collector)
    assert list(collector) == []


def test_many_rules_take_little_time() -> None:
    rules = [_rule(f"r{n}", p.Record(f"e{n + 1}", ()), p.Add(f"S{n}"), on=f"e{n}") for n in range(10_000)]
    spans = {rule.id: Span(0, 10 * at, 10 * at + 5) for at, rule in enumerate(rules)}
    start = process_time()
    assert _said(rules, spans) == []
    assert process_time() - start < 2  # 0.15 s on the machine this was written on


def test_a_ring_of_many_waits_is_followed_in_time() -> None:
    waits = (p.Wait("", p.Length(30 * MINUTE)), p.Gate(p.Constant(True)))
    rules = []
    for n in range(2_000):
        steps: tuple[p.Step, ...] = (p.Act(1, (p.Record(f"e{(n + 1) % 2_000}", ()),)),)
        rules.append(
            p.Rule(f"r{n}", "", (p.EventTrigger(f"e{n}"),), None, (*(waits if n % 1_000 == 0 else ()), *steps))
        )
    spans = {rule.id: Span(0, 10 * at, 10 * at + 5) for at, rule in enumerate(rules)}
    start = process_time()
    assert [d.code for d in _said(rules, spans)] == ["SEG482"]
    assert process_time() - start < 2
