"""`a and (b and c)` is `a and b and c`: Kleene's `and` and `or` are associative (language.md section 5.8)."""

from segdsl.plan import nodes as p
from segdsl.plan.passes.facts import Facts


def flattened(node: p.Expression, facts: Facts) -> p.Expression:
    """An `and` with the operands of those that stand in it, and an `or` likewise."""
    match node:
        case p.Both(operands) if any(isinstance(operand, p.Both) for operand in operands):
            inner = [operand.operands if isinstance(operand, p.Both) else (operand,) for operand in operands]
            return p.Both(tuple(each for part in inner for each in part))
        case p.Either(operands) if any(isinstance(operand, p.Either) for operand in operands):
            inner = [operand.operands if isinstance(operand, p.Either) else (operand,) for operand in operands]
            return p.Either(tuple(each for part in inner for each in part))
    return node
