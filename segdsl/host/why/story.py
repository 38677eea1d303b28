"""What led to a change of membership: the chain of events, rules and conditions, and how far rules came that did not.

Comes in: a course that was played, with all its sightings. Goes out: links, earliest first. What conditions were worth
at their step is only known while that step is taken, so the course is played once more for those that matter.
"""

from collections.abc import Iterable, Sequence

from attrs import define, field, frozen

from segdsl.engines.reference.witness import Sighting
from segdsl.host.why.answer import Finding, Link, Occurrence
from segdsl.host.why.course import HOST, Course, Key, Player
from segdsl.host.why.findings import Looking, Reader
from segdsl.plan import nodes as p
from segdsl.plan.walk import structs
from segdsl.records.inputs import Event
from segdsl.records.outcomes import Change
from segdsl.state.life import Taken
from segdsl.syntax import ast
from segdsl.syntax.format_rules import trigger as trigger_text
from segdsl.values.instants import instant_text

LONGEST_TEXT = 160
LONGEST_CHAIN = 20
RULES_TOLD = 5
"""Rules that did not come to it, of which it is said how far they came."""


@frozen
class Draft:
    """A link whose conditions are still to be looked at: the judgements it rests on."""

    link: Link
    judged: tuple[Sighting, ...] = ()


