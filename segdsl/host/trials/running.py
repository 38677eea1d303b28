"""The tests beside the rules, run (language.md section 7): each a fresh customer and a virtual clock.

Comes in: a checked program. Goes out: for each `test` what it expected and did not find. What is `given` is a state
prepared at the test's first instant, without an event that a rule could see. A line that `expect`s a condition is
judged at the instant reached; an effect may have been given out at any time since the test's start.
"""

from collections.abc import Iterator
from typing import Any

from attrs import define, field, frozen

from segdsl.compiler.checked import CheckedProgram
from segdsl.compiler.history import bounds_of
from segdsl.compiler.lengths import instant_of
from segdsl.compiler.pipeline import compile_program
from segdsl.compiler.trials import CheckedTest, Expected
from segdsl.diagnostics.errors import CompileError
from segdsl.diagnostics.render import render_all
from segdsl.engines import DEFAULT, prepare, reference
from segdsl.engines.base import Prepared, Step
from segdsl.host.trials.not_done import NotDone
from segdsl.host.trials.sentences import CannotRun, Given, happening, later, made_true, value_of
from segdsl.host.trials.unmet import Found, unmet_condition, unmet_effect, unmet_held, unmet_promotion
from segdsl.records.inputs import Event
from segdsl.records.outcomes import Effect, Held
from segdsl.state.customer import State
from segdsl.syntax import ast
from segdsl.syntax.format import test_line
from segdsl.syntax.format_values import expression
from segdsl.syntax.format_values import name as shown
from segdsl.values import limits, wire
from segdsl.values.instants import instant_text
from segdsl.values.kinds import Kind
from segdsl.values.zones import Zone


@frozen
class Failure:
    """Something that a test expected and did not find. `place` is the `file:line` of the line that expects it; `why`
    holds the values that tell why it was not found, a line each."""

    place: str
    expected: str
    found: str
    why: tuple[str, ...] = ()


@frozen
class TestResult:
    """What came of one test, or of one row of its table; it holds when there is no failure. `place` is its
    `file:line`."""

    __test__ = False

    name: str
    place: str
    failures: tuple[Failure, ...]


def run_tests(checked: CheckedProgram, *, named: str = "", engine: str = DEFAULT) -> Iterator[TestResult]:
    """Run the tests of a checked program, in the order of the text; `named` picks those whose name holds it.

    Raises CompileError, before the first, when the program has mistakes.
    """
    plan, errors = compile_program(checked, tests=True)
    if plan is None:
        raise CompileError(errors, render_all(errors, checked.sources), checked.sources)
    prepared = prepare(plan, engine)
    return (run_test(checked, prepared, test) for test in tests_named(checked, named))


def tests_named(checked: CheckedProgram, named: str) -> list[CheckedTest]:
    """The tests whose name holds a text, in the order of the rules' text."""
    return [test for test in checked.tests if named.casefold() in test.name.casefold()]


def run_test(checked: CheckedProgram, prepared: Prepared, test: CheckedTest) -> TestResult:
    """Run one test on a plan made ready, that of the program with its tests."""
    return result_of(checked, Trial(checked, prepared, test))


def result_of(checked: CheckedProgram, trial: "Trial") -> TestResult:
    """Run a trial that was not run yet."""
    test = trial.test
    return TestResult(test.name, checked.place(test.span), tuple(trial.run()))


