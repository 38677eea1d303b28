"""Tests beside the rules: their names, types and conditions (language.md section 7). `host/trials/` runs them."""

from collections.abc import Mapping

from attrs import define, field, frozen

from segdsl.compiler.actions import ActionChecker
from segdsl.compiler.context import Context, Gathered
from segdsl.compiler.expressions import Expressions
from segdsl.compiler.fixes import another_name
from segdsl.compiler.looked_at import LookedAt, looked_at
from segdsl.compiler.scope import EventInfo, FieldInfo
from segdsl.compiler.tables import rows_of
from segdsl.diagnostics.span import Span
from segdsl.diagnostics.suggest import nearest
from segdsl.plan import nodes as p
from segdsl.syntax import ast
from segdsl.syntax.format_values import name as shown


@frozen
class Expected:
    """A part of what is expected, as it was written and as it is judged, with the values it looks at."""

    written: ast.Expression
    condition: p.Expression
    looks_at: tuple[LookedAt, ...] = ()


@frozen(eq=False)
class CheckedTest:
    """A test, or a row of one with a table, whose names are resolved. `expected` are the conditions of its `expect`
    lines, by the line's span: one of several parts joined by `and` is asked part by part; for a promotion it is the
    promotion's own. `happening` are the events
    that happen, with the field that the value behind the name is for."""

    name: str
    span: Span
    lines: tuple[ast.TestLine, ...]
    test: ast.TestDeclaration
    expected: dict[Span, tuple[Expected, ...]] = field(factory=dict)
    happening: dict[Span, tuple[EventInfo, FieldInfo | None]] = field(factory=dict)


@define(eq=False)
class TestChecker:
    """Checks the tests of a program with these `promotions`. `tests` are those that can be run, in the order of the
    text."""

    gathered: Gathered
    expressions: Expressions
    promotions: Mapping[str, p.Promotion] = field(factory=dict)
    tests: list[CheckedTest] = field(factory=list)
    expected: dict[Span, tuple[Expected, ...]] = field(factory=dict)
    happening: dict[Span, tuple[EventInfo, FieldInfo | None]] = field(factory=dict)

    def check_all(self) -> None:
        for test in sorted(self.gathered.scope.tests, key=lambda test: test.span):
            if not any(isinstance(line, ast.Expect | ast.ExpectEffect | ast.ExpectPromotion) for line in test.lines):
                self.gathered.collector.warning(
                    "SEG418",
                    test.name.span,
                    "this test expects nothing",
                    help="say what has to hold: expect in segment ...",
                )
            for row in rows_of(test, self.gathered):
                self.expected, self.happening = {}, {}
                for line in row.lines:
                    self._line(line)
                self.tests.append(CheckedTest(row.name, row.span, row.lines, test, self.expected, self.happening))

    def _line(self, node: ast.TestLine) -> None:
        match node:
            case ast.Given(name, value):
                self._given(name, value)
            case ast.GivenMember(segment) | ast.GivenExcluded(segment):
                self.expressions.segment(segment)
            case ast.Happens(moment, occurrence):
                if moment is None and occurrence is not None:
                    self._no_length(occurrence.name, "on", "an instant", "on 2026-03-01T10:00")
                    return
                if occurrence is not None:
                    self._occurrence(occurrence)
            case ast.Later(delay, occurrence):
                if delay is None and occurrence is not None:
                    self._no_length(occurrence.name, "after", "a length of time", "after 3 days")
                    return
                if occurrence is not None:
                    self._occurrence(occurrence)
            case ast.Expect(ast.Mention(name, match, None, count, None)) if self._is_action(name):
                self._effect(name, match, (), count)
            case ast.Expect(condition):
                parts = condition.operands if isinstance(condition, ast.Both) else (condition,)
                self.expected[node.span] = tuple(map(self._expected, parts))
            case ast.ExpectEffect(name, match, assignments, count=count):
                self._effect(name, match, assignments, count)
            case ast.ExpectPromotion(name):
                self._promotion(node, name)

    def _promotion(self, node: ast.ExpectPromotion, name: ast.Name) -> None:
        promotions = self.gathered.scope.promotions
        if name.text in promotions:
            asked, made = promotions[name.text].condition, self.promotions[name.text].condition
            if asked is not None and made is not None:
                sound = self.gathered.collector.errors == 0
                context = Context("promotion", lasting=True)
                looks_at = looked_at(self.expressions, asked, context) if sound else ()
                self.expected[node.span] = (Expected(asked, made, looks_at),)
        elif not self.gathered.scope.may_be_broken(name.text):
            meant = nearest(name.text, promotions)
            self.expressions.error(
                "SEG214",
                name.span,
                f'there is no promotion "{name.text}"',
                help=f'did you mean "{meant}"?' if meant else f"declare it: promotion {shown(name)} if ...",
                fix=another_name(name, meant, promotions),
            )

    def _expected(self, part: ast.Expression) -> Expected:
        context = Context("test")
        errors = self.gathered.collector.errors
        condition = self.expressions.condition(part, context)
        sound = self.gathered.collector.errors == errors == 0
        return Expected(part, condition, looked_at(self.expressions, part, context) if sound else ())

    def _is_action(self, name: ast.Name) -> bool:
        return name.text in self.gathered.scope.actions and name.text not in self.gathered.scope.events

    def _no_length(self, name: ast.Name, word: str, wanted: str, example: str) -> None:
        self.expressions.error(
            "SEG424",
            name.span,
            f"`{word}` needs {wanted}",
            help=f"as in `{example} {name.text}`, or a column of a table",
        )

    def _plain(self, value: ast.Expression) -> bool:
        """Whether something is a plain value; if not, it is complained about."""
        if not isinstance(value, ast.Mention):
            return True
        self.expressions.error(
            "SEG424",
            value.span,
            f"`{value.name.text}` is not a plain value",
            help="write a text, a number, a date, `yes` or `no`, or the name of a column of the test's table",
        )
        return False

    def _given(self, name: ast.Name, value: ast.Expression) -> None:
        if not self._plain(value):
            return
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
            if not self._plain(assignment.value):
                continue
            read = ast.Mention(assignment.name, span=assignment.name.span)
            test = ast.Is(read, False, assignment.value, span=assignment.span)
            self.expressions.where(event, None, None, ast.Brackets(test, span=test.span), Context("test"))

    def _effect(
        self,
        name: ast.Name,
        match: ast.Expression | None,
        assignments: tuple[ast.Assignment, ...],
        count: ast.Count | None,
    ) -> None:
        self.expressions.bounds(count)
        effect = ast.Perform(name, match, assignments, span=name.span)
        ActionChecker(self.gathered, self.expressions).actions((effect,), Context("test"))
