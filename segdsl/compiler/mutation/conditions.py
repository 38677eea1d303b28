"""What can be changed in a condition, a value or a window: thresholds, operators, texts, lengths, parts left out."""

from collections.abc import Iterator
from typing import Any

from segdsl.compiler.mutation.change import Change, evolved
from segdsl.syntax import ast
from segdsl.syntax.format_values import duration, expression, name, window_text
from segdsl.values import numbers
from segdsl.values.numbers import SCALE

_STRICT = {">=": ">", ">": ">=", "<=": "<", "<": "<=", "=": "!=", "!=": "="}
_OUTWARD = {">=": -1, ">": 1, "<=": 1, "<": -1, "=": 1, "!=": 1}
"""Which way a threshold is moved: the other way is what the change of the operator does already."""

_FUNCTIONS = {
    "total": "largest", "average": "total", "smallest": "largest", "largest": "smallest", "first": "latest",
    "latest": "first",
}  # fmt: skip
_TEXT_TESTS = {"contains": "starts with", "starts with": "contains", "ends with": "contains"}
_COUNTS = {"at least": "at most", "at most": "at least", "more than": "fewer than", "fewer than": "more than"}
_QUANTIFIERS = {"any": "all", "all": "any", "none": "any"}
_COMPARED = (ast.Comparison, ast.Is, ast.In, ast.Between, ast.TextTest)
_HOUR = 3_600_000_000
_DAY = 24 * _HOUR


def changed_expression(node: ast.Node) -> Iterator[Change]:
    """The changes of a node itself, where it is a part of a condition or a value."""
    match node:
        case ast.Comparison(left, operator, right):
            yield from _comparison(node, left, operator, right)
        case ast.Is(_, negated) | ast.IsKnown(_, negated) | ast.In(_, negated):
            yield said(node, evolved(node, negated=not negated))
            if isinstance(node, ast.In):
                yield from _without_one(node, "choices", expression)
        case ast.Between(_, low, high):
            for field, bound in (("low", low), ("high", high)):
                for way in (-1, 1):
                    yield from _moved(node, field, bound, way)
        case ast.TextTest(_, operator):
            yield said(node, evolved(node, operator=_TEXT_TESTS[operator]))
        case ast.Either(operands) | ast.Both(operands):
            yield from _joined(node, operands)
        case ast.Not(operand):
            yield Change(operand, node.span, expression(node), expression(operand))
        case ast.Sum() | ast.Product():
            yield from _arithmetic(node)
        case ast.Mention(_, match, where, count, window):
            yield from _looked_at(node, match, where, window)
            if count is not None:
                yield from _counted(node, count)
        case ast.Source(_, match, where, window):
            yield from _looked_at(node, match, where, window)
        case ast.EventTrigger(_, match, where):
            yield from _looked_at(node, match, where, None)
        case ast.SetAttribute(_, value) | ast.Assignment(_, value):
            yield from _moved(node, "value", value, 1)
        case ast.Aggregate(function) if function in _FUNCTIONS:
            yield said(node, evolved(node, function=_FUNCTIONS[function]))
        case ast.CountDistinct(_, source):
            yield said(node, ast.CountOf(source, span=node.span))
        case ast.InAny(quantifier):
            yield said(node, evolved(node, quantifier=_QUANTIFIERS[quantifier]))
            yield from _without_one(node, "segments", name)
        case ast.InSegment(_, lasting) if lasting is not None:
            yield left_out(node, "lasting", f"for at least {duration(lasting)}")
        case ast.ItemTest(negated):
            yield said(node, evolved(node, negated=not negated))
        case ast.OnDays():
            yield from _days(node)
        case ast.Duration() | ast.Text() | ast.ClockTime():
            yield from _value(node)
        case _:
            return


def said(before: ast.Expression, after: ast.Expression) -> Change:
    """An expression that becomes another one."""
    return Change(after, before.span, expression(before), expression(after))


def left_out(node: ast.Node, field: str, text: str) -> Change:
    """A node without one of its parts."""
    part = getattr(node, field)
    return Change(evolved(node, **{field: None}), part.span, text)


def _without_one(node: Any, field: str, text: Any) -> Iterator[Change]:
    """A node with one less of several parts."""
    parts = getattr(node, field)
    for at, part in enumerate(parts if len(parts) > 1 else ()):
        rest = (*parts[:at], *parts[at + 1 :])
        yield Change(evolved(node, **{field: rest}), part.span, text(part))


# --------------------------------------------------------------------------------------------------------- comparisons


def _comparison(node: ast.Comparison, left: ast.Expression, operator: str, right: ast.Expression) -> Iterator[Change]:
    exact = isinstance(right, ast.Duration | ast.InstantValue) or isinstance(left, ast.Duration | ast.InstantValue)
    if not exact or operator in ("=", "!="):
        # Of moments and lengths of time `>` and `>=` differ by a microsecond: that is nothing a test should ask.
        changed = evolved(node, operator=_STRICT[operator])
        yield Change(changed, node.span, _end(operator, right), _end(_STRICT[operator], right))
    yield from _moved(node, "right", right, _OUTWARD[operator], operator)


def _end(operator: str, right: ast.Expression) -> str:
    return f"{operator} {expression(right)}"


def _moved(node: Any, field: str, bound: ast.Expression, way: int, operator: str = "") -> Iterator[Change]:
    """A threshold moved by one."""
    moved: ast.Expression | None = None
    match bound:
        case ast.Number(value):
            moved = _number(value + way * SCALE, bound)
        case ast.Minus(ast.Number(value)):
            moved = _number(-value + way * SCALE, bound)
        case ast.DateValue(days):
            moved = ast.DateValue(days + way, span=bound.span)
    if moved is not None:
        before, after = (f"{operator} {expression(each)}".strip() for each in (bound, moved))
        yield Change(evolved(node, **{field: moved}), bound.span, before, after)


