"""Tree to text: values, conditions and arithmetic, on one line or broken at their joints."""

from typing import assert_never

from segdsl.syntax import ast
from segdsl.syntax.words import can_be_bare, can_be_listed
from segdsl.values import instants, numbers
from segdsl.values.kinds import WEEKDAYS

WIDTH = 100
STEP = 2
"""What stands inside something else is indented by so much."""


def quoted(value: str) -> str:
    text = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return '"' + "".join(c if c.isprintable() else f"\\u{ord(c):04x}" if ord(c) < 0x10000 else c for c in text) + '"'


def name(node: ast.Name) -> str:
    """The name of a segment, an activity or a promotion."""
    return node.text if can_be_bare(node.text) else quoted(node.text)


def names(nodes: tuple[ast.Name, ...]) -> str:
    return ", ".join(map(name, nodes))


def duration(node: ast.Duration) -> str:
    calendar = "calendar " if node.calendar and node.unit in ("day", "week") else ""
    return f"{node.count} {calendar}{node.unit}{'' if node.count == 1 else 's'}"


def day(node: ast.Day) -> str:
    if isinstance(node, ast.DateValue):
        return instants.date_text(node.days)
    return node.written or instants.instant_text(node.moment).removesuffix("" if node.fixed else "Z")


def days(numbers_: tuple[int, ...]) -> str:
    return ", ".join(WEEKDAYS[number] for number in numbers_)


def literal(node: ast.Literal) -> str:
    match node:
        case ast.Text(value):
            return quoted(value)
        case ast.Number(value, written):
            return written or numbers.to_text(value)
        case ast.Percent(value, written):
            return written or numbers.to_text(value * 100) + "%"
        case ast.Boolean(value):
            return "yes" if value else "no"
        case ast.Duration():
            return duration(node)
        case ast.DateValue() | ast.InstantValue():
            return day(node)
        case ast.ClockTime(time):
            return instants.clock_text(time)
    assert_never(node)


def expression(node: ast.Expression) -> str:
    """A condition or value on one line."""
    if isinstance(node, ast.Literal):
        return literal(node)
    if isinstance(node, ast.Condition):
        return _condition(node)
    if isinstance(node, ast.Test):
        return _test(node)
    match node:
        case ast.Brackets(inner):
            return f"({expression(inner)})"
        case ast.Sum(first, rest) | ast.Product(first, rest):
            return " ".join([expression(first), *(f"{sign} {expression(operand)}" for sign, operand in rest)])
        case ast.Minus(operand):
            return f"-{expression(operand)}"
        case ast.Mention():
            return _looked_at(node.name, node.match, node.where, node.count, node.window)
        case ast.Aggregate(function, operand, source):
            of = "" if function == "most frequent" else " of"
            return f"{function}{of} {expression(operand)} of {_source(source)}"
        case ast.CountDistinct(operand, source):
            return f"count of distinct {expression(operand)} of {_source(source)}"
        case ast.CountOf(source):
            return f"count of {_source(source)}"
        case ast.TimeSince(source):
            return f"time since {_source(source)}"
    assert_never(node)


def _condition(node: ast.Condition) -> str:
    match node:
        case ast.Either(operands):
            return " or ".join(map(expression, operands))
        case ast.Both(operands):
            return " and ".join(map(expression, operands))
        case ast.Not(operand):
            return f"not {expression(operand)}"
        case ast.Comparison(left, operator, right) | ast.TextTest(left, operator, right):
            return f"{expression(left)} {operator} {expression(right)}"
        case ast.Is(operand, negated, value):
            return f"{expression(operand)} is {'not ' if negated else ''}{expression(value)}"
        case ast.IsKnown(operand, negated):
            return f"{expression(operand)} is {'not ' if negated else ''}known"
        case ast.In(operand, negated, choices):
            listed = ", ".join(map(expression, choices))
            return f"{expression(operand)} {'not ' if negated else ''}in ({listed})"
        case ast.Between(operand, low, high):
            return f"{expression(operand)} between {expression(low)} and {expression(high)}"
    assert_never(node)


