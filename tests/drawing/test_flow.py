"""The flow diagram: every kind of step, trigger and option of the language is in it, in the author's words."""

import pytest

from segdsl.drawing.flow import flow_graph
from segdsl.drawing.graph import Graph
from segdsl.syntax.ast.declarations import Option
from segdsl.syntax.ast.rules import Action, Step, Trigger
from tests.drawing.support import checked, edges, texts

WORDS = """\
event books flight { booking: text, departs: instant }
event cancels flight { booking: text }
event trial starts { plan: text }
attribute tier: text
segment A by activities
segment B by activities
"""

TRIGGERS = {
    "EventTrigger": 'searches "coffee"',
    "CountedTrigger": 'searches "coffee" 5 times within 2 days',
    "Enters": "enters A",
    "Leaves": "leaves A",
    "AfterEach": "3 days after each visits without places order",
    "AfterLast": "3 days after the last visits",
    "NearDate": "7 days before birth date every year at 09:00",
    "EveryDay": "every day at 02:00",
    "EveryWeekday": "every Monday, Friday at 09:00",
    "EveryMonth": "every month on day 1 at 09:00",
    "OnceAt": "once at 2026-03-01T09:00",
}
ACTIONS = {
    "Add": "add to A for 30 days",
    "Remove": "remove from B",
    "SetAttribute": 'set tier = "gold"',
    "ClearAttribute": "clear tier",
    "Record": 'record trial starts with plan = "x"',
    "Perform": 'send email "welcome" with name = first name',
}
STEPS = {
    "Gate": ("if not places order", "condition"),
    "Wait": ("wait 7 days", "wait"),
    "WaitUntil": ("wait until Monday at 09:00", "wait"),
    "WaitFor": ("wait for places order within 7 days", "wait"),
    "Act": ("add to A", "action"),
    "Branch": ("branch all { path if places order then add to A }", "branch"),
}
OPTIONS = {
    "From": "from 2026-01-01", "Until": "until 2027-01-01", "Priority": "priority 10", "Once": "once",
    "Restarting": "restarting", "Per": "per booking", "Holdout": "holdout 10%", "Seed": 'seed "spring"',
}  # fmt: skip


def flow(text: str) -> Graph:
    return flow_graph(checked(WORDS + text))


def names(union: object) -> set[str]:
    return {kind.__name__ for kind in union.__args__}  # type: ignore[attr-defined]


def test_no_kind_is_left_out_of_these_tests() -> None:
    assert names(Trigger) == set(TRIGGERS)
    assert names(Action) == set(ACTIONS)
    assert names(Step) == set(STEPS)
    assert names(Option) == set(OPTIONS)


@pytest.mark.parametrize("trigger", TRIGGERS.values(), ids=TRIGGERS)
def test_a_trigger_is_in_the_picture(trigger: str) -> None:
    assert texts(flow(f"when {trigger} then add to B"), "trigger") == [f"when {trigger}"]


@pytest.mark.parametrize("action", ACTIONS.values(), ids=ACTIONS)
def test_an_action_is_in_the_picture(action: str) -> None:
    assert texts(flow(f"when registers then {action}"), "action") == [action]


@pytest.mark.parametrize(("step", "kind"), STEPS.values(), ids=STEPS)
def test_a_step_is_in_the_picture(step: str, kind: str) -> None:
    after = "" if step.startswith("branch") else "then remove from B"
    graph = flow(f"when registers then {step} {after}")
    assert ("all" if kind == "branch" else step) in texts(graph, kind)


@pytest.mark.parametrize("option", OPTIONS.values(), ids=OPTIONS)
def test_an_option_stands_under_the_name_of_its_activity(option: str) -> None:
    graph = flow(f"dialog activity Trips {option} {{ when books flight then add to A }}")
    assert graph.groups[0].notes == ("dialog activity", option)


def test_steps_follow_one_another() -> None:
    assert edges(flow("when registers if in segment A then wait 1 day then add to B and remove from A")) == {
        ("when registers", "", "if in segment A"),
        ("if in segment A", "yes", "wait 1 day"),
        ("wait 1 day", "", "add to B\nand remove from A"),
    }


def test_any_of_several_triggers_starts_the_rule() -> None:
    assert edges(flow("when registers or visits then add to B")) == {
        ("when registers", "", "add to B"), ("or visits", "", "add to B"),
    }  # fmt: skip


def test_the_paths_of_branch_first_are_numbered_and_the_last_is_otherwise() -> None:
    text = "when registers then branch first { path if in segment A then add to B otherwise then wait 1 day " \
        "then add to A }"  # fmt: skip
    assert edges(flow(text)) == {
        ("when registers", "", "first"),
        ("first", "1", "if in segment A"),
        ("if in segment A", "yes", "add to B"),
        ("first", "otherwise", "wait 1 day"),
        ("wait 1 day", "", "add to A"),
    }


def test_the_paths_of_branch_random_have_their_shares() -> None:
    text = 'when registers then branch random seed "x" {\npath 30% then add to A\npath 70% then add to B\n}'
    graph = flow(text)
    assert {("random", "30%", "add to A"), ("random", "70%", "add to B")} <= edges(graph)
    assert [node.tip for node in graph.groups[0].nodes if node.kind == "branch"] == ['branch random seed "x"']


def test_what_stops_an_activity_stands_by_itself() -> None:
    graph = flow("activity Trips { when books flight then add to A\nstop when cancels flight or enters B }")
    assert texts(graph, "stop") == ["stop when cancels flight or enters B"]


def test_activities_and_the_rules_of_a_file_are_groups_in_the_order_of_the_text() -> None:
    graph = flow("activity One { when visits then add to A }\nwhen visits then add to B\nactivity Two { }")
    assert [(group.name, len(group.nodes)) for group in graph.groups] == [("One", 2), ("shop.seg", 2), ("Two", 0)]


def test_one_activity_alone() -> None:
    text = WORDS + "activity One { when visits then add to A }\nwhen visits then add to B"
    assert [group.name for group in flow_graph(checked(text), "One").groups] == ["One"]


def test_a_node_knows_its_place() -> None:
    graph = flow("when registers\nthen add to A")
    line = WORDS.count("\n") + 1
    assert [node.place for node in graph.groups[0].nodes] == [f"shop.seg:{line}", f"shop.seg:{line + 1}"]


def ids(graph: Graph) -> set[str]:
    return {node.id for group in graph.groups for node in group.nodes}


def test_ids_stay_when_other_rules_come_and_lines_move() -> None:
    rule = "when registers then add to A"
    before = ids(flow(rule))
    assert before < ids(flow(f"# a comment\nwhen registers then add to B\n\n{rule}"))


def test_a_rule_written_twice_has_ids_of_its_own() -> None:
    assert len(ids(flow("when registers then add to A\n" * 2))) == 4
