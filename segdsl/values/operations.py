"""What the operators of the language come to, on run-time values (language.md section 4).

One definition for all that calculates: engines, and the passes over plans that work out what is constant. Whatever is
done with what is not known is not known (language.md section 5.8): None goes in, None comes out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from segdsl.values import instants, numbers, text
from segdsl.values.numbers import SCALE

if TYPE_CHECKING:  # plans name the operators, and zones take longer to load than all of a plan's classes
    from segdsl.values.zones import Zone

Comparator = Literal["=", "!=", "<", "<=", ">", ">="]
TextTest = Literal["contains", "starts with", "ends with"]


def compare(operator: Comparator, left: Any, right: Any) -> bool | None:
    """A comparison with what is not known is not known."""
    if left is None or right is None:
        return None
    match operator:
        case "=":
            return bool(left == right)
        case "!=":
            return bool(left != right)
        case "<":
            return bool(left < right)
        case "<=":
            return bool(left <= right)
        case ">":
            return bool(left > right)
        case ">=":
            return bool(left >= right)


def matches_text(operator: TextTest, left: str | None, right: str | None) -> bool | None:
    """Whether a text contains another, starts or ends with it."""
    if left is None or right is None:
        return None
    match operator:
        case "contains":
            return right in left
        case "starts with":
            return left.startswith(right)
        case "ends with":
            return left.endswith(right)


def holds_item(items: Any, item: Any, folded: bool) -> bool | None:
    """Whether a list holds a value; `folded` ignores case."""
    if items is None or item is None:
        return None
    if folded:
        return text.folded(item) in [text.folded(i) for i in items if i is not None]
    return item in items


def is_one_of(value: Any, values: tuple[Any, ...]) -> bool | None:
    return None if value is None else value in values


def folded(value: str | None) -> str | None:
    """Text without its case."""
    return None if value is None else text.folded(value)


def calculate(operator: str, left: Any, right: Any, domain: str) -> int | None:
    """Each operation is exact and then rounded once (language.md section 2, `number`)."""
    if left is None or right is None:
        return None
    match domain, operator:
        case "exact", "+":
            return numbers.add(left, right)
        case "exact", "-":
            return numbers.subtract(left, right)
        case "exact", "*":
            return numbers.multiply(left, right)
        case "exact", "/":
            return numbers.divide(left, right)
        case "whole", "+":
            return int(left + right)
        case "whole", "-":
            return int(left - right)
        case "whole", "*":
            return int(left * right)
        case "scaled", "*":
            return numbers.within_limits(numbers.divide_half_even(left * right, SCALE))
        case "scaled", "/":
            return numbers.within_limits(numbers.divide_half_even(left * SCALE, right)) if right else None
        case "ratio", _:
            return numbers.divide(left, right)
    raise AssertionError(f"no {operator} of {domain}")


# ------------------------------------------------------------------------------------------------------ the calendar
#
# A day beyond the calendar's years is not known.


def age(born: int | None, now: int, zone: Zone) -> int | None:
    """Whole years, as a number, from a date to the local date of an instant."""
    if born is None:
        return None
    try:
        years = instants.age_on(born, zone.date(now))
    except (ValueError, OverflowError):
        return None
    return None if years is None else years * SCALE


def start_of(day: int | None, time: int, zone: Zone) -> int | None:
    """The instant of a date at which the clocks show a time; at 0, its first."""
    if day is None:
        return None
    try:
        return zone.at(day, time)
    except (ValueError, OverflowError):
        return None


def date_of(instant: int | None, zone: Zone) -> int | None:
    """The local date of an instant."""
    if instant is None:
        return None
    try:
        return zone.date(instant)
    except (ValueError, OverflowError):
        return None


def shifted(
    moment: int | None, months: int, days: int, of: Literal["instant", "date"], up: bool, zone: Zone
) -> int | None:
    """An instant or a date moved by calendar lengths, in the zone. Where the month has no such day it is its last day;
    with `up`, the first instant of the day after that."""
    if moment is None:
        return None
    try:
        if of == "date":
            return instants.shifted_date(moment, months, days, up=up)[0]
        local, time = divmod(zone.local(moment), instants.DAY)
        moved, exists = instants.shifted_date(local, months, days, up=up)
        return zone.at(moved, time if exists or not up else 0)
    except (ValueError, OverflowError):
        return None
