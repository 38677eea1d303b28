"""The steps of one instant: rules judged on a snapshot, what they want landed, and what that brings about in turn
(language.md section 5.5).

Comes in: a round with its events and transitions. Goes out: the state after the last one, with changes and effects.
"""

from collections.abc import Mapping

from segdsl.engines.base import Step
from segdsl.engines.compiled.clock import Clock
from segdsl.engines.compiled.flows import Flows
from segdsl.engines.compiled.history import History
from segdsl.engines.compiled.making import Holding, Times, effects, recorded
from segdsl.engines.compiled.round import Round
from segdsl.engines.compiled.rules import Ready
from segdsl.engines.compiled.segments import Segments
from segdsl.plan import nodes as p
from segdsl.plan.needs import Needs
from segdsl.state.customer import State
from segdsl.state.landing import Landing, Wish, because, land
from segdsl.state.lines import expanded
from segdsl.values import limits
from segdsl.values.kinds import Kind


class Rounds:
    """What rules do at one instant. `counting` are the rules that a completed count starts, by its key."""

    def __init__(
        self,
        plan: p.Plan,
        needs: Needs,
        history: History,
        segments: Segments,
        clock: Clock,
        rules: list[Ready],
        holding: Holding,
    ) -> None:
        self.needs, self.history, self.segments, self.clock = needs, history, segments, clock
        self.rules = rules
        self.ready = {ready.id: ready for ready in rules}
        self.flows = Flows(self.ready, clock, clock.zone)
        self.holding = holding
        self.kinds: Mapping[str, Mapping[str, Kind]] = {
            action.name: {field.name: field.kind for field in action.fields} for action in plan.actions
        }
        self.events = {event.name: event for event in plan.events}
        self.counting: dict[str, list[int]] = {}
        for ready in rules:
            for trigger in ready.rule.triggers:
                if isinstance(trigger, p.CountTrigger):
                    self.counting.setdefault(trigger.key, []).append(ready.number)

    def go(self, round_: Round, step: Step, cause: str, found: list[int] | None = None) -> bool:
        """Go on until nothing changes any more. `found` are the rules that the first snapshot's events can start, where
        that is known. Gives whether more has moved than memberships without an end."""
        times: Times = {}
        moved = False
        moves = bool(round_.state.waits)
        while True:
            if len(step.changes) > round_.mark:
                round_.note_transitions(step.changes[round_.mark :])
            rules = self._concerned(round_, found)
            found = None
            if not rules:
                return moved
            wishes = self._judge(rules, round_, step)
            begun, mark = round_.begun, len(step.changes)
            if len(wishes) == 1 and isinstance(wishes[0].action, p.Add | p.Remove):
                round_.advance(mark)
                self._land_one(wishes[0].action, wishes[0].rule, wishes[0].value, round_, step, cause)
            elif wishes:
                landing = land(wishes)
                if landing.effects:
                    self._make(landing.effects, round_, step, cause, times)
                round_.advance(mark)
                moved |= self._follow(landing, round_, step, cause, times)
            else:
                round_.advance(mark)
            state = round_.state
            if begun:
                state.waits = [*state.waits, *begun]
            moved |= bool(state.waits) or moves
            if not round_.events and not self.are_concerned(state, step, mark, by_time=True):
                return moved
            if round_.number > limits.ROUNDS:
                raise RuntimeError("rules go round at one instant, which the compiler should have refused")

    def go_plainly(self, action: p.Add | p.Remove, ready: Ready, state: State, step: Step, cause: str) -> bool:
        """What `go` comes to where the only thing that an event does is to start a rule with one plain action."""
        step.fired.append(ready.id)
        step.fired_at.append(state.clock)
        stay = state.added.get(action.segment)
        if stay is None if isinstance(action, p.Remove) else stay is not None and stay.end is None:
            return False
        mark = len(step.changes)
        following = Round(state, state.clock, state.arrivals, 1, cause, mark)
        self._land_one(action, ready.rule, None, following, step, cause)
        return bool(self.needs.heard) and self.are_concerned(state, step, mark) and self.go(following, step, cause)

    def are_concerned(self, state: State, step: Step, mark: int, *, by_time: bool = False) -> bool:
        """Whether anything has come about since so many changes that a rule could be triggered by, or that a flow which
        waits could; of flows with `by_time` only those whose time has come."""
        if state.waits:
            if not by_time:
                return True
            if any(wait.due is not None and wait.due <= state.clock for wait in state.waits):
                return True
        if self.needs.heard and len(step.changes) > mark:
            return any(change.segment in self.needs.heard for change in step.changes[mark:])
        return False

    def _concerned(self, round_: Round, found: list[int] | None) -> list[Ready]:
        """The rules that this step could trigger, and those with flows that it could move."""
        state, needs = round_.state, self.needs
        if found and len(found) == 1 and not (state.waits or round_.entered or round_.left or round_.counted):
            return [self.rules[found[0]]]  # an event, and one rule that it starts
        if found is None:
            found = []
            for name, fields in round_.events:
                select = self.history.on(name).select
                if select is not None:
                    select(state, round_.now, fields, found)
        ids: list[str] = []
        for segment in round_.entered:
            ids += needs.entering.get(segment, ())
        for segment in round_.left:
            ids += needs.leaving.get(segment, ())
        for key in round_.due:
            ids += needs.looking_back.get(key, ())
        if round_.by_clock:
            ids += needs.clocked
        if state.waits:
            names = {name for name, _ in round_.events}
            ids += {wait.rule for wait in state.waits if self.ready[wait.rule].may_move(wait, round_, names)}
        found += [self.ready[id_].number for id_ in ids]
        for key in round_.counted:
            found += self.counting.get(key, ())
        return [self.rules[number] for number in (sorted(set(found)) if len(found) > 1 else found)]

    def _judge(self, rules: list[Ready], round_: Round, step: Step) -> list[Wish]:
        """Judge all rules that the step concerns on its one snapshot, and gather what they want."""
        wishes: list[Wish] = []
        fields = round_.events[0][1] if len(round_.events) == 1 else None
        for ready in rules:
            if fields is not None and ready.is_direct:
                ready.steps(round_, None, fields, fields, wishes)
            elif not self.flows.take(ready, round_, wishes):
                continue
            step.fired.append(ready.id)
            step.fired_at.append(round_.now)
        return wishes

    # ---------------------------------------------------------------------------------------------------------- landing

    def _land_one(
        self, action: p.Add | p.Remove, rule: p.Rule, end: int | None, following: Round, step: Step, cause: str
    ) -> None:
        """Let the only action land, which is about a membership."""
        if isinstance(action, p.Add):
            why = because("added", rule, cause)
            lands = self.segments.add(action.segment, why, end, following)
        else:
            lands = self.segments.remove(action.segment, following)
            why = because("removed", rule, cause)
        if lands:
            touched = self.segments.show_added(action.segment, step, following, why)
            if touched:
                self.segments.judge(touched, following, step, cause)

    def _make(self, wishes: list[Wish], round_: Round, step: Step, cause: str, times: Times) -> None:
        """Make effects, but for those that are held back."""
        wanted = effects(wishes, round_, cause, times, self.kinds)
        if self.holding.is_needed:
            made, held = self.holding.part(wanted, round_)
            step.effects += made
            step.held += held
        else:
            step.effects += [effect for effect, _ in wanted]

    def _follow(self, landing: Landing, following: Round, step: Step, cause: str, times: Times) -> bool:
        """Let what rules want land: it is seen from the next step. Gives whether attributes or history have changed."""
        touched = self._land(landing, following, step, cause)
        for wish in landing.recorded:
            for event in expanded(recorded(wish, following, times), self.events):
                self.history.enter(event, following, touched)
        if touched:
            self.segments.judge(touched, following, step, cause)
        return bool(landing.values or landing.recorded)

    def _land(self, landing: Landing, following: Round, step: Step, cause: str) -> set[int]:
        """All actions land together at the step's end, and are seen from the next. Gives the segments whose condition
        may be touched."""
        touched: set[int] = set()
        if landing.values:
            self.history.set(following.state, landing.values, touched)
        for segment, rule in sorted(landing.added.items()):
            why = because("added", rule, cause)
            lands = self.segments.add(segment, why, landing.ends[segment], following)
            if lands or self.segments.has_condition(segment):  # this step may make a `while` true
                touched.update(self.segments.show_added(segment, step, following, why))
        for segment, rule in sorted(landing.removed.items()):
            if self.segments.remove(segment, following):
                why = because("removed", rule, cause)
                touched.update(self.segments.show_added(segment, step, following, why))
        return touched