@define
class Story:
    """Tells of one course."""

    player: Player
    reader: Reader
    course: Course
    by_key: dict[Key, list[Sighting]] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        for sighting in self.course.sightings:
            self.by_key.setdefault(sighting.key, []).append(sighting)

    # ------------------------------------------------------------------------------------------- what led to a change

    def of_change(self, change: Change, room: int = LONGEST_CHAIN) -> list[Draft]:
        """The chain that led to a change of membership."""
        why, key = change.because, (change.instant, change.arrival, change.round)
        match why.reason:
            case "condition":
                judged = [each for each in self._judged(key) if _is_segment(each.node, change.segment)]
                turned = "the condition holds" if change.entered else "the condition no longer holds"
                link = Link(change.instant, turned, self._cause(why.cause, change.instant), place=why.place)
                return [Draft(link, tuple(judged[-1:]))]
            case "added" | "removed":
                rule = self._rule(why.rule)
                before = (change.instant, change.arrival, change.round - 1)
                return self.of_rule(rule, before, room) if rule is not None else []
            case "ended":
                began = self._began(change)
                said = f"the time for which {change.segment} was given is over"
                over = Draft(Link(change.instant, said, self._cause("", change.instant), place=why.place))
                return [*(self.of_change(began, room - 1) if began is not None and room > 0 else ()), over]
            case _:
                return [
                    Draft(Link(change.instant, f"{why.reason} by the host", self._cause(why.cause, change.instant)))
                ]

    def of_rule(self, rule: p.Rule, key: Key, room: int = LONGEST_CHAIN) -> list[Draft]:
        """The chain of a rule that did something in a step: what started it, and the waits on the way."""
        mine = [each for each in self.by_key.get(key, ()) if each.rule is rule]
        judged = tuple(each for each in mine if each.what == "judged" and each.outcome is True)
        resumed = next((each for each in mine if each.what == "goes on"), None)
        fired = [each for each in mine if each.what == "triggered"]
        if resumed is not None and room > 0 and not _started(mine):
            begun = self._before("begun", resumed.node, rule, key)
            earlier = self.of_rule(rule, begun.key, room - 1) if begun is not None else []
            link = Link(key[0], self._waited(resumed.node), self._answer(resumed.node, key), place=self._place(resumed))
            return [*earlier, Draft(link, judged)]
        before: list[Draft] = []
        occurrence = self._cause("", key[0])
        if fired and room > 0:
            occurrence = self._occurrence(fired[-1])
            before = self._behind(fired[-1], room - 1)
        link = Link(key[0], "the rule was triggered", occurrence, self._text(rule), rule.place)
        return [*before, Draft(link, judged)]

    def _behind(self, fired: Sighting, room: int) -> list[Draft]:
        """What is behind a trigger that was no input: the coming and going of a segment, or a recorded event."""
        trigger, key = fired.node, fired.key
        match trigger:
            case p.EntersTrigger(segment) | p.LeavesTrigger(segment):
                change = self._change_at(segment, key)
                return self.of_change(change, room) if change is not None else []
            case p.EventTrigger(event) | p.CountTrigger(_, event) if key[2] > 0:
                earlier = (key[0], key[1], key[2] - 1)
                for each in self.by_key.get(earlier, ()):
                    if each.what == "landed" and isinstance(each.node, p.Record) and each.node.event == event:
                        return self.of_rule(each.rule, earlier, room) if each.rule is not None else []
        return []

    # ----------------------------------------------------------------------------------------- rules that did not do it

    def stopped(self, segment: str) -> list[Draft]:
        """For each rule that could have added to a segment, how far it came the last time, the furthest first."""
        found = []
        for rule in self.reader.plan.rules:
            if any(isinstance(node, p.Add) and node.segment == segment for node in structs(rule.steps)):
                found.append(self._reached(rule))
        found.sort(key=lambda each: (-each[0], -each[1].link.instant))
        return [draft for _, draft in found[:RULES_TOLD]]

    def _reached(self, rule: p.Rule) -> tuple[int, Draft]:
        """How far a rule came the last time it was triggered or went on: the further, the larger."""
        mine = [each for each in self.course.sightings if each.rule is rule]
        text = self._text(rule)
        fired = [each for each in mine if each.what in ("triggered", "goes on")]
        if not fired:
            return 0, Draft(Link(0, f"{self._triggers(rule)}: that never happened", None, text, rule.place))
        last = fired[-1]
        here = [each for each in mine if each.key >= last.key]
        occurrence = self._occurrence(last) if last.what == "triggered" else self._answer(last.node, last.key)

        def told(rank: int, what: str, *judged: Sighting) -> tuple[int, Draft]:
            return rank, Draft(Link(here[-1].key[0], what, occurrence, text, rule.place), judged)

        failed = [each for each in here if each.what == "judged" and each.outcome is not True]
        match here[-1].what:
            case "refused":
                return told(1, here[-1].reason)
            case "begun":
                return told(4, f"the customer is on the way: {self._standing(rule)}")
            case "left":
                return told(3, f"the flow ended: {here[-1].reason}")
            case "lost":
                return told(5, "another rule decided otherwise")
        if failed:
            return told(2, "a condition was not met", *failed)
        return told(3, "it was triggered")

    def _standing(self, rule: p.Rule) -> str:
        waits = [wait for wait in self.course.state.waits if wait.rule == rule.id] if self.course.state else []
        dues = [wait.due for wait in waits if wait.due is not None]
        return f"a wait is over at {instant_text(min(dues))}" if dues else "the flow waits"

    # ----------------------------------------------------------------------------------------------------- what is told

    def written_out(self, drafts: Iterable[Draft], taken: Sequence[Taken]) -> list[Link]:
        """The links, with what their conditions were worth at their steps."""
        drafts = list(drafts)
        wanted = {(each.key, id(each.node)) for draft in drafts for each in draft.judged}
        found: dict[tuple[Key, int], Finding] = {}
        entered: list[Sighting] = []

        def witness(sighting: Sighting) -> None:
            if sighting.what == "entered":
                entered.append(sighting)
            if sighting.what != "judged" or (sighting.key, id(sighting.node)) not in wanted:
                return
            condition = getattr(sighting.node, "condition", None)
            if condition is not None and sighting.value is not None:
                looking = Looking(sighting.key[0], sighting.value, list(entered), self._members(sighting.key))
                found[sighting.key, id(sighting.node)] = self.reader.finding(condition, looking)

        if wanted:
            self.player.play(self.course.customer, taken, self.course.now, witness)
        made = []
        for draft in drafts:
            places = [(each.key, id(each.node)) for each in draft.judged]
            findings = tuple(found[place] for place in dict.fromkeys(places) if place in found)
            made.append(_with(draft.link, findings))
        return made

    def _members(self, key: Key) -> dict[str, int]:
        """Since when the customer was in which segment, as a step sees it."""
        since: dict[str, int] = {}
        for change in self.course.changes:
            if (change.instant, change.arrival, change.round) > key:
                break
            if change.entered:
                since[change.segment] = change.instant
            else:
                since.pop(change.segment, None)
        return since

    def _judged(self, key: Key) -> list[Sighting]:
        return [each for each in self.by_key.get(key, ()) if each.what == "judged"]

    def _rule(self, id_: str) -> p.Rule | None:
        return next((rule for rule in self.reader.plan.rules if rule.id == id_), None)

    def _began(self, change: Change) -> Change | None:
        entered = [each for each in self.course.changes if each.segment == change.segment and each.entered]
        return next((each for each in reversed(entered) if each.instant <= change.instant), None)

    def _change_at(self, segment: str, key: Key) -> Change | None:
        """The change that a step sees."""
        at = [each for each in self.course.changes if (each.instant, each.arrival, each.round) == key]
        return next((each for each in at if each.segment == segment), None)

    def _before(self, what: str, node: object, rule: p.Rule, key: Key) -> Sighting | None:
        """The last time before a step that something was seen of a rule."""
        found = [
            each for each in self.course.sightings
            if each.what == what and each.node is node and each.rule is rule and each.key < key
        ]  # fmt: skip
        return found[-1] if found else None

    def _cause(self, id_: str, instant: int) -> Occurrence:
        entry = self.course.inputs.get(id_)
        if isinstance(entry, Event):
            return self.reader.occurrence(entry)
        if entry is not None:
            return Occurrence("host", HOST[type(entry)], entry.instant, entry.id)
        line = next((each.node for each in self.course.entered if getattr(each.node, "id", "") == id_ and id_), None)
        return self.reader.occurrence(line) if isinstance(line, Event) else Occurrence("clock", "the clock", instant)

    def _occurrence(self, fired: Sighting) -> Occurrence:
        """What a trigger fired on."""
        for each in self.by_key.get(fired.key, ()):
            if each.what == "entered" and each.fields is fired.fields and isinstance(each.node, Event):
                return self.reader.occurrence(each.node, recorded=fired.key[2] > 0)
        written = self.reader.written(fired.node)
        name = trigger_text(written) if isinstance(written, ast.Trigger) else "the clock"
        return Occurrence("clock", name, fired.key[0])

    def _answer(self, pause: object, key: Key) -> Occurrence:
        """What a wait was ended by."""
        trigger = pause.trigger if isinstance(pause, p.WaitFor) else None
        for each in self.by_key.get(key, ()):
            if each.what == "entered" and isinstance(trigger, p.EventTrigger | p.CountTrigger):
                event = each.node
                if isinstance(event, Event) and event.name == trigger.event:
                    return self.reader.occurrence(event, recorded=key[2] > 0)
        return Occurrence("clock", "the clock", key[0])

    def _waited(self, pause: object) -> str:
        return "what was waited for came" if isinstance(pause, p.WaitFor) else "the wait was over"

    def _place(self, sighting: Sighting) -> str:
        return self.reader.place(sighting.node).rpartition(":")[0] or (sighting.rule.place if sighting.rule else "")

    def _triggers(self, rule: p.Rule) -> str:
        written = [self.reader.written(each) for each in rule.triggers]
        texts = [trigger_text(each) for each in written if isinstance(each, ast.Trigger)]
        return " or ".join(texts) or "its trigger"

    def _text(self, rule: p.Rule) -> str:
        """The text of a rule, on one line."""
        written = self.reader.written(rule)
        if written is None or self.reader.checked is None:
            return ""
        text = " ".join(self.reader.checked.sources.text(written.span).split())
        return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"


def _is_segment(node: object, name: str) -> bool:
    return isinstance(node, p.Segment) and node.name == name


def _started(mine: list[Sighting]) -> bool:
    """Whether a new flow started in this step, beside those that went on."""
    at = [number for number, each in enumerate(mine) if each.what == "triggered"]
    rest = mine[at[-1] + 1 :] if at else []
    refused = bool(rest) and rest[0].what == "refused"
    unmet = bool(rest) and rest[0].what == "judged" and rest[0].outcome is not True
    return bool(at) and not refused and not unmet


def _with(link: Link, findings: tuple[Finding, ...]) -> Link:
    return Link(link.instant, link.what, link.occurrence, link.rule, link.place, findings)
