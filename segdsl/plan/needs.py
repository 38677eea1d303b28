"""What each part of a plan reads: which memories, rules and segments an event, an attribute or a membership can touch.

This is what lets an event reach only what it can matter to (architecture rule 12).
"""

from attrs import define, field

from segdsl.plan import nodes as p
from segdsl.plan.walk import walk


@define
class Needs:
    """Indexes over one plan. Segments are given by name; only derived ones are in them."""

    memories: dict[str, list[p.Memory]] = field(factory=dict)
    rules: dict[str, list[p.Rule]] = field(factory=dict)
    by_event: dict[str, set[str]] = field(factory=dict)
    by_attribute: dict[str, set[str]] = field(factory=dict)
    by_segment: dict[str, set[str]] = field(factory=dict)
    timed: set[str] = field(factory=set)

    @classmethod
    def of(cls, plan: p.Plan) -> "Needs":
        needs = cls()
        events = {memory.key: memory for memory in plan.memories}
        for memory in plan.memories:
            needs.memories.setdefault(memory.event, []).append(memory)
        for rule in plan.rules:
            for event in {trigger.event for trigger in rule.triggers}:
                needs.rules.setdefault(event, []).append(rule)
        for segment in plan.segments:
            for node in walk(segment.condition):
                needs._add(segment.name, node, events)
        return needs

    def _add(self, segment: str, node: p.Expression, memories: dict[str, p.Memory]) -> None:
        match node:
            case p.Recall(key):
                self.by_event.setdefault(memories[key].event, set()).add(segment)
                if memories[key].window is not None:
                    self.timed.add(segment)
            case p.Attribute(name):
                self.by_attribute.setdefault(name, set()).add(segment)
            case p.Member(name, lasting):
                self.by_segment.setdefault(name, set()).add(segment)
                if lasting is not None:
                    self.timed.add(segment)
            case p.Now() | p.Age():
                self.timed.add(segment)
            case _:
                pass

    def memories_of(self, event: str) -> list[p.Memory]:
        return self.memories.get(event, [])

    def rules_of(self, event: str) -> list[p.Rule]:
        return self.rules.get(event, [])

    def segments_of_event(self, event: str) -> set[str]:
        return self.by_event.get(event, set())

    def segments_of_attribute(self, attribute: str) -> set[str]:
        return self.by_attribute.get(attribute, set())

    def readers_of(self, segment: str) -> set[str]:
        return self.by_segment.get(segment, set())
