"""From a three-valued condition to a two-valued sentence about it: that it is true, false, not true, or not false."""

from __future__ import annotations

from typing import Literal

from attrs import frozen

from segdsl.compiler.reasoning.terms import Memories, Term, question
from segdsl.compiler.reasoning.values import Values
from segdsl.plan import nodes as p
from segdsl.values.kinds import WEEKDAYS

Claim = Literal["true", "false", "not true", "not false"]
OPPOSITE: dict[Claim, Claim] = {
    "true": "false",
    "false": "true",
    "not true": "not false",
    "not false": "not true",
}


@frozen
class Lies:
    """The term's value lies in the set."""

    term: Term
    values: Values


@frozen
class All:
    parts: tuple[Formula, ...] = ()


@frozen
class Some:
    parts: tuple[Formula, ...] = ()


Formula = Lies | All | Some


def formula(node: p.Expression, claim: Claim, memories: Memories) -> Formula:
    """What has to be so for the claim about a condition to be so."""
    match node:
        case p.Both(operands):
            parts = tuple(formula(operand, claim, memories) for operand in operands)
            return All(parts) if claim in ("true", "not false") else Some(parts)
        case p.Either(operands):
            parts = tuple(formula(operand, claim, memories) for operand in operands)
            return Some(parts) if claim in ("true", "not false") else All(parts)
        case p.Negation(operand):
            return formula(operand, OPPOSITE[claim], memories)
        case p.OnDays():
            return formula(_by_parts(node), claim, memories)
    asked = question(node, memories)
    match claim:
        case "true":
            return Lies(asked.term, asked.true)
        case "false":
            return Lies(asked.term, asked.false)
        case "not true":
            return Lies(asked.term, asked.true.complement())
    return Lies(asked.term, asked.false.complement())


def _by_parts(node: p.OnDays) -> p.Expression:
    """Days and a window of time as conditions on the weekday and the time of day."""
    on_days = p.OneOf(p.Now("weekday"), tuple(WEEKDAYS[day] for day in node.days))
    if node.start is None or node.end is None:
        return on_days
    time = p.Now("time of day")
    begun, not_over = p.Compare(">=", time, p.Constant(node.start)), p.Compare("<", time, p.Constant(node.end))
    if node.start < node.end:
        return p.Both((on_days, begun, not_over))
    days_after = p.OneOf(p.Now("weekday"), tuple(WEEKDAYS[(day + 1) % 7] for day in node.days))
    return p.Either((p.Both((on_days, begun)), p.Both((days_after, not_over))))
