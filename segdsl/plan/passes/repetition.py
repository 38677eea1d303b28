"""`a and a` is `a`: expressions are pure, so one that is asked twice gives the same twice."""

import msgspec

from segdsl.plan import nodes as p
from segdsl.plan.passes.facts import Facts


def said_once(node: p.Expression, facts: Facts) -> p.Expression:
    """An `and` or `or` with each operand once; a single operand by itself."""
    match node:
        case p.Both(operands):
            once = _once(operands)
            return once[0] if len(once) == 1 else node if len(once) == len(operands) else p.Both(once)
        case p.Either(operands):
            once = _once(operands)
            return once[0] if len(once) == 1 else node if len(once) == len(operands) else p.Either(once)
    return node


def _once(operands: tuple[p.Expression, ...]) -> tuple[p.Expression, ...]:
    # By what is written, since for Python 1 equals True.
    return tuple({msgspec.json.encode(operand): operand for operand in operands}.values())
