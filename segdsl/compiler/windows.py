"""Windows of time in conditions: over past events, and over a date that a customer has (section 4, Windows).

The foot of the walk over expressions: `UnknownNames` and the classes on it add what they know of names and of history.
"""

from typing import assert_never

from segdsl.compiler.context import Gathered, Typed
from segdsl.compiler.lengths import instant_of, parts
from segdsl.compiler.scope import Scope
from segdsl.diagnostics.diagnostic import Collector, Edit, Fix, Label
from segdsl.diagnostics.source import SourceMap
from segdsl.diagnostics.span import Span
from segdsl.plan import nodes as p
from segdsl.syntax import ast
from segdsl.values import instants
from segdsl.values.kinds import DATE


class Windows:
    """The part of the walk that knows windows, and complains."""

    def __init__(self, gathered: Gathered) -> None:
        self.gathered: Gathered = gathered
        self.scope: Scope = gathered.scope
        self.collector: Collector = gathered.collector

    def error(
        self,
        code: str,
        span: Span,
        message: str,
        *,
        help: str | None = None,
        labels: list[Label] | None = None,
        fix: Fix | None = None,
    ) -> None:
        self.collector.error(code, span, message, help=help, labels=labels or (), fix=fix)

    def instant(self, node: ast.Day) -> int:
        """The instant of a date (its first in the zone) or of a date and time."""
        return instant_of(node, self.scope.zone)

    def window_of(self, window: ast.Window | None) -> tuple[tuple[p.Expression, ...], p.Window | None]:
        """A window as conditions on the event's own instant (fixed dates) or as a span that moves with the clock."""
        match window:
            case None:
                return (), None
            case ast.Within():
                return (), self.looking_back(window)
            case ast.Ago(older, younger):
                if _rough(older) <= _rough(younger):
                    self.error(
                        "SEG413",
                        window.span,
                        "this window is empty",
                        help="the longer one stands first: `from 90 days to 30 days ago`",
                        fix=exchanged(older.span, younger.span, self.gathered.sources),
                    )
                return (), p.Window(*parts(older), *parts(younger))
            case ast.Since(start):
                return (p.Compare(">=", p.ItemField("time"), p.Constant(self.instant(start))),), None
            case ast.Before(end):
                return (p.Compare("<", p.ItemField("time"), p.Constant(self.instant(end))),), None
            case ast.WithinNext():
                self.error(
                    "SEG413",
                    window.span,
                    "no event has happened in the future yet",
                    help="`within the next` goes with a date, as in `contract end within the next 30 days`",
                )
                return (), None
        assert_never(window)

    def looking_back(self, window: ast.Within) -> p.Window:
        """`within D`: whole days of the calendar begin with the first instant of a day."""
        return p.Window(*parts(window.length), whole_days=_by_days(window.length))

    def date_window(self, window: ast.Window, moment: p.Expression, value: Typed) -> p.Expression:
        """Whether a date or instant lies in a window: looking back (now - D, now], ahead (now, now + D]. Written as
        comparisons with now, so that the instant at which one turns can be told."""
        now = p.Now()
        match window:
            case ast.Within(length):
                end = self._moved(moment, value, length, 1, from_day_start=True)
                return p.Both((p.Compare(">=", now, moment), p.Compare("<", now, end)))
            case ast.WithinNext(length):
                start = self._moved(moment, value, length, -1, from_day_start=False)
                return p.Both((p.Compare("<", now, moment), p.Compare(">=", now, start)))
            case ast.Ago(older, younger):
                start = self._moved(moment, value, younger, 1, from_day_start=False)
                end = self._moved(moment, value, older, 1, from_day_start=False)
                return p.Both((p.Compare(">=", now, start), p.Compare("<", now, end)))
            case ast.Since(start_of):
                return p.Compare(">=", moment, p.Constant(self.instant(start_of)))
            case ast.Before(end_of):
                return p.Compare("<", moment, p.Constant(self.instant(end_of)))
        assert_never(window)

    def _moved(
        self, moment: p.Expression, value: Typed, length: ast.Duration, sign: int, *, from_day_start: bool
    ) -> p.Expression:
        fixed, months, days = parts(length)
        if fixed:
            return p.Arithmetic("+" if sign > 0 else "-", moment, p.Constant(fixed), "whole")
        if value.kind == DATE:
            return p.Start(p.Shift(value.node, sign * months, sign * days, "date", up=True))
        if days and from_day_start:
            return p.Start(p.Shift(p.DateOf(moment), 0, sign * days, "date"))
        return p.Shift(moment, sign * months, sign * days, "instant", up=True)


def _by_days(length: ast.Duration) -> bool:
    return length.calendar and length.unit in ("day", "week")


def _rough(node: ast.Duration) -> int:
    """A length good enough to tell which of two is longer."""
    days = {"month": 30, "year": 365}
    unit = days[node.unit] * instants.DAY if node.unit in days else instants.UNITS[node.unit]
    return node.count * unit


def exchanged(one: Span, other: Span, sources: SourceMap) -> Fix:
    """The two stretches in one another's place. Which of them was wrong only the author knows."""
    return Fix(one, sources.text(other), (Edit(other, sources.text(one)),), sure=False)
