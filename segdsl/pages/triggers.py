"""Triggers and moments as a person says them (language.md section 3): what stands behind `When ...`."""

from typing import assert_never

from attrs import frozen

from segdsl.pages import amounts
from segdsl.pages.conditions import Conditions
from segdsl.pages.document import Phrase, Ref, joined, say
from segdsl.pages.names import ANYWHERE, At
from segdsl.syntax import ast
from segdsl.syntax.format_values import duration
from segdsl.values import instants


@frozen(eq=False)
class Triggers:
    conditions: Conditions

    def any_of(self, nodes: tuple[ast.Trigger, ...], at: At = ANYWHERE) -> Phrase:
        """`the customer places order, or enters Loyal`. `at` is where a wait stands whose flow they speak of."""
        return joined([self.trigger(node, at) for node in nodes], ", or ")

    def trigger(self, node: ast.Trigger, at: At = ANYWHERE) -> Phrase:
        match node:
            case ast.EventTrigger():
                return self.awaited(node, at)
            case ast.CountedTrigger():
                return say("{}; then it counts anew", self.awaited(node, at))
            case ast.Enters() | ast.Leaves():
                return say("{}, for whatever reason", self.awaited(node, at))
            case ast.AfterEach(delay, event, without):
                said = say("{} {} passed since a {} of the customer", *_length(delay), self._event(event, at))
                return say("{} (each time by itself){}", said, self._without(without, at))
            case ast.AfterLast(delay, event, without):
                said = say("{} {} passed since the customer's last {}", *_length(delay), self._event(event, at))
                return say("{} (each new one starts that over){}", said, self._without(without, at))
            case ast.NearDate():
                return self._near(node, at)
            case ast.EveryDay(time):
                return say("it is {} (every day, for every customer known by then)", _clock(time))
            case ast.EveryWeekday(days, time):
                named = amounts.weekdays(days)
                return say("it is {}, {} (every week, for every customer known by then)", named, _clock(time))
            case ast.EveryMonth(day, time):
                shorter = "; in shorter months on the last day" if day > 28 else ""
                said = say("it is day {} of the month, {}", str(day), _clock(time))
                return say("{} (every month{}, for every customer known by then)", said, shorter)
            case ast.OnceAt(moment):
                return say("it is {} (once, for every customer known by then)", amounts.moment(moment))
        assert_never(node)

    def awaited(self, node: ast.EventTrigger | ast.CountedTrigger | ast.Enters | ast.Leaves, at: At) -> Phrase:
        """What stands behind `wait for`."""
        match node:
            case ast.EventTrigger():
                return say("the customer {}", self._event(node, at))
            case ast.CountedTrigger(event, count, within):
                span = f" within {duration(within.length)}" if within is not None else ""
                nth = amounts.ordinal(count)
                return say("the customer does {} for the {} time{}", self._event(event, at), nth, span)
            case ast.Enters(segment):
                return say("the customer becomes a member of {}", Ref("segment", segment.text))
            case ast.Leaves(segment):
                return say("the customer is no longer in {}", Ref("segment", segment.text))
        assert_never(node)

    def _event(self, node: ast.EventTrigger, at: At) -> Phrase:
        return self.conditions.event(node.name, node.match, node.where, at)

    def _without(self, node: ast.EventTrigger | None, at: At) -> Phrase:
        return say(", with no {} in between", self._event(node, at)) if node is not None else ()

    def _near(self, node: ast.NearDate, at: At) -> Phrase:
        of = self.conditions.value(ast.Mention(node.name), at)
        every = " (every year; a 29 February is kept on the 28th)" if node.every_year else ""
        if node.distance is None:
            said = say("it is the day of {}" if node.every_year else "it is {}", of)
        else:
            said = say("it is {} {} {}", duration(node.distance), node.direction, of)
        return say("{}{}{}", said, f", {_clock(node.at)}" if node.at is not None else "", every)

    def moment(self, node: ast.Moment, at: At) -> Phrase:
        """What stands behind `wait until`."""
        match node:
            case ast.AtTime(time):
                return say("it is {} (at once, if it is just then)", amounts.literal(time))
            case ast.AtDay(day, time):
                of, clock = amounts.weekdays((day,)), amounts.literal(time)
                return say("it is {} at {} (at once, if it is just then)", of, clock)
            case ast.AtDate(date):
                return say("it is {} (at once, if that is past)", amounts.moment(date))
            case ast.NearDate():
                return say("{} (at once, if that is past)", self._near(node, at))
        assert_never(node)


def _clock(time: ast.ClockTime | None) -> str:
    return instants.clock_text(time.time) if time is not None else "00:00"


def _length(node: ast.Duration) -> tuple[str, str]:
    return duration(node), "has" if node.count == 1 else "have"
