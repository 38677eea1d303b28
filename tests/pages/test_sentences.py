"""What a page says of each form of the language: a table, and that no form is missing from it."""

from functools import cache
from typing import get_args

import pytest

from segdsl.compiler.checked import CheckedProgram
from segdsl.diagnostics.diagnostic import Severity
from segdsl.host.program import check_texts
from segdsl.host.trials.running import run_tests
from segdsl.pages.conditions import Conditions
from segdsl.pages.document import Listing, plain
from segdsl.pages.names import ANYWHERE
from segdsl.pages.sentences import Sentences, Told
from segdsl.syntax import ast
from tests.pages.forms import CONDITIONS, DECLARED, IN_RULES, OPTIONS, STEPS, TRIGGERS
from tests.syntax.walking import walk

DONE = "add to A"


@cache
def checked(text: str) -> CheckedProgram:
    program = check_texts([("forms.seg", DECLARED + text)])
    assert not [each.message for each in program.collector if each.severity is Severity.ERROR]
    return program


def a_segment(condition: str) -> str:
    return f"segment X if {condition}"


def a_rule(trigger: str, condition: str | None = None, steps: str = DONE) -> str:
    asked = f" if {condition}" if condition else ""
    return f"when {trigger}{asked} then {steps}"


def an_activity(option: str) -> str:
    return f"activity Flights {option} {{ when books flight then {DONE} }}"


def told(text: str) -> Told:
    scope = checked(text).scope
    return Sentences(scope).rule(scope.rules[0])


def lines(listing: Listing, indent: str = "") -> list[str]:
    found = []
    for item in listing.items:
        found.append(indent + plain(item.text))
        found += lines(item.inner, indent + "  ") if item.inner is not None else []
    return found


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_condition(condition: str) -> None:
    scope = checked(a_segment(condition)).scope
    node = scope.segments["X"].node.condition
    assert node is not None
    assert plain(Conditions(scope).clause(node, ANYWHERE)) == CONDITIONS[condition]


@pytest.mark.parametrize(("trigger", "condition"), IN_RULES)
def test_a_condition_of_a_rule(trigger: str, condition: str) -> None:
    assert plain(told(a_rule(trigger, condition)).condition) == IN_RULES[trigger, condition]


@pytest.mark.parametrize("trigger", TRIGGERS)
def test_a_trigger(trigger: str) -> None:
    assert plain(told(a_rule(trigger)).when) == TRIGGERS[trigger]


@pytest.mark.parametrize(("trigger", "steps"), STEPS)
def test_steps(trigger: str, steps: str) -> None:
    assert lines(told(a_rule(trigger, None, steps)).steps) == STEPS[trigger, steps]


@pytest.mark.parametrize("option", OPTIONS)
def test_an_option(option: str) -> None:
    scope = checked(an_activity(option)).scope
    assert plain(Sentences(scope).option(scope.activities[0].options[0])) == OPTIONS[option]


UNIONS = {
    "trigger": ast.Trigger, "step": ast.Step, "action": ast.Action, "moment": ast.Moment, "literal": ast.Literal,
    "condition": ast.Condition, "test": ast.Test, "expression": ast.Expression, "window": ast.Window,
    "count": ast.Count, "option": ast.Option, "day": ast.Day,
}  # fmt: skip


@cache
def shown() -> set[type]:
    texts = [a_segment(each) for each in CONDITIONS]
    texts += [a_rule(*each) for each in IN_RULES] + [a_rule(each) for each in TRIGGERS]
    texts += [a_rule(trigger, None, steps) for trigger, steps in STEPS] + [an_activity(each) for each in OPTIONS]
    return {type(node) for text in texts for node in walk(checked(text).modules[1].declarations)}


@pytest.mark.parametrize("union", UNIONS)
def test_every_form_has_a_row(union: str) -> None:
    assert [kind.__name__ for kind in get_args(UNIONS[union]) if kind not in shown()] == []


# --------------------------------------------------------------------------------------------------- more than a form


def notes(text: str) -> tuple[str, ...]:
    scope = checked(text).scope
    activity = scope.activities[0]
    rule = activity.body[0]
    assert isinstance(rule, ast.Rule)
    return Sentences(scope).rule(rule, activity).notes


WAITS = f"when registers then wait 1 day then {DONE}"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("", ("A new start is ignored while the customer is still in this flow.",)),
        (" restarting", ()),
        (" once", ()),
        (" until 2027-01-01", ("A new start is ignored while the customer is still in this flow.",
                               "A wait ends silently when the activity ends.")),
    ],
)  # fmt: skip
def test_what_is_noted_of_a_flow(options: str, said: tuple[str, ...]) -> None:
    assert notes(f"activity Flow{options} {{ {WAITS} }}") == said


def test_nothing_is_noted_of_a_rule_without_waits() -> None:
    assert notes(an_activity("until 2027-01-01")) == ()


def test_a_condition_of_several_parts_is_a_list() -> None:
    scope = checked(a_segment("in segment A and (income > 3 or flag)")).scope
    node = scope.segments["X"].node.condition
    assert node is not None
    lead, parts = Conditions(scope).whole(node, ANYWHERE)
    assert parts is not None
    assert [plain(lead), *lines(parts)] == [
        "all of these hold", "the customer is in A", "any of these holds:", "  income is more than 3", "  flag is yes",
    ]  # fmt: skip


def test_what_is_too_deep_to_follow_is_shown_as_it_is_written() -> None:
    deep = "income > 1"
    for _ in range(25):
        deep = f"(not ({deep}) and flag)"
    scope = checked(a_segment(deep)).scope
    node = scope.segments["X"].node.condition
    assert node is not None
    assert plain(Conditions(scope).clause(node, ANYWHERE)).startswith("what the rules write as (not (")


def test_a_define_that_uses_another_explains_only_itself() -> None:
    text = "define rich as income > 5\ndefine best as rich and loyal\nsegment X if best"
    scope = checked(text).scope
    node = scope.segments["X"].node.condition
    assert node is not None
    assert plain(Conditions(scope).clause(node, ANYWHERE)) == "best holds (that is: rich holds, and loyal holds)"


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("", "A customer leaves all its flows as soon as the customer quiet."),
        (" per flight", "A flow ends as soon as the customer quiet."),
    ],
)
def test_what_ends_a_flow(option: str, said: str) -> None:
    scope = checked(f"activity Flow{option} {{ when books flight then {DONE}\n stop when quiet }}").scope
    assert plain(Sentences(scope).about(scope.activities[0])[-1]) == said


def test_once_goes_by_the_value_of_per() -> None:
    scope = checked(f"activity Flow once per flight {{ when books flight then {DONE} }}").scope
    said = plain(Sentences(scope).about(scope.activities[0])[0])
    assert said == "A customer goes through each of its rules at most once, for each value."


NOTED = [each for each, said in CONDITIONS.items() if "also" in said or "does not match" in said]


@pytest.mark.parametrize("condition", NOTED)
def test_what_is_noted_of_who_never_did_and_of_what_is_not_known_is_so(condition: str) -> None:
    """A customer of whom nothing is known, and who did nothing but log on."""
    member = "in" if "also" in CONDITIONS[condition] else "not in"
    text = f'{a_segment(condition)}\ntest "x" {{ on 2026-01-01 logs on\n expect {member} segment X }}'
    (result,) = run_tests(check_texts([("forms.seg", DECLARED + text)]))
    assert result.failures == ()
