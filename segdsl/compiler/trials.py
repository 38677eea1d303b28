"""Tests beside the rules: their names, types and conditions (language.md section 7). `host/trials.py` runs them."""

from attrs import define, field, frozen

from segdsl.compiler.actions import ActionChecker
from segdsl.compiler.context import Context, Gathered
from segdsl.compiler.expressions import Expressions
from segdsl.compiler.fixes import another_name
from segdsl.compiler.scope import EventInfo, FieldInfo
from segdsl.diagnostics.span import Span
from segdsl.diagnostics.suggest import nearest
from segdsl.plan import nodes as p
from segdsl.syntax import ast


@frozen
class Expected:
    """A part of what is expected, as it was written and as it is judged."""

    written: ast.Expression
    condition: p.Expression


@define(eq=False)
class TestChecker:
    """Checks the tests of a program. `expected` are the conditions of their `expect` lines, by the line's span: a
    condition of several parts joined by `and` is asked part by part. `happening` are the events that happen in them,
    with the field that the value behind the name is for."""

    gathered: Gathered
    expressions: Expressions
    expected: dict[Span, tuple[Expected, ...]] = field(factory=dict)
    happening: dict[Span, tuple[EventInfo, FieldInfo | None]] = field(factory=dict)

    def check_all(self) -> None:
        for test in self.gathered.scope.tests:
            if not any(isinstance(line, ast.Expect | ast.ExpectEffect | ast.ExpectPromotion) for line in test.lines):
                self.gathered.collector.warning(
                    "SEG418",
                    test.name.span,
                    "this test expects nothing",
                    help="say what has to hold: expect in segment ...",
                )
            for line in test.lines:
                self._line(line)

    def _line(self, node: ast.TestLine) -> None:
        match node:
            case ast.Given(name, value):
                self._given(name, value)
            case ast.GivenMember(segment) | ast.GivenExcluded(segment):
                self.expressions.segment(segment)
            case ast.Happens(_, occurrence):
                self._occurrence(occurrence)
            case ast.Later(_, occurrence):
                if occurrence is not None:
                    self._occurrence(occurrence)
            case ast.Expect(ast.Mention(name, match, None, None, None)) if self._is_action(name):
                self._effect(name, match, ())
            case ast.Expect(condition):
                parts = condition.operands if isinstance(condition, ast.Both) else (condition,)
                lowered = [Expected(part, self.expressions.condition(part, Context("test"))) for part in parts]
                self.expected[node.span] = tuple(lowered)
            case ast.ExpectEffect(name, match, assignments):
                self._effect(name, match, assignments)
            case ast.ExpectPromotion(name):
                promotions = self.gathered.scope.promotions
                if name.text not in promotions and not self.gathered.scope.may_be_broken(name.text):
                    meant = nearest(name.text, promotions)
                    self.expressions.error(
                        "SEG214",
                        name.span,
                        f'there is no promotion "{name.text}"',
                        help=f'did you mean "{meant}"?' if meant else f"declare it: promotion {name.text} if ...",
                        fix=another_name(name, meant, promotions),
                    )

    def _is_action(self, name: ast.Name) -> bool:
        return name.text in self.gathered.scope.actions and name.text not in self.gathered.scope.events

    def _given(self, name: ast.Name, value: ast.Expression) -> None:
        self.expressions.condition(
            ast.Is(ast.Mention(name, span=name.span), False, value, span=value.span), Context("test")
        )

    def _occurrence(self, node: ast.Occurrence) -> None:
        found = self.expressions.event_of(node.name, node.match)
        if found is None:
            self.expressions.unknown_event(node.name)
            return
        self.happening[node.span] = found
        event, field = found
        self.expressions.where(event, field, node.match, None, Context("test"))
        for assignment in node.assignments:
            kinds = event.kinds()
            if assignment.name.text not in kinds:
                self.expressions.unknown_field(assignment.name, event.name, kinds)
                continue
            read = ast.Mention(assignment.name, span=assignment.name.span)
            test = ast.Is(read, False, assignment.value, span=assignment.span)
            self.expressions.where(event, None, None, ast.Brackets(test, span=test.span), Context("test"))

    def _effect(self, name: ast.Name, match: ast.Expression | None, assignments: tuple[ast.Assignment, ...]) -> None:
        effect = ast.Perform(name, match, assignments, span=name.span)
        ActionChecker(self.gathered, self.expressions).actions((effect,), Context("test"))
