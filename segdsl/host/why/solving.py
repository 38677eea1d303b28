"""Values that meet a test: what a field or an attribute would have to be. Nothing here is more than a proposal."""

from collections.abc import Callable, Mapping
from typing import Any

from segdsl.plan import nodes as p
from segdsl.plan.walk import structs
from segdsl.values import numbers
from segdsl.values.instants import DAY, MINUTE, SECOND
from segdsl.values.kinds import Kind
from segdsl.values.numbers import SCALE

INVERSE: dict[p.Comparator, p.Comparator] = {"<": ">=", ">=": "<", ">": "<=", "<=": ">", "=": "!=", "!=": "="}
MIRRORED: dict[p.Comparator, p.Comparator] = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "=", "!=": "!="}

EMPTY: Mapping[str, Any] = {}

Value = Callable[[p.Expression], Any]

_UNITS = {"number": SCALE, "date": 1, "instant": SECOND, "duration": MINUTE, "time of day": MINUTE}
"""The step from one value to the next that a person would take."""

_SAMPLES: dict[str, Any] = {
    "number": SCALE, "boolean": True, "date": 20_000, "instant": 20_000 * DAY, "duration": DAY, "time of day": 0,
    "list": (), "record": {},
}  # fmt: skip


def sample(kind: Kind | None) -> Any:
    """Any value of a kind."""
    if kind is None or kind.name not in _SAMPLES:
        return kind.choices[0] if kind is not None and kind.choices else "x"
    return _SAMPLES[kind.name]


def meeting(operator: p.Comparator, value: Any, kind: Kind | None) -> Any:
    """A value that stands so to another one; None where there is none."""
    if value is None or operator in ("=", ">=", "<="):
        return value
    if operator == "!=":
        return other_than([value], kind)
    if isinstance(value, str):
        return value + "a" if operator == ">" else ""
    unit = _UNITS.get(kind.name if kind is not None else "number", 1)
    return value + unit if operator == ">" else value - unit


def other_than(values: list[Any], kind: Kind | None) -> Any:
    """A value of a kind that is none of these; None where there is none."""
    if kind is not None and kind.choices:
        return next((choice for choice in kind.choices if choice not in values), None)
    first = values[0] if values else None
    if isinstance(first, bool):
        return not first if (not first) not in values else None
    if isinstance(first, str) or first is None:
        return next(text for number in range(len(values) + 1) if (text := f"other {number + 1}") not in values)
    unit = _UNITS.get(kind.name if kind is not None else "number", 1)
    return max(values) + unit


def fields_meeting(
    test: p.Expression | None, kinds: dict[str, Kind], now: int, hand: Mapping[str, Any] = EMPTY
) -> dict[str, Any] | None:
    """Fields of an event at `now` that meets a test; None where none could be thought of. `hand` holds the fields of
    the event at hand, with which it may be compared."""
    match _settled(test, hand):
        case None:
            return {}
        case p.Both(operands):
            fields: dict[str, Any] = {}
            for operand in operands:
                more = fields_meeting(operand, kinds, now, hand)
                if more is None:
                    return None
                fields = more | fields  # of two that do not agree, one may still do: it is tried
            return fields
        case p.Either(operands):
            return next((each for of in operands if (each := fields_meeting(of, kinds, now, hand)) is not None), None)
        case p.Negation(inner):
            return _fields_against(inner, kinds)
        case p.Compare(_, p.ItemField("time"), p.Constant()):
            return {}
        case p.Compare(operator, left, p.Constant(value)):
            target = meeting(operator, value, _kind(left, kinds))
            return fields_worth(left, target) if target is not None else None
        case p.OneOf(operand, values):
            return _field(operand, values[0])
        case p.TestText(_, left, p.Constant(value)):
            return _field(left, value)
        case p.Contains(items, p.Constant(value)):
            return _field(items, (value,))
        case p.Known(operand):
            return _field(operand, sample(_kind(operand, kinds)))
    return None


def _settled(test: p.Expression | None, hand: Mapping[str, Any]) -> p.Expression | None:
    """A comparison with a field of the event at hand, as one with its value."""
    if not isinstance(test, p.Compare):
        return test
    left, right = (_added_up(_of_hand(side, hand)) for side in (test.left, test.right))
    if isinstance(left, p.Constant):
        return p.Compare(MIRRORED[test.operator], right, left)
    return p.Compare(test.operator, left, right)


