"""What generated code calls: the parts of an expression's meaning that are too long to be written out each time.

All take run-time values, None for what is not known, and give such. The names here are the names in generated code.
"""

from bisect import bisect_right
from collections.abc import Callable
from typing import Any

from segdsl.plan import nodes as p
from segdsl.state.memories import measure_of
from segdsl.state.moments import NEVER
from segdsl.state.windows import leaves
from segdsl.values import instants
from segdsl.values.kinds import WEEKDAYS
from segdsl.values.numbers import SCALE
from segdsl.values.zones import Zone

Judge = Callable[[Any], Any]


def item_field(item: Any, name: str) -> Any:
    """A field of an item; an item that is no record is itself."""
    return item.get(name) if isinstance(item, dict) else item


def conjunction(*values: Any) -> bool | None:
    """False if one is false, else not known if one is not known, else true."""
    return False if False in values else None if None in values else True


def disjunction(*values: Any) -> bool | None:
    """True if one is true, else not known if one is not known, else false."""
    return True if True in values else None if None in values else False


def over_items(items: Any, measure: p.Measure, where: Judge | None, operand: Judge | None) -> Any:
    """A measure over those of some items that are meant."""
    meant = [item for item in items or () if where is None or where(item)]
    if measure == "when":
        return meant[-1]["time"] if meant else None
    if operand is None:
        return measure_of(measure, [0] * len(meant), [])
    return measure_of(measure, [value for item in meant if (value := operand(item)) is not None], [])


def count_since(instants: list[int], bound: int) -> int:
    """How many of some instants, in order, are later than a bound: as a number."""
    if instants[0] > bound:
        return len(instants) * SCALE
    return (len(instants) - bisect_right(instants, bound)) * SCALE


def with_instant(held: list[int] | None, now: int, bound: int, most: int) -> list[int]:
    """Instants, in order, with one more: at most so many, all later than a bound."""
    if not held:
        return [now]
    if held[0] <= bound:
        held = held[bisect_right(held, bound) :]
    return [*held, now] if len(held) < most else [*held[len(held) + 1 - most :], now]


def leaving(held: list[Any], bound: int) -> int:
    """The first instant later than a bound, of instants or entries in order; NEVER if there is none."""
    if isinstance(held[0], int):
        at = bisect_right(held, bound)
        return held[at] if at < len(held) else NEVER
    at = bisect_right(held, bound, key=_entry_instant)
    return held[at][0] if at < len(held) else NEVER


def _entry_instant(entry: list[Any]) -> int:
    instant: int = entry[0]
    return instant


def with_entry(held: list[list[Any]] | None, entry: list[Any], bound: int, most: int) -> list[list[Any]]:
    """The same of entries, which begin with their instant."""
    if not held:
        return [entry]
    if held[0][0] <= bound:
        held = held[bisect_right(held, bound, key=_entry_instant) :]
    return [*held, entry] if len(held) < most else [*held[len(held) + 1 - most :], entry]


def with_value(held: dict[str, Any], key: str, value: Any) -> dict[str, Any]:
    """What is held by key with another value, or without the key where that is empty."""
    if value:
        return {**held, key: value}
    return {other: its for other, its in held.items() if other != key} if key in held else held


def tallied(trigger: p.CountTrigger, tally: list[Any], value: Any, now: int, zone: Zone) -> tuple[list[Any], bool]:
    """The events counted, as [instant, value of `per`], with one more now, and whether that completes the count of its
    value, which then begins anew."""
    within = trigger.within
    if within is not None:
        tally = [each for each in tally if now < leaves(within, each[0], zone)]
    same = sum(1 for each in tally if each[1] == value)
    if same + 1 >= trigger.number:
        return [each for each in tally if each[1] != value], True
    return [*tally, [now, value]], False


def local_date(zone: Zone, now: int) -> int:
    return zone.date(now)


def weekday(zone: Zone, now: int) -> str:
    return WEEKDAYS[instants.to_date(zone.date(now)).weekday()]


def on_days(days: tuple[int, ...], start: int | None, end: int | None, zone: Zone, now: int) -> bool:
    """A window past midnight belongs to the day on which it starts."""
    today = instants.to_date(zone.date(now)).weekday()
    if start is None or end is None:
        return today in days
    time = zone.time_of_day(now)
    if start < end:
        return today in days and start <= time < end
    return (today in days and time >= start) or ((today - 1) % 7 in days and time < end)
