"""Lengths of time and moments, as the plan holds them (language.md sections 1 and 3)."""

from segdsl.compiler.arithmetic import calendar_length, fixed_length
from segdsl.plan import nodes as p
from segdsl.syntax import ast
from segdsl.values.instants import DAY
from segdsl.values.kinds import DATE, Kind


def length(node: ast.Duration, sign: int = 1) -> p.Length:
    """A duration, counted backwards where `sign` is -1."""
    if not node.calendar:
        return p.Length(sign * fixed_length(node))
    months, days = calendar_length(node)
    return p.Length(0, sign * months, sign * days)


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