@define
class Trial:
    """One test on its way: the state of its customer, the instant reached, the effects so far, and those that were
    held back. Where it is to `explain`, an effect that does not come is looked into. The `customer` is called as the
    test, if nothing is said."""

    checked: CheckedProgram
    prepared: Prepared
    test: CheckedTest
    explain: bool = True
    zone: Zone = field(init=False)
    state: State | None = None
    now: int | None = None
    inputs: int = 0
    effects: list[Effect] = field(factory=list)
    held: list[Held] = field(factory=list)
    fired: set[str] = field(factory=set)
    given: list[Given] = field(factory=list)
    customer: str = ""

    def __attrs_post_init__(self) -> None:
        self.zone = Zone(self.prepared.plan.zone)
        self.customer = self.customer or self.test.name

    def run(self) -> Iterator[Failure]:
        """Go through the lines. A line that cannot be run ends the test."""
        for line in self.test.lines:
            try:
                yield from self._line(line)
            except CannotRun as error:
                yield Failure(self.checked.place(line.span), "a line that can be run", str(error))
                return

    def _line(self, line: ast.TestLine) -> Iterator[Failure]:
        match line:
            case ast.Given() | ast.GivenMember() | ast.GivenExcluded():
                self.given.append(line)
            case ast.Happens(moment, occurrence):
                assert moment is not None, "a column of the table gave it"
                self._reach(instant_of(moment, self.zone))
                if occurrence is not None:
                    self._happens(occurrence)
            case ast.Later(delay, occurrence):
                assert delay is not None, "a column of the table gave it"
                self._reach(self._after(delay))
                if occurrence is not None:
                    self._happens(occurrence)
            case ast.Expect() | ast.ExpectEffect():
                yield from self._failures(line)
            case ast.ExpectPromotion(name, absent):
                found = self._promotion_failure(name.text, self.test.expected.get(line.span), absent=absent)
                if found is not None:
                    said = f"{'no ' if absent else ''}promotion {shown(name)}"
                    yield Failure(self.checked.place(line.span), said, found.found, found.why)

    # ----------------------------------------------------------------------------------------------------- what happens

    def _after(self, delay: ast.Duration) -> int:
        if self.now is None:
            raise CannotRun("`after` counts from an instant, and none was reached yet: begin with `on`")
        return later(delay, self.now, self.zone)

    def _reach(self, instant: int) -> None:
        if self.now is not None and instant < self.now:
            raise CannotRun(f"a test goes forward, and {instant_text(self.now)} was reached before")
        self.now = instant
        if self.state is not None:
            self._keep(self.prepared.settle(self.state, instant))
        if self.given:
            self._prepare(instant)

    def _prepare(self, instant: int) -> None:
        """Make true what is given, as of the instant, without an event that a rule could see."""
        state = self.state or self.prepared.fresh(self.customer, instant)
        self._keep(made_true(self.checked, self.prepared, state, instant, self.given, self._id))
        self.given = []

    def _keep(self, step: Step) -> None:
        self.effects += step.effects
        self.held += step.held
        self.fired.update(step.fired)
        self.state = step.state

    def _id(self) -> str:
        self.inputs += 1
        return f"input {self.inputs}"

    def _happens(self, node: ast.Occurrence) -> None:
        event, fields = happening(self.test, node, self.zone)
        assert self.now is not None, "an instant was reached"
        received = fields.pop("received", None)
        made = Event(self._id(), event, self.customer, self.now, fields, {}, received)
        for each in self.prepared.expand(made):
            step = self.prepared.step(self.state, each)
            if step.full:
                raise CannotRun(
                    f"with this event, `{step.full[0]}` would come to hold more than {limits.ITEMS:,} items"
                )
            self._keep(step)

    # ------------------------------------------------------------------------------------------------- what is expected

    def _failures(self, line: ast.Expect | ast.ExpectEffect) -> Iterator[Failure]:
        place = self.checked.place(line.span)
        effect = _effect_of(line) if line.span not in self.test.expected else None
        if effect is not None:
            found = self._effect_failure(effect)
            if found is not None:
                yield Failure(place, test_line(effect).removeprefix("expect "), found.found, found.why)
            return
        now, state = self._reached()
        for part in self.test.expected[line.span]:
            answer = self.prepared.ask(state, part.condition, now)
            if answer is not True:
                found = unmet_condition(self.prepared, state, now, part, answer)
                yield Failure(place, expression(part.written), found.found, found.why)

    def _reached(self) -> tuple[int, State]:
        """The instant reached, and how things stand then."""
        if self.now is None or self.state is None:
            raise CannotRun("nothing has happened yet that could be asked about: begin with `on`")
        return self.now, self.state

    def _promotion_failure(self, name: str, parts: tuple[Expected, ...] | None, *, absent: bool) -> Found | None:
        """Why the customer has a promotion or has it not; None: it was as expected."""
        now, state = self._reached()
        promotion = next(each for each in self.prepared.plan.promotions if each.name == name)
        if self.prepared.entitled(state, promotion, now) is not absent:
            return None
        return unmet_promotion(self.prepared, state, now, promotion, parts[0] if parts else None)

    def _effect_failure(self, node: ast.ExpectEffect) -> Found | None:
        """What was done instead of an effect that was expected, or against an expectation; None: it was as expected."""
        info = self.checked.scope.actions[node.name.text]
        wanted: dict[str, Any] = {}
        if node.match is not None and info.subject is not None:
            wanted[info.subject.name] = self._encoded(node.match, info.subject.kind)
        for assignment in node.assignments:
            name = assignment.name.text
            wanted[name] = self._encoded(assignment.value, info.fields[name].kind)
        done = [effect for effect in self.effects if effect.action == info.name]
        meant = [effect for effect in done if _has(effect, wanted)]
        if self._are_enough(len(meant), node):
            return None
        held = [each for each in self.held if each.effect.action == info.name and _has(each.effect, wanted)]
        if held and not meant:
            return unmet_held(held)
        found = unmet_effect(info.name, meant, self.effects)
        return (
            found if meant or done or not self.explain else Found(found.found, (*found.why, *self._not_done(info.name)))
        )

    def _are_enough(self, number: int, node: ast.ExpectEffect) -> bool:
        if node.absent:
            return number == 0
        least, most = bounds_of(node.count)
        return (least or 0) <= number and (most is None or number <= most)

    def _not_done(self, action_: str) -> Iterator[str]:
        """What became of the rules that do an action: the test is run once more, with a witness."""
        if self.now is None:
            return
        watch = NotDone(self.checked, action_, self.now)
        watch.watch(self.prepared.plan)
        again = Trial(self.checked, reference.prepare(self.prepared.plan, watch.see), self.test, explain=False)
        for _ in again.run():
            pass
        yield from watch.lines()

    def _encoded(self, node: ast.Expression, kind: Kind) -> Any:
        return wire.encode(kind, value_of(node, kind, self.zone))


def _has(effect: Effect, wanted: dict[str, Any]) -> bool:
    return all(effect.fields.get(name) == value for name, value in wanted.items())


def _effect_of(line: ast.Expect | ast.ExpectEffect) -> ast.ExpectEffect | None:
    """The effect that a line expects; `expect NAME` is read as a condition, and is one where an action has the name."""
    match line:
        case ast.ExpectEffect():
            return line
        case ast.Expect(ast.Mention(name, match, count=count)):
            return ast.ExpectEffect(name, match, count=count)
    return None
