"""Checking and lowering expressions in one walk: `Expressions.value` gives kind and plan node together (section 4).

Comparisons and literals are here; arithmetic, names and history in the classes this one builds on.
"""

from typing import assert_never

from segdsl.compiler.arithmetic import Arithmetic, a_kind
from segdsl.compiler.context import BROKEN, Context, Typed
from segdsl.compiler.fixes import another_choice, bracketed, of_the_kind
from segdsl.compiler.lengths import fixed_length
from segdsl.compiler.meanings import NOTHING, choice_without_quotes, nothing, of_collection, text_without_quotes
from segdsl.diagnostics.diagnostic import Fix
from segdsl.diagnostics.source import SourceMap
from segdsl.diagnostics.suggest import nearest
from segdsl.plan import nodes as p
from segdsl.syntax import ast
from segdsl.syntax.format_values import expression as shown
from segdsl.values import text
from segdsl.values.kinds import (
    BOOLEAN,
    DATE,
    DURATION,
    FOLDED,
    INSTANT,
    NUMBER,
    TEXT,
    TIME_OF_DAY,
    Kind,
)
from segdsl.values.numbers import SCALE
from segdsl.values.zones import Zone

MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "=", "!=": "!="}


class Expressions(Arithmetic):
    """Walks the expressions of a program. Complaints go to the collector; an expression with one is `BROKEN`."""

    def condition(self, node: ast.Expression, context: Context) -> p.Expression:
        """The plan node of what has to be true or false."""
        typed = self.value(node, context)
        if typed.kind not in (BOOLEAN, BROKEN.kind):
            self.error(
                "SEG302",
                node.span,
                f"this is {a_kind(typed.kind)}, not a condition",
                help=_as_condition(node, typed.kind),
            )
        return typed.node

    def value(self, node: ast.Expression, context: Context) -> Typed:
        """Kind and plan node of any expression."""
        typed = self._value(node, context)
        self.gathered.written.note(typed.node, node, typed.kind)
        return typed

    def _value(self, node: ast.Expression, context: Context) -> Typed:
        match node:
            case ast.Brackets(inner):
                return self.value(inner, context)
            case ast.Either(operands):
                self._warn_mixed(node, operands)
                return Typed(BOOLEAN, p.Either(tuple(self.condition(o, context) for o in operands)))
            case ast.Both(operands):
                return Typed(BOOLEAN, p.Both(tuple(self.condition(o, context) for o in operands)))
            case ast.Not(operand):
                return Typed(BOOLEAN, p.Negation(self.condition(operand, context)))
            case ast.Comparison(left, operator, right):
                return self._compare(node, left, operator, right, context)
            case ast.Is(operand, negated, value):
                return self._compare(node, operand, "!=" if negated else "=", value, context)
            case ast.IsKnown(operand, negated):
                known = p.Known(self.value(operand, context).node)
                return Typed(BOOLEAN, p.Negation(known) if negated else known)
            case ast.In(operand, negated, choices):
                return self._one_of(node, operand, negated, choices, context)
            case ast.Between(operand, low, high):
                lower = self._compare(node, operand, ">=", low, context)
                upper = self._compare(node, operand, "<=", high, context)
                return Typed(BOOLEAN, p.Both((lower.node, upper.node)))
            case ast.TextTest(left, operator, right):
                if self._is_collection(node, left, right, context):
                    return Typed(BOOLEAN, p.Constant(None))
                return self._text_test(left, operator, right, context)
            case ast.Sum(first, rest) | ast.Product(first, rest):
                return self._arithmetic(first, rest, context)
            case ast.Minus(operand):
                return self._minus(operand, context)
            case ast.InAny(quantifier, segments):
                return Typed(BOOLEAN, self.members(quantifier, segments, context))
            case ast.InSegment(segment, lasting):
                return Typed(BOOLEAN, self.member(segment, lasting, context))
            case ast.OnDays():
                return self._on_days(node, context)
            case ast.Chance(share, seed):
                self._share(share)
                if context.item is not None:
                    self.error("SEG312", node.span, f"a `where` speaks of {context.item.about} alone, not of chance")
                return Typed(BOOLEAN, p.Chance(seed.value, "chance", share.value))
            case ast.Mention():
                return self.mention(node, context)
            case ast.Aggregate() | ast.CountDistinct() | ast.CountOf() | ast.TimeSince():
                return self.aggregate(node, context)
            case ast.ItemTest():
                return self.item_test(node, context)
            case _:
                return self.literal(node)

    def literal(self, node: ast.Literal) -> Typed:
        match node:
            case ast.Text(value):
                return Typed(TEXT, p.Constant(value))
            case ast.Number(value) | ast.Percent(value):
                return Typed(NUMBER, p.Constant(value))
            case ast.Boolean(value):
                return Typed(BOOLEAN, p.Constant(value))
            case ast.Duration():
                if node.calendar:
                    self.error(
                        "SEG305",
                        node.span,
                        "a calendar length has no fixed number of hours",
                        help="here a length is in seconds, minutes, hours, days or weeks",
                    )
                    return BROKEN
                return Typed(DURATION, p.Constant(fixed_length(node)))
            case ast.DateValue(days):
                return Typed(DATE, p.Constant(days))
            case ast.InstantValue():
                return Typed(INSTANT, p.Constant(self.instant(node)))
            case ast.ClockTime(time):
                return Typed(TIME_OF_DAY, p.Constant(time))
        assert_never(node)

    # ---------------------------------------------------------------------------------------------------- comparisons

    def _compare(
        self, node: ast.Expression, left: ast.Expression, operator: str, right: ast.Expression, context: Context
    ) -> Typed:
        if self._is_collection(node, left, right, context):
            return Typed(BOOLEAN, p.Constant(None))
        one = self.value(left, context)
        if self._is_no_name(node, left, one, right, context):
            return Typed(BOOLEAN, p.Constant(None))
        other = self.value(right, context)
        if BROKEN.kind in (one.kind, other.kind):
            return Typed(BOOLEAN, p.Constant(None))
        if one.since or other.since:
            return self._compare_since(node, one, operator, other)
        one, other = self._agreed(one, other, left, right)
        if one.kind != other.kind and not (one.kind.is_text and other.kind.is_text):
            self.error(
                "SEG301",
                node.span,
                f"{a_kind(one.kind)} cannot be compared with {a_kind(other.kind)}",
                help=_hint(one.kind, other.kind, right, self.gathered.sources),
                fix=_other_kind(one.kind, other.kind, left, right),
            )
            return Typed(BOOLEAN, p.Constant(None))
        if one.kind.name in ("list", "record"):
            self.error(
                "SEG301",
                node.span,
                f"{a_kind(one.kind)} cannot be compared",
                help="ask `contains`, or `any item of ... where ...`",
            )
            return Typed(BOOLEAN, p.Constant(None))
        if operator not in ("=", "!=") and not one.kind.is_ordered and (one.kind.name not in ("text", FOLDED.name)):
            self.error(
                "SEG311",
                node.span,
                f"{a_kind(one.kind)} is not larger or smaller than another",
                help="use `is`, `is not` or `in`",
            )
            return Typed(BOOLEAN, p.Constant(None))
        self._check_choice(one, other, right)
        self._check_choice(other, one, left)
        return Typed(BOOLEAN, p.Compare(operator, *_folded(one, other)))  # type: ignore[arg-type]

    def _is_collection(
        self, node: ast.Expression, left: ast.Expression, right: ast.Expression, context: Context
    ) -> bool:
        """Whether a collection stands where a value is meant, as in `cart is empty`; it is complained of here."""
        match left:
            case ast.Mention(of, None, None, None, None) if of.text in self.scope.collections:
                fields = context.item.kinds if context.item is not None else context.event or {}
            case _:
                return False
        if of.text in fields:
            return False
        meaning = of_collection(of.text, node, right)
        self.error("SEG303", of.span, f"`{of.text}` is a collection", help=meaning.help, fix=meaning.fix)
        return True

    def _is_no_name(
        self, node: ast.Expression, left: ast.Expression, one: Typed, right: ast.Expression, context: Context
    ) -> bool:
        """Whether what something is compared with is no name but `null`, or a text without quotes; it is complained of
        here."""
        match right:
            case ast.Mention(of, None, None, None, None):
                names = self.names_of(context)
            case _:
                return False
        if of.text in names or of.text in self.scope.segments or self.scope.may_be_broken(of.text):
            return False
        choice = nearest(of.text, one.kind.choices)
        if of.text in NOTHING and isinstance(node, ast.Is):
            meaning = nothing(node, left, node.negated, self.gathered.sources)
        elif choice is not None:
            meaning = choice_without_quotes(of, choice, one.kind.choices)
        elif one.kind.is_text and nearest(of.text, names) is None and not of.text.startswith(("this ", "customer ")):
            meaning = text_without_quotes(of, self.gathered.sources)
        else:
            return False
        message = f"there is no event, attribute or field `{of.text}`"
        self.error("SEG203", of.span, message, help=meaning.help, fix=meaning.fix)
        return True

    def _compare_since(self, node: ast.Expression, one: Typed, operator: str, other: Typed) -> Typed:
        """`time since E > D` becomes `now > latest E + D`, which turns at an instant that can be told."""
        if other.since:
            one, other, operator = other, one, MIRRORED[operator]
        if other.since or other.kind != DURATION:
            self.error(
                "SEG314",
                node.span,
                "`time since` is compared with a duration",
                help="as in `time since places order > 180 days`",
            )
            return Typed(BOOLEAN, p.Constant(None))
        turning = p.Arithmetic("+", one.node, other.node, "whole")
        return Typed(BOOLEAN, p.Compare(operator, p.Now(), turning))  # type: ignore[arg-type]

    def _agreed(self, one: Typed, other: Typed, left: ast.Expression, right: ast.Expression) -> tuple[Typed, Typed]:
        """A date beside an instant is its midnight in the zone."""
        if one.kind == INSTANT and other.kind == DATE:
            return one, Typed(INSTANT, p.Start(other.node))
        if one.kind == DATE and other.kind == INSTANT:
            return Typed(INSTANT, p.Start(one.node)), other
        return one, other

    def _check_choice(self, choice: Typed, other: Typed, node: ast.Expression) -> None:
        if (
            choice.kind.name != "one of"
            or not isinstance(other.node, p.Constant)
            or not isinstance(other.node.value, str)
        ):
            return
        if other.node.value not in choice.kind.choices:
            meant = nearest(other.node.value, choice.kind.choices)
            listed = ", ".join(f'"{c}"' for c in choice.kind.choices)
            self.error(
                "SEG304",
                node.span,
                f'"{other.node.value}" is none of the values it can have',
                help=f'did you mean "{meant}"?' if meant else f"one of {listed}",
                fix=another_choice(node, other.node.value, meant, choice.kind.choices),
            )

    def _one_of(
        self,
        node: ast.In,
        operand: ast.Expression,
        negated: bool,
        choices: tuple[ast.Expression, ...],
        context: Context,
    ) -> Typed:
        compared = [self._compare(choice, operand, "=", choice, context).node for choice in choices]
        if not all(isinstance(each, p.Compare) for each in compared):
            return Typed(BOOLEAN, p.Constant(None))
        test = _among(tuple(each for each in compared if isinstance(each, p.Compare)), self.scope.zone)
        return Typed(BOOLEAN, p.Negation(test) if negated else test)

    def _text_test(self, left: ast.Expression, operator: str, right: ast.Expression, context: Context) -> Typed:
        one, other = self.value(left, context), self.value(right, context)
        if BROKEN.kind in (one.kind, other.kind):
            return Typed(BOOLEAN, p.Constant(None))
        item = one.kind.item
        if (
            operator == "contains"
            and item is not None
            and (item == other.kind or (item.is_text and other.kind.is_text))
        ):
            return Typed(BOOLEAN, p.Contains(one.node, other.node, item == FOLDED))
        for typed, node in ((one, left), (other, right)):
            if not typed.kind.is_text:
                self.error("SEG306", node.span, f"`{operator}` asks about text, and this is {a_kind(typed.kind)}",
                           help="compare it, as in `... >= 100`")  # fmt: skip
                return Typed(BOOLEAN, p.Constant(None))
        return Typed(BOOLEAN, p.TestText(operator, *_folded(one, other)))  # type: ignore[arg-type]

    # ---------------------------------------------------------------------------------------------------- single forms

    def _on_days(self, node: ast.OnDays, context: Context) -> Typed:
        if context.item is not None:
            self.error(
                "SEG312",
                node.span,
                f"a `where` speaks of {context.item.about} alone, not of the day",
                help="put this beside the `where`, with `and`",
            )
        self.between_events(node.span, "a day or time of day", context)
        if node.start and node.start == node.end:
            self.error("SEG413", node.span, "this window of time is empty")
        times = (node.start.time, node.end.time) if node.start and node.end else (None, None)
        return Typed(BOOLEAN, p.OnDays(node.days, *times))

    def _share(self, share: ast.Percent) -> None:
        if not 0 < share.value <= SCALE:
            self.error(
                "SEG404", share.span, f"`{share.written}` is not a share", help="a share is above 0% and at most 100%"
            )

    def _warn_mixed(self, node: ast.Either, operands: tuple[ast.Expression, ...]) -> None:
        mixed = next((o for o in operands if isinstance(o, ast.Both)), None)
        if mixed is not None:
            self.collector.warning(
                "SEG490",
                mixed.span,
                "`and` binds tighter than the `or` beside it",
                help=f"write ({shown(mixed)}) if that is meant",
                fix=bracketed(mixed.span),
            )


