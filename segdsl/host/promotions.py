"""Which promotions a customer has at an instant (language.md section 6): a promotion only reads.

Comes in: a plan's promotions, and what is known of the customer at the instant. Goes out: a `Promotion` for each that
the customer has. Of the past, recorded memberships are enough for a condition that asks for segments alone; what else
one may ask is known again when the customer's inputs are played up to then.
"""

from collections.abc import Iterable

from msgspec import Struct

from segdsl.backends.base import Membership
from segdsl.plan import nodes as p
from segdsl.plan.walk import walk
from segdsl.state.customer import State

_BY_MEMBERSHIPS = p.Member | p.Both | p.Either | p.Negation | p.Constant | p.Compare | p.Known | p.Now | p.Chance
"""What can be judged on memberships alone."""


class Promotion(Struct, frozen=True):
    """A promotion that a customer has. `begin` and `end` bound the promotion itself, [begin, end) (microseconds since
    1970 UTC; None: no bound); `place` is its `file:line`."""

    name: str
    begin: int | None
    end: int | None
    place: str


def given(promotions: Iterable[p.Promotion]) -> list[Promotion]:
    """Promotions of a plan as they are told of."""
    return [Promotion(each.name, each.begin, each.end, each.place) for each in promotions]


def by_memberships(promotion: p.Promotion) -> bool:
    """Whether recorded memberships are enough to judge a promotion in the past."""
    return all(isinstance(node, _BY_MEMBERSHIPS) for node in walk(promotion.condition))


def as_recorded(customer: str, instant: int, memberships: Iterable[Membership]) -> State:
    """The state of a customer at an instant as far as recorded memberships tell."""
    members = {each.segment: each.since for each in memberships}
    return State(customer, instant, instant, instant, members=members)
