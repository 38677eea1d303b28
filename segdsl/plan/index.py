"""How what is guarded by a condition is reached on an event without looking at each guard (architecture rule 12).

Comes in: the test of a trigger, of a memory or the like, and the condition of its rule. Goes out: an `Access`: the part
of them by which it can be found, such as `searches "Acme"`: among ten thousand, by the hash of the term. A part that is
necessary is enough: what is found is judged in full. Engines build their tables from this, and people are told it
(`unindexed.py` says why something cannot be found).
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from attrs import frozen

from segdsl.plan import nodes as p
from segdsl.plan.blank import COUNTED
from segdsl.plan.walk import structs
from segdsl.values.operations import compare

By = Literal["equality", "membership", "history", "threshold", "nothing"]


@frozen
class Access:
    """How something is reached. `equality`: `key` has one of the `values`. `membership`: the customer is in one of the
    segments that are the `values`. `history`: something is remembered of the customer, by one of the keys of memories
    that are the `values`. `threshold`: `key` is on the right side of the one value, as `operator` says.
    `nothing`: it is looked at each time. Keys read the event at hand as `Field`."""

    by: By
    key: p.Expression | None = None
    values: tuple[Any, ...] = ()
    operator: p.Comparator = "="


def access(
    match: p.Expression | None, condition: p.Expression | None = None, memories: Mapping[str, p.Memory] | None = None
) -> Access:
    """How to reach what asks for `match`, in which the event is the item that is spoken of, and for `condition`.
    `memories` are those of the plan by key; without them nothing is reached by what is remembered."""
    found = [*_accesses(match, of_item=True), *_accesses(condition, of_item=False)]
    if memories:
        parts = (*conjuncts(match), *conjuncts(condition))
        found += [Access("history", None, (key,)) for part in parts if (key := _remembered(part, memories))]
    return min(found, key=_cost) if found else Access("nothing")


ORDER: tuple[By, ...] = ("equality", "membership", "history", "threshold")
"""Ways to reach something, the one that finds least first."""


def _cost(found: Access) -> tuple[int, int]:
    """An equality with the event's own finds least, then one with the customer; few values before many."""
    return 2 * ORDER.index(found.by) + (not _is_of_event(found.key)), len(found.values)


def _is_of_event(key: p.Expression | None) -> bool:
    return any(isinstance(node, p.Field) for node in structs(key))


def _accesses(condition: p.Expression | None, *, of_item: bool) -> Iterator[Access]:
    for part in conjuncts(condition):
        found = _of_part(part, of_item=of_item)
        if found is not None:
            yield found


def conjuncts(condition: p.Expression | None) -> Iterator[p.Expression]:
    """The parts of a condition all of which have to be true."""
    if isinstance(condition, p.Both):
        for operand in condition.operands:
            yield from conjuncts(operand)
    elif condition is not None:
        yield condition


def _of_part(part: p.Expression, *, of_item: bool) -> Access | None:
    match part:
        case p.Member(segment):
            return Access("membership", None, (segment,))
        case p.OneOf(operand, values) if _are_plain(values):
            key = _key(operand, of_item=of_item)
            return Access("equality", key, values) if key is not None else None
        case p.Compare(operator, left, p.Constant(value)):
            return _compared(operator, _key(left, of_item=of_item), value)
        case p.Compare(operator, p.Constant(value), right):
            return _compared(_MIRRORED[operator], _key(right, of_item=of_item), value)
        case p.Either(operands):
            return _of_any([_of_part(operand, of_item=of_item) for operand in operands])
    return None


def _remembered(part: p.Expression, memories: Mapping[str, p.Memory]) -> str | None:
    """The memory without which a part cannot be true: before anything has been remembered in it."""
    match part:
        case p.Compare(operator, p.Recall(key), p.Constant(value)) if memories[key].measure in COUNTED:
            return key if compare(operator, 0, value) is not True else None
        case p.Compare(operator, p.Constant(value), p.Recall(key)) if memories[key].measure in COUNTED:
            return key if compare(operator, value, 0) is not True else None
        case p.Compare(_, left, right):
            return _needed(left, memories) or _needed(right, memories)
        case p.Known(operand) | p.OneOf(operand):
            return _needed(operand, memories)
    return None


def _needed(node: p.Expression, memories: Mapping[str, p.Memory]) -> str | None:
    """The memory without which an expression is not known."""
    match node:
        case p.Recall(key) if memories[key].measure not in COUNTED:
            return key
        case p.Arithmetic(_, left, right):
            return _needed(left, memories) or _needed(right, memories)
        case p.Fold(inner):
            return _needed(inner, memories)
    return None


def _compared(operator: p.Comparator, key: p.Expression | None, value: Any) -> Access | None:
    if key is None or not _are_plain((value,)) or operator == "!=":
        return None
    if operator == "=":
        return Access("equality", key, (value,))
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return Access("threshold", key, (value,), operator) if is_number else None


def _of_any(parts: list[Access | None]) -> Access | None:
    """How any of several is reached: by all their values, where they are of one kind."""
    found = [part for part in parts if part is not None]
    kinds = {(part.by, part.key) for part in found}
    if len(found) < len(parts) or len(kinds) != 1 or found[0].by == "threshold":
        return None
    values = dict.fromkeys(value for part in found for value in part.values)
    return Access(found[0].by, found[0].key, tuple(values))


def _key(node: p.Expression, *, of_item: bool) -> p.Expression | None:
    """What a part is about, if that is a field of the event or an attribute: as it is read of the event at hand."""
    match node:
        case p.ItemField(name) if of_item and name:
            return p.Field(name)
        case p.Field(_, start) if not of_item and not start:
            return node
        case p.Attribute():
            return node
        case p.Fold(inner):
            key = _key(inner, of_item=of_item)
            return p.Fold(key) if key is not None else None
    return None


def _are_plain(values: Iterable[Any]) -> bool:
    return all(isinstance(value, str | int) for value in values)


_MIRRORED: dict[p.Comparator, p.Comparator] = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
