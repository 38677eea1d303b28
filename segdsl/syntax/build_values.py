"""Lark's tree to our nodes: names and values, and what all the builders share."""

import re
from calendar import monthrange
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from lark import Token, Tree
from lark.tree import Meta

from segdsl.diagnostics.diagnostic import Collector, Fix
from segdsl.diagnostics.span import Span
from segdsl.syntax import ast
from segdsl.values import instants, limits, numbers, text

__all__ = ["Children", "Meta", "ValueBuilder"]

Children = list[Any]
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|.)")
_ESCAPES = {'"': '"', "\\": "\\", "n": "\n"}
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class ValueBuilder:
    """Makes nodes of names and values."""

    def __init__(self, file: int, collector: Collector) -> None:
        self.file = file
        self.collector = collector

    def build(self, tree: Tree[Token]) -> Any:
        """The node of a tree, made from the leaves up: each rule's method gets the rule's place and its children.

        A loop, for a tree may be deeper than Python's stack; and Lark's own transformers cost twice as much.
        """
        trees, waiting = [], [tree]
        while waiting:
            found = waiting.pop()
            trees.append(found)
            waiting += [child for child in found.children if isinstance(child, Tree)]
        methods: dict[str, Callable[[Meta, Children], Any]] = {}
        made: dict[int, Any] = {}
        for found in reversed(trees):
            children = [made[id(child)] if isinstance(child, Tree) else child for child in found.children]
            method = methods.get(found.data)
            if method is None:
                method = methods[found.data] = getattr(self, found.data)
            made[id(found)] = method(found.meta, children)
        return made[id(tree)]

    # ------------------------------------------------------------------------------------------------------- the tools

    def span(self, meta: Meta) -> Span:
        return Span(self.file, meta.start_pos, meta.end_pos) if not meta.empty else Span(self.file, 0, 0)

    def token_span(self, token: Token) -> Span:
        start = token.start_pos or 0
        return Span(self.file, start, token.end_pos or start)

    def words(self, token: Token) -> ast.Name:
        """A bare name of an event, attribute, field, collection or action."""
        return self._name(str(token), self.token_span(token))

    def _name(self, written: str, span: Span) -> ast.Name:
        name = text.name(written)
        if len(name) > limits.NAME_CHARACTERS:
            self.collector.error("SEG106", span, f"a name of {len(name)} characters is too long",
                                 help=f"at most {limits.NAME_CHARACTERS} are kept")  # fmt: skip
        return ast.Name(name, span=span)

    def string(self, token: Token) -> ast.Text:
        span = self.token_span(token)

        def unescape(match: re.Match[str]) -> str:
            code = match.group(1)
            if code in _ESCAPES:
                return _ESCAPES[code]
            if len(code) == 5 and not 0xD800 <= int(code[1:], 16) < 0xE000:
                return chr(int(code[1:], 16))
            at = Span(self.file, span.start + 1 + match.start(), span.start + 1 + match.end())
            self.collector.error("SEG104", at, f"`{match.group()}` means nothing in a text",
                                 help='a text knows \\" \\\\ \\n and \\uXXXX; write a backslash as \\\\',
                                 fix=Fix(at, "\\" + match.group(), sure=code not in "trbf0"))  # fmt: skip
            return ""

        value = str(token)[1:-1]
        if "\\" in value:
            value = _ESCAPE.sub(unescape, value)
        return ast.Text(text.normal(value), span=span)

    def whole(self, token: Token) -> int:
        """A whole number, such as a count."""
        written = str(token)
        if "." in written:
            self.collector.error("SEG105", self.token_span(token), f"`{_shortened(written)}` is not a whole number")
            return 1
        if len(written) > 15:
            self.collector.error("SEG105", self.token_span(token), f"`{_shortened(written)}` is too large")
            return 1
        return int(written.replace("_", ""))

    # ---------------------------------------------------------------------------------------------- one method per rule

    def bare_name(self, meta: Meta, children: Children) -> ast.Name:
        return self._name(str(children[0]), self._trimmed(children[0]))

    def quoted_name(self, meta: Meta, children: Children) -> ast.Name:
        name = self.string(children[0])
        if not name.value.strip():
            self.collector.error("SEG107", name.span, "a name cannot be empty",
                                 help="write what it is called between the quotes")  # fmt: skip
        return self._name(name.value, name.span)

    def _trimmed(self, token: Token) -> Span:
        span = self.token_span(token)
        return Span(span.source, span.start, span.start + len(str(token).rstrip()))

    def text(self, meta: Meta, children: Children) -> ast.Text:
        return self.string(children[0])

    def number(self, meta: Meta, children: Children) -> ast.Number:
        return self.number_of(children[0])

    def number_of(self, token: Token) -> ast.Number:
        written = str(token)
        value = numbers.from_text(written)
        if value is None:
            self.collector.error("SEG105", self.token_span(token), f"`{_shortened(written)}` is too large",
                                 help="a number has at most twelve digits before the point")  # fmt: skip
        return ast.Number(value or 0, written, span=self.token_span(token))

    def percent(self, meta: Meta, children: Children) -> ast.Percent:
        return self.share(children[0])

    def share(self, token: Token) -> ast.Percent:
        written = str(token)
        value = numbers.from_decimal(Decimal(written[:-1].replace("_", "")) / 100) if len(written) < 40 else None
        if value is None:
            self.collector.error("SEG105", self.token_span(token), f"`{_shortened(written)}` is too large")
        return ast.Percent(value or 0, written, span=self.token_span(token))

    def boolean(self, meta: Meta, children: Children) -> ast.Boolean:
        return ast.Boolean(str(children[0]) == "yes", span=self.span(meta))

    def duration(self, meta: Meta, children: Children) -> ast.Duration:
        count, calendar, unit = children
        number = self.whole(count)
        unit = str(unit).removesuffix("s")
        if number == 0:
            self.collector.error("SEG108", self.span(meta), "a duration is longer than zero",
                                 help="the least is `1 second`")  # fmt: skip
        if number > 1_000_000:
            message = f"`{_shortened(count)}` is too large for a duration"
            self.collector.error("SEG105", self.token_span(count), message,
                                 help="the most is 1_000_000: say it in larger units, such as days")  # fmt: skip
            number = 1
        months = unit in ("month", "year")
        if calendar is not None and unit not in ("day", "week", "month", "year"):
            self.collector.error("SEG109", self.span(meta), f"there are no calendar {unit}s",
                                 help="calendar lengths are days, weeks, months and years",
                                 fix=Fix(self.span(meta), f"{number} {unit}s", sure=False))  # fmt: skip
        return ast.Duration(number, unit, calendar is not None or months, span=self.span(meta))

    def date(self, meta: Meta, children: Children) -> ast.DateValue:
        written = str(children[0])
        days = instants.parse_date(written)
        if days is None:
            self.collector.error("SEG103", self.span(meta), f"there is no date `{written}`",
                                 help=_of_the_calendar(written))  # fmt: skip
        return ast.DateValue(days or 0, span=self.span(meta))

    def datetime(self, meta: Meta, children: Children) -> ast.InstantValue:
        written = str(children[0])
        moment = instants.parse_moment(written)
        if moment is None or not instants.EARLIEST <= moment[0] < instants.LATEST:
            self.collector.error("SEG103", self.span(meta), f"there is no instant `{written}`",
                                 help="write year-month-dayThour:minute, as in 2026-03-01T10:00")  # fmt: skip
            moment = (0, True)
        return ast.InstantValue(moment[0], moment[1], written, span=self.span(meta))

    def clock_time(self, meta: Meta, children: Children) -> ast.ClockTime:
        written = str(children[0])
        time = instants.parse_clock(written)
        if time is None:
            self.collector.error("SEG103", self.span(meta), f"there is no time of day `{written}`",
                                 help="a time of day is from 00:00 to 23:59")  # fmt: skip
        return ast.ClockTime(time or 0, span=self.span(meta))

    def at(self, meta: Meta, children: Children) -> ast.ClockTime:
        time: ast.ClockTime = children[0]
        return time

    @staticmethod
    def day(token: Token) -> int:
        return DAYS.index(str(token))


def _shortened(written: str) -> str:
    return written if len(written) <= 24 else written[:24] + "..."


def _of_the_calendar(written: str) -> str:
    """What to say of a date that no calendar has: how long its month is, or how a date is written."""
    year, month, _ = map(int, written.split("-"))
    if not (1 <= month <= 12 and year >= 1):
        return "a date is year-month-day, as in 2026-03-01"
    return f"{year:04}-{month:02} has {monthrange(year, month)[1]} days"
