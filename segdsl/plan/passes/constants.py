"""What is the same for every customer at every instant, worked out once, with the operations that engines use."""

from typing import assert_never

from segdsl.plan import nodes as p
from segdsl.plan.passes.facts import Facts
from segdsl.values import operations
from segdsl.values.truth import conjunction, disjunction, negate

C = p.Constant


def folded(node: p.Expression, facts: Facts) -> p.Expression:
    """The constant that an expression always gives, and an `and` or `or` without what cannot matter to it."""
    match node:
        case p.Known(operand):
            return C(False) if operand == C(None) else C(True) if always_known(operand, facts) else node
        case p.Both(operands):
            return _joint(node, operands)
        case p.Either(operands):
            return _joint(node, operands)
        case p.Negation(C(value)):
            return C(negate(value))
        case p.Compare(operator, C(left), C(right)):
            return C(operations.compare(operator, left, right))
        case p.Arithmetic(operator, C(left), C(right), domain):
            return C(operations.calculate(operator, left, right, domain))
        case p.TestText(operator, C(left), C(right)):
            return C(operations.matches_text(operator, left, right))
        case p.Contains(C(items), C(item), without_case):
            return C(operations.holds_item(items, item, without_case))
        case p.Compare() | p.Arithmetic() | p.TestText() if C(None) in (node.left, node.right):
            return C(None)
        case p.Contains(items, item) if C(None) in (items, item):
            return C(None)
        case p.OneOf(C(value), values):
            return C(operations.is_one_of(value, values))
        case p.Fold(C(value)):
            return C(operations.folded(value))
        case p.Age(C(None)):
            return C(None)
        case p.Start(C(day), time):
            return C(operations.start_of(day, time, facts.zone))
        case p.DateOf(C(instant)):
            return C(operations.date_of(instant, facts.zone))
        case p.Shift(C(moment), months, days, of, up):
            return C(operations.shifted(moment, months, days, of, up, facts.zone))
    return node


def _joint(node: p.Both | p.Either, operands: tuple[p.Expression, ...]) -> p.Expression:
    """With an operand that decides, that one; without those that never do. One that is not known stays: it keeps the
    others from being enough."""
    join, neutral = (conjunction, True) if isinstance(node, p.Both) else (disjunction, False)
    known = join(operand.value for operand in operands if isinstance(operand, p.Constant))
    if known is (not neutral):
        return C(known)
    left = tuple(o for o in operands if not (isinstance(o, p.Constant) and o.value is neutral))
    if len(left) == len(operands):
        return node
    return type(node)(left) if left else C(neutral)


def always_known(node: p.Expression, facts: Facts) -> bool:
    """Whether an expression gives a value for every customer at every instant, as far as can be seen."""
    match node:
        case p.Constant(value):
            return value is not None
        case p.Attribute(name):
            return name in facts.defaults
        case p.Recall(key):
            return facts.memories[key].measure in ("count", "distinct")
        case p.Aggregate(measure):
            return measure in ("count", "distinct")
        case p.Compare(_, left, right) | p.TestText(_, left, right):
            return always_known(left, facts) and always_known(right, facts)
        case p.Arithmetic(_, left, right, domain):
            return domain == "whole" and always_known(left, facts) and always_known(right, facts)
        case p.Contains(items, item):
            return always_known(items, facts) and always_known(item, facts)
        case p.Both(operands) | p.Either(operands):
            return all(always_known(operand, facts) for operand in operands)
        case p.Negation(operand) | p.OneOf(operand) | p.Fold(operand):
            return always_known(operand, facts)
        case p.Now() | p.Items() | p.Known() | p.Member() | p.OnDays() | p.Chance():
            return True
        # What an event carries may be missing; a day may lie beyond the calendar's years, a birth in the future.
        case p.Field() | p.ItemField() | p.Age() | p.Start() | p.DateOf() | p.Shift():
            return False
        case _:
            assert_never(node)
