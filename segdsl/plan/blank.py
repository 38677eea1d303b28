"""Which segments may hold a customer of whom nothing is known: the others need not be looked at for a newcomer."""

import operator
from typing import Any

from segdsl.plan import nodes as p

COUNTED = ("count", "distinct", "total")
"""Measures that are 0 over nothing."""

_COMPARED = {
    "=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip

UNSURE: Any = object()
"""A value that depends on more than the plan: on the instant, on chance, on another segment."""


def may_hold(plan: p.Plan) -> set[str]:
    """The names of the segments whose condition may be true without events and attributes."""
    defaults = {attribute.name: attribute.default for attribute in plan.attributes}
    memories = {memory.key: memory for memory in plan.memories}
    found: set[str] = set()
    for segment in plan.segments:  # in the order of dependence
        if segment.kind == "derived" and _Blank(defaults, memories, found).may(segment.condition, True):
            found.add(segment.name)
    return found


class _Blank:
    """What conditions may come to without events. `members` are the segments that may hold then."""

    def __init__(self, defaults: dict[str, Any], memories: dict[str, p.Memory], members: set[str]) -> None:
        self.defaults, self.memories, self.members = defaults, memories, members

    def may(self, condition: p.Expression | None, wanted: bool) -> bool:
        """Whether a condition may be true, or false if that is wanted."""
        match condition:
            case None:
                return wanted
            case p.Both(operands):
                return all(self.may(o, True) for o in operands) if wanted else any(self.may(o, False) for o in operands)
            case p.Either(operands):
                return any(self.may(o, True) for o in operands) if wanted else all(self.may(o, False) for o in operands)
            case p.Negation(operand):
                return self.may(operand, not wanted)
            case p.Member(segment):
                return not wanted or segment in self.members
            case p.Known(operand):
                return self.value(operand) is UNSURE or (self.value(operand) is not None) is wanted
            case p.Constant(value):
                return value is wanted
            case p.Compare(sign, left, right):
                return self._may_compare(sign, self.value(left), self.value(right), wanted)
            case p.TestText(_, left, right):
                return self.value(left) is not None and self.value(right) is not None
            case p.OneOf(operand):
                return self.value(operand) is not None
            case _:
                return self.value(condition) is not None

    @staticmethod
    def _may_compare(sign: p.Comparator, left: Any, right: Any, wanted: bool) -> bool:
        if left is None or right is None:
            return False
        return left is UNSURE or right is UNSURE or bool(_COMPARED[sign](left, right)) is wanted

    def value(self, node: p.Expression) -> Any:
        """What an expression is worth; None where it is surely not known."""
        match node:
            case p.Constant(value):
                return value
            case p.Attribute(name):
                return self.defaults.get(name)
            case p.Field() | p.ItemField():
                return None
            case p.Recall(key):
                return 0 if self.memories[key].measure in COUNTED else None
            case p.Aggregate(measure):
                return 0 if measure in COUNTED else None
            case p.Arithmetic(_, left, right):
                return None if self.value(left) is None or self.value(right) is None else UNSURE
            case p.Age(inner) | p.Start(inner) | p.DateOf(inner) | p.Shift(inner) | p.Fold(inner):
                return None if self.value(inner) is None else UNSURE
            case _:
                return UNSURE