def _among(compared: tuple[p.Compare, ...], zone: Zone) -> p.Expression:
    """Whether one of some comparisons for equality holds: one look where all are of the same thing with plain values,
    else (`time since E in (1 day, 2 days)`, a date among instants) as they are."""
    values = []
    for each in compared:
        match each.right:
            case p.Constant(value) if each.left == compared[0].left:
                values.append(value)
            case p.Start(p.Constant(days)) if each.left == compared[0].left:
                values.append(zone.at(days))
            case _:
                return p.Either(compared)
    return p.OneOf(compared[0].left, tuple(values))


def _folded(one: Typed, other: Typed) -> tuple[p.Expression, p.Expression]:
    if FOLDED not in (one.kind, other.kind):
        return one.node, other.node
    return fold(one.node), fold(other.node)


def fold(node: p.Expression) -> p.Expression:
    if isinstance(node, p.Constant) and isinstance(node.value, str):
        return p.Constant(text.folded(node.value))
    return p.Fold(node)


def _as_condition(node: ast.Expression, kind: Kind) -> str:
    if isinstance(node, ast.Mention):
        name = node.name.text
        examples = {"number": f"{name} >= 100", "text": f'{name} is "..."', "date": f"{name} within 30 days"}
        return f"compare it, as in `{examples.get(kind.name, f'{name} is known')}`"
    return "compare it with something, as in `... >= 3`"


def _hint(one: Kind, other: Kind, right: ast.Expression, sources: SourceMap) -> str | None:
    match one, other:
        case _ if one == NUMBER and other == TEXT:
            return "a number stands without quotes"
        case _ if one.is_text and other == NUMBER:
            return f'text stands in quotes: "{shown(right)}"'
        case _ if one == BOOLEAN and other.is_text:
            return "`yes` and `no` stand without quotes"
        case _ if one in (DATE, INSTANT):
            return "a date is year-month-day without quotes, as in 2026-03-01"
    return None


def _other_kind(one: Kind, other: Kind, left: ast.Expression, right: ast.Expression) -> Fix | None:
    """The constant of two that cannot be compared written as the kind of the other one, if these two are often
    mistaken for one another."""
    texts = {TEXT.name, FOLDED.name}
    kinds = {one.name, other.name}
    if kinds & texts and kinds & {NUMBER.name, BOOLEAN.name}:
        fix = of_the_kind(left, right)
        quoted_number = fix is not None and fix.text.startswith('"')
        return fix if fix is None or quoted_number == (NUMBER.name in kinds and one.is_text) else None
    return None
