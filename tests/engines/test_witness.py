"""What a witness is told, and that telling changes nothing."""

from typing import Any

from hypothesis import given, settings

from segdsl.engines.reference import prepare
from segdsl.engines.reference.witness import Sighting
from segdsl.host.engine import Engine
from segdsl.host.program import build, check_texts
from segdsl.syntax import ast
from segdsl.syntax.format_values import expression
from segdsl.values.instants import LATEST
from tests.strategies.programs import Written
from tests.strategies.streams import Stream, streams
from tests.strategies.timed_programs import timed_programs
from tests.support.timing import END, SHORT

PROGRAM = """\
attribute income: number
segment Rich by activities
segment Active if places order within 30 days
activity Welcome until 2026-06-01 {
  when registers if income >= 1000 then add to Rich
  then wait 7 days
  then branch first {
    path if places order then send email "thanks"
    otherwise then send push "hello"
  }
  stop when unsubscribes
}
event unsubscribes
"""

TOLD = ("triggered", "refused", "taken", "begun", "goes on", "left", "landed", "lost")


def witnessed(text: str, events: list[dict[str, Any]], until: str = "2026-04-01T00:00:00Z") -> list[Sighting]:
    program = build(check_texts([("w.seg", text)]))
    seen: list[Sighting] = []
    with Engine(program, clock=lambda: LATEST) as engine:
        engine.lives.prepared = prepare(program.plan, seen.append)
        engine.process(events)
        engine.advance(until)
    return seen


def event(name: str, day: int, **fields: Any) -> dict[str, Any]:
    return {"event": name, "customer": "ann", "time": f"2026-03-{day:02}T10:00:00Z", **fields}


def test_the_course_of_a_flow() -> None:
    seen = witnessed(PROGRAM, [event("registers", 1, attributes={"income": 2000})])
    assert [each.what for each in seen if each.what in TOLD] == [
        "triggered", "begun", "landed", "goes on", "taken", "landed",
    ]  # fmt: skip


def test_a_condition_that_is_not_known() -> None:
    seen = witnessed(PROGRAM, [event("registers", 1)])
    assert [each.outcome for each in seen if each.what == "judged" and each.rule is not None] == [None]


def test_why_a_flow_does_not_start() -> None:
    twice = [event("registers", 1, attributes={"income": 2000}), event("registers", 2)]
    seen = witnessed(PROGRAM, twice)
    assert [each.reason for each in seen if each.what == "refused"] == ["the customer is in the flow already"]


def test_why_a_flow_ends() -> None:
    seen = witnessed(PROGRAM, [event("registers", 1, attributes={"income": 2000}), event("unsubscribes", 3)])
    assert [each.reason for each in seen if each.what == "left"] == ["it was stopped"]


def test_what_gives_way() -> None:
    text = "segment A by activities\nwhen registers then add to A\nwhen registers then remove from A"
    seen = witnessed(text, [event("registers", 1)])
    assert sorted(each.what for each in seen if each.what in ("landed", "lost")) == ["landed", "lost"]


def test_the_values_of_what_was_judged() -> None:
    checked = check_texts([("w.seg", PROGRAM)])
    values: list[Any] = []

    def witness(sighting: Sighting) -> None:
        if sighting.what == "judged" and sighting.rule is not None and sighting.value is not None:
            condition = sighting.rule.condition
            values.append(sighting.value(condition.left) if condition is not None else None)  # type: ignore[union-attr]

    program = build(checked)
    with Engine(program, clock=lambda: LATEST) as engine:
        engine.lives.prepared = prepare(program.plan, witness)
        engine.process(event("registers", 1, attributes={"income": 1234.5}))
    assert values == [1_234_500_000]


def test_the_text_of_a_plan_node() -> None:
    checked = check_texts([("w.seg", PROGRAM)])
    rule = build(checked).plan.rules[0]
    written = checked.written.get(rule.condition)
    assert isinstance(written, ast.Comparison)
    assert expression(written) == "income >= 1000"


def test_every_rule_path_and_step_has_its_text() -> None:
    checked = check_texts([("w.seg", PROGRAM)])
    rule = build(checked).plan.rules[0]
    branch = rule.steps[-1]
    nodes = [rule, *rule.steps, *rule.triggers, *branch.paths]  # type: ignore[union-attr]
    assert [type(checked.written.get(node)).__name__ for node in nodes] == [
        "Rule", "Act", "Wait", "Branch", "EventTrigger", "Path", "Path",
    ]  # fmt: skip


@settings(max_examples=60)
@given(timed_programs(), streams(gaps=SHORT, customers=("ann",)))
def test_a_witness_changes_nothing(program: Written, stream: Stream) -> None:
    def run(witness: Any) -> list[Any]:
        built = build(check_texts([("law.seg", program.text())]))
        with Engine(built, clock=lambda: LATEST) as engine:
            engine.lives.prepared = prepare(built.plan, witness)
            outcomes = [(o.changes, o.effects, o.fired) for o in engine.process(stream)]
            engine.advance(
                END, before_commit=lambda more: outcomes.extend((o.changes, o.effects, o.fired) for o in more)
            )
            return outcomes

    assert run(None) == run([].append)
