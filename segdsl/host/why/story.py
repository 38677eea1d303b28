"""What led to a change of membership: the chain of events, rules and conditions.

Comes in: a course that was played, with all its sightings. Goes out: links, earliest first. What conditions were worth
at their step is only known while that step is taken, so the course is played once more for those that matter.
"""

from collections.abc import Iterable, Iterator, Sequence

from attrs import define, field, frozen

from segdsl.engines.reference.witness import Sighting
from segdsl.host.why.answer import Finding, Link, Occurrence
from segdsl.host.why.course import HOST, Course, Key, Player
from segdsl.host.why.findings import Looking, Reader
from segdsl.host.why.passage import Passage, Stretch, passages
from segdsl.plan import nodes as p
from segdsl.plan.walk import structs
from segdsl.records.inputs import Event, Exclude, Include
from segdsl.records.outcomes import Change
from segdsl.state.life import Taken
from segdsl.state.moments import plus
from segdsl.syntax import ast
from segdsl.syntax.format_rules import trigger as trigger_text

LONGEST_TEXT = 240
LONGEST_CHAIN = 20

_SAID = {
    "included": "explicitly included, by the host",
    "excluded": "explicitly excluded, by the host",
    "unlisted": "the host took its word back",
}


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
    changed: dict[Key, list[Change]] = field(factory=dict)
    ways: dict[int, Passage] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        for sighting in self.course.sightings:
            self.by_key.setdefault(sighting.key, []).append(sighting)
        for change in self.course.changes:
            self.changed.setdefault(_key(change), []).append(change)
        for rule in self.reader.plan.rules:
            self.ways |= {id(action): way for action, way in passages(rule)}

    # ------------------------------------------------------------------------------------------- what led to a change

    def of_change(self, change: Change, room: int = LONGEST_CHAIN) -> list[Draft]:
        """The chain that led to a change of membership."""
        if room <= 0:
            return []
        why, key = change.because, _key(change)
        match why.reason:
            case "condition":
                judged = Sighting("judged", key, change.customer, self._segment(change.segment), None, change.entered)
                turned = "the condition holds" if change.entered else "the condition no longer holds"
                link = Link(change.instant, turned, self._cause(why.cause, change.instant), place=why.place)
                before = self._given(change, room - 1) if change.entered else []
                return [
                    *before,
                    *self._behind_condition(change.segment, key, room - 1),
                    Draft(link, (judged,)),
                ]
            case "added" | "removed":
                before_it = (change.instant, change.arrival, change.round - 1)
                deed = self._landed(before_it, change.segment, why.rule, p.Add if change.entered else p.Remove)
                return self.of_deed(deed, room) if deed is not None else []
            case "ended":
                began = self._began(change)
                said = f"the time for which {change.segment} was given is over"
                over = Draft(Link(change.instant, said, self._cause("", change.instant), place=why.place))
                return [*(self.of_change(began, room - 1) if began is not None else ()), over]
            case "joined":
                said = f"{change.customer} turned out to be a guest who was in {change.segment}"
                return [Draft(Link(change.instant, said, self._cause(why.cause, change.instant), place=why.place))]
            case "loaded":
                given = f"a rule had given {change.segment} before these rules were put in place"
                stood = f"{change.customer} was in {change.segment} when these rules were put in place"
                since = change.instant if self.course.loaded is None else self.course.loaded
                return [Draft(Link(since, given if why.rule else stood, place=why.place))]
            case _:
                said = _SAID[why.reason]
                word = Draft(Link(change.instant, said, self._cause(why.cause, change.instant)))
                return [*(self._given(change, room - 1) if why.reason == "unlisted" else ()), word]

    def of_word(self, segment: str) -> list[Draft]:
        """The host's word that holds about a segment."""
        said = [each for each in self.course.inputs.values() if isinstance(each, Include | Exclude)]
        found = [each for each in said if each.segment == segment][-1:]
        return [
            Draft(Link(each.instant, _SAID[f"{HOST[type(each)]}d"], self._cause(each.id, each.instant)))
            for each in found
        ]

    def of_deed(self, deed: Sighting, room: int = LONGEST_CHAIN) -> list[Draft]:
        """The chain of an action that landed: what started its rule, and the waits on the way."""
        rule, way = deed.rule, self.ways.get(id(deed.node))
        if rule is None or way is None or room <= 0:
            return []
        drafts: list[Draft] = []
        key, what = deed.key, self._deed(deed.node)
        for number in range(len(way) - 1, -1, -1):
            stretch = way[number]
            judged = tuple(self._judged_on(stretch, deed.flow, key))
            mine = [each for each in self.by_key.get(key, ()) if each.rule is rule and each.flow == deed.flow]
            what = f"{self._drawn(stretch, mine)}{what}"
            if stretch.behind is None:
                fired = _started(mine, rule)
                before = self._behind(fired, room - 1) if fired is not None else []
                occurrence = self.occurrence(fired) if fired is not None else self._cause("", key[0])
                link = Link(key[0], what, occurrence, self.text(rule), rule.place)
                return [*before, Draft(link, judged), *drafts]
            resumed = next((each for each in mine if _is_pause(each, "goes on", stretch.behind)), None)
            answer = self._answer(resumed) if resumed is not None else self._cause("", key[0])
            over = "what was waited for came" if isinstance(stretch.behind, p.WaitFor) else "the wait was over"
            link = Link(key[0], f"{over}, and {what}", answer, place=self._place(stretch.behind, rule))
            drafts = [Draft(link, judged), *drafts]
            begun = self._begun(stretch.behind, rule, deed.flow, key)
            if begun is None:
                return drafts
            key, what = begun.key, "the rule started" if number == 1 else "the rule went on"
        return drafts

    def _judged_on(self, stretch: Stretch, flow: str, key: Key) -> Iterator[Sighting]:
        """What was judged on a stretch, in the order of the text."""
        wanted = {id(each): True for each in stretch.held} | {id(each): False for each in stretch.passed_by}
        for each in self._judged(key):
            if each.flow == flow and wanted.get(id(each.node)) is (each.outcome is True):
                yield each

    def _drawn(self, stretch: Stretch, mine: list[Sighting]) -> str:
        """What chance had to do with it."""
        drawn = [each for each in stretch.held if isinstance(each, p.Path) and each.end > each.start]
        taken = {id(each.node) for each in mine if each.what == "taken"}
        shares = [f"{(each.end - each.start) / 10_000:g}%" for each in drawn if id(each) in taken]
        return f"the draw fell on the path of {' and '.join(shares)}, and " if shares else ""

    def _deed(self, action: object) -> str:
        match action:
            case p.Add(segment):
                return f"the rule added {self.course.customer} to {segment}"
            case p.Remove(segment):
                return f"the rule removed {self.course.customer} from {segment}"
            case p.Record(event):
                return f"the rule recorded `{event}`"
            case p.SetAttribute(attribute):
                return f"the rule set `{attribute}`"
        return "the rule did it"

    def _given(self, change: Change, room: int) -> list[Draft]:
        """What put a customer into a segment of activities, for a membership that shows only now."""
        landed = [
            each for each in self.course.sightings
            if each.what == "landed" and isinstance(each.node, p.Add) and each.node.segment == change.segment
            and each.key < _key(change)
        ]  # fmt: skip
        return self.of_deed(landed[-1], room) if landed else []

    # ---------------------------------------------------------------------------------------------- what lies behind

    def _behind(self, fired: Sighting, room: int) -> list[Draft]:
        """What is behind a trigger that was no input: the coming and going of a segment, or a recorded event."""
        trigger, key = fired.node, fired.key
        match trigger:
            case p.EntersTrigger(segment) | p.LeavesTrigger(segment):
                change = self._change_at(segment, key)
                return self.of_change(change, room) if change is not None else []
            case p.EventTrigger(event) | p.CountTrigger(_, event) if key[2] > 0:
                return self._recorded(event, key, room)
        return []

    def _recorded(self, event: str, key: Key, room: int) -> list[Draft]:
        """The rule that recorded an event which is seen in a step."""
        for each in self.by_key.get((key[0], key[1], key[2] - 1), ()):
            if each.what == "landed" and isinstance(each.node, p.Record) and each.node.event == event:
                return self.of_deed(each, room)
        return []

    def _behind_condition(self, segment: str, key: Key, room: int, within: tuple[str, ...] = ()) -> list[Draft]:
        """What rules and the host did that turned a segment's condition in a step."""
        found = self._segment(segment)
        drafts: list[Draft] = []
        events = {memory.event for memory in self._memories(found.condition)}
        asked_for = {node.collection for node in structs(found.condition) if isinstance(node, p.Items)}
        events |= {event for key in asked_for for event in self.reader.collections[key].events}
        for node in structs(found.condition):
            match node:
                case p.Attribute(name):
                    before = self.by_key.get((key[0], key[1], key[2] - 1), ())
                    deeds = [each for each in before if each.what == "landed" and _sets(each.node, name)]
                    drafts += self.of_deed(deeds[-1], room) if deeds else []
                case p.Member(asked) if asked != segment and asked not in within:
                    change = self._change_at(asked, key)
                    if change is None:
                        continue
                    inner = change.because.reason == "condition"
                    drafts += (
                        self._behind_condition(asked, key, room, (*within, segment)) if inner
                        else self.of_change(change, room)
                    )  # fmt: skip
        for event in sorted(events) if key[2] > 0 else ():
            drafts += self._recorded(event, key, room)
        return [draft for number, draft in enumerate(drafts) if draft not in drafts[:number]]

    def _segment(self, name: str) -> p.Segment:
        return next(each for each in self.reader.plan.segments if each.name == name)

    def _memories(self, condition: p.Expression | None) -> list[p.Memory]:
        return [self.reader.memories[node.memory] for node in structs(condition) if isinstance(node, p.Recall)]

    # ----------------------------------------------------------------------------------------------------- what is told

    def written_out(self, drafts: Iterable[Draft], taken: Sequence[Taken]) -> list[Link]:
        """The links, with what their conditions were worth at their steps."""
        drafts = list(drafts)
        wanted = {_place_of(each) for draft in drafts for each in draft.judged}
        found: dict[tuple[object, ...], Finding] = {}

        def witness(sighting: Sighting) -> None:
            place = _place_of(sighting)
            if sighting.what != "judged" or place not in wanted:
                return
            condition = getattr(sighting.node, "condition", None)
            if condition is not None and sighting.value is not None:
                entered = [each for each in self.course.entered if each.key <= sighting.key]
                looking = Looking(sighting.key[0], sighting.value, entered, self.course.members_at(sighting.key))
                found[place] = self.reader.finding(condition, looking)

        for instant in sorted({key[0] for key, *_ in wanted}):
            self.player.tell(self.course, taken, instant, witness)
        made = []
        for draft in drafts:
            places = dict.fromkeys(map(_place_of, draft.judged))
            link = draft.link
            findings = tuple(found[place] for place in places if place in found)
            made.append(Link(link.instant, link.what, link.occurrence, link.rule, link.place, findings))
        return made

    def _judged(self, key: Key) -> list[Sighting]:
        return [each for each in self.by_key.get(key, ()) if each.what == "judged"]

    def _landed(self, key: Key, segment: str, rule: str, kind: type) -> Sighting | None:
        """The action of a rule on a segment that landed in a step."""
        for each in self.by_key.get(key, ()):
            did = each.what == "landed" and each.rule is not None and each.rule.id == rule
            if did and isinstance(each.node, kind) and getattr(each.node, "segment", "") == segment:
                return each
        return None

    def _began(self, change: Change) -> Change | None:
        entered = [each for each in self.course.changes if each.segment == change.segment and each.entered]
        return next((each for each in reversed(entered) if _key(each) < _key(change)), None)

    def _change_at(self, segment: str, key: Key) -> Change | None:
        """The change that a step sees."""
        return next((each for each in self.changed.get(key, ()) if each.segment == segment), None)

    def _begun(self, pause: p.Pause, rule: p.Rule, flow: str, key: Key) -> Sighting | None:
        """Where a flow came to a wait, the last time before a step."""
        found = [
            each for each in self.course.sightings
            if each.rule is rule and each.flow == flow and each.key < key and _is_pause(each, "begun", pause)
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

    def occurrence(self, fired: Sighting) -> Occurrence:
        """What a trigger fired on."""
        for each in self.by_key.get(fired.key, ()):
            if each.what == "entered" and each.fields is fired.fields and isinstance(each.node, Event):
                return self.reader.occurrence(each.node, recorded=fired.key[2] > 0)
        if isinstance(fired.node, p.AfterTrigger):
            for each in self.course.entered:
                event, when = each.node, plus(each.key[0], fired.node.delay, self.reader.zone)
                if isinstance(event, Event) and event.name == fired.node.event and when == fired.key[0]:
                    return self.reader.occurrence(event, recorded=each.key[2] > 0)
        written = self.reader.written(fired.node)
        name = trigger_text(written) if isinstance(written, ast.Trigger) else "the clock"
        return Occurrence("clock", name, fired.key[0])

    def _answer(self, resumed: Sighting) -> Occurrence:
        """What a wait was ended by."""
        for each in self.by_key.get(resumed.key, ()):
            if each.what == "entered" and each.fields is resumed.fields and isinstance(each.node, Event):
                return self.reader.occurrence(each.node, recorded=each.key[2] > 0)
        return Occurrence("clock", "the clock", resumed.key[0])

    def _place(self, pause: p.Pause, rule: p.Rule) -> str:
        return self.reader.place(pause).rpartition(":")[0] or rule.place

    def text(self, rule: p.Rule) -> str:
        """The text of a rule, on one line."""
        written = self.reader.written(rule)
        if written is None or self.reader.checked is None:
            return ""
        text = " ".join(self.reader.checked.sources.text(written.span).split())
        return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"


def _key(change: Change) -> Key:
    return change.instant, change.arrival, change.round


def _place_of(judged: Sighting) -> tuple[Key, int, str, bool]:
    return judged.key, id(judged.node), judged.flow, judged.outcome is True


def _is_pause(sighting: Sighting, what: str, pause: p.Pause) -> bool:
    return sighting.what == what and getattr(sighting.node, "key", None) == pause.key


def _sets(action: object, attribute: str) -> bool:
    return isinstance(action, p.SetAttribute) and action.attribute == attribute


def _started(mine: list[Sighting], rule: p.Rule) -> Sighting | None:
    """The trigger with which a flow started in a step: the first that was not refused and met the rule's `if`."""
    fired: Sighting | None = None
    for number, each in enumerate(mine):
        if each.what == "triggered":
            refused = number + 1 < len(mine) and mine[number + 1].what == "refused"
            fired = None if refused else each
            if fired is not None and rule.condition is None:
                return fired
        elif each.what == "judged" and each.node is rule and each.outcome is True:
            return fired
    return fired
