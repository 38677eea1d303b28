"""Who asks for what is remembered of a customer: the segments, rules, promotions, limits and holds of each memory,
collection and trigger that counts or looks back, with their places (architecture rule 7: what is equal is shared)."""

from collections.abc import Iterator

from attrs import frozen

from segdsl.plan import nodes as p
from segdsl.plan.walk import structs

Remembered = p.Memory | p.Collection | p.CountTrigger | p.AfterTrigger
"""Part of a plan for which something of events is kept."""


@frozen
class Reader:
    """Something in the rules that asks for a part of the past. `what` is its kind, and its name where it has one."""

    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.place} ({self.what})"


def readers(plan: p.Plan) -> dict[str, list[Reader]]:
    """Who asks for each memory, collection and trigger, by its key."""
    found: dict[str, dict[Reader, None]] = {}
    for reader, node in _parts(plan):
        for key in _keys(node):
            found.setdefault(key, {})[reader] = None
    return {key: list(each) for key, each in found.items()}


def readers_of(plan: p.Plan, part: Remembered) -> list[Reader]:
    """Who asks for one of them."""
    return list(dict.fromkeys(reader for reader, node in _parts(plan) if part.key in _keys(node)))


def remembered(plan: p.Plan) -> list[Remembered]:
    """All parts of a plan for which something of events is kept, each once."""
    triggers = {part.key: part for part in structs(plan.rules) if isinstance(part, p.CountTrigger | p.AfterTrigger)}
    return [*plan.memories, *plan.collections, *triggers.values()]


def in_order(place: str) -> tuple[str, int]:
    """By what places are sorted: file, then line."""
    file, _, line = place.rpartition(":")
    return file, int(line) if line.isdecimal() else 0


def rule_name(rule: p.Rule) -> str:
    """A rule, as people are told of it."""
    return f"activity {rule.activity}" if rule.activity else "rule"


def _parts(plan: p.Plan) -> Iterator[tuple[Reader, object]]:
    for segment in plan.segments:
        yield Reader(segment.place, f"segment {segment.name}"), segment.condition
    for rule in plan.rules:
        yield Reader(rule.place, rule_name(rule)), rule
    for promotion in plan.promotions:
        yield Reader(promotion.place, f"promotion {promotion.name}"), promotion.condition
    for hold in plan.holds:
        yield Reader(hold.place, hold.text), hold.condition


def _keys(node: object) -> set[str]:
    found = set()
    for part in structs(node):
        match part:
            case p.Recall(key) | p.Items(key) | p.CountTrigger(key) | p.AfterTrigger(key):
                found.add(key)
            case _:
                pass
    return found
