"""A checked program to a plan: vocabulary, defaults, segments in their order, memories, rules, promotions, and the
digest."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from segdsl.compiler.checked import CheckedProgram
from segdsl.compiler.context import digest
from segdsl.compiler.lengths import fixed_length
from segdsl.compiler.scope import EventInfo, Scope
from segdsl.plan import nodes as p
from segdsl.plan.walk import item_fields, structs


def lower(program: CheckedProgram, further: Sequence[p.Expression] = ()) -> p.Plan:
    """The plan of a program without mistakes. Memories and collections are left out that neither the program nor the
    `further` conditions ask."""
    scope = program.scope
    segments = tuple(
        p.Segment(
            name,
            scope.segments[name].kind,
            program.place(scope.segments[name].span),
            program.table.conditions.get(name),
        )
        for name in program.table.order
    )
    promotions = tuple(of for _, of in sorted(program.table.promotions.items()))
    acting = (segments, tuple(program.rules), tuple(program.holds))
    conditions = (acting, promotions, tuple(further))
    asked: set[str] = set()
    items: dict[str, set[str]] = {}  # by collection, the fields that are read of its items
    for node in structs(conditions):
        if isinstance(node, p.Recall):
            asked.add(node.memory)
        elif isinstance(node, p.Aggregate) and isinstance(node.items, p.Items):
            items.setdefault(node.items.collection, set()).update(item_fields((node.where, node.operand)))
    plan = p.Plan(
        version=p.VERSION,
        digest="",
        zone=scope.zone.name,
        events=tuple(_event(info) for _, info in sorted(scope.events.items())),
        attributes=tuple(_attributes(program)),
        actions=tuple(_actions(scope)),
        segments=segments,
        memories=tuple(program.memories[key] for key in sorted(asked)),
        rules=tuple(sorted(program.rules, key=lambda rule: rule.id)),
        lateness=fixed_length(scope.lateness.length) if scope.lateness is not None else 0,
        collections=tuple(_collections(program, items)),
        limits=tuple(sorted(program.limits, key=lambda limit: limit.key)),
        holds=tuple(sorted(program.holds, key=lambda hold: hold.key)),
        promotions=promotions,
    )
    return msgspec.structs.replace(plan, digest=plan_digest(plan))


def plan_digest(plan: p.Plan) -> str:
    """The hash of what a plan does to states. Places, the order of declarations and vocabulary that nothing uses do not
    count: moving a rule to another file changes nothing, and neither does a newer shipped vocabulary. A promotion only
    reads: only what it reads counts, so that a store can go on with another one that reads no more."""
    segments = sorted((msgspec.structs.replace(s, place="") for s in plan.segments), key=lambda s: s.name)
    rules = sorted((msgspec.structs.replace(r, place="") for r in plan.rules), key=lambda r: r.id)
    collections = tuple(msgspec.structs.replace(collection, name="") for collection in plan.collections)
    events = {memory.event for memory in plan.memories}
    events |= {event for collection in plan.collections for event in collection.events}
    read: set[str] = set()
    for node in structs((plan.segments, plan.rules, plan.promotions, plan.holds)):
        match node:
            case p.EventTrigger(event) | p.CountTrigger(_, event) | p.AfterTrigger(_, event) | p.Record(event):
                events.add(event)
            case p.Attribute(name) | p.DateTrigger(name):
                read.add(name)
    used = [event for event in plan.events if event.name in events or events & {name for _, name in event.lines}]
    attributes = [attribute for attribute in plan.attributes if attribute.name in read or attribute.ruled]
    held = [*(limit.key for limit in plan.limits), *(hold.key for hold in plan.holds)]
    return digest(
        (plan.version, plan.zone, plan.lateness, used, attributes, segments, plan.memories, collections, rules, held)
    )


def _collections(program: CheckedProgram, read: Mapping[str, set[str]]) -> Iterator[p.Collection]:
    """The collections that are read, with the fields of their items that anything reads."""
    for key, fields in sorted(read.items()):
        yield msgspec.structs.replace(program.collections[key], fields=tuple(sorted(fields - {"time"})))


def meaning(plan: p.Plan) -> str:
    """The hash of what a plan does and of what can be asked of it: the digest, and its promotions."""
    return digest((plan.digest, [msgspec.structs.replace(each, place="") for each in plan.promotions]))


def _event(info: EventInfo) -> p.EventType:
    fields = tuple(p.EventField(f.name, f.kind, f.wires) for f in info.fields.values())
    return p.EventType(info.name, info.wires, fields, tuple(sorted(info.lines)), info.made_of is not None)


def _attributes(program: CheckedProgram) -> list[p.AttributeType]:
    made = []
    for name, info in sorted(program.scope.attributes.items()):
        made.append(p.AttributeType(name, info.kind, program.defaults.get(name), info.set_by is not None))
    return made


def _actions(scope: Scope) -> list[p.ActionType]:
    return [
        p.ActionType(name, tuple(p.EventField(f.name, f.kind, f.wires) for f in info.fields.values()))
        for name, info in sorted(scope.actions.items())
    ]
