"""What a condition looks at: the values that tell, where an expectation of a test fails, why it does.

`places order at least 3 times within 90 days` looks at `count of places order within 90 days`; `loyal`, a define, at
all that its definition looks at; `in segment Rich`, where the segment is derived, at all that its condition does.
"""

from collections.abc import Iterator

from attrs import define, field, frozen

from segdsl.compiler.context import BROKEN, Context
from segdsl.compiler.expressions import Expressions
from segdsl.plan import nodes as p
from segdsl.syntax import ast
from segdsl.syntax.format_values import expression
from segdsl.values.kinds import INSTANT, Kind

MOST = 12
"""So many values are told of one condition; more would not be read."""


@frozen
class LookedAt:
    """A value that a condition looks at: as it is written, how it is worked out, and its kind."""

    written: str
    node: p.Expression
    kind: Kind


def looked_at(expressions: Expressions, condition: ast.Expression, context: Context) -> tuple[LookedAt, ...]:
    """The values that a condition looks at, in the order of its text, each once. It must be free of mistakes."""
    found: dict[str, LookedAt] = {}
    for each in _Looker(expressions, context).parts(condition):
        found.setdefault(each.written, each)
        if len(found) == MOST:
            break
    return tuple(found.values())


@define
class _Looker:
    expressions: Expressions
    context: Context
    inside: set[str] = field(factory=set)

    def parts(self, node: ast.Expression) -> Iterator[LookedAt]:
        match node:
            case ast.Brackets(inner) | ast.Not(inner) | ast.Minus(inner):
                yield from self.parts(inner)
            case ast.Either(operands) | ast.Both(operands):
                for operand in operands:
                    yield from self.parts(operand)
            case ast.Comparison(left, _, right) | ast.TextTest(left, _, right):
                yield from self.parts(left)
                yield from self.parts(right)
            case ast.Is(operand, _, value):
                yield from self.parts(operand)
                yield from self.parts(value)
            case ast.IsKnown(operand) | ast.In(operand):
                yield from self.parts(operand)
            case ast.Between(operand, low, high):
                for each in (operand, low, high):
                    yield from self.parts(each)
            case ast.Sum(first, rest) | ast.Product(first, rest):
                for each in (first, *(operand for _, operand in rest)):
                    yield from self.parts(each)
            case ast.InSegment(segment):
                yield from self._derived(segment)
            case ast.InAny(_, segments):
                for segment in segments:
                    yield from self._derived(segment)
            case ast.Mention():
                yield from self._mention(node)
            case ast.TimeSince(source):
                asked = expression(ast.CountOf(source)).removeprefix("count of ")
                lead = "the latest put into" if source.name.text in self.expressions.scope.collections else "the latest"
                yield from self._value(node, f"{lead} {asked}", INSTANT)
            case ast.ItemTest(_, name, where) if name.text in self.expressions.scope.collections:
                yield from self._value(ast.CountOf(ast.Source(name, None, where, span=node.span), span=node.span))
            case ast.Aggregate() | ast.CountDistinct() | ast.CountOf():
                yield from self._value(node)
            case _:
                return

    def _mention(self, node: ast.Mention) -> Iterator[LookedAt]:
        scope = self.expressions.scope
        name = node.name.text
        if name in scope.attributes or name.startswith("customer "):
            yield from self._value(ast.Mention(node.name, span=node.span))
        elif name in scope.defines:
            value = scope.defines[name].node.value
            yield from self._value(node)
            yield from self._inside(name, value)
        elif self.expressions.event_of(node.name, node.match) is not None:
            source = ast.Source(node.name, node.match, node.where, node.window, span=node.span)
            yield from self._value(ast.CountOf(source, span=node.span))
        elif node.match is None and node.where is None:
            yield from self._value(node)

    def _derived(self, segment: ast.Name) -> Iterator[LookedAt]:
        info = self.expressions.scope.segments.get(segment.text)
        if info is not None and info.node.condition is not None:
            yield from self._inside(segment.text, info.node.condition)

    def _inside(self, name: str, condition: ast.Expression) -> Iterator[LookedAt]:
        """What a define or a derived segment looks at. One that goes round was complained about."""
        if name not in self.inside:
            self.inside.add(name)
            yield from self.parts(condition)

    def _value(self, node: ast.Expression, written: str = "", kind: Kind | None = None) -> Iterator[LookedAt]:
        typed = self.expressions.value(node, self.context)
        if typed != BROKEN:
            yield LookedAt(written or expression(node), typed.node, kind or typed.kind)
