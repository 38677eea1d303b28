"""Why a customer is or is not in a segment: worked out after the fact, from the inputs that the store kept.

Comes in: a program, a customer's journal, a segment and an instant. Goes out: a `Why`. The life is played again on the
reference engine with a witness (`course.py`), so every answer about the past is exact; what is said to be decisive, or
to turn the answer, was tried by playing (`trials.py`) before it is said.

| file | what it knows |
|---|---|
| `answer.py`, `text.py` | what an explanation says, as data and to a person |
| `course.py` | a life played again |
| `findings.py` | how conditions turned out, in the author's words |
| `story.py` | the chain that led to a change, and how far rules came that did not |
| `aims.py`, `ways.py`, `solving.py` | what could turn the answer, by conditions and by rules |
| `trials.py` | which of it does |
"""

from collections.abc import Sequence

from attrs import define

from segdsl.compiler.checked import CheckedProgram
from segdsl.host.why.aims import Aims
from segdsl.host.why.answer import Act, Finding, Link, Occurrence, Why, deciding
from segdsl.host.why.course import Course, Player
from segdsl.host.why.findings import Looking, Reader
from segdsl.host.why.story import Story
from segdsl.host.why.trials import Trials
from segdsl.host.why.ways import to_be
from segdsl.plan import nodes as p
from segdsl.records.inputs import Event
from segdsl.state.life import Taken
from segdsl.values.instants import LATEST, instant_text

LOOKED_AHEAD = 2_000
"""Instants looked at for the next turn by the clock alone."""

LEFT_OUT = 12
"""Events that are left out by turns, to see whether one decides."""

__all__ = ["Explainer", "Why"]


@define
class Explainer:
    """Explains the memberships of one program's customers. `checked` is the program as it is written; without it the
    answers name places and no texts. It has the same `plan`."""

    plan: p.Plan
    checked: CheckedProgram | None = None

    def why(self, customer: str, segment: str, at: int, inputs: Sequence[Taken]) -> Why:
        """Why a customer is or is not in a segment at an instant, by all inputs that were taken, in their order."""
        player = Player(self.plan)
        known = any(taken.entry.instant <= at for taken in inputs)
        course = player.play(customer, inputs, at)
        one = _Question(self.plan, Reader.of(self.plan, self.checked), player, course, segment, inputs, known)
        return one.answer()


