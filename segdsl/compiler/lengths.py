"""Lengths of time and moments, as the plan holds them (language.md sections 1 and 3)."""

from segdsl.plan import nodes as p
from segdsl.syntax import ast
from segdsl.values.instants import DAY, UNITS
from segdsl.values.kinds import DATE, Kind
from segdsl.values.zones import Zone


def instant_of(node: ast.Day, zone: Zone) -> int:
    """The instant of a date (its first in the zone) or of a date and time."""
    if isinstance(node, ast.DateValue):
        return zone.at(node.days)
    return node.moment if node.fixed else zone.instant(node.moment)


def fixed_length(node: ast.Duration) -> int:
    """A fixed length in microseconds."""
    return node.count * UNITS[node.unit]


def calendar_length(node: ast.Duration) -> tuple[int, int]:
    """A calendar length as months and days."""
    match node.unit:
        case "year":
            return 12 * node.count, 0
        case "month":
            return node.count, 0
        case "week":
            return 0, 7 * node.count
    return 0, node.count


def parts(node: ast.Duration) -> tuple[int, int, int]:
    """A duration as microseconds, calendar months and calendar days."""
    return (0, *calendar_length(node)) if node.calendar else (fixed_length(node), 0, 0)


def length(node: ast.Duration, sign: int = 1) -> p.Length:
    """A duration, counted backwards where `sign` is -1."""
    return p.Length(*(sign * part for part in parts(node)))


def distance(node: ast.NearDate, kind: Kind) -> p.Length:
    """How far from a date or an instant a moment lies. Days and weeks before or after a date are days of the
    calendar (language.md section 3); beside an instant they are 24 hours each."""
    if node.distance is None:
        return p.Length()
    found = length(node.distance, -1 if node.direction == "before" else 1)
    if kind == DATE and node.distance.unit in ("day", "week") and not node.distance.calendar:
        return p.Length(0, 0, found.fixed // DAY)
    return found


def moment_near(node: ast.NearDate, value: p.Expression, kind: Kind) -> p.Expression:
    """The instant that lies so far from a date or instant, at the time of day that is said."""
    away = distance(node, kind)
    time = node.at.time if node.at is not None else None
    moved = value
    of: str = "date" if kind == DATE else "instant"
    if away.months or away.days:
        moved = p.Shift(value, away.months, away.days, of)  # type: ignore[arg-type]
    if kind == DATE and not away.fixed:
        return p.Start(moved, time or 0)
    if kind == DATE:
        moved = p.Start(moved)
    if away.fixed:
        moved = p.Arithmetic("+", moved, p.Constant(away.fixed), "whole")
    return moved if time is None else p.Start(p.DateOf(moved), time)


def shortest(found: p.Length) -> int:
    """The least a length can come to, in microseconds: months of 28 days, days of 23 hours."""
    return found.fixed + (found.months * 28 + found.days) * (DAY - DAY // 24)