def _added_up(side: p.Expression) -> p.Expression:
    """Arithmetic of plain values, as what it comes to."""
    match side:
        case p.Arithmetic(operator, left, right, domain):
            one, other = _added_up(left), _added_up(right)
            if isinstance(one, p.Constant) and isinstance(other, p.Constant) and None not in (one.value, other.value):
                if operator in "+-" and domain in ("exact", "whole"):
                    return p.Constant(one.value + other.value if operator == "+" else one.value - other.value)
                if domain == "exact":
                    made = numbers.multiply if operator == "*" else numbers.divide
                    return p.Constant(made(one.value, other.value))
    return side


def _of_hand(side: p.Expression, hand: Mapping[str, Any]) -> p.Expression:
    inner = side.text if isinstance(side, p.Fold) else side
    return p.Constant(hand.get(inner.name)) if isinstance(inner, p.Field) else side


def _fields_against(test: p.Expression, kinds: dict[str, Kind]) -> dict[str, Any] | None:
    match test:
        case p.Compare(operator, left, p.Constant(value)):
            return _field(left, meeting(INVERSE[operator], value, _kind(left, kinds)))
        case p.OneOf(operand, values):
            return _field(operand, other_than(list(values), _kind(operand, kinds)))
        case p.TestText(_, left, p.Constant(_)):
            return _field(left, "other")
        case p.Known():
            return {}
    return None


def _field(node: p.Expression, value: Any) -> dict[str, Any] | None:
    name = field_name(node)
    return {name: value} if name and name not in ("time", "received") and value is not None else None


def _kind(node: p.Expression, kinds: dict[str, Kind]) -> Kind | None:
    return kinds.get(field_name(node) or "")


def field_name(node: p.Expression) -> str | None:
    """The field of the past event that an expression reads, folded or not."""
    match node:
        case p.ItemField(name):
            return name
        case p.Fold(p.ItemField(name)):
            return name
    return None


def fields_worth(operand: p.Expression, target: Any) -> dict[str, Any] | None:
    """Fields that make an operand, such as `price * quantity`, worth `target`."""
    match operand:
        case p.ItemField() | p.Fold():
            return _field(operand, target)
        case p.Arithmetic("*" | "/" as operator, left, p.Constant(int() as factor), "exact") if factor > 0:
            needed = numbers.divide(target, factor) if operator == "*" else numbers.multiply(target, factor)
            return fields_worth(left, needed) if needed is not None else None
        case p.Arithmetic("+" | "-" as operator, left, p.Constant(int() as term), "exact" | "whole"):
            return fields_worth(left, target - term if operator == "+" else target + term)
        case p.Arithmetic(operator, left, right, "exact" | "whole"):
            one = fields_worth(left, target)
            rest = fields_worth(right, SCALE if operator in "*/" else 0)
            return {**rest, **one} if one is not None and rest is not None else None
    return None


def not_before(test: p.Expression | None, now: int) -> int:
    """How long nothing can count yet, where a test asks for events from an instant on."""
    later = 0
    for part in structs(test):
        match part:
            case p.Compare(">=" | ">" as operator, p.ItemField("time"), p.Constant(int() as instant)):
                later = max(later, instant - now + (operator == ">"))
    return later


def about(test: p.Expression, fields: Mapping[str, Any], value: Value) -> Any:
    """What an expression is worth that speaks of a past event or an item: its fields stand in for it."""
    return value(_put(test, fields))


def _put(node: Any, fields: Mapping[str, Any]) -> Any:
    """An expression with the fields of a past event put in."""
    if isinstance(node, p.ItemField):
        return p.Constant(fields.get(node.name))
    if isinstance(node, p.Aggregate):
        # Its own `where` and operand speak of the items of a list, which is all that is the event's own here.
        return type(node)(node.measure, _put(node.items, fields), node.where, node.operand)
    if isinstance(node, tuple):
        return tuple(_put(each, fields) for each in node)
    if isinstance(node, p.Expression):
        return type(node)(*(_put(getattr(node, name), fields) for name in node.__struct_fields__))
    return node
