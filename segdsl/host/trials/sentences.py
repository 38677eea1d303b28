"""What a line of a test says, made to happen: the values of an event sentence, and what is `given` (language.md
section 7). The tests beside the rules and the prompt of `seg repl` speak to an engine through it.
"""

from collections.abc import Callable, Iterable
from typing import Any

from segdsl.compiler.checked import CheckedProgram
from segdsl.compiler.lengths import calendar_length, fixed_length, instant_of
from segdsl.compiler.trials import CheckedTest
from segdsl.diagnostics.span import Span
from segdsl.engines.base import Prepared, Step
from segdsl.records.inputs import Event, Exclude, Include, Input, Unlist
from segdsl.records.outcomes import Because
from segdsl.state.customer import State, Stay
from segdsl.syntax import ast
from segdsl.syntax.format_values import expression
from segdsl.values.kinds import DATE, INSTANT, Kind
from segdsl.values.zones import Zone

Given = ast.Given | ast.GivenMember | ast.GivenExcluded


class CannotRun(Exception):  # noqa: N818 - it is a finding about a line
    """A line asks for what makes no sense where it stands; the text says why."""


def later(delay: ast.Duration, instant: int, zone: Zone) -> int:
    """The instant that a delay comes to, calendar lengths by the zone's calendar."""
    if not delay.calendar:
        return instant + fixed_length(delay)
    return zone.shifted(instant, *calendar_length(delay))


def test_of(checked: CheckedProgram, span: Span) -> CheckedTest | None:
    """The test (one without a table) in which a sentence stands, if its event was understood."""
    return next((test for test in checked.tests if span in test.happening), None)


def happening(test: CheckedTest, node: ast.Occurrence, zone: Zone) -> tuple[str, dict[str, Any]]:
    """The name of the event of a test's sentence, and the run-time values of its fields (`received` among them)."""
    event, subject = test.happening[node.span]
    kinds = event.kinds()
    fields: dict[str, Any] = {}
    if node.match is not None and subject is not None:
        fields[subject.name] = value_of(node.match, subject.kind, zone)
    for assignment in node.assignments:
        name = assignment.name.text
        fields[name] = value_of(assignment.value, kinds[name], zone)
    return event.name, fields


def made_true(
    checked: CheckedProgram,
    prepared: Prepared,
    state: State,
    instant: int,
    lines: Iterable[Given],
    identify: Callable[[], str],
    heard: Callable[[int, Input], object] = lambda arrivals, entry: None,
) -> Step:
    """Make true what is given, as of an instant, without an event that a rule could see. `identify` gives an id for
    each input, and `heard` is told of each with the number of arrivals before it. The result has all changes and
    effects on the way."""
    lines, customer = list(lines), state.customer
    kinds = checked.scope.attributes
    attributes = {
        line.name.text: value_of(line.value, kinds[line.name.text].kind, checked.scope.zone)
        for line in lines
        if isinstance(line, ast.Given)
    }
    whole = Step(state, [], [], [])

    def take(entry: Input) -> None:
        heard(whole.state.arrivals, entry)
        step = prepared.step(whole.state, entry)
        whole.state = step.state
        whole.changes += step.changes
        whole.effects += step.effects
        whole.fired += step.fired

    take(Event(identify(), "", customer, instant, {}, attributes))
    for line in lines:
        match line:
            case ast.GivenExcluded(segment):
                take(Exclude(identify(), customer, instant, segment.text))
            case ast.GivenMember(segment):
                take(Include(identify(), customer, instant, segment.text))
                if checked.scope.segments[segment.text].kind == "added":
                    # In place of the dictionary, which an earlier state may hold as well.
                    whole.state.added = {**whole.state.added, segment.text: Stay(Because("added"))}
                    take(Unlist(identify(), customer, instant, segment.text))
    return whole


def value_of(node: ast.Expression, kind: Kind, zone: Zone) -> Any:
    """The run-time value of a literal, as a field or attribute of that kind holds it."""
    match node:
        case ast.Text(value) | ast.Number(value) | ast.Percent(value) | ast.Boolean(value) | ast.ClockTime(value):
            return value
        case ast.Minus(operand):
            return -value_of(operand, kind, zone)
        case ast.Duration():
            return fixed_length(node)
        case ast.DateValue(days):
            return zone.at(days) if kind == INSTANT else days
        case ast.InstantValue():
            instant = instant_of(node, zone)
            return zone.date(instant) if kind == DATE else instant
    raise CannotRun(f"a test gives plain values, not {expression(node)}")
