"""What a collection holds, and what changes it (language.md section 2): an item per key, in the order of the puts.

An item is [instant of its put, key, fields]. What is held is never changed in place: every change gives a new list.
"""

from collections.abc import Callable
from typing import Any

from segdsl.plan.nodes import Collection, Expression, Window
from segdsl.state.memories import inside
from segdsl.values import limits
from segdsl.values.zones import Zone

Item = list[Any]


def after_event(
    collection: Collection, items: list[Item], event: str, instant: int, value: Callable[[Expression], Any], kept: Any
) -> tuple[list[Item], bool]:
    """The items after an event, and whether one of it had no room. What takes out comes first: an event that clears a
    collection and is put into it is all that it holds. `value` is what an expression about the event is worth, `kept`
    what is kept of it as an item."""
    if event in collection.clears:
        items = []
    for drop in collection.drops:
        if drop.event == event:
            items = dropped(items, value(drop.by))
    key = value(collection.by) if event == collection.event else None
    if key is None:
        return items, False
    more = put(items, instant, key, kept)
    return (items, True) if more is None else (more, False)


def put(items: list[Item], instant: int, key: Any, fields: Any) -> list[Item] | None:
    """The items with one more, in place of an earlier one with its key, at the end; None where there is no room."""
    others = dropped(items, key)
    return None if len(others) >= limits.ITEMS else [*others, [instant, key, fields]]


def dropped(items: list[Item], key: Any) -> list[Item]:
    """The items without the one that has a key. A key that is not known is that of none."""
    return [item for item in items if item[1] != key] if key is not None else items


def items_inside(items: list[Item], window: Window | None, now: int, zone: Zone) -> list[dict[str, Any]]:
    """The fields of the items, or of those put in within a window; `time` is the instant of the put."""
    kept = items if window is None else inside(window, items, now, zone)
    return [{**fields, "time": instant} for instant, _, fields in kept]


def united(one: list[Item], other: list[Item]) -> list[Item]:
    """The items of two customers who are one from now on (language.md section 5.18): of two with the same key the one
    that was put in later, of two put in at one instant the `other`'s. Where there is no room for all, the latest."""
    by_key: dict[Any, Item] = {}
    for item in sorted([*one, *other], key=lambda each: each[0]):  # of one instant, the other's stays behind
        by_key.pop(item[1], None)
        by_key[item[1]] = item
    return list(by_key.values())[-limits.ITEMS :]
