"""The operands of `and` and `or`, the cheapest first: often it decides, and the others need not be asked. Expressions
are pure and total, so their order has no meaning."""

from typing import assert_never

from segdsl.plan import nodes as p
from segdsl.plan.passes.facts import Facts

ENTRIES = 10
"""So many events or items a history or collection is taken to hold, where each has to be looked at."""


def cheapest_first(node: p.Expression, facts: Facts) -> p.Expression:
    """An `and` or `or` with its operands in the order of their costs; of equal ones, the one written first. What
    is never known never decides, and comes last."""
    match node:
        case p.Both(operands) | p.Either(operands):
            ordered = tuple(sorted(operands, key=lambda each: (each == p.Constant(None), cost(each, facts))))
            return node if ordered == operands else type(node)(ordered)
    return node


def cost(node: p.Expression | None, facts: Facts) -> int:
    """What it takes to work out an expression, all its parts included. The unit is a look into a mapping."""
    match node:
        case None | p.Constant():
            return 0
        case p.Member(_, lasting):
            return 1 if lasting is None else 2
        case p.Attribute():
            return 2  # with a default, two looks
        case p.Field() | p.ItemField():
            return 2
        case p.Known(operand) | p.Negation(operand):
            return cost(operand, facts)
        case p.Both(operands) | p.Either(operands):
            return sum(cost(operand, facts) for operand in operands)
        case p.Compare(_, left, right):
            return 1 + cost(left, facts) + cost(right, facts)
        case p.OneOf(operand):
            return 1 + cost(operand, facts)
        case p.TestText(_, left, right):
            return 3 + cost(left, facts) + cost(right, facts)
        case p.Fold(text):
            return 4 + cost(text, facts)
        case p.Arithmetic(operator, left, right, domain):
            own = 1 if domain == "whole" else 3 if operator in "+-" else 8
            return own + cost(left, facts) + cost(right, facts)
        case p.Contains(items, item, folded):
            return (4 * ENTRIES if folded else ENTRIES) + cost(items, facts) + cost(item, facts)
        case p.Now(what):
            return 1 if what == "instant" else 15
        case p.OnDays():
            return 20
        case p.Age(inner) | p.Start(inner) | p.DateOf(inner) | p.Shift(inner):
            return 25 + cost(inner, facts)
        case p.Chance():
            return 25
        case p.Recall(key, chosen):
            return _of_recall(facts.memories[key], chosen, facts)
        case p.Items(_, window):
            return 3 if window is None else 20
        case p.Aggregate(_, items, where, operand):
            return cost(items, facts) + ENTRIES * (2 + cost(where, facts) + cost(operand, facts))
        case _:
            assert_never(node)


def _of_recall(memory: p.Memory, chosen: p.Expression | None, facts: Facts) -> int:
    if memory.fields:
        return 20 + ENTRIES * (5 + cost(chosen, facts))
    if memory.window is not None:
        return 20 if memory.measure in ("count", "when") else 20 + ENTRIES
    return ENTRIES if memory.measure == "frequent" else 4
