"""`not not a` is `a`, for what is not known as well (language.md section 5.8)."""

from segdsl.plan import nodes as p
from segdsl.plan.passes.facts import Facts


def undone(node: p.Expression, facts: Facts) -> p.Expression:
    """What is negated twice, without either."""
    match node:
        case p.Negation(p.Negation(operand)):
            return operand
    return node