def _number(value: int, bound: ast.Expression) -> ast.Expression:
    number = ast.Number(abs(value), numbers.to_text(abs(value)), span=bound.span)
    return ast.Minus(number, span=bound.span) if value < 0 else number


def _joined(node: ast.Either | ast.Both, operands: tuple[ast.Expression, ...]) -> Iterator[Change]:
    """`and` becomes `or` and the other way, and each operand is left out."""
    other: ast.Expression = (ast.Both if isinstance(node, ast.Either) else ast.Either)(operands, span=node.span)
    # In brackets, so that it keeps its place beside an `and` or `or` around it.
    yield Change(ast.Brackets(other, span=node.span), node.span, expression(node), expression(other))
    for at, operand in enumerate(operands):
        rest = (*operands[:at], *operands[at + 1 :])
        if isinstance(node, ast.Both) and _is_implied(operand, rest):
            continue
        made = rest[0] if len(rest) == 1 else type(node)(rest, span=node.span)
        yield Change(made, operand.span, expression(operand))


def _is_implied(operand: ast.Expression, rest: tuple[ast.Expression, ...]) -> bool:
    """Whether `X is known` stands beside a comparison of X, which is true only where X is known."""
    if not isinstance(operand, ast.IsKnown) or operand.negated:
        return False
    compared = [getattr(each, "operand", getattr(each, "left", None)) for each in rest if isinstance(each, _COMPARED)]
    return operand.operand in compared


def _arithmetic(node: ast.Sum | ast.Product) -> Iterator[Change]:
    other = {"+": "-", "-": "+", "*": "/", "/": "*"}
    for at, (sign, operand) in enumerate(node.rest):
        rest = (*node.rest[:at], (other[sign], operand), *node.rest[at + 1 :])
        yield said(node, evolved(node, rest=rest))


# -------------------------------------------------------------------------------------------------------------- history


def _looked_at(
    node: ast.Node, match: ast.Expression | None, where: ast.Expression | None, window: ast.Window | None
) -> Iterator[Change]:
    if match is not None:
        yield left_out(node, "match", expression(match))
    if where is not None:
        yield left_out(node, "where", f"where {expression(where)}")
    if window is not None:
        yield from _window(node, window)


def _window(node: ast.Node, window: ast.Window) -> Iterator[Change]:
    if not isinstance(window, ast.WithinNext):
        yield left_out(node, "window", window_text(window))
    if isinstance(window, ast.Since | ast.Before):
        field = "start" if isinstance(window, ast.Since) else "end"
        for way in (-1, 1):
            date = day_moved(getattr(window, field), way)
            changed = evolved(window, **{field: date})
            made = evolved(node, window=changed)
            yield Change(made, window.span, window_text(window), window_text(changed))


def day_moved(date: ast.Day, way: int) -> ast.Day:
    """A date or an instant some days later."""
    if isinstance(date, ast.DateValue):
        return ast.DateValue(date.days + way, span=date.span)
    return ast.InstantValue(date.moment + way * _DAY, date.fixed, span=date.span)


def _counted(node: ast.Mention, count: ast.Count) -> Iterator[Change]:
    for changed in _counts(count):
        made = evolved(node, count=changed)
        yield said(node, made)
    yield said(node, evolved(node, count=None))


def _count_is(test: str, number: int) -> ast.CountIs:
    return ast.CountIs(test, number, {1: "once", 2: "twice"}.get(number))


def _counts(count: ast.Count) -> Iterator[ast.Count]:
    match count:
        case ast.CountIs(test, number):
            if test in _COUNTS:
                yield _count_is(_COUNTS[test], number)
            lowest = {"at least": 1, "fewer than": 1}.get(test or "", 0)  # below it the count would say nothing
            for moved in (number - 1, number + 1):
                if moved >= lowest:
                    yield _count_is(test or "exactly", moved)
        case ast.CountRange(low, high):
            for pair in ((low - 1, high), (low + 1, high), (low, high - 1), (low, high + 1)):
                if 0 <= pair[0] <= pair[1]:
                    yield ast.CountRange(*pair)


# --------------------------------------------------------------------------------------------------------------- values


def _value(node: ast.Duration | ast.Text | ast.ClockTime) -> Iterator[Change]:
    """A length of time one unit longer and shorter, a text that is another one, a time of day an hour later."""
    match node:
        case ast.Duration(count):
            for moved in (count - 1, count + 1):
                if moved > 0:
                    changed = evolved(node, count=moved)
                    yield Change(changed, node.span, duration(node), duration(changed))
        case ast.Text(value):
            yield said(node, ast.Text(f"not {value}", span=node.span))
        case ast.ClockTime(time):
            yield said(node, ast.ClockTime((time + _HOUR) % _DAY, span=node.span))


def _days(node: ast.OnDays) -> Iterator[Change]:
    if len(node.days) > 1:
        for at in range(len(node.days)):
            rest = (*node.days[:at], *node.days[at + 1 :])
            yield said(node, ast.OnDays(rest, False, node.start, node.end, span=node.span))
    else:
        day = (node.days[0] + 1) % 7
        yield said(node, ast.OnDays((day,), False, node.start, node.end, span=node.span))
    if node.start is not None:
        yield said(node, ast.OnDays(node.days, node.weekdays, span=node.span))
