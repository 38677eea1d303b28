"""What can be changed in rules: for each form, the changes that are made of it, and those that are not."""

import pytest

import segdsl
from segdsl.compiler.mutation import mutants


def changes(rules: str) -> list[str]:
    """The changes of a text, those that mean nothing other than it among them."""
    checked = segdsl.check_texts([("t.seg", rules)])
    assert not checked.collector.errors
    return [
        f"{each.before} -> {each.after}" if each.after else f"- {each.before}" for each in mutants(checked.modules, {0})
    ]


CONDITIONS = {
    "income >= 3": [">= 3 -> > 3", ">= 3 -> >= 2"],
    "income > 3": ["> 3 -> >= 3", "> 3 -> > 4"],
    "income <= 3": ["<= 3 -> < 3", "<= 3 -> <= 4"],
    "income < -3": ["< -3 -> <= -3", "< -3 -> < -4"],
    "income = 3": ["= 3 -> != 3", "= 3 -> = 4"],
    "country is \"CA\"": ['country is "CA" -> country is not "CA"', '"CA" -> "not CA"'],
    "income is known": ["income is known -> income is not known"],
    "country in (\"CA\", \"US\")": [
        'country in ("CA", "US") -> country not in ("CA", "US")', '- "CA"', '"CA" -> "not CA"', '- "US"',
        '"US" -> "not US"',
    ],
    "age between 18 and 25": ["18 -> 17", "18 -> 19", "25 -> 24", "25 -> 26"],
    "email contains \"x\"": ['email contains "x" -> email starts with "x"', '"x" -> "not x"'],
    "visits or registers": [
        "visits or registers -> visits and registers", "- visits", "- registers",
    ],
    "not visits": ["not visits -> visits"],
    "visits at least 3 times": [
        "visits at least 3 times -> visits at most 3 times", "visits at least 3 times -> visits at least twice",
        "visits at least 3 times -> visits at least 4 times", "visits at least 3 times -> visits",
    ],
    "visits once": [
        "visits once -> visits exactly 0 times", "visits once -> visits exactly twice", "visits once -> visits",
    ],
    "visits from 2 to 3 times": [
        "visits from 2 to 3 times -> visits from 1 to 3 times", "visits from 2 to 3 times -> visits from 3 to 3 times",
        "visits from 2 to 3 times -> visits from 2 to 2 times", "visits from 2 to 3 times -> visits from 2 to 4 times",
        "visits from 2 to 3 times -> visits",
    ],
    "visits within 2 days": ["- within 2 days", "2 days -> 1 day", "2 days -> 3 days"],
    "visits within 1 day": ["- within 1 day", "1 day -> 2 days"],
    "visits since 2026-01-02": [
        "- since 2026-01-02", "since 2026-01-02 -> since 2026-01-01", "since 2026-01-02 -> since 2026-01-03",
    ],
    "registration date within the next 2 days": ["2 days -> 1 day", "2 days -> 3 days"],
    "time since visits > 2 days": ["2 days -> 1 day", "2 days -> 3 days"],
    "searches \"a\"": ['- "a"', '"a" -> "not a"'],
    "total of amount of places order > 3": [
        "> 3 -> >= 3", "total of amount of places order -> largest of amount of places order", "> 3 -> > 4",
    ],
    "count of distinct term of searches > 3": [
        "> 3 -> >= 3", "count of distinct term of searches -> count of searches", "> 3 -> > 4",
    ],
    "income + 1 > 3": ["> 3 -> >= 3", "income + 1 -> income - 1", "> 3 -> > 4"],
    "random 10% \"a\"": [],
}  # fmt: skip


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_condition(condition: str) -> None:
    assert sorted(changes(f"segment A if {condition}")) == sorted(CONDITIONS[condition])


def test_what_is_known_by_the_comparison_beside_it_is_not_left_out() -> None:
    assert "- income is known" not in changes("segment A if income is known and income > 3")
    assert "- income is known" in changes("segment A if income is known and age > 3")


A = "segment A by activities\nsegment B by activities\n"
RULES = {
    "when visits then add to A": ["- then add to A", "add to A -> remove from A"],
    "when visits then remove from A, B": [
        "- then remove from A, B", "remove from A, B -> add to A, B", "- A", "- B",
    ],
    "when visits then add to A for 2 days": [
        "- then add to A for 2 days", "add to A for 2 days -> remove from A", "- for 2 days", "2 days -> 1 day",
        "2 days -> 3 days",
    ],
    "when visits or registers if income = 3 then send push": [
        "- visits", "- registers", "- if income = 3", "= 3 -> != 3", "= 3 -> = 4", "- then send push",
    ],
    "when visits then if income = 3 then send push": [
        "- then if income = 3", "= 3 -> != 3", "= 3 -> = 4",
    ],
    'when visits then send push "a" and send email': ['- send push "a"', "- send email", '"a" -> "not a"'],
    "when visits then wait 2 days then send push": ["- then wait 2 days", "2 days -> 1 day", "2 days -> 3 days"],
    "when visits then wait for registers within 1 day then send push": [
        "- then wait for registers within 1 day", "- within 1 day", "1 day -> 2 days",
    ],
    "when visits 2 times within 1 day then send push": [
        "visits 2 times within 1 day -> visits 1 times within 1 day",
        "visits 2 times within 1 day -> visits 3 times within 1 day",
        "- within 1 day", "1 day -> 2 days", "- then send push",
    ],
    "when 1 day after each visits without registers then send push": [
        "1 day after each visits without registers -> 1 day after the last visits without registers",
        "- without registers",
        "1 day -> 2 days", "- then send push",
    ],
    "when visits then branch all {\n path if income = 3 then send push\n path then add to A\n}": [
        "branch all -> branch first", "- path if income = 3", "- path", "- if income = 3", "= 3 -> != 3", "= 3 -> = 4",
        "add to A -> remove from A",
    ],
    "activity X once restarting from 2026-01-02 {\n when visits then send push\n stop when registers\n}": [
        "- once", "- restarting", "- from 2026-01-02", "from 2026-01-02 -> from 2026-01-01",
        "from 2026-01-02 -> from 2026-01-03", "- then send push", "- stop when registers",
    ],
    "activity X from 2026-01-02 {\n when every Monday then send push\n}": ["- from 2026-01-02", "- then send push"],
    "activity X holdout 10% seed \"s\" priority 3 {\n when visits then send push\n}": ["- then send push"],
}  # fmt: skip


@pytest.mark.parametrize("rule", RULES)
def test_a_rule(rule: str) -> None:
    assert sorted(changes(A + rule)) == sorted(RULES[rule])


def test_a_priority_is_changed_where_it_decides_something() -> None:
    rules = A + "activity X priority 3 {\n when visits then add to A\n}\nwhen registers then remove from A"
    assert "priority 3 -> priority 0" in changes(rules)


def test_the_condition_of_a_membership_is_left_out() -> None:
    assert "- while income > 3" in changes("segment A by activities while income > 3\nwhen visits then add to A")


def test_tests_and_the_vocabulary_are_left_as_they_are() -> None:
    assert changes('test "t" {\n  on 2026-03-01 visits\n  expect visits at least 3 times\n}') == []


def test_changes_come_in_the_order_of_the_text() -> None:
    checked = segdsl.check_texts([("t.seg", "segment A if income > 3 and age > 4\nsegment B if visits")])
    starts = [each.span.start for each in mutants(checked.modules, {0})]
    assert starts == sorted(starts)
