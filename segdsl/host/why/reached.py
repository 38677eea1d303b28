"""How far rules came that could have put a customer into a segment, and did not.

Comes in: a story. Goes out: a draft for each rule, of the last time it was triggered or went on.
"""

from attrs import define

from segdsl.engines.reference.witness import Sighting
from segdsl.host.why.answer import Link, Occurrence
from segdsl.host.why.passage import passages
from segdsl.host.why.story import Draft, Story
from segdsl.plan import nodes as p
from segdsl.records.inputs import Event
from segdsl.syntax import ast
from segdsl.syntax.format_rules import trigger as trigger_text
from segdsl.values.instants import instant_text

RULES_TOLD = 5
"""Rules that did not come to it, of which it is said how far they came."""


def stopped(story: Story, segment: str) -> tuple[list[Draft], int]:
    """For each rule that could have added to a segment, how far it came the last time, the furthest first; and how
    many there are in all."""
    found = []
    for rule in story.reader.plan.rules:
        on_the_way = {
            id(node)
            for action, way in passages(rule)
            if isinstance(action, p.Add) and action.segment == segment
            for stretch in way
            for node in (*stretch.held, *stretch.passed_by)
        }
        if on_the_way:
            found.append(_Reached(story, rule, on_the_way).told())
    found.sort(key=lambda each: (-each[0], -each[1].link.instant))
    return [draft for _, draft in found[:RULES_TOLD]], len(found)


@define
class _Reached:
    """One rule; `on_the_way` are the nodes between its triggers and the action in question."""

    story: Story
    rule: p.Rule
    on_the_way: set[int]

    def told(self) -> tuple[int, Draft]:
        """How far it came: the further, the larger the number."""
        story, rule = self.story, self.rule
        mine = [each for each in story.course.sightings if each.rule is rule]
        standing = self._standing()
        if standing:
            begun = [each for each in mine if each.what == "begun"]
            return self._link(4, f"{story.course.customer} is on the way: {standing}", begun[-1] if begun else None)
        fired = [each for each in mine if each.what in ("triggered", "goes on")]
        if not fired:
            return self._link(0, f"{self._triggers()}: that never happened{self._bounds()}", None)
        last = fired[-1]
        here = [each for each in mine if each.key >= last.key and each.flow == last.flow]
        failed = [each for each in here if each.what == "judged" and each.outcome is not True]
        failed = [each for each in failed if id(each.node) in self.on_the_way]
        end = here[-1]
        match end.what:
            case "refused":
                return self._link(1, f"the rule did not start: {end.reason}", last)
            case "left":
                return self._link(3, f"the flow ended: {end.reason}", end)
            case "lost":
                return self._link(5, "the rule would have, but another one decided otherwise", last)
        if failed:
            started = "the rule went on, but" if last.what == "goes on" else "the rule was triggered, but"
            return self._link(2, f"{started} a condition was not met", last, *failed)
        other = [each for each in here if each.what == "taken" and id(each.node) not in self.on_the_way]
        if other:
            judged = [each for each in here if each.what == "judged" and each.node is other[-1].node]
            return self._link(3, "the rule took another path", last, *judged)
        if any(each.what == "landed" and isinstance(each.node, p.Add) for each in here):
            return self._link(5, "the rule added for a time that was over already", last)
        return self._link(3, "the rule was triggered, and took no path that adds", last)

    def _link(self, rank: int, what: str, seen: Sighting | None, *judged: Sighting) -> tuple[int, Draft]:
        instant = seen.key[0] if seen is not None else 0
        occurrence = self._occurrence(seen) if seen is not None else None
        text = self.story.text(self.rule)
        return rank, Draft(Link(instant, what, occurrence, text, self.rule.place), judged)

    def _occurrence(self, seen: Sighting) -> Occurrence:
        """What happened in the step in which something was seen of the rule."""
        step = self.story.by_key.get(seen.key, ())
        if seen.what == "triggered":
            return self.story.occurrence(seen)
        if seen.what == "begun":
            fired = [e for e in step if e.what == "triggered" and e.rule is self.rule and e.flow == seen.flow]
            if fired:
                return self.story.occurrence(fired[-1])
        for each in step:
            if each.what == "entered" and isinstance(each.node, Event):
                return self.story.reader.occurrence(each.node, recorded=seen.key[2] > 0)
        return Occurrence("clock", "the clock", seen.key[0])

    def _standing(self) -> str:
        """Where the flows of the rule stand; empty: nowhere."""
        state = self.story.course.state
        waits = [wait for wait in state.waits if wait.rule == self.rule.id] if state is not None else []
        dues = [wait.due for wait in waits if wait.due is not None]
        if dues:
            return f"a wait is over at {instant_text(min(dues))}"
        ends = [wait.deadline for wait in waits if wait.deadline is not None]
        until = f", before {instant_text(min(ends))}" if ends else ""
        return f"the rule waits for something to happen{until}" if waits else ""

    def _bounds(self) -> str:
        now, rule = self.story.course.now, self.rule
        if rule.begin is not None and now < rule.begin:
            return f", and the activity begins only at {instant_text(rule.begin)}"
        if rule.end is not None and now >= rule.end:
            return f", and the activity ended at {instant_text(rule.end)}"
        return ""

    def _triggers(self) -> str:
        written = [self.story.reader.written(each) for each in self.rule.triggers]
        texts = [trigger_text(each) for each in written if isinstance(each, ast.Trigger)]
        names = [each.event for each in self.rule.triggers if isinstance(each, p.EventTrigger | p.CountTrigger)]
        return " or ".join(texts or names) or "its trigger"
