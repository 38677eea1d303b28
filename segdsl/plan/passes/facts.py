"""What passes know of the plan that an expression stands in."""

from collections.abc import Mapping

from attrs import frozen

from segdsl.plan import nodes as p
from segdsl.values.zones import Zone


@frozen
class Facts:
    """The zone, the attributes that have a default (and so are always known), and the memories by their keys."""

    zone: Zone
    defaults: frozenset[str]
    memories: Mapping[str, p.Memory]

    @classmethod
    def of(cls, plan: p.Plan) -> "Facts":
        defaults = frozenset(each.name for each in plan.attributes if each.default is not None)
        return cls(Zone(plan.zone), defaults, {memory.key: memory for memory in plan.memories})