@define
class _Question:
    """One question on its way to an answer."""

    plan: p.Plan
    reader: Reader
    player: Player
    course: Course
    segment: str
    inputs: Sequence[Taken]
    known: bool

    def answer(self) -> Why:
        course, segment = self.course, self._segment()
        member = course.standing(self.segment)
        story = Story(self.player, self.reader, course)
        turned = course.last_change(self.segment, entered=member)
        drafts = story.of_change(turned) if turned is not None else []
        chain = story.written_out(drafts, self.inputs)
        condition = self._condition(segment)
        rules = self._rules(segment, story) if not member and turned is None else ()
        named, without = self._named([link.occurrence for link in reversed(chain) if link.occurrence], member)
        until = self._until(member)
        change = self._smallest(segment, member, until)
        keeping = [part for each in self._kept_out(condition, rules, member) for part in deciding(each)]
        return Why(
            course.customer, self.segment, course.now, self.known, member,
            course.since(self.segment) if member else None,
            self._reason(segment, member, turned is not None),
            tuple(chain), condition, rules, tuple(keeping), named, without, change, self._said(change), until,
        )  # fmt: skip

    def _segment(self) -> p.Segment:
        return next(segment for segment in self.plan.segments if segment.name == self.segment)

    def _reason(self, segment: p.Segment, member: bool, turned: bool) -> str:
        """The answer in a few words."""
        listed = self.course.state.listed.get(self.segment) if self.course.state is not None and self.known else None
        if listed is not None:
            return "included by the host" if listed else "excluded by the host"
        match segment.kind:
            case "listed":
                return "only the host puts customers into it, and it has not"
            case "derived":
                return "its condition holds" if member else "its condition does not hold"
        if member:
            return "a rule added the customer"
        if self.course.state is not None and self.segment in self.course.state.added:
            return "a rule added the customer, but its `while` condition does not hold"
        return "the customer is in it no longer" if turned else "no rule has added the customer"

    # ------------------------------------------------------------------------------------------------- what is missing

    def _looking(self) -> Looking:
        state = self.course.state
        assert state is not None, "a course ends with a state"
        value = self.player.looking(state, self.course.now)
        return Looking(self.course.now, value, self.course.entered, state.members)

    def _condition(self, segment: p.Segment) -> Finding | None:
        """How the segment's own condition stands now."""
        return self.reader.finding(segment.condition, self._looking()) if segment.condition is not None else None

    def _rules(self, segment: p.Segment, story: Story) -> tuple[Link, ...]:
        """How far the rules came that could have added the customer."""
        state = self.course.state
        if segment.kind != "added" or (state is not None and self.segment in state.added):
            return ()
        return tuple(story.written_out(story.stopped(self.segment), self.inputs))

    def _kept_out(self, condition: Finding | None, rules: Sequence[Link], member: bool) -> list[Finding]:
        """The conditions that keep the customer out."""
        if member or (condition is not None and condition.outcome is not True):
            return [condition] if condition is not None and not member else []
        return [finding for link in rules for finding in link.findings]

    # --------------------------------------------------------------------------------------------- what would turn it

    def _named(self, occurrences: Sequence[Occurrence], member: bool) -> tuple[Occurrence | None, str]:
        """The event without which the answer would be another, and what it would be; found by leaving events out of the
        life and playing it again."""
        condition = self._condition(self._segment())
        counted = _supporting(condition) if condition is not None else []
        inputs = [self._input(each) for each in [*occurrences, *reversed(counted)]]
        candidates = {each.id: each for each in inputs if each is not None}
        for each in list(candidates.values())[:LEFT_OUT]:
            other = self.player.play(self.course.customer, self.inputs, self.course.now, without=each.id)
            stands = other.standing(self.segment)
            if stands is not member:
                return each, f"{'be' if stands else 'not be'} in {self.segment}"
            since = other.since(self.segment)
            if member and since is not None and since != self.course.since(self.segment):
                return each, f"be in {self.segment} since {instant_text(since)}"
        return None, ""

    def _input(self, occurrence: Occurrence) -> Occurrence | None:
        """The input that an occurrence is, or of which it is a line."""
        ids = {taken.entry.id: taken.entry for taken in self.inputs}
        if occurrence.id in ids:
            return occurrence
        whole = next((entry for id_, entry in ids.items() if occurrence.id.startswith(f"{id_}/")), None)
        return self.reader.occurrence(whole) if isinstance(whole, Event) else None

    def _smallest(self, segment: p.Segment, member: bool, until: int | None) -> tuple[Act, ...]:
        """The smallest change that turns the answer. Before the host has to say a word, it is to let time pass."""
        state = self.course.state
        assert state is not None, "a course ends with a state"
        value = self.player.looking(state, self.course.now)
        aims = Aims(self.plan, self.reader.zone, state, self.course.now, value, (self.segment,))
        trials = Trials(self.player, self.course, self.segment, self.known)
        options = to_be(aims, segment, not member)
        if until is not None:
            options.append((Act("wait", wait=until - self.course.now),))
        return trials.smallest(options)

    def _said(self, change: Sequence[Act]) -> str:
        return ", then ".join(self.reader.act(act) for act in change)

    def _until(self, member: bool) -> int | None:
        """When the clock alone turns the answer."""
        state = self.course.state if self.known else None
        for _ in range(LOOKED_AHEAD):
            if state is None or state.due is None or state.due >= LATEST:
                return None
            state = self.player.go_on(state, (), state.due)
            if (self.segment in state.members) is not member:
                return state.clock
        return None


def _supporting(finding: Finding) -> list[Occurrence]:
    return [*finding.events, *(each for part in finding.parts for each in _supporting(part))]
