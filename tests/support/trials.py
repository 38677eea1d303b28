"""Runs the `test "..." { ... }` declarations of a program (language.md section 7) on an engine.

Comes in: the texts of a program. Goes out: for each test, what it expected and did not find. Each test is a fresh
customer whose id is the test's name. What is `given` is a state prepared at its first instant, before its events.
What is expected of segments, attributes and history becomes a derived segment, judged like any other condition.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from attrs import define, field, frozen

from segdsl.compiler.arithmetic import calendar_length, fixed_length
from segdsl.compiler.checked import CheckedProgram
from segdsl.compiler.pipeline import compile_program
from segdsl.diagnostics.diagnostic import Severity
from segdsl.diagnostics.render import render_all
from segdsl.engines import prepare
from segdsl.engines.base import Prepared
from segdsl.host.program import check_texts
from segdsl.plan import nodes as p
from segdsl.records.inputs import Event, Exclude, Include, Unlist
from segdsl.records.outcomes import Because, Effect
from segdsl.state.customer import State, Stay
from segdsl.syntax import ast
from segdsl.syntax.format_values import expression
from segdsl.values import wire
from segdsl.values.kinds import DATE, INSTANT, Kind
from segdsl.values.zones import Zone

Text = tuple[str, str]


class TrialError(Exception):
    """A test cannot be run: the program has mistakes, or the test asks what no segment can hold."""


@frozen(eq=False)
class Suite:
    """The tests of a program, ready to be run on an engine."""

    checked: CheckedProgram
    plan: p.Plan
    tests: dict[str, ast.TestDeclaration]
    asked: dict[int, str]

    def failures(self, name: str, engine: str) -> list[str]:
        """What a test expected and did not find, each with its place; empty if it holds."""
        trial = Trial(self, prepare(self.plan, engine), name)
        return [f"{self.checked.place(line.span)}: {why}" for line, why in trial.run(self.tests[name].lines)]


def suite(texts: Iterable[Text]) -> Suite:
    """The tests of a program. Raises TrialError with the mistakes that keep it from running."""
    given = list(texts)
    checked = _checked(given)
    tests = {test.name.value: test for test in checked.scope.tests}
    asked: dict[int, str] = {}
    declarations: list[str] = []
    for test in tests.values():
        for line in test.lines:
            if isinstance(line, ast.Expect) and _effect(line, checked) is None:
                asked[id(line)] = f"expectation {len(asked) + 1}"
                declarations.append(f'segment "{asked[id(line)]}" if {expression(line.condition)}')
    with_them = _checked([*given, ("expectations", "\n".join(declarations))])
    plan, errors = compile_program(with_them)
    if plan is None:
        raise TrialError(render_all(errors, with_them.sources))
    return Suite(checked, plan, tests, asked)


def _checked(texts: list[Text]) -> CheckedProgram:
    checked = check_texts(texts)
    errors = [d for d in checked.collector if d.severity is Severity.ERROR]
    if errors:
        raise TrialError(render_all(errors, checked.sources))
    return checked


def _effect(line: ast.TestLine, checked: CheckedProgram) -> ast.ExpectEffect | None:
    """The effect that a line expects; `expect NAME` is one where an action has the name."""
    match line:
        case ast.ExpectEffect():
            return line
        case ast.Expect(ast.Mention(name, match, None, None, None)):
            if name.text in checked.scope.actions and name.text not in checked.scope.events:
                return ast.ExpectEffect(name, match)
    return None


@define
class Trial:
    """One test on its way."""

    suite: Suite
    prepared: Prepared
    customer: str
    zone: Zone = field(init=False)
    state: State | None = None
    now: int | None = None
    inputs: int = 0
    effects: list[Effect] = field(factory=list)
    given: list[ast.Given | ast.GivenMember | ast.GivenExcluded] = field(factory=list)

    def __attrs_post_init__(self) -> None:
        self.zone = Zone(self.suite.plan.zone)

    def run(self, lines: tuple[ast.TestLine, ...]) -> Iterator[tuple[ast.TestLine, str]]:
        for line in lines:
            match line:
                case ast.Given() | ast.GivenMember() | ast.GivenExcluded():
                    self.given.append(line)
                case ast.Happens(moment, occurrence):
                    self._reach(_instant(moment, self.zone))
                    self._happens(occurrence)
                case ast.Later(delay, occurrence):
                    self._reach(self._after(delay))
                    if occurrence is not None:
                        self._happens(occurrence)
                case ast.Expect() | ast.ExpectEffect():
                    why = self._failure(line)
                    if why is not None:
                        yield line, why
                case ast.ExpectPromotion():
                    raise TrialError("promotions cannot be run yet")

    # ----------------------------------------------------------------------------------------------------- what happens

    def _after(self, delay: ast.Duration) -> int:
        if self.now is None:
            raise TrialError("`after` counts from an instant, and none was reached yet")
        if not delay.calendar:
            return self.now + fixed_length(delay)
        return self.zone.shifted(self.now, *calendar_length(delay))

    def _reach(self, instant: int) -> None:
        if self.now is not None and instant < self.now:
            raise TrialError("the instants of a test go forward")
        self.now = instant
        if self.state is not None:
            step = self.prepared.settle(self.state, instant)
            self.state = step.state
            self.effects += step.effects
        if self.given:
            self._prepare(instant)

    def _prepare(self, instant: int) -> None:
        """Make true what is given, as of the instant, without an event that a rule could see."""
        state = self.state or self.prepared.fresh(self.customer, instant)
        attributes = {line.name.text: self._of_attribute(line) for line in self.given if isinstance(line, ast.Given)}
        state = self._step(state, Event(self._id(), "", self.customer, instant, {}, attributes))
        for line in self.given:
            match line:
                case ast.GivenExcluded(segment):
                    state = self._step(state, Exclude(self._id(), self.customer, instant, segment.text))
                case ast.GivenMember(segment):
                    state = self._step(state, Include(self._id(), self.customer, instant, segment.text))
                    if self.suite.checked.scope.segments[segment.text].kind == "added":
                        state.added[segment.text] = Stay(Because("added"))
                        state = self._step(state, Unlist(self._id(), self.customer, instant, segment.text))
        self.state, self.given = state, []

    def _step(self, state: State | None, entry: Event | Include | Exclude | Unlist) -> State:
        step = self.prepared.step(state, entry)
        self.effects += step.effects
        return step.state

    def _id(self) -> str:
        self.inputs += 1
        return f"input {self.inputs}"

    def _happens(self, node: ast.Occurrence) -> None:
        event, fields = self._event(node)
        assert self.now is not None
        received = fields.pop("received", None)
        made = Event(self._id(), event, self.customer, self.now, fields, {}, received)
        for each in self.prepared.expand(made):
            self.state = self._step(self.state, each)

    def _event(self, node: ast.Occurrence) -> tuple[str, dict[str, Any]]:
        events = self.suite.checked.scope.events
        words = node.name.text.split(" ")
        if node.name.text in events:
            event, named = events[node.name.text], None
        else:
            cut = next(c for c in range(len(words) - 1, 0, -1) if " ".join(words[:c]) in events)
            event, named = events[" ".join(words[:cut])], " ".join(words[cut:])
        kinds: dict[str, Kind] = event.kinds()
        fields: dict[str, Any] = {}
        if node.match is not None:
            subject = named or (event.subject.name if event.subject else "")
            fields[subject] = _value(node.match, kinds[subject], self.zone)
        for assignment in node.assignments:
            name = assignment.name.text
            fields[name] = _value(assignment.value, kinds[name], self.zone)
        return event.name, fields

    def _of_attribute(self, line: ast.Given) -> Any:
        return _value(line.value, self.suite.checked.scope.attributes[line.name.text].kind, self.zone)

    # ------------------------------------------------------------------------------------------------- what is expected

    def _failure(self, line: ast.Expect | ast.ExpectEffect) -> str | None:
        effect = _effect(line, self.suite.checked)
        if effect is not None:
            return self._effect_failure(effect)
        if self.now is None or self.state is None:
            raise TrialError("nothing has happened yet that could be asked about")
        assert isinstance(line, ast.Expect)
        settled = self.prepared.settle(self.state, self.now).state
        if self.suite.asked[id(line)] in settled.members:
            return None
        members = ", ".join(sorted(name for name in settled.members if not name.startswith("expectation ")))
        return f"not so: {expression(line.condition)} (a member of: {members or 'nothing'})"

    def _effect_failure(self, node: ast.ExpectEffect) -> str | None:
        info = self.suite.checked.scope.actions[node.name.text]
        wanted: dict[str, Any] = {}
        if node.match is not None and info.subject is not None:
            wanted[info.subject.name] = self._encoded(node.match, info.subject.kind)
        for assignment in node.assignments:
            wanted[assignment.name.text] = self._encoded(assignment.value, info.fields[assignment.name.text].kind)
        done = [effect for effect in self.effects if effect.action == info.name]
        found = any(all(effect.fields.get(name) == value for name, value in wanted.items()) for effect in done)
        if found is not node.absent:
            return None
        shown = "; ".join(str(effect.fields) for effect in done)
        return f"{'done' if node.absent else 'not done'}: {info.name} {wanted} (done: {shown or 'nothing'})"

    def _encoded(self, node: ast.Expression, kind: Kind) -> Any:
        return wire.encode(kind, _value(node, kind, self.zone))


def _instant(node: ast.Day, zone: Zone) -> int:
    if isinstance(node, ast.DateValue):
        return zone.at(node.days)
    return node.moment if node.fixed else zone.instant(node.moment)


def _value(node: ast.Expression, kind: Kind, zone: Zone) -> Any:
    """The run-time value of a literal, as a field or attribute of that kind holds it."""
    match node:
        case ast.Text(value) | ast.Number(value) | ast.Percent(value) | ast.Boolean(value) | ast.ClockTime(value):
            return value
        case ast.Minus(operand):
            return -_value(operand, kind, zone)
        case ast.Duration():
            return fixed_length(node)
        case ast.DateValue(days):
            return zone.at(days) if kind == INSTANT else days
        case ast.InstantValue():
            instant = _instant(node, zone)
            return zone.date(instant) if kind == DATE else instant
    raise TrialError(f"a test gives plain values, not {expression(node)}")
