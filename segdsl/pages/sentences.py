"""Rules, steps, actions and options as plain sentences: what they mean, not how they are written (language.md 3).

Comes in: nodes of a checked program. Goes out: phrases, and lists of them where a rule has several steps.
"""

from collections.abc import Iterator
from typing import assert_never

from attrs import define, field, frozen

from segdsl.compiler.scope import Scope
from segdsl.pages import amounts
from segdsl.pages.conditions import Conditions
from segdsl.pages.document import Item, Listing, Phrase, Ref, Word, capital, joined, listed, say
from segdsl.pages.names import At
from segdsl.pages.triggers import Triggers
from segdsl.syntax import ast
from segdsl.syntax.format_values import duration


@frozen
class Told:
    """A rule in words: what has to happen, what else has to hold, what is done, and what to know about it."""

    when: Phrase
    condition: Phrase
    conditions: Listing | None
    steps: Listing
    notes: tuple[str, ...]


@define(eq=False)
class Sentences:
    """Says the rules of one entry of a page."""

    scope: Scope
    conditions: Conditions = field(init=False)
    triggers: Triggers = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.conditions = Conditions(self.scope)
        self.triggers = Triggers(self.conditions)

    def rule(self, node: ast.Rule, activity: ast.Activity | None = None) -> Told:
        """`activity` is the one around it, if there is one."""
        at = self.conditions.names.at_hand(node.triggers)
        when = self.triggers.any_of(node.triggers)
        condition: Phrase = ()
        parts: Listing | None = None
        if node.condition is not None:
            condition, parts = self.conditions.whole(node.condition, at)
        return Told(when, condition, parts, self.steps(node.steps, at), tuple(_notes(node, activity)))

    def steps(self, nodes: tuple[ast.Step, ...], at: At) -> Listing:
        items = []
        for node in nodes:
            items.append(self.step(node, at))
            if isinstance(node, ast.WaitFor):
                at = self.conditions.names.after(node, at)
        return Listing(tuple(items), ordered=True)

    def step(self, node: ast.Step, at: At) -> Item:
        match node:
            case ast.Act(actions):
                return Item(joined([self.action(each, at) for each in actions], "; "))
            case ast.Gate(condition):
                return Item(
                    say("go on only if {}; for others the flow ends here", self.conditions.clause(condition, at))
                )
            case ast.Wait(span):
                return Item(say("wait {}", duration(span)))
            case ast.WaitUntil(moment):
                return Item(say("wait until {}", self.triggers.moment(moment, at)))
            case ast.WaitFor(trigger, within):
                said = say("wait until {}", self.triggers.awaited(trigger, at))
                if within is None:
                    return Item(say("{}, however long it takes", said))
                length = within.length
                late = f"{duration(length)} exactly {'is' if length.count == 1 else 'are'} too late"
                lost = f"if that does not come within {duration(length)}, the flow ends here ({late})"
                return Item(say("{}; {}", said, lost))
            case ast.Branch():
                return self._branch(node, at)
        assert_never(node)

    def _branch(self, node: ast.Branch, at: At) -> Item:
        lead = {
            "first": "take the first path that fits:",
            "all": "take every path that fits:",
            "random": "take one path, by a draw (the same customer always draws the same):",
        }[node.kind]
        items = [self._path(path, at) for path in node.paths]
        if node.kind == "first" and not any(path.otherwise for path in node.paths):
            items.append(Item(say("where none fits: the flow ends here")))
        return Item(say(lead), Listing(tuple(items)))

    def _path(self, path: ast.Path, at: At) -> Item:
        lead: list[Phrase] = [say("otherwise")] if path.otherwise else []
        if path.share is not None:
            lead.append(say("{} of them", amounts.percent(path.share)))
        if path.condition is not None:
            lead.append(say("if {}", self.conditions.clause(path.condition, at)))
        head = joined(lead or [say("always")], ", ")
        steps = self.steps(path.steps, at)
        if len(steps.items) == 1:
            only = steps.items[0]
            return Item(say("{}: {}", head, only.text), only.inner)
        return Item(say("{}:", head), steps)

    # --------------------------------------------------------------------------------------------------------- actions

    def action(self, node: ast.Action, at: At) -> Phrase:
        match node:
            case ast.Add(segments, lasting, until):
                named = listed([say("{}", Ref("segment", each.text)) for each in segments])
                return say("add the customer to {}{}", named, ends(lasting, until))
            case ast.Remove(segments):
                named = listed([say("{}", Ref("segment", each.text)) for each in segments])
                return say("remove the customer from {}", named)
            case ast.SetAttribute(name, value):
                return say("set {} to {}", Ref("attribute", name.text), self.conditions.value(value, at))
            case ast.ClearAttribute(name):
                return say("clear {}{}", Ref("attribute", name.text), self._cleared(name.text))
            case ast.Record(name, assignments):
                given = self._given(assignments, at)
                return say("make an event {}{} of this customer, at this instant", Ref("event", name.text), given)
            case ast.Perform(name, match, assignments):
                return say(
                    "{}{}", Ref("action", name.text), self._given(assignments, at, self._subject(name.text, match))
                )
        assert_never(node)

    def _cleared(self, name: str) -> Phrase:
        info = self.scope.attributes.get(name)
        if info is None or info.default is None:
            return say(" (it is not known then)")
        return say(" (it is {} again then)", self.conditions.value(info.default, At()))

    def _subject(self, name: str, match: ast.Expression | None) -> tuple[ast.Assignment, ...]:
        """The value right behind an action's name, as one of its fields."""
        if match is None:
            return ()
        info = self.scope.actions.get(name)
        subject = info.subject.name if info is not None and info.subject is not None else ""
        return (ast.Assignment(ast.Name(subject), match),)

    def _given(
        self, assignments: tuple[ast.Assignment, ...], at: At, before: tuple[ast.Assignment, ...] = ()
    ) -> Phrase:
        values = [
            say("{}: {}", Word(each.name.text), self.conditions.value(each.value, at))
            if each.name.text
            else self.conditions.value(each.value, at)
            for each in (*before, *assignments)
        ]
        return say(" ({})", joined(values, ", ")) if values else ()

    # --------------------------------------------------------------------------------------------------------- options

    def about(self, activity: ast.Activity) -> list[Phrase]:
        """What holds of all rules of an activity: its options, and what ends its flows."""
        alone = any(isinstance(each, ast.Per) for each in activity.options)
        said = [self.option(each, alone=alone) for each in activity.options]
        return said + [self.stop(each, alone=alone) for each in activity.body if isinstance(each, ast.Stop)]

    def option(self, node: ast.Option, *, alone: bool = False) -> Phrase:
        """`alone`: a customer has several flows, one for each value of `per`."""
        match node:
            case ast.From(date):
                return say("It begins {}.", _begins(date))
            case ast.Until(date):
                return say("It ends {}; memberships stay.", _ends(date))
            case ast.Priority(value):
                return say("Priority {}: it wins over what has a lower one where rules disagree.", f"{value:,}")
            case ast.Once():
                each = ", for each value" if alone else ""
                return say("A customer goes through each of its rules at most once{}.", each)
            case ast.Restarting():
                return say("A new start while the customer is still in a flow starts it over.")
            case ast.Per(name):
                each = (
                    "A customer has a flow for each value of {}. An event with a value of it concerns that flow alone."
                )
                return say(each, Word(name.text))
            case ast.Holdout(share):
                return say("A fixed {} of the customers never enter: always the same ones.", amounts.percent(share))
            case ast.Seed(text):
                return say("Its draws go by {}, whatever the activity is called.", amounts.text_value(text.value))
        assert_never(node)

    def bound(self, node: ast.From | ast.Until) -> Phrase:
        """The dates of a promotion."""
        match node:
            case ast.From(date):
                return say("It begins {}.", _begins(date))
            case ast.Until(date):
                return say("It ends {}.", _ends(date))
        assert_never(node)

    def stop(self, node: ast.Stop, *, alone: bool = False) -> Phrase:
        """What ends the flows of an activity."""
        lead = "A flow ends as soon as {}." if alone else "A customer leaves all its flows as soon as {}."
        return say(lead, self.triggers.any_of(node.triggers))


