"""Why a customer is or is not in a segment, or has a promotion or has it not: worked out after the fact, from the
inputs that the store kept.

Comes in: a program, a customer's journal, a segment and an instant. Goes out: a `Why`. The life is played again on the
reference engine with a witness (`course.py`), so every answer about the past is exact; what is said to be decisive, or
to turn the answer, was tried by playing (`trials.py`) before it is said.

| file | what it knows |
|---|---|
| `answer.py`, `text.py` | what an explanation says, as data and to a person |
| `course.py` | a life played again |
| `findings.py`, `holding.py` | how conditions turned out, in the author's words; what collections held |
| `story.py`, `passage.py` | the chain that led to a change; the way through a rule to its action |
| `reached.py` | how far rules came that did not do it |
| `options.py` | what could turn an answer: acts, and how large they are |
| `aims.py`, `ways.py`, `filling.py` | options by conditions, by rules, by what goes into collections |
| `solving.py`, `guessing.py` | options by values, and by guessing |
| `trials.py` | which of them do turn it |
| `effects.py` | the effects that were made, and what kept others back |
| `promotion.py` | a promotion as a segment, of which the same can be asked |
"""

from collections.abc import Callable, Mapping, Sequence

from attrs import define, field
from msgspec.structs import replace

from segdsl.compiler.checked import CheckedProgram
from segdsl.host.why.aims import Aims
from segdsl.host.why.answer import Act, Finding, Link, Occurrence, Why, deciding
from segdsl.host.why.course import Course, Player
from segdsl.host.why.effects import Effects, WhyEffects
from segdsl.host.why.findings import Looking, Reader
from segdsl.host.why.promotion import as_segment
from segdsl.host.why.reached import stopped
from segdsl.host.why.story import Draft, Story
from segdsl.host.why.trials import Trials
from segdsl.host.why.ways import ByRules
from segdsl.plan import nodes as p
from segdsl.records.inputs import Event, Input
from segdsl.records.outcomes import Change
from segdsl.state.life import Taken
from segdsl.values.instants import LATEST, instant_text

LOOKED_AHEAD = 1_000
"""Instants looked at for the next turn by the clock alone: where the clock never rests, some years of days."""

LEFT_OUT = 12
"""Events that are left out by turns, to see whether one decides."""

PLAYED_AGAIN = 3_000
"""Inputs that are played again for it, all in all."""

__all__ = ["Explainer", "Why", "WhyEffects"]


@define
class Explainer:
    """Explains the memberships and promotions of one program's customers. `checked` is the program as it is written;
    without it the answers name places and no texts. It has the same `plan`."""

    plan: p.Plan
    guest: Callable[[str], Sequence[Taken]]
    checked: CheckedProgram | None = None
    promoted: dict[str, tuple[p.Promotion, p.Plan, str]] = field(factory=dict)

    def why(self, customer: str, segment: str, at: int, inputs: Sequence[Taken]) -> Why:
        """Why a customer is or is not in a segment at an instant, by all inputs that were taken, in their order."""
        return self._question(self.plan, customer, segment, at, inputs).answer()

    def why_promotion(self, customer: str, promotion: str, at: int, inputs: Sequence[Taken]) -> Why:
        """Why a customer has a promotion or has it not: the same of a segment with its condition."""
        if promotion not in self.promoted:
            found = next(each for each in self.plan.promotions if each.name == promotion)
            made = as_segment(self.plan, found, self.checked.written if self.checked is not None else None)
            self.promoted[promotion] = found, *made
        found, plan, segment = self.promoted[promotion]
        return self._question(plan, customer, segment, at, inputs, found).answer()

    def _question(
        self, plan: p.Plan, customer: str, segment: str, at: int, inputs: Sequence[Taken],
        promotion: p.Promotion | None = None,
    ) -> "_Question":  # fmt: skip
        player, reader = Player(plan, self.guest), Reader.of(plan, self.checked)
        known = any(taken.entry.instant <= at for taken in inputs)
        course = player.play(customer, inputs, at)
        return _Question(plan, reader, player, course, segment, inputs, known, promotion)

    def why_effects(self, customer: str, action: str, at: int, inputs: Sequence[Taken]) -> WhyEffects:
        """What became of an action for a customer up to an instant, by all inputs that were taken, in their order."""
        player = Player(self.plan, self.guest)
        known = any(taken.entry.instant <= at for taken in inputs)
        course = player.play(customer, inputs, at)
        return Effects(self.plan, Reader.of(self.plan, self.checked), player, course, inputs).of(action, known)


