"""What a witness is told while a step is taken: what was judged, on what, and what came of it.

Explanations and the coverage of tests look at a run through a witness. A run without one pays nothing for it, and one
with it does exactly the same.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Literal

from msgspec import Struct

from segdsl.engines.reference.evaluate import View, evaluate
from segdsl.plan import nodes as p
from segdsl.plan.expressions import Expression

What = Literal[
    "entered",
    "triggered",
    "refused",
    "judged",
    "taken",
    "begun",
    "goes on",
    "left",
    "landed",
    "lost",
    "held",
    "passed",
]


class Sighting(Struct, frozen=True):
    """Something seen in the step `key` (instant, arrival, round: the order key, with arrival 0 for the clock).

    | `what` | seen | `node` |
    |---|---|---|
    | `entered` | an event goes into the history; `fields` are its own | the `Event` |
    | `triggered` | a trigger of `rule` fires; `fields` are the event at hand | the trigger |
    | `refused` | no flow starts, for the `reason` | the rule |
    | `judged` | a condition, with its `outcome` (None: not known) | the node (`Segment`, `Hold`, ...) it is of |
    | `taken` | a path is taken | the `Path` |
    | `begun` | a flow has come to a wait | the `Pause` |
    | `goes on` | a wait is over or answered | the `Pause` |
    | `left` | a flow ends at a wait, for the `reason` | the `Pause` |
    | `landed` | an action of `rule` lands | the action |
    | `lost` | it gives way to one that decides, of the rule whose id is the `reason` | the action |
    | `held` | an effect is held back, whose id is the `reason` and whose `fields` are told | the `Limit` or `Hold` |
    | `passed` | an effect that it speaks of is not held back by it | the `Limit` or `Hold` |

    Nodes are those of the plan itself, so that they can be told apart by identity. `value` gives what an expression is
    worth where this was seen; it is good only while the witness is told. `customer` is whom the step is about, `flow`
    the value of `per` as text, for a rule that has it. What `goes on` has the `fields` of the event that answered. An
    event that was a guest's has the key of the step in which the guest turned out to be the customer."""

    what: What
    key: tuple[int, int, int]
    customer: str
    node: object
    rule: p.Rule | None = None
    outcome: bool | None = None
    reason: str = ""
    fields: Mapping[str, Any] = {}
    value: Callable[[Expression], Any] | None = None
    flow: str = ""

    @property
    def recorded(self) -> bool:
        """Of an event that went into the history: whether a rule recorded it."""
        return self.key[2] > 0 or self.reason == "recorded"


Witness = Callable[[Sighting], None]


def judged(
    condition: p.Expression | None,
    view: View,
    key: tuple[int, int, int],
    node: object,
    rule: p.Rule | None,
    witness: Witness | None,
    flow: str = "",
) -> bool:
    """Whether a condition is true, told to the witness. No condition always holds."""
    if condition is None:
        return True
    outcome = evaluate(condition, view)
    if witness is not None:
        value = partial(evaluate, view=view)
        witness(Sighting("judged", key, view.state.customer, node, rule, outcome, value=value, flow=flow))
    return outcome is True
