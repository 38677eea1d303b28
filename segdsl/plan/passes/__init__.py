"""Passes over plans: the same meaning, in expressions that are sooner worked out.

Comes in: a plan. Goes out: a plan that an engine may run in its place. Only expressions change: ids, keys, digests,
places and all that a state holds stay as they are, so a state of the one is a state of the other. What people read
(`why`, pictures, pages) is of the plan as it was.

A pass is a file here and a line in `PASSES`. It is given one expression whose parts have been through all passes, and
gives the one that stands for it. One walk, innermost first, takes every expression through all of them; what comes out
is left as it is by another walk.
"""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from msgspec import Struct

from segdsl.plan import nodes as p
from segdsl.plan.passes.constants import folded
from segdsl.plan.passes.facts import Facts
from segdsl.plan.passes.negations import undone
from segdsl.plan.passes.nesting import flattened
from segdsl.plan.passes.order import cheapest_first
from segdsl.plan.passes.repetition import said_once
from segdsl.plan.walk import rewritten

S = TypeVar("S", bound=Struct)

Pass = Callable[[p.Expression, Facts], p.Expression]

PASSES: tuple[Pass, ...] = (flattened, undone, folded, said_once, cheapest_first)
"""In the order in which they are taken."""


def optimised(plan: p.Plan) -> p.Plan:
    """The plan after all passes."""
    return optimised_part(plan, Facts.of(plan))


def optimised_part(part: S, facts: Facts) -> S:
    """A rule, a segment, an expression or another part of a plan after all passes, for an engine that looks at rules
    only when they are needed. `facts` are those of the plan."""
    return rewritten(part, partial(_through, facts=facts))


def _through(node: p.Expression, facts: Facts) -> p.Expression:
    for change in PASSES:
        node = change(node, facts)
    return node
