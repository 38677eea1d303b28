"""What passes know of the plan that an expression stands in."""

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from segdsl.plan import nodes as p
from segdsl.values.zones import Zone


@frozen
class Facts:
    """The zone, the defaults of attributes that have one (and so are always known), and the memories by their keys."""

    zone: Zone
    defaults: Mapping[str, Any]
    memories: Mapping[str, p.Memory]

    @classmethod
    def of(cls, plan: p.Plan) -> "Facts":
        defaults = {each.name: each.default for each in plan.attributes if each.default is not None}
        return cls(Zone(plan.zone), defaults, {memory.key: memory for memory in plan.memories})
