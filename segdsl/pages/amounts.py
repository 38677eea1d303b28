"""Values, lengths of time, windows, counts and days, as a person says them (language.md sections 1 and 4)."""

from typing import assert_never

from segdsl.pages.document import Phrase, Quoted, Word, say
from segdsl.syntax import ast
from segdsl.syntax.format_values import day, duration, quoted
from segdsl.values import instants, numbers
from segdsl.values.kinds import WEEKDAYS


def number(value: int) -> str:
    """Millionths, with commas at the thousands.

    >>> number(1_234_500_000_000)
    '1,234,500'
    """
    whole, point, rest = numbers.to_text(value).partition(".")
    return f"{int(whole):,}{point}{rest}" if whole != "-0" else f"-0{point}{rest}"


def text_value(value: str) -> Quoted:
    return Quoted(quoted(value)[1:-1])


def literal(node: ast.Literal) -> Phrase:
    match node:
        case ast.Text(value):
            return (text_value(value),)
        case ast.Number(value):
            return (number(value),)
        case ast.Percent():
            return (percent(node),)
        case ast.Boolean(value):
            return ("yes" if value else "no",)
        case ast.Duration():
            return (duration(node),)
        case ast.DateValue() | ast.InstantValue():
            return (moment(node),)
        case ast.ClockTime(time):
            return (instants.clock_text(time),)
    assert_never(node)


def percent(node: ast.Percent) -> str:
    return f"{number(node.value * 100)}%"


def moment(node: ast.Day) -> str:
    """A date, or a date and time with a blank between them."""
    text = day(node)
    return text if isinstance(node, ast.DateValue) else text.replace("T", " ", 1)


def weekdays(days: tuple[int, ...], word: str = "or") -> str:
    """`Monday, Tuesday or Friday`."""
    names = [WEEKDAYS[each] for each in dict.fromkeys(days)]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {word} {names[-1]}"


def hours(node: ast.Duration) -> str:
    """What many get wrong about days and weeks: ` (90 times 24 hours)`. Nothing for other lengths."""
    days = {"day": 1, "week": 7}.get(node.unit)
    if days is None or node.calendar:
        return ""
    count = node.count * days
    return " (24 hours)" if count == 1 else f" ({count:,} times 24 hours)"


def window(node: ast.Window) -> str:
    """When something happened, as it follows `has done ...`."""
    match node:
        case ast.Within(length):
            return _looking_back(length)
        case ast.WithinNext(length):
            return f"within the next {duration(length)}{hours(length)}"
        case ast.Ago(older, younger):
            return f"between {duration(older)} and {duration(younger)} ago"
        case ast.Since(start):
            return f"since {moment(start)}"
        case ast.Before(end):
            return f"before {moment(end)}"
    assert_never(node)


def _looking_back(length: ast.Duration) -> str:
    if length.calendar and length.unit in ("day", "week"):
        days = length.count * (7 if length.unit == "week" else 1) - 1
        return "today" if not days else f"today or on the {'day' if days == 1 else f'{days:,} days'} before"
    back = " (back to the same day and time)" if length.calendar else hours(length)
    return f"within the last {duration(length)}{back}"


def times(node: ast.Count | None) -> str:
    """How often, as it follows `has done ...`."""
    match node:
        case None:
            return "at least once"
        case ast.CountIs(test, count):
            return f"{test or 'exactly'} {_often(count)}"
        case ast.CountRange(low, high):
            return f"from {low:,} to {high:,} times"
    assert_never(node)


def _often(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count:,} times")


def holds_for_none(node: ast.Count | None) -> bool:
    """Whether a count also holds for who never did it, and does not say so itself."""
    match node:
        case None:
            return False
        case ast.CountIs("at most"):
            return True
        case ast.CountIs("fewer than", count):
            return count > 0
        case ast.CountIs():
            return False
        case ast.CountRange(low):
            return low == 0
    assert_never(node)


def ordinal(count: int) -> str:
    """`5th`.

    >>> [ordinal(n) for n in (1, 2, 3, 11, 22)]
    ['1st', '2nd', '3rd', '11th', '22nd']
    """
    ending = "th" if count % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(count % 10, "th")
    return f"{count:,}{ending}"


def field_of(name: str) -> Phrase:
    return say("the event's {}", Word(name))
