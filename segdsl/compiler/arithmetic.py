"""Arithmetic: what may be added to what, and what comes of it (language.md section 4).

Part of the walk over expressions; `expressions.py` builds on it.
"""

from segdsl.compiler.context import BROKEN, Context, Typed
from segdsl.compiler.lengths import calendar_length
from segdsl.compiler.mentions import Mentions
from segdsl.diagnostics.span import Span
from segdsl.plan import nodes as p
from segdsl.plan.walk import depth
from segdsl.syntax import ast
from segdsl.values import instants, limits
from segdsl.values.kinds import DATE, DURATION, INSTANT, NUMBER, Kind


class Arithmetic(Mentions):
    """The part of the walk that calculates."""

    def _arithmetic(
        self, first: ast.Expression, rest: tuple[tuple[str, ast.Expression], ...], context: Context
    ) -> Typed:
        result = self.value(first, context)
        start = first.span
        for sign, node in rest:
            span = Span(start.source, start.start, node.span.end)
            if isinstance(node, ast.Duration) and node.calendar and sign in ("+", "-"):
                result = self._shift(result, sign, node, span)
            else:
                result = self._operate(result, sign, self.value(node, context), node, span)
        if depth(result.node) > limits.DEPTH:
            span = Span(start.source, start.start, rest[-1][1].span.end)
            self.error(
                "SEG114",
                span,
                f"this formula has more than {limits.DEPTH} terms on one another",
                help="give parts of it names with `define`, or add up fields with `total of`",
            )
            return BROKEN
        return result

    def _operate(self, left: Typed, sign: str, right: Typed, node: ast.Expression, span: Span) -> Typed:
        if BROKEN.kind in (left.kind, right.kind):
            return BROKEN
        if left.since or right.since:
            self.error(
                "SEG314",
                span,
                "`time since` is only compared with a duration",
                help="move the rest to the other side of the comparison",
            )
            return BROKEN

        def made(kind: Kind, domain: str) -> Typed:
            return Typed(kind, p.Arithmetic(sign, left.node, right.node, domain))  # type: ignore[arg-type]

        match left.kind.name, sign, right.kind.name:
            case "number", _, "number":
                return made(NUMBER, "exact")
            case "duration", "+" | "-", "duration":
                return made(DURATION, "whole")
            case "duration", "*" | "/", "number":
                return made(DURATION, "scaled")
            case "number", "*", "duration":
                return Typed(DURATION, p.Arithmetic("*", right.node, left.node, "scaled"))
            case "duration", "/", "duration":
                return made(NUMBER, "ratio")
            case "instant", "-", "instant":
                return made(DURATION, "whole")
            case "instant", "+" | "-", "duration":
                return made(INSTANT, "whole")
            case "date", "-", "date":
                return Typed(DURATION, p.Arithmetic("*", made(DATE, "whole").node, p.Constant(instants.DAY), "whole"))
            case "date", "+" | "-", "duration":
                return self._date_shift(left, sign, right, node)
        words = {"+": "added to", "-": "subtracted from", "*": "multiplied with", "/": "divided by"}
        pair = (left.kind, right.kind) if sign in "*/" else (right.kind, left.kind)
        self.error("SEG305", span, f"{a_kind(pair[0])} cannot be {words[sign]} {a_kind(pair[1])}",
                   help="numbers go with numbers, dates and instants with durations")  # fmt: skip
        return BROKEN

    def _date_shift(self, left: Typed, sign: str, right: Typed, node: ast.Expression) -> Typed:
        length = right.node.value if isinstance(right.node, p.Constant) else None
        if length is None or length % instants.DAY:
            self.error("SEG305", node.span, "a date moves by whole days", help="as in `today - 30 days`")
            return BROKEN
        return Typed(DATE, p.Shift(left.node, 0, length // instants.DAY * (1 if sign == "+" else -1), "date"))

    def _shift(self, left: Typed, sign: str, node: ast.Duration, span: Span) -> Typed:
        if left.kind not in (DATE, INSTANT):
            if left != BROKEN:
                self.error(
                    "SEG305",
                    span,
                    f"a calendar length cannot be added to {a_kind(left.kind)}",
                    help="only dates and instants move by the calendar",
                )
            return BROKEN
        months, days = calendar_length(node)
        factor = 1 if sign == "+" else -1
        of = "date" if left.kind == DATE else "instant"
        return Typed(left.kind, p.Shift(left.node, months * factor, days * factor, of))  # type: ignore[arg-type]

    def _minus(self, operand: ast.Expression, context: Context) -> Typed:
        typed = self.value(operand, context)
        if typed == BROKEN:
            return BROKEN
        if typed.kind not in (NUMBER, DURATION) or typed.since:
            self.error("SEG305", operand.span, f"{a_kind(typed.kind)} has no negative", help="leave the `-` out")
            return BROKEN
        if isinstance(typed.node, p.Constant):
            return Typed(typed.kind, p.Constant(-typed.node.value))
        return Typed(typed.kind, p.Arithmetic("-", p.Constant(0), typed.node, "whole"))


def a_kind(kind: Kind) -> str:
    """A kind with its article, for a message."""
    name = "a list" if kind.name == "list" else "a choice" if kind.name == "one of" else str(kind)
    if name.startswith(("a ", "text")):
        return name
    return f"an {name}" if name[0] in "aeio" else f"a {name}"
