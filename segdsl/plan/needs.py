"""What each part of a plan reads: which memories, collections, rules and segments an event, an attribute or a
membership can touch.

This is what lets an event reach only what it can matter to (architecture rule 12), and lets a timer exist only where a
rule listens.
"""

from attrs import define, field

from segdsl.plan import nodes as p
from segdsl.plan.walk import walk

Clocked = p.DateTrigger | p.ScheduleTrigger


@define
class Needs:
    """Indexes over one plan. Segments are given by name; those in `by_...` have a condition that is judged between
    events. `heard` are the segments whose coming and going a rule listens to, and all that those depend on."""

    memories: dict[str, list[p.Memory]] = field(factory=dict)
    collections: dict[str, list[p.Collection]] = field(factory=dict)
    rules: dict[str, dict[str, p.Rule]] = field(factory=dict)
    entering: dict[str, dict[str, p.Rule]] = field(factory=dict)
    leaving: dict[str, dict[str, p.Rule]] = field(factory=dict)
    looking_back: dict[str, dict[str, p.Rule]] = field(factory=dict)
    clocked: dict[str, p.Rule] = field(factory=dict)
    stopped_by_clock: dict[str, p.Rule] = field(factory=dict)
    counts: dict[str, dict[str, p.CountTrigger]] = field(factory=dict)
    after: dict[str, dict[str, p.AfterTrigger]] = field(factory=dict)
    without: dict[str, dict[str, p.AfterTrigger]] = field(factory=dict)
    by_memory: dict[str, set[str]] = field(factory=dict)
    by_event: dict[str, set[str]] = field(factory=dict)
    by_attribute: dict[str, set[str]] = field(factory=dict)
    by_segment: dict[str, set[str]] = field(factory=dict)
    timed: set[str] = field(factory=set)
    heard: set[str] = field(factory=set)

    @classmethod
    def of(cls, plan: p.Plan) -> "Needs":
        needs = cls()
        events: dict[str, tuple[str, ...]] = {memory.key: (memory.event,) for memory in plan.memories}
        events |= {collection.key: collection.events for collection in plan.collections}
        windows = {memory.key for memory in plan.memories if memory.window is not None}
        for memory in plan.memories:
            needs.memories.setdefault(memory.event, []).append(memory)
        for collection in plan.collections:
            for event in collection.events:
                needs.collections.setdefault(event, []).append(collection)
        for rule in plan.rules:
            for trigger in rule.triggers:
                needs._add_trigger(rule, trigger)
            for trigger in (*rule.triggers, *rule.stops):
                needs._track(trigger)
            if any(isinstance(stop, Clocked) for stop in rule.stops):
                needs.stopped_by_clock[rule.id] = rule
            needs._hear(rule)
        for segment in plan.segments:
            for node in walk(segment.condition):
                needs._add(segment.name, node, events, windows)
        for segment in reversed(plan.segments):
            if segment.name in needs.heard:
                needs.heard |= {node.segment for node in walk(segment.condition) if isinstance(node, p.Member)}
        return needs

    def _add_trigger(self, rule: p.Rule, trigger: p.Trigger) -> None:
        match trigger:
            case p.EventTrigger(event):
                self.rules.setdefault(event, {})[rule.id] = rule
            case p.CountTrigger(_, event):
                self.rules.setdefault(event, {})[rule.id] = rule
            case p.AfterTrigger(key):
                self.looking_back.setdefault(key, {})[rule.id] = rule
            case p.EntersTrigger(segment):
                self.entering.setdefault(segment, {})[rule.id] = rule
            case p.LeavesTrigger(segment):
                self.leaving.setdefault(segment, {})[rule.id] = rule
            case p.DateTrigger() | p.ScheduleTrigger():
                self.clocked[rule.id] = rule

    def _track(self, trigger: p.Trigger) -> None:
        """Note what a trigger has to be told of before it fires."""
        match trigger:
            case p.CountTrigger(key, event):
                self.counts.setdefault(event, {})[key] = trigger
            case p.AfterTrigger(key, event):
                self.after.setdefault(event, {})[key] = trigger
                if trigger.without is not None:
                    self.without.setdefault(trigger.without.event, {})[key] = trigger
            case _:
                pass

    def _hear(self, rule: p.Rule) -> None:
        """Note the segments to whose coming and going a rule listens, in its triggers, stops and waits."""
        answers = [pause.trigger for pause, _ in pauses(rule.steps) if isinstance(pause, p.WaitFor)]
        for trigger in (*rule.triggers, *rule.stops, *answers):
            if isinstance(trigger, p.EntersTrigger | p.LeavesTrigger):
                self.heard.add(trigger.segment)

    def _add(self, segment: str, node: p.Expression, events: dict[str, tuple[str, ...]], windows: set[str]) -> None:
        match node:
            case p.Recall(key) | p.Items(key):
                self.by_memory.setdefault(key, set()).add(segment)
                for event in events[key]:
                    self.by_event.setdefault(event, set()).add(segment)
                if key in windows or (isinstance(node, p.Items) and node.window is not None):
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

    def collections_of(self, event: str) -> list[p.Collection]:
        return self.collections.get(event, [])

    def tells_of(self, event: str) -> bool:
        """Whether collections, or triggers that count or look back, have to be told of an event."""
        return any(event in told for told in (self.collections, self.counts, self.after, self.without))

    def segments_of_event(self, event: str) -> set[str]:
        return self.by_event.get(event, set())

    def segments_of_attribute(self, attribute: str) -> set[str]:
        return self.by_attribute.get(attribute, set())

    def readers_of(self, segment: str) -> set[str]:
        return self.by_segment.get(segment, set())


def pauses(steps: tuple[p.Step, ...]) -> list[tuple[p.Pause, tuple[p.Step, ...]]]:
    """All waits in some steps, each with the steps that follow it."""
    found: list[tuple[p.Pause, tuple[p.Step, ...]]] = []
    for number, step in enumerate(steps):
        match step:
            case p.Branch():
                for path in step.paths:
                    found += pauses(path.steps)
            case p.Wait() | p.WaitUntil() | p.WaitFor():
                found.append((step, steps[number + 1 :]))
            case p.Act() | p.Gate():
                pass
    return found
