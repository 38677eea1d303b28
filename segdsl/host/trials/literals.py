"""Run-time values as a rule's author would write them: the way back from a value to the language."""

from typing import Any

from segdsl.syntax import ast
from segdsl.values import instants, numbers
from segdsl.values.kinds import Kind
from segdsl.values.zones import Zone

LONGEST = 1_000_000
"""So many units a written duration has at most."""


def literal_of(kind: Kind, value: Any, zone: Zone) -> ast.Expression | None:
    """A value of a kind as it is written; None for one that cannot be: a list, a record, a time of day, a length of
    time that is not whole seconds, or that is none."""
    if value is None:
        return None
    match kind.name:
        case "text" | "text ignoring case" | "one of":
            return ast.Text(value)
        case "number":
            number = ast.Number(abs(value), numbers.to_text(abs(value)))
            return ast.Minus(number) if value < 0 else number
        case "boolean":
            return ast.Boolean(value)
        case "date":
            return ast.DateValue(value)
        case "instant":
            return instant_literal(value, zone)
        case "duration":
            return _duration(value)
    return None


def instant_literal(instant: int, zone: Zone) -> ast.InstantValue:
    """An instant by the clocks of the zone, or in UTC where they show that time twice."""
    local = zone.local(instant)
    if zone.instant(local) != instant:
        return ast.InstantValue(instant, True, instants.instant_text(instant))
    written = instants.instant_text(local).removesuffix("Z").removesuffix(":00")
    return ast.InstantValue(local, False, written)


def _duration(length: int) -> ast.Duration | None:
    if length <= 0:
        return None
    for unit in ("day", "hour", "minute", "second"):
        count, rest = divmod(length, instants.UNITS[unit])
        if not rest:
            return ast.Duration(count, unit) if count <= LONGEST else None
    return None