def ends(lasting: ast.Duration | None, until: ast.Day | None) -> Phrase:
    """How long a membership lasts that is added."""
    length = f" for {duration(lasting)}" if lasting is not None else ""
    last = f" until {_last(until)}" if until is not None else ""
    return say("{}{}{}", length, last, ", whichever is sooner" if length and last else "")


def kind_of(node: ast.Activity) -> str:
    match node.kind:
        case "dialog":
            return "A dialog activity."
        case "web":
            return "A web activity: it starts when a spot on a page is viewed."
        case "search rule":
            return "A search rule: it starts when customers search."
        case _:
            return "An activity."


def _begins(node: ast.Day) -> str:
    return f"with the day {amounts.moment(node)}" if isinstance(node, ast.DateValue) else f"at {amounts.moment(node)}"


def _ends(node: ast.Day) -> str:
    return f"as {_last(node)}" if isinstance(node, ast.DateValue) else f"at {amounts.moment(node)}"


def _last(node: ast.Day) -> str:
    """A date at whose first instant something is over."""
    if not isinstance(node, ast.DateValue):
        return amounts.moment(node)
    return f"{amounts.moment(node)} begins (the day before is the last)"


def _notes(node: ast.Rule, activity: ast.Activity | None) -> Iterator[str]:
    """What is easily got wrong about a rule with waits."""
    if not any(_waits(step) for step in node.steps):
        return
    options = activity.options if activity is not None else ()
    if not any(isinstance(each, ast.Restarting | ast.Once) for each in options):
        yield "A new start is ignored while the customer is still in this flow."
    if any(isinstance(each, ast.Until) for each in options):
        yield "A wait ends silently when the activity ends."


def _waits(step: ast.Step) -> bool:
    match step:
        case ast.Wait() | ast.WaitUntil() | ast.WaitFor():
            return True
        case ast.Branch(_, paths):
            return any(_waits(each) for path in paths for each in path.steps)
        case _:
            return False


def opening(told: Told) -> Phrase:
    """`When ..., if ...`, with the condition where it goes into one sentence."""
    when = capital(say("when {}", told.when))
    if not told.condition:
        return when
    return say("{}, and {}{}", when, "" if told.conditions else "if ", told.condition)
