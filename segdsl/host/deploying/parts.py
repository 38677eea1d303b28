"""What a plan keeps of its customers' pasts, part by part, and whether another plan's part is the same.

A part is known by its kind and its key, the hash of the normalised condition (architecture rule 7). The key says what
is asked; what a field was when its events came (its kind, and from which events it is made) is not in it, so that is
looked at here.
"""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AnySet
from typing import Literal

from attrs import field, frozen

from segdsl.plan import nodes as p
from segdsl.plan.text import Text
from segdsl.plan.walk import item_fields, structs
from segdsl.values.kinds import Kind

PartKind = Literal["memory", "collection", "count", "look back", "limit", "attribute"]
Node = p.Memory | p.Collection | p.CountTrigger | p.AfterTrigger | p.Limit | p.AttributeType

_BY_ZONE = p.DateOf | p.Start | p.Shift | p.Age | p.Now | p.OnDays
"""What means another instant, or another day, in another zone."""


@frozen
class Part:
    """One part of the past that is kept. `reads` are the fields it takes, by event; an attribute and a limit read
    none."""

    kind: PartKind
    key: str
    node: Node = field(eq=False)
    reads: Mapping[str, frozenset[str]] = field(eq=False, factory=dict)

    @property
    def goes_by_zone(self) -> bool:
        """Whether what is kept was worked out in the program's zone."""
        return any(isinstance(node, _BY_ZONE) or _is_of_calendar(node) for node in structs(self.node))


def parts_of(plan: p.Plan) -> dict[tuple[PartKind, str], Part]:
    """All that a plan keeps of the past, by kind and key."""
    return {(part.kind, part.key): part for part in _parts(plan)}


def _parts(plan: p.Plan) -> Iterator[Part]:
    for memory in plan.memories:
        fields = item_fields((memory.where, memory.operand)) | set(memory.fields)
        yield Part("memory", memory.key, memory, _read((memory.event, fields)))
    for each in plan.collections:
        put = (each.event, item_fields(each.by) | set(each.fields))
        out = [(drop.event, item_fields(drop.by)) for drop in each.drops]
        yield Part("collection", each.key, each, _read(put, *out, *((event, set()) for event in each.clears)))
    for trigger in (trigger for rule in plan.rules for trigger in (*rule.triggers, *rule.stops)):
        match trigger:
            case p.CountTrigger(key, event, match, _, _, per):
                yield Part("count", key, trigger, _read((event, item_fields((match, per)))))
            case p.AfterTrigger(key, event, match, _, _, without, _, of_event):
                kept = (event, item_fields(match) | set(of_event))
                other = [(without.event, item_fields(without.match))] if without is not None else []
                yield Part("look back", key, trigger, _read(kept, *other))
            case _:
                pass
    for limit in plan.limits:
        yield Part("limit", limit.scope, limit)
    asked = _attributes_read(plan)
    for attribute in plan.attributes:
        if attribute.name in asked and not attribute.ruled:
            yield Part("attribute", attribute.name, attribute)


def text_of(part: Part, text: Text) -> str:
    """A part in the words of the language."""
    match part.node:
        case p.AttributeType(name):
            return f"attribute {name}"
        case p.Limit() as limit:
            return f"what {limit.text} counts"
        case p.Memory() | p.Collection() | p.CountTrigger() | p.AfterTrigger() as node:
            return text.part(node)


def same(part: Part, old: p.Plan, new: p.Plan) -> str:
    """Why what `old` keeps under a part's key is not what `new` means by it; empty where it is the same. Both plans
    have the part, or it is an attribute."""
    if old.zone != new.zone and part.goes_by_zone:
        return f"the zone was {old.zone}"
    match part.node:
        case p.AttributeType(name):
            return _attribute_differs(name, old, new)
        case p.Collection(key):
            kept = next(each for each in old.collections if each.key == key)
            more = sorted(set(part.node.fields) - set(kept.fields))
            if more:
                return f"{_named(more)} of its items {'was' if len(more) == 1 else 'were'} not kept"
        case p.Limit(_, _, _, _, _, _, actions, where):
            return _actions_differ(actions, item_fields(where), old, new)
        case _:
            pass
    return declared_otherwise(part, old, new)


