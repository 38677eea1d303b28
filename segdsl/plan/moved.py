"""Which segments the clock alone can move (language.md section 5.13): whoever asks about the others need not look at
customers for whom something is due.

Rather one too many than one too few: a segment left out must never change without an input.
"""

from segdsl.plan import nodes as p
from segdsl.plan.needs import Needs, pauses
from segdsl.plan.walk import structs, walk


def moved_by_clock(plan: p.Plan, needs: Needs, *, ends: bool = False) -> frozenset[str]:
    """The names of the segments whose members can change between inputs. With `ends`, rules of before, which are not in
    the plan any more, may have added to segments until an instant."""
    acting = [rule for rule in plan.rules if _acts_by_clock(rule)]
    doings = [node for rule in acting for node in structs(rule.steps)]
    if any(isinstance(node, p.SetAttribute | p.Record) for node in doings):
        return frozenset(segment.name for segment in plan.segments)  # whatever reads what they set or record
    moved = set(needs.timed)
    moved |= {segment.name for segment in plan.segments if ends and segment.kind == "added"}
    moved |= {node.segment for node in doings if isinstance(node, p.Add | p.Remove)}
    for rule in plan.rules:
        adds = (node for node in structs(rule.steps) if isinstance(node, p.Add))
        moved |= {add.segment for add in adds if add.lasting is not None or add.until is not None}
    readers = {segment.name: _read(segment.condition) for segment in plan.segments}
    moved |= {name for name, read in readers.items() if None in read}
    while more := {name for name, read in readers.items() if name not in moved and not moved.isdisjoint(read)}:
        moved |= more
    return frozenset(moved)


def _acts_by_clock(rule: p.Rule) -> bool:
    """Whether a rule may act where there is no event. Entering and leaving may be the clock's doing."""
    by_event = all(isinstance(trigger, p.EventTrigger | p.CountTrigger) for trigger in rule.triggers)
    return not by_event or bool(pauses(rule.steps))


def _read(condition: p.Expression | None) -> set[str | None]:
    """The segments that a condition asks about; None where it asks for the day or the time of day."""
    nodes = list(walk(condition))
    found: set[str | None] = {node.segment for node in nodes if isinstance(node, p.Member)}
    return found | {None for node in nodes if isinstance(node, p.OnDays | p.Now | p.Age)}