def _test(node: ast.Test) -> str:
    match node:
        case ast.InAny(quantifier, segments):
            return f"in segment {quantifier}({', '.join(map(_listed, segments))})"
        case ast.InSegment(segment, lasting):
            return f"in segment {name(segment)}" + (f" for at least {duration(lasting)}" if lasting else "")
        case ast.ItemTest(negated, of, where):
            return f"{'no' if negated else 'any'} item of {of.text}" + _where(where)
        case ast.OnDays(numbers_, weekdays, start, end):
            text = "on weekdays" if weekdays else f"on {days(numbers_)}"
            return f"{text} from {literal(start)} to {literal(end)}" if start and end else text
        case ast.Chance(share, seed):
            return f"random {literal(share)} {literal(seed)}"
    assert_never(node)


def _listed(node: ast.Name) -> str:
    return node.text if can_be_listed(node.text) else quoted(node.text)


def _source(node: ast.Source) -> str:
    return _looked_at(node.name, node.match, node.where, None, node.window)


def _where(where: ast.Expression | None) -> str:
    return f" where {expression(where)}" if where is not None else ""


def _looked_at(
    of: ast.Name, match: ast.Expression | None, where: ast.Expression | None, number: ast.Count | None,
    window: ast.Window | None,
) -> str:  # fmt: skip
    text = of.text
    if match is not None:
        text += f" {expression(match)}"
    text += _where(where)
    if number is not None:
        text += f" {count(number)}"
    if window is not None:
        text += f" {window_text(window)}"
    return text


def count(node: ast.Count) -> str:
    match node:
        case ast.CountIs(test, number, word):
            return f"{test} {word or f'{number} times'}" if test else word or f"exactly {number} times"
        case ast.CountRange(low, high):
            return f"from {low} to {high} times"
    assert_never(node)


def window_text(node: ast.Window) -> str:
    match node:
        case ast.Within(length):
            return f"within {duration(length)}"
        case ast.WithinNext(length):
            return f"within the next {duration(length)}"
        case ast.Ago(older, younger):
            return f"from {duration(older)} to {duration(younger)} ago"
        case ast.Since(start):
            return f"since {day(start)}"
        case ast.Before(end):
            return f"before {day(end)}"
    assert_never(node)


def event(of: ast.Name, match: ast.Expression | None, where: ast.Expression | None) -> str:
    return _looked_at(of, match, where, None, None)


def fitted(node: ast.Expression, before: int, pad: int) -> str:
    """An expression that begins at column `before`; where it does not fit the line it goes on over several, at their
    joints, each indented by `pad`."""
    flat = expression(node)
    if before + len(flat) <= WIDTH:
        return flat
    margin = "\n" + " " * pad
    match node:
        case ast.Either(operands):
            return f"{margin}or ".join(fitted(operand, pad + 3, pad + 2) for operand in operands)
        case ast.Both(operands):
            return f"{margin}and ".join(fitted(operand, pad + 4, pad + 2) for operand in operands)
        case ast.Not(operand):
            return f"not {fitted(operand, before + 4, pad)}"
        case ast.Brackets(inner):
            return f"({fitted(inner, before + 1, pad + 2)})"
        case ast.InAny(quantifier, segments):
            return f"in segment {quantifier}({margin}" + f",{margin}".join(map(_listed, segments)) + ")"
        case ast.In(operand, negated, choices):
            listed = f",{margin}".join(map(expression, choices))
            return f"{expression(operand)} {'not ' if negated else ''}in ({margin}{listed})"
        case ast.Comparison(left, operator, right):
            return f"{fitted(left, before, pad)} {operator} {expression(right)}"
        case ast.Mention(where=ast.Node() as where):
            return _before_where(flat, where, pad)
        case (
            ast.Aggregate(source=ast.Source(where=ast.Node() as where))
            | ast.CountDistinct(source=ast.Source(where=ast.Node() as where))
            | ast.CountOf(source=ast.Source(where=ast.Node() as where))
            | ast.TimeSince(source=ast.Source(where=ast.Node() as where))
        ):
            return _before_where(flat, where, pad)
        case _:
            return flat


def _before_where(flat: str, where: ast.Expression, pad: int) -> str:
    """What happened, its `where` on a line of its own."""
    head, _, tail = flat.rpartition(_where(where))
    return f"{head}\n{' ' * pad}where {fitted(where, pad + 6, pad + STEP)}{tail}"