def declared_otherwise(part: Part, old: p.Plan, new: p.Plan) -> str:
    """Why events that `old` took are not those that `new` reads for a part; empty where they are."""
    named = {node.name for node in structs(part.node) if isinstance(node, p.ItemField)}
    were = {event.name: event for event in old.events}
    events = {event.name: event for event in new.events}
    for name, fields in part.reads.items():
        if name in were and were[name].made is not events[name].made:
            return f"the event {name} was {'made of lines' if were[name].made else 'not made of lines'}"
        for whole, lists in sources_of(name, new).items():
            found = _event_differs(were.get(whole), events[whole], fields | lists, named | fields if lists else named)
            if found:
                return found
    return ""


def sources_of(event: str, plan: p.Plan) -> dict[str, frozenset[str]]:
    """The events that have to come in for one to happen: itself, or those of whose lists it is made, with these."""
    wholes = {
        each.name: frozenset(of for of, line in each.lines if line == event)
        for each in plan.events
        if event in (line for _, line in each.lines)
    }
    return wholes or {event: frozenset()}


def _event_differs(old: p.EventType | None, new: p.EventType, fields: frozenset[str], named: AnySet[str]) -> str:
    if old is None:
        return f"the event {new.name} was not declared"
    kinds = {each.name: each.kind for each in new.fields}
    were = {each.name: each.kind for each in old.fields}
    for name in sorted(fields & kinds.keys()):
        if name not in were:
            return f"the field {name} of {new.name} was not declared"
        if not alike(were[name], kinds[name], named):
            return f"the field {name} of {new.name} was {_kind(were[name])}"
    return ""


def _attribute_differs(name: str, old: p.Plan, new: p.Plan) -> str:
    was = next((each for each in old.attributes if each.name == name), None)
    is_ = next(each for each in new.attributes if each.name == name)
    if was is None:
        return "it was not declared"
    return "" if alike(was.kind, is_.kind) else f"it was {_kind(was.kind)}"


def _actions_differ(actions: tuple[str, ...], fields: set[str], old: p.Plan, new: p.Plan) -> str:
    """Of an action that was not declared, nothing was made: that is known."""
    were = {action.name: {each.name: each.kind for each in action.fields} for action in old.actions}
    for action in new.actions:
        if action.name not in actions or action.name not in were:
            continue
        for each in action.fields:
            kind = were[action.name].get(each.name)
            if each.name in fields and kind is not None and not alike(kind, each.kind):
                return f"the field {each.name} of {action.name} was {_kind(kind)}"
    return ""


def alike(old: Kind, new: Kind, named: AnySet[str] = frozenset()) -> bool:
    """Whether values of one kind can be read as values of another. Of records only the fields that are `named` by
    whoever reads them have to have been there."""
    if old.is_text or new.is_text:
        return old.is_text and new.is_text
    if old.name != new.name:
        return False
    if old.item is not None and new.item is not None:
        return alike(old.item, new.item, named)
    were = {each.name: each.kind for each in old.fields}
    return all(
        alike(were[each.name], each.kind, named) if each.name in were else each.name not in named for each in new.fields
    )


def _attributes_read(plan: p.Plan) -> set[str]:
    read: set[str] = set()
    for node in structs((plan.segments, plan.rules, plan.promotions, plan.holds)):
        if isinstance(node, p.Attribute):
            read.add(node.name)
        elif isinstance(node, p.DateTrigger):
            read.add(node.attribute)
    return read


def _read(*of: tuple[str, set[str]]) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for event, fields in of:
        found[event] = found.get(event, frozenset()) | fields
    return found


def _is_of_calendar(node: object) -> bool:
    match node:
        case p.Window():
            return bool(
                node.whole_days or node.older_months or node.older_days or node.younger_months or node.younger_days
            )
        case p.Length():
            return bool(node.months or node.days)
    return False


def _named(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]


def _kind(kind: Kind) -> str:
    return f"a {kind}" if kind.name in ("number", "date", "duration", "boolean", "list", "record") else f"{kind}"
