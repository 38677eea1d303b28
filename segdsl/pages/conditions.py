"""Conditions and values as a person says them (language.md section 4), with what is easily got wrong about each.

Comes in: a node and where it stands. Goes out: a phrase. A define is explained where it is first used.
"""

from typing import assert_never

from attrs import define, evolve, field

from segdsl.compiler.scope import Scope
from segdsl.pages import amounts
from segdsl.pages.document import Code, Item, Listing, Phrase, Ref, Word, joined, listed, say
from segdsl.pages.names import BUILT_IN, At, Names
from segdsl.pages.unknown import read_by, unknown_note, without_any
from segdsl.syntax import ast
from segdsl.syntax.format_values import duration, expression

LEVELS = 40
"""Of conditions inside one another: what goes deeper is shown as it is written, for nobody could follow the words."""

_COMPARED = {
    "=": "is", "!=": "is not", "<": "is less than", "<=": "is at most", ">": "is more than", ">=": "is at least",
}  # fmt: skip
_OF_TIME = {
    "=": "is {}", "!=": "is not {}", "<": "is before {}", "<=": "is {} or before", ">": "is after {}",
    ">=": "is {} or after",
}  # fmt: skip
_AGO = {
    "=": "exactly", "!=": "not exactly", "<": "less than", "<=": "at most", ">": "more than", ">=": "at least",
}  # fmt: skip
_OF = {
    "total": "the total of {}", "average": "the average of {}", "smallest": "the smallest {}",
    "largest": "the largest {}", "first": "{} of the first", "latest": "{} of the latest",
    "most frequent": "the most frequent {}",
}  # fmt: skip


