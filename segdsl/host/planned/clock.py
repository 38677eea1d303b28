"""What happens by itself: rules that listen to transitions or to the clock, windows that slide, memberships that end,
flows that wait (language.md section 5.13)."""

from segdsl.engines.compiled import Compiled
from segdsl.host.planned.parts import ByItself, Reader, Start, Turn
from segdsl.plan import nodes as p
from segdsl.plan.needs import pauses
from segdsl.plan.readers import in_order, rule_name
from segdsl.plan.text import Text
from segdsl.plan.timed import timed_parts
from segdsl.plan.walk import structs


def by_itself(plan: p.Plan, compiled: Compiled) -> ByItself:
    """All that happens without an event."""
    text, needs = Text(plan), compiled.needs
    memories = {memory.key: memory for memory in plan.memories}
    starts, ends, waits = [], [], []
    for rule in sorted(plan.rules, key=lambda rule: in_order(rule.place)):
        for trigger in rule.triggers:
            if isinstance(trigger, p.EntersTrigger | p.LeavesTrigger):
                starts.append(Start(rule.place, rule.activity, text.trigger(trigger), "transition"))
            elif isinstance(trigger, p.DateTrigger | p.ScheduleTrigger):
                starts.append(Start(rule.place, rule.activity, text.trigger(trigger), "clock"))
        for node in structs(rule.steps):
            if isinstance(node, p.Add) and (node.lasting is not None or node.until is not None):
                ends.append(Reader(rule.place, text.action(node)))
        waits += [Reader(rule.place, f"{rule_name(rule)}: {text.pause(pause)}") for pause, _ in pauses(rule.steps)]
    turns = []
    for segment in plan.segments:
        if segment.name in needs.timed:
            parts = dict.fromkeys(text.condition(part) for part in timed_parts(segment.condition, memories))
            turns.append(Turn(segment.name, segment.place, tuple(parts), segment.name in needs.heard))
    return ByItself(tuple(starts), tuple(turns), tuple(dict.fromkeys(ends)), tuple(dict.fromkeys(waits)))