@define
class _Question:
    """One question on its way to an answer. For a `promotion`, the segment is the one that stands for it."""

    plan: p.Plan
    reader: Reader
    player: Player
    course: Course
    segment: str
    inputs: Sequence[Taken]
    known: bool
    promotion: p.Promotion | None = None
    left_open: list[str] = field(factory=list)

    def answer(self) -> Why:
        found = self._answer()
        if self.promotion is not None and self.promotion.condition is None:
            return _given_to_all(found, self.promotion)
        return found

    def _answer(self) -> Why:
        course, segment = self.course, self._segment()
        member = course.standing(self.segment)
        story = Story(self.player, self.reader, course)
        turned = course.last_change(self.segment, entered=member)
        chain = story.written_out(self._chain(story, turned), self.inputs)
        condition = self._condition(segment)
        told, rules_in_all = self._rules(segment, story, member, turned)
        rules = tuple(story.written_out(told, self.inputs))
        named, without = self._named(chain, condition, rules, member)
        until, looked_until = self._until(member)
        change = self._smallest(segment, member, until)
        if course.loaded is not None:
            self.left_open.append(
                f"what was before {instant_text(course.loaded)}, when these rules were put in place, is known by what "
                "was kept of it alone"
            )
        keeping = [part for each in self._kept_out(condition, rules, member) for part in deciding(each)]
        name = self.promotion.name if self.promotion is not None else self.segment
        return Why(
            course.customer, name, course.now, self.known, member,
            course.since(self.segment) if member else None,
            self._reason(segment, member, turned, rules_in_all),
            tuple(chain), condition, rules, rules_in_all, tuple(keeping), named, without, change, self._said(change),
            until, looked_until, tuple(self.left_open), self.promotion is not None,
        )  # fmt: skip

    def _chain(self, story: Story, turned: Change | None) -> list[Draft]:
        """What led to the answer: to the last change, and to what the host has said since."""
        drafts = story.of_change(turned) if turned is not None else []
        if self._listed() is not None:
            told = [draft.link.occurrence for draft in drafts]
            word = [draft for draft in story.of_word(self.segment) if draft.link.occurrence not in told]
            return word or drafts
        return drafts

    def _listed(self) -> bool | None:
        """What the host says about the customer and the segment."""
        state = self.course.state if self.known else None
        return state.listed.get(self.segment) if state is not None else None

    def _segment(self) -> p.Segment:
        return next(segment for segment in self.plan.segments if segment.name == self.segment)

    def _reason(self, segment: p.Segment, member: bool, turned: Change | None, rules: int) -> str:
        """The answer in a few words."""
        if self.promotion is not None:
            return _reason_of(self.promotion, self.course.now, member)
        listed = self._listed()
        if listed is not None:
            return "explicitly included, by the host" if listed else "explicitly excluded, by the host"
        match segment.kind:
            case "listed":
                return "only the host puts customers into it, and it has not"
            case "derived":
                return "its condition holds" if member else "its condition does not hold"
        if member:
            return "a rule added the customer"
        if self.course.state is not None and self.segment in self.course.state.added:
            return "a rule added the customer, but its `while` condition does not hold"
        if turned is not None and turned.because.reason == "condition":
            return "its `while` condition ended it, and since then what the rule gave was removed or is over"
        if turned is None and not rules:
            return "no rule adds to it"
        since = " since these rules were put in place" if self.course.loaded is not None else ""
        return f"no rule has added the customer{since}" if turned is None else "the customer is in it no longer"

    # ------------------------------------------------------------------------------------------------- what is missing

    def _looking(self) -> Looking:
        state = self.course.state
        assert state is not None, "a course ends with a state"
        value = self.player.looking(state, self.course.now)
        return Looking(self.course.now, value, self.course.entered, state.members)

    def _condition(self, segment: p.Segment) -> Finding | None:
        """How the segment's own condition stands now."""
        return self.reader.finding(segment.condition, self._looking()) if segment.condition is not None else None

    def _rules(self, segment: p.Segment, story: Story, member: bool, turned: Change | None) -> tuple[list[Draft], int]:
        """How far the rules came that could have added the customer, and how many there are."""
        state = self.course.state
        added = state is not None and self.segment in state.added
        if member or turned is not None or added or segment.kind != "added" or self._listed() is not None:
            return [], 0
        return stopped(story, self.segment)

    def _kept_out(self, condition: Finding | None, rules: Sequence[Link], member: bool) -> list[Finding]:
        """The conditions that keep the customer out."""
        if member or (condition is not None and condition.outcome is not True):
            return [condition] if condition is not None and not member else []
        return [finding for link in rules for finding in link.findings]

    # --------------------------------------------------------------------------------------------- what would turn it

    def _named(
        self, chain: Sequence[Link], condition: Finding | None, rules: Sequence[Link], member: bool
    ) -> tuple[Occurrence | None, str]:
        """The event without which the answer would be another, and what it would be; found by leaving events out of the
        life and playing it again."""
        left = PLAYED_AGAIN
        for each in self._candidates(chain, condition, rules)[:LEFT_OUT]:
            left -= self.player.rest(self.course, self.inputs, each.id)
            if left < 0:
                self.left_open.append("not tried, as too much has happened since: whether one event alone decides")
                return None, ""
            other = self.player.without(self.course, self.inputs, each.id)
            stands = self.segment in other.members
            if stands is not member:
                return each, f"{'be' if stands else 'not be'} {self._standing()}"
            since = other.members.get(self.segment)
            if member and since is not None and since != self.course.since(self.segment):
                return each, f"be {self._standing()} only since {instant_text(since)}"
        return None, ""

    def _standing(self) -> str:
        return f"entitled to {self.promotion.name}" if self.promotion is not None else f"in {self.segment}"

    def _candidates(self, chain: Sequence[Link], condition: Finding | None, rules: Sequence[Link]) -> list[Occurrence]:
        """The inputs that may decide: those of the chain, latest first, what counts for conditions, what the rules
        went by, and what set attributes."""
        links = [*reversed(chain), *rules]
        findings = [
            *([condition] if condition is not None else []),
            *(each for link in links for each in link.findings),
        ]
        occurrences = [link.occurrence for link in links if link.occurrence is not None]
        occurrences += [each for finding in findings for each in reversed(_supporting(finding))]
        inputs = {taken.entry.id: taken.entry for taken in self.inputs if taken.entry.instant <= self.course.now}
        found = [each for of in occurrences if (each := self._input(of, inputs)) is not None]
        given = [each for each in inputs.values() if isinstance(each, Event) and each.attributes]
        found += [self.reader.occurrence(each) for each in given[: -LEFT_OUT - 1 : -1]]
        return list({each.id: each for each in found}.values())

    def _input(self, occurrence: Occurrence, inputs: Mapping[str, Input]) -> Occurrence | None:
        """The input that an occurrence is, or of which it is a line."""
        if occurrence.id in inputs:
            return occurrence
        whole = inputs.get(occurrence.id.rpartition("/")[0].rpartition("/")[0])
        return self.reader.occurrence(whole) if isinstance(whole, Event) else None

    def _smallest(self, segment: p.Segment, member: bool, until: int | None) -> tuple[Act, ...]:
        """The smallest change that turns the answer. Before the host has to say a word, it is to let time pass."""
        state = self.course.state
        assert state is not None, "a course ends with a state"
        value = self.player.looking(state, self.course.now)
        ways = ByRules()
        aims = Aims(ways, self.plan, self.reader.zone, state, self.course.now, value)
        trials = Trials(self.player, self.course, self.segment, self.known, until)
        options = ways.to_be(aims, segment, not member)
        if self.promotion is not None:  # the host has no word about it
            options = [each for each in options if Act("include", segment.name) not in each]
            options = [each for each in options if Act("exclude", segment.name) not in each]
        if until is not None:
            options.insert(0, (Act("wait", wait=until - self.course.now),))
        change = trials.smallest(options)
        if trials.spent:
            self.left_open.append("not all changes that come to mind were tried, as it would take too long")
        return change

    def _said(self, change: Sequence[Act]) -> str:
        return ", then ".join(self.reader.act(act) for act in change)

    def _until(self, member: bool) -> tuple[int | None, int | None]:
        """When the clock alone turns the answer; and where it never rests, up to when that was looked at."""
        if self.promotion is not None and not self.known:
            return self._bound(self.promotion, member), None
        state = self.course.state if self.known else None
        for _ in range(LOOKED_AHEAD):
            if state is None or state.due is None or state.due >= LATEST:
                return None, None
            state = self.player.go_on(state, (), state.due)
            if (self.segment in state.members) is not member:
                return state.clock, None
        return None, state.clock if state is not None else None

    def _bound(self, promotion: p.Promotion, member: bool) -> int | None:
        """When a promotion's own bounds turn the answer for somebody who is not known."""
        for instant in (promotion.begin, promotion.end):
            if instant is not None and instant > self.course.now:
                then = self.player.engine.fresh(self.course.customer, instant)
                if (self.segment in then.members) is not member:
                    return instant
        return None


def _given_to_all(why: Why, promotion: p.Promotion) -> Why:
    """The same of a promotion without a condition: nothing that a customer did has led to it."""
    since = promotion.begin if why.member else None
    return replace(why, chain=(), condition=None, since=since, decisive=(), named=None, without="")


def _reason_of(promotion: p.Promotion, now: int, entitled: bool) -> str:
    """Why somebody has a promotion or has it not, in a few words."""
    if promotion.begin is not None and now < promotion.begin:
        return f"it begins at {instant_text(promotion.begin)}"
    if promotion.end is not None and now >= promotion.end:
        return f"it was over at {instant_text(promotion.end)}"
    if promotion.condition is None:
        return "it has no condition: everybody has it while it is on"
    return "its condition holds" if entitled else "its condition does not hold"


def _supporting(finding: Finding) -> list[Occurrence]:
    return [*finding.events, *(each for part in finding.parts for each in _supporting(part))]
