"""Numbers over time: UTC days since 1970, spans of them, and what was counted laid out over a span.

Comes in: changes and counts by day. Goes out: series with one number for each part of the span: a day, or as many days
as keep a chart readable.
"""

from collections.abc import Iterable, Mapping

from attrs import frozen

from segdsl.values.instants import DAY, date_text

PARTS = 130
"""Points of a chart: more of them would be closer together than the eye can tell."""

WIDTHS = (1, 7, 28, 91, 364)
"""Days that are taken together: whole weeks, so that the rhythm of weekdays falls out."""


@frozen
class Span:
    """The days from `first` to `last`, both in it, and how many of them make one `part` of a chart."""

    first: int
    last: int

    @property
    def part(self) -> int:
        days = self.last - self.first + 1
        return next((width for width in WIDTHS if days <= width * PARTS), -(-days // PARTS))

    def __contains__(self, day: object) -> bool:
        return isinstance(day, int) and self.first <= day <= self.last

    def parts(self) -> list[int]:
        """The first day of each part."""
        return list(range(self.first, self.last + 1, self.part))

    def text(self) -> str:
        """`2026-03-01 to 2026-03-20`."""
        return (
            date_text(self.first) if self.first == self.last else f"{date_text(self.first)} to {date_text(self.last)}"
        )


def day_of(instant: int) -> int:
    """The UTC day of an instant (microseconds UTC)."""
    return instant // DAY


def sums(span: Span, by_day: Mapping[int, int]) -> list[tuple[int, int]]:
    """For each part of the span, how much was counted in it."""
    found = dict.fromkeys(span.parts(), 0)
    for day, number in by_day.items():
        if day in span:
            found[day - (day - span.first) % span.part] += number
    return list(found.items())


def levels(span: Span, net: Mapping[int, int]) -> list[tuple[int, int]]:
    """For each part of the span, what stands at the end of its last day, when `net` was added on each day. What was
    added before the span is in all of them."""
    level = sum(number for day, number in net.items() if day < span.first)
    return [(day, level := level + number) for day, number in sums(span, net)]


def total(span: Span, by_day: Mapping[int, int]) -> int:
    """How much was counted within the span."""
    return sum(number for day, number in by_day.items() if day in span)


def widest(days: Iterable[int], first: int | None, last: int) -> Span:
    """The span from `first`, or the earliest of the days, to `last`."""
    begin = first if first is not None else min((day for day in days if day <= last), default=last)
    return Span(min(begin, last), last)
