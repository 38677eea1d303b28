"""Proposals for collections: events that would put items in, take them out, or put others in their place.

Comes in: an aggregate over a collection and how it is to stand to a value. Goes out: options, for `trials.py` to try.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from segdsl.host.why.answer import Act
from segdsl.host.why.options import EVENTS, Option, more_needed, until_inside
from segdsl.host.why.solving import about, field_name, fields_meeting, fields_worth, meeting, sample
from segdsl.plan import nodes as p
from segdsl.state.collections import Item
from segdsl.values.kinds import Kind

if TYPE_CHECKING:
    from segdsl.host.why.aims import Aims

REPLACED = 3
"""Items that are thought of as replaced or dropped one by one."""


def fillings(aims: "Aims", node: p.Aggregate, items: p.Items, operator: p.Comparator, value: Any) -> Iterator[Option]:
    """Options that may bring what is asked of a collection there."""
    collection = next(each for each in aims.plan.collections if each.key == items.collection)
    there = aims.state.collections.get(collection.key, [])
    meant = [item for item in there if _is_meant(aims, node, item)]
    yield from _puts(aims, node, items, collection, there, operator, value)
    for event in collection.clears:
        yield (Act("event", event),)
    for drop in collection.drops:
        for number in range(1, min(len(meant), REPLACED) + 1):
            acts = [_dropping(aims, drop, item[1]) for item in meant[:number]]
            if None not in acts:
                yield tuple(act for act in acts if act is not None)
    yield from _replacements(aims, node, collection, meant)


def _is_meant(aims: "Aims", node: p.Aggregate, item: Item) -> bool:
    return node.where is None or about(node.where, {**item[2], "time": item[0]}, aims.value) is True


def _dropping(aims: "Aims", drop: p.Drop, key: Any) -> Act | None:
    name = field_name(drop.by)
    return Act("event", drop.event, {name: key}) if name in aims.kinds_of(drop.event) else None


def _puts(
    aims: "Aims",
    node: p.Aggregate,
    items: p.Items,
    collection: p.Collection,
    there: list[Item],
    operator: p.Comparator,
    value: Any,
) -> Iterator[Option]:
    """Further items, under keys of their own."""
    kinds, name = aims.kinds_of(collection.event), field_name(collection.by) or ""
    fields = fields_meeting(node.where, kinds, aims.now, aims.hand())
    if fields is None:
        return
    taken = {item[1] for item in there}
    fresh = [key for key in _keys(kinds.get(name), EVENTS + len(there)) if key not in taken]
    worth, then = aims.value(node), until_inside(items.window)
    if node.measure in ("count", "when", "distinct"):
        missing = 1 if node.measure == "when" else more_needed(operator, value, worth)
        for number in sorted({missing, 1}) if 0 < missing <= EVENTS else ():
            puts = [Act("event", collection.event, {name: key, **fields}) for key in fresh[:number]]
            if node.measure == "distinct" and node.operand is not None:
                puts = [Act("event", act.name, {**act.fields, **(_unlike(node.operand, kinds, n) or {})})
                        for n, act in enumerate(puts, 1)]  # fmt: skip
            yield (*puts, *then)
        return
    target = meeting(operator, value, kinds.get(field_name(node.operand) or "") if node.operand is not None else None)
    if target is None or node.operand is None:
        return
    wanted = [target - (worth or 0), target] if node.measure == "total" else [target]
    if node.measure == "average" and worth is not None:
        wanted += [target + (target - worth) * len(there)]
    for each in wanted:
        values = fields_worth(node.operand, each)
        if values is not None:
            replaced = [item[1] for item in there[-1:]] if name not in {**fields, **values} else []
            for key in (*fresh[:1], *replaced):
                yield (Act("event", collection.event, {name: key, **fields, **values}), *then)


def _keys(kind: Kind | None, number: int) -> list[Any]:
    """So many keys of a kind, where it has that many."""
    if kind is not None and kind.choices:
        return list(kind.choices)
    one = sample(kind)
    match one:
        case bool():
            return [True, False]
        case int():
            return [one * n for n in range(1, number + 2)]
    return [f"{one} {n}" if n > 1 else one for n in range(1, number + 2)]


def _unlike(operand: p.Expression, kinds: dict[str, Kind], number: int) -> dict[str, Any] | None:
    """Fields that make an operand worth something that others are not."""
    one = sample(kinds.get(field_name(operand) or ""))
    return fields_worth(operand, f"{one} {number}" if isinstance(one, str) else one * number)


def _replacements(aims: "Aims", node: p.Aggregate, collection: p.Collection, meant: list[Item]) -> Iterator[Option]:
    """Items that count, put in anew so that they do not."""
    name, kinds = field_name(collection.by) or "", aims.kinds_of(collection.event)
    if node.where is None:
        return
    other = fields_meeting(p.Negation(node.where), kinds, aims.now, aims.hand())
    if other is None or name in other:
        return
    for number in range(1, min(len(meant), REPLACED) + 1):
        yield tuple(Act("event", collection.event, {name: item[1], **other}) for item in meant[:number])