@define(eq=False)
class Conditions:
    """Says the conditions of one entry of a page. `explained` are the defines that need no explanation any more."""

    scope: Scope
    names: Names = field(init=False)
    explained: set[str] = field(factory=set)

    def __attrs_post_init__(self) -> None:
        self.names = Names(self.scope)

    # ------------------------------------------------------------------------------------------------------ conditions

    def whole(self, node: ast.Expression, at: At) -> tuple[Phrase, Listing | None]:
        """A condition that stands by itself: one of several parts as a list of them, behind a phrase that leads it."""
        node = _bare(node)
        if not isinstance(node, ast.Both | ast.Either) or _height(node) > LEVELS:
            return self.clause(node, at), None
        inner = _asking(node, at)
        items = []
        for operand in node.operands:
            lead, deeper = self.whole(operand, inner)
            items.append(Item(say("{}:", lead) if deeper else lead, deeper))
        return say("all of these hold" if isinstance(node, ast.Both) else "any of these holds"), Listing(tuple(items))

    def clause(self, node: ast.Expression, at: At) -> Phrase:
        """A condition as part of a sentence."""
        if _height(node) > LEVELS:
            return say("what the rules write as {} holds", Code(expression(node)))
        return self._clause(node, at)

    def _clause(self, node: ast.Expression, at: At) -> Phrase:
        if isinstance(node, ast.Condition):
            return self._condition(node, at)
        if isinstance(node, ast.Test):
            return self._test(node, at, negated=False)
        match node:
            case ast.Brackets(inner):
                return self._grouped(inner, at)
            case ast.Mention() if self.names.is_history(node, at):
                return self._done(node, at, negated=False)
            case ast.Mention() if node.window is not None:
                return self._dated(node, node.window, at)
            case ast.Mention() if self._defined(node) is not None:
                return say("{} holds{}", Ref("define", node.name.text), self._explanation(node))
            case ast.Boolean(value):
                return say("always" if value else "never")
            case _:
                return say("{} is yes", self.value(node, at))

    def _grouped(self, inner: ast.Expression, at: At) -> Phrase:
        match inner:
            case ast.Both((one, other)):
                return say("both {} and {}", self._clause(one, at), self._clause(other, at))
            case ast.Either((one, other)):
                asked = _asking(inner, at)
                return say("either {} or {}", self._clause(one, asked), self._clause(other, asked))
            case ast.Both():
                return say("all of this: {}", self._clause(inner, at))
            case ast.Either():
                return say("one of this: {}", self._clause(inner, at))
            case _:
                return self._clause(inner, at)

    def _condition(self, node: ast.Condition, at: At) -> Phrase:
        match node:
            case ast.Both(operands):
                return joined([self._clause(each, at) for each in operands], ", and ")
            case ast.Either(operands):
                inner = _asking(node, at)
                return joined([self._clause(each, inner) for each in operands], ", or ")
            case ast.Not(operand):
                return self._negated(operand, at)
            case ast.Comparison(left, operator, right):
                return self._comparison(left, operator, right, at)
            case ast.Is(operand, negated, value):
                said = say("{} is {}{}", self.value(operand, at), "not " if negated else "", self.value(value, at))
                return say("{}{}", said, self._unless_known(operand, at) if negated else ())
            case ast.IsKnown(operand, negated):
                return say("{} is {}known", self.value(operand, at), "not " if negated else "")
            case ast.In(operand, negated, choices):
                values = [self.value(each, at) for each in choices]
                if not negated:
                    return say("{} is {}", self.value(operand, at), listed(values, "or"))
                neither = say("neither {}", listed(values, "nor")) if len(values) > 1 else say("not {}", values[0])
                return say("{} is {}{}", self.value(operand, at), neither, self._unless_known(operand, at))
            case ast.Between(operand, low, high):
                ends = self.value(low, at), self.value(high, at)
                return say("{} is from {} to {}, both included", self.value(operand, at), *ends)
            case ast.TextTest(left, operator, right):
                return say("{} {} {}", self.value(left, at), operator, self.value(right, at))
        assert_never(node)

    def _negated(self, operand: ast.Expression, at: At) -> Phrase:
        node = _bare(operand)
        match node:
            case ast.Mention() if self.names.is_history(node, at) and node.count is None:
                return self._done(node, at, negated=True)
            case ast.Mention() if node.window is None and not self.names.is_history(node, at):
                if self._defined(node) is not None:
                    return say("{} does not hold{}", Ref("define", node.name.text), self._explanation(node))
                return say("{} is no{}", self.value(node, at), self._unless_known(node, at))
            case ast.InAny() | ast.InSegment(_, None) | ast.ItemTest() | ast.OnDays() | ast.Chance():
                return self._test(node, at, negated=True)
            case ast.IsKnown(inner, turned):
                return self._condition(ast.IsKnown(inner, not turned), at)
            case ast.Is(inner, turned, value):
                return self._condition(ast.Is(inner, not turned, value), at)
            case ast.In(inner, turned, choices):
                return self._condition(ast.In(inner, not turned, choices), at)
            case _:
                said = say("it is not so that {}", self._grouped(node, at))
                return say("{}{}", said, self._unless_known(node, at))

    def _comparison(self, left: ast.Expression, operator: str, right: ast.Expression, at: At) -> Phrase:
        if isinstance(left, ast.TimeSince) and isinstance(right, ast.Duration):
            event = self._events(left.source, at)
            length = say("{}{}", duration(right), amounts.hours(right))
            if self._collected(left.source):
                said = say("the latest item was put into {} {} {} ago", event, _AGO[operator], length)
                return say("{} (a customer who has none in it does not match)", said)
            said = say("the customer's last {} was {} {} ago", event, _AGO[operator], length)
            return say("{} (a customer who never did does not match)", said) if operator in (">", ">=", "!=") else said
        whole = self.value(left, at), self.value(right, at)
        if isinstance(_bare(right), ast.DateValue | ast.InstantValue | ast.ClockTime):
            said = say(f"{{}} {_OF_TIME[operator]}", *whole)
        else:
            said = say(f"{{}} {_COMPARED[operator]} {{}}", *whole)
        note = without_any(left, operator, right, self.scope.collections)
        return say("{}{}{}", said, note, self._unless_known(left, at) if operator == "!=" and not note else ())

    def _unless_known(self, node: ast.Expression, at: At) -> Phrase:
        return unknown_note([name for name in read_by(node) if name not in at.asked], at, self.names)

    # ----------------------------------------------------------------------------------------------------------- tests

    def _test(self, node: ast.Test, at: At, *, negated: bool) -> Phrase:
        no = "not " if negated else ""
        match node:
            case ast.InAny():
                return self._in_any(node, negated=negated)
            case ast.InSegment(segment, ast.Duration() as lasting):
                length = duration(lasting)
                return say("the customer has been in {} for at least {} on end", Ref("segment", segment.text), length)
            case ast.InSegment(segment):
                return say("the customer is {}in {}", no, Ref("segment", segment.text))
            case ast.ItemTest(without, of, where):
                some = "at least one item" if without == negated else "no item"
                said = say("{} of {}", some, self._items(of, at))
                if where is None:
                    return say("there is {}", said)
                return say("{} fits: {}", said, self._clause(_bare(where), at.inside(self.names.items(of.text, at))))
            case ast.OnDays():
                return self._on_days(node, negated=negated)
            case ast.Chance(share, seed):
                part = amounts.percent(share)
                drawn = amounts.text_value(seed.value)
                return say("the customer is {}among a fixed {} of all, drawn for {}", no, part, drawn)
        assert_never(node)

    def _in_any(self, node: ast.InAny, *, negated: bool) -> Phrase:
        named = [say("{}", Ref("segment", each.text)) for each in node.segments]
        if len(named) == 1:
            out = (node.quantifier == "none") != negated
            return say("the customer is {}in {}", "not " if out else "", named[0])
        match node.quantifier:
            case "all":
                lead, word = ("not in all of" if negated else "in all of"), "and"
            case "none":
                lead, word = ("in at least one of" if negated else "in none of"), "and"
            case _:
                lead, word = ("in none of" if negated else "in at least one of"), "and"
        return say("the customer is {} {}", lead, listed(named, word))

    def _on_days(self, node: ast.OnDays, *, negated: bool) -> Phrase:
        days = "a day from Monday to Friday" if node.weekdays else amounts.weekdays(node.days)
        lead = "it is not " if negated else "it is "
        if node.start is None or node.end is None:
            return say("{}{}", lead, days)
        night = node.end.time <= node.start.time
        until = " of the next day (a night counts as the day on which it starts)" if night else ""
        start, end = amounts.literal(node.start), amounts.literal(node.end)
        return say("{}{}, from {} until before {}{}", lead, days, start, end, until)

    # --------------------------------------------------------------------------------------------------------- history

    def _done(self, node: ast.Mention, at: At, *, negated: bool) -> Phrase:
        event = self.event(node.name, node.match, node.where, at)
        window = f" {amounts.window(node.window)}" if node.window is not None else ""
        comma = "," if node.where is not None else ""
        if negated:
            often = " never" if node.window is None else " not"
            return say("the customer has{} done {}{}{}", often, event, comma if window else "", window)
        note = " (also a customer who never did)" if amounts.holds_for_none(node.count) else ""
        often = amounts.times(node.count)
        return say("the customer has done {}{} {}{}{}", event, comma, often, window, note)

    def event(
        self, name: ast.Name, match: ast.Expression | None, where: ast.Expression | None, at: At
    ) -> Phrase:  # fmt: skip
        """`places order where amount is at least 100`."""
        of, compared = self.names.event_of(name.text, match)
        said = say("{}", Ref("event", of))
        if match is not None:
            with_ = Word(compared) if compared is not None else ""
            said = say("{} with {}{}{}", said, with_, " " if with_ else "", self.value(match, at))
        if where is None:
            return said
        return say("{} where {}", said, self._clause(_bare(where), at.inside(self.names.fields(of))))

    def _events(self, source: ast.Source, at: At) -> Phrase:
        """What an aggregate looks at."""
        if source.name.text in self.scope.collections or source.name.text in at.event:
            said = self._items(source.name, at)
            if source.where is not None:
                inner = at.inside(self.names.items(source.name.text, at))
                said = say("{} where {}", said, self._clause(_bare(source.where), inner))
            if source.window is not None:
                return say("{} put in {}", said, amounts.window(source.window))
        else:
            said = self.event(source.name, source.match, source.where, at)
        return say("{} {}", said, amounts.window(source.window)) if source.window is not None else said

    def _collected(self, source: ast.Source) -> bool:
        return source.name.text in self.scope.collections

    def _items(self, of: ast.Name, at: At) -> Phrase:
        if of.text in self.scope.collections:
            return say("{}", Ref("collection", of.text))
        return amounts.field_of(of.text) if of.text in at.event else say("{}", Word(of.text))

    def _dated(self, node: ast.Mention, window: ast.Window, at: At) -> Phrase:
        of = self.value(ast.Mention(node.name), at)
        match window:
            case ast.Since(start):
                return say("{} is {} or after", of, amounts.moment(start))
            case ast.Before(end):
                return say("{} is before {}", of, amounts.moment(end))
            case _:
                return say("{} lies {}", of, amounts.window(window))

    # ---------------------------------------------------------------------------------------------------------- values

    def value(self, node: ast.Expression, at: At) -> Phrase:
        """What stands where a value is wanted: a number, a name, what comes of a calculation."""
        if isinstance(node, ast.Literal):
            return amounts.literal(node)
        if isinstance(node, ast.Condition | ast.Test):
            return say("whether {}", self._clause(node, at))
        match node:
            case ast.Brackets(inner):
                return say("({})", self.value(inner, at)) if not isinstance(inner, ast.Literal | ast.Mention) else (
                    self.value(inner, at)
                )  # fmt: skip
            case ast.Sum(first, rest) | ast.Product(first, rest):
                parts = [self.value(first, at)]
                parts += [say("{} {}", _SIGNS[sign], self.value(operand, at)) for sign, operand in rest]
                return joined(parts, " ")
            case ast.Minus(operand):
                return say("−{}", self.value(operand, at))
            case ast.Mention() if self.names.is_history(node, at) or node.window is not None:
                return say("whether {}", self._clause(node, at))
            case ast.Mention():
                return self._named(node, at)
            case ast.Aggregate(function, operand, source):
                what = say(_OF[function], self._operand(operand, source, at))
                one = function in ("first", "latest")
                items = ("item in " if one else "items in ") if self._collected(source) else ""
                return say("{}{}{}{}", what, " " if one else " over all ", items, self._events(source, at))
            case ast.CountDistinct(operand, source):
                items = "items in " if self._collected(source) else ""
                return say("the number of different values of {} over all {}{}", self._operand(operand, source, at),
                           items, self._events(source, at))  # fmt: skip
            case ast.CountOf(source):
                items = "items in " if self._collected(source) else ""
                return say("the number of {}{}", items, self._events(source, at))
            case ast.TimeSince(source):
                lead = "the latest item was put into" if self._collected(source) else "the customer's last"
                return say("the time since {} {}", lead, self._events(source, at))
        assert_never(node)

    def _operand(self, operand: ast.Expression, source: ast.Source, at: At) -> Phrase:
        of, _ = self.names.event_of(source.name.text, source.match)
        at_hand = self.names.items(of, at) if of in at.event and of not in self.scope.events else self.names.fields(of)
        return self.value(operand, at.inside(at_hand))

    def _named(self, node: ast.Mention, at: At) -> Phrase:
        name = node.name.text
        if name.startswith("this "):
            owner = "the starting event's {}" if at.later else "the event's {}"
            return say(owner, Word(name.removeprefix("this ")))
        if name.startswith("customer "):
            return say("{}", Ref("attribute", name.removeprefix("customer ")))
        if at.item is not None:
            return say("{}", Word(name))
        if name in at.event:
            return amounts.field_of(name)
        if name in self.scope.attributes:
            return say("{}", Ref("attribute", name))
        if name in self.scope.defines:
            return say("{}{}", Ref("define", name), self._explanation(node))
        if name == "age":
            return say("the customer's age")
        return say("the {}" if name in ("local time", "weekday") else "{}", name if name in BUILT_IN else Word(name))

    def _defined(self, node: ast.Mention) -> ast.Expression | None:
        """The condition that a name is defined as."""
        found = self.scope.defines.get(node.name.text)
        is_one = found is not None and self.names.is_condition(found.node.value, At())
        return found.node.value if is_one and found is not None else None

    def _explanation(self, node: ast.Mention) -> Phrase:
        """What a define means, where it is used first. What it uses in turn is explained where it is declared."""
        name = node.name.text
        if name in self.explained:
            return ()
        value = self.scope.defines[name].node.value
        before = set(self.explained)
        self.explained |= set(self.scope.defines)
        told = self.clause(value, At()) if self.names.is_condition(value, At()) else self.formula(value)
        self.explained = before | {name}
        return say(" (that is: {})", told)

    def formula(self, node: ast.Expression) -> Phrase:
        """What a define that is no condition stands for."""
        return self.value(node, At()) if _height(node) <= LEVELS else say("{}", Code(expression(node)))


_SIGNS = {"+": "plus", "-": "minus", "*": "times", "/": "divided by"}


def _bare(node: ast.Expression) -> ast.Expression:
    while isinstance(node, ast.Brackets):
        node = node.inner
    return node


def _asking(node: ast.Both | ast.Either, at: At) -> At:
    """Where the parts stand of which one asks whether something is not known."""
    if isinstance(node, ast.Both):
        return at
    asked = {
        each.operand.name.text
        for each in map(_bare, node.operands)
        if isinstance(each, ast.IsKnown) and each.negated and isinstance(each.operand, ast.Mention)
    }
    return evolve(at, asked=at.asked | asked) if asked else at


def _height(node: ast.Node) -> int:
    """How many nodes stand inside one another; counted only as far as it matters."""
    level: list[object] = [node]
    height = 0
    while level and height <= LEVELS:
        height += 1
        below: list[object] = []
        for each in level:
            if isinstance(each, ast.Node):
                for found in vars(each).values():
                    below += _nodes(found)
        level = below
    return height


def _nodes(found: object) -> list[object]:
    if isinstance(found, ast.Node):
        return [found]
    return [inner for each in found for inner in _nodes(each)] if isinstance(found, tuple) else []
