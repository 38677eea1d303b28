"""The reference engine: the meaning of the language, written to be read beside language.md, section 5.

Comes in: a plan; then, for each input, a customer's state. Goes out: the next state, changes and effects. A step is:
enter what happens into the history; take the snapshot; judge the rules on it; let their actions land. What landed, and
what was recorded, makes the next step at the same instant, until nothing changes.
"""

from collections import Counter
from collections.abc import Callable
from functools import partial
from heapq import heapify, heappop, heappush
from typing import Any

from segdsl.engines.base import Step
from segdsl.engines.reference.due import Clock
from segdsl.engines.reference.evaluate import View, evaluate, holds
from segdsl.engines.reference.flows import Flows
from segdsl.engines.reference.holding import Holding
from segdsl.engines.reference.making import Times, effects, recorded
from segdsl.engines.reference.round import Round
from segdsl.engines.reference.witness import Sighting, What, Witness, judged
from segdsl.plan import nodes as p
from segdsl.plan.needs import Needs
from segdsl.records.inputs import Event, Exclude, Include, Input, Link, Listing, Load, Unlist
from segdsl.records.outcomes import Because, Change
from segdsl.state.customer import State, Stay
from segdsl.state.joining import Joining
from segdsl.state.landing import Landing, Wish, because, deciding, land, later_end
from segdsl.state.life import decode_state
from segdsl.state.lines import expanded
from segdsl.state.memories import take_in
from segdsl.values import limits
from segdsl.values.instants import instant_text
from segdsl.values.zones import Zone


def prepare(plan: p.Plan, witness: Witness | None = None) -> "Reference":
    """A plan ready to run; `witness` is told what is judged in each step."""
    return Reference(plan, witness)


class Reference:
    """A plan ready to run. See `segdsl.engines.base.Prepared`."""

    def __init__(self, plan: p.Plan, witness: Witness | None = None) -> None:
        self.plan = plan
        self.witness = witness
        self.zone = Zone(plan.zone)
        self.needs = Needs.of(plan)
        self.clock = Clock.of(plan, self.needs)
        self.flows = Flows(plan, witness)
        self.holding = Holding(plan, witness)
        self.kinds = {action.name: {field.name: field.kind for field in action.fields} for action in plan.actions}
        self.memories = {memory.key: memory for memory in plan.memories}
        self.segments = {segment.name: segment for segment in plan.segments}
        self.order = {s.name: at for at, s in enumerate(plan.segments) if s.condition is not None}
        self.defaults = {a.name: a.default for a in plan.attributes if a.default is not None}
        self.events = {event.name: event for event in plan.events}
        looking_back = {key: each for of_event in self.needs.after.values() for key, each in of_event.items()}
        self.joining = Joining(self.zone, self.memories, looking_back)

    # ------------------------------------------------------------------------------------------------------- the steps

    def step(self, state: State | None, entry: Input) -> Step:
        """Handle one accepted input (language.md section 5.4)."""
        if isinstance(entry, Link):
            return self._link(state, entry)
        if isinstance(entry, Load):
            return Step(decode_state(entry.state), [], [], [])
        if state is None:
            step = Step(State(entry.customer, entry.instant, entry.instant, entry.instant), [], [], [])
        else:
            step = self.settle(state, entry.instant)
        here = step.state
        here.latest = here.clock = entry.instant
        here.see(entry.id, entry.instant, self.plan.lateness)
        here.arrivals += 1
        round_ = Round(self._view(here, entry.instant), here.arrivals, 0, entry.id)
        self.flows.drop_ended(round_)
        touched = self._enter(entry, round_) if isinstance(entry, Event) else self._list(entry, step, round_)
        self._judge_segments(round_, touched if state is not None else None, step, entry.id)
        self._rounds(round_, step, entry.id)
        step.full = round_.full
        return step

    def _link(self, state: State | None, entry: Link) -> Step:
        """A guest turned out to be this customer (language.md section 5.18). A customer who is new is the guest under
        another name; else both are joined, and that is a step."""
        if state is None:  # the account's own inputs come later, or were left out to see what would be without them
            step = Step(State(entry.customer, entry.instant, entry.instant, entry.instant), [], [], [])
        else:
            step = self.settle(state, entry.instant)
        here = step.state
        here.clock = here.latest = entry.instant
        if entry.renames:
            here.draws_as, here.customer = (here.drawn if state is not None else entry.guest), entry.customer
            if state is None:
                self._judge_segments(Round(self._view(here, here.clock), 0, 0, entry.id), None, step, entry.id)
                self.clock.set_due(self._view(here, here.clock))
            return step
        guest = decode_state(entry.facts)
        step.state = here = self.joining.join(here, guest, entry.instant)
        here.arrivals += 1
        cause = f"link {entry.id}"  # tells its effects from those of the event itself
        round_ = Round(self._view(here, entry.instant), here.arrivals, 0, cause, known=guest.members.keys())
        self.flows.drop_ended(round_)
        self._show_joined(step, round_, entry.id)
        self._rounds(round_, step, entry.id)
        return step

    def _show_joined(self, step: Step, round_: Round, cause: str) -> None:
        """Bring all segments up to date after a join. A membership is as seen of the account: since when it was, or
        since the join, also where the guest was in before."""
        for segment in self.plan.segments:
            why = Because("joined", segment.place, "", cause)
            stay = step.state.added.get(segment.name)
            if stay is not None:
                why = round_.reasons[segment.name] = Because("joined", stay.because.place, stay.because.rule, cause)
            if segment.name not in self.order:
                self._show(segment.name, step, round_, why)
        self._judge_segments(round_, None, step, cause)

    def settle(self, state: State, until: int) -> Step:
        """All that the clock alone brings about up to an instant: everything at one instant is one step, before the
        inputs of that instant (language.md sections 5.3 and 5.13)."""
        step = Step(state.copy(), [], [], [])
        here = step.state
        while here.due is not None and here.due <= until:
            here.clock = here.due
            round_ = Round(self._view(here, here.clock), 0, 0, f"clock {instant_text(here.clock)}")
            self.flows.drop_ended(round_)
            round_.take_due()
            touched = self.needs.timed | self._end_memberships(round_, step)
            self._judge_segments(round_, touched, step, "")
            self._rounds(round_, step, "")
        return step

    def _rounds(self, round_: Round, step: Step, cause: str) -> None:
        """Judge the rules on the snapshot, let what they want land, and go on with what that brings about, at the same
        instant (language.md section 5.5)."""
        times: Times = Counter()
        while True:
            self._note_transitions(round_, step)
            rules = self._concerned(round_)
            if not rules:
                break
            landing = self._judge_rules(rules, round_, step)
            if landing.effects:
                wanted = effects(landing.effects, round_, cause, times, self.kinds)
                made, held = self.holding.part(wanted, round_.view, round_.key)
                step.effects += made
                step.held += held
            following = Round(round_.view, round_.arrival, round_.number + 1, round_.cause)
            touched = self._land(landing, following, step, cause)
            for wish in landing.recorded:
                for event in self.expand(recorded(wish, round_, times)):
                    touched |= self._enter(event, following)
            self._judge_segments(following, touched, step, cause)
            round_.view.state.waits += round_.begun
            if not self._concerns_rules(following, step):
                break
            round_ = following
            if round_.number > limits.ROUNDS:
                raise RuntimeError("rules go round at one instant, which the compiler should have refused")
        self.clock.set_due(round_.view)

    def _concerns_rules(self, round_: Round, step: Step) -> bool:
        """Whether anything has come about that a rule, or a flow that waits, could be triggered by."""
        now = round_.view.now
        if round_.events or any(wait.due is not None and wait.due <= now for wait in round_.view.state.waits):
            return True
        return any(change.segment in self.needs.heard for change in self._changed(round_, step))

    def ask(self, state: State, asked: p.Expression, now: int) -> Any:
        """The value of an expression for a customer at an instant; None where that is not known."""
        return evaluate(asked, self._view(state, now))

    def looking(self, state: State, now: int) -> Callable[[p.Expression], Any]:
        """What expressions are worth for a customer at an instant to which the clock has been let run."""
        return partial(evaluate, view=self._view(state, now))

    def entitled(self, state: State, promotion: p.Promotion, now: int) -> bool:
        """Whether a promotion runs, and its condition is true for a customer (language.md section 6)."""
        key = (now, 0, 0)
        return promotion.runs(now) and judged(
            promotion.condition, self._view(state, now), key, promotion, None, self.witness
        )

    def fresh(self, customer: str, instant: int) -> State:
        """A customer without events: only the derived segments that hold even so."""
        step = Step(State(customer, instant, instant, instant), [], [], [])
        view = self._view(step.state, instant)
        self._judge_segments(Round(view, 0, 0, ""), None, step, "")
        self.clock.set_due(view)
        return step.state

    def load(self, state: State, now: int) -> Step:
        """A state of other rules, from now on under these (language.md section 5.14)."""
        step = Step(state.copy(), [], [], [])
        here = step.state
        here.clock = here.latest = now
        here.arrivals += 1
        round_ = Round(self._view(here, now), here.arrivals, 0, "")
        for name in sorted(here.members.keys() - self.segments.keys()):
            del here.members[name]
            step.changes.append(Change(here.customer, name, False, *round_.key, Because("loaded")))
        for segment in self.plan.segments:
            self._show(segment.name, step, round_, Because("loaded", segment.place))
        self.clock.set_due(round_.view)
        return step

    def expand(self, event: Event) -> list[Event]:
        """The events of an order's lines, in the list's order, just before the order (language.md section 2)."""
        return expanded(event, self.events)

    def _view(self, state: State, now: int) -> View:
        return View(state, now, self.zone, self.memories, self.defaults)

    # -------------------------------------------------------------------------------------------- entering what happens

    def _enter(self, event: Event, round_: Round) -> set[str]:
        """Enter an event into the history and into collections, set its attributes, and tell the triggers that count or
        look back. Gives the segments whose condition may be touched."""
        state = round_.view.state
        fields = {**event.fields, "time": event.instant}
        if event.received is not None:
            fields["received"] = event.received
        if self.witness is not None:
            self.witness(Sighting("entered", round_.key, event.customer, event, fields=fields))
        remembered = round_.view.about(fields)
        for memory in self.needs.memories_of(event.name):
            if holds(memory.where, remembered):
                value = evaluate(memory.operand, remembered) if memory.operand is not None else None
                if value is None and memory.operand is not None:
                    continue
                held = state.memories.get(memory.key)
                state.memories[memory.key] = take_in(memory, held, event.instant, event.id, value, fields, self.zone)
        for collection in self.needs.collections_of(event.name):
            round_.collect(collection, event.name, remembered)
        round_.events.append((event.name, fields))
        round_.tell_triggers(event.name, fields, self.needs)
        touched = set(self.needs.segments_of_event(event.name))
        for name, value in event.attributes.items():
            touched |= self._set(state, name, value)
        return touched

    def _set(self, state: State, name: str, value: Any) -> set[str]:
        if value is None:
            state.attributes.pop(name, None)
        else:
            state.attributes[name] = value
        return self.needs.segments_of_attribute(name)

    def _list(self, entry: Listing, step: Step, round_: Round) -> set[str]:
        """The host's word about one segment (language.md section 5.12)."""
        match entry:
            case Include():
                reason = "included"
                step.state.listed[entry.segment] = True
            case Exclude():
                reason = "excluded"
                step.state.listed[entry.segment] = False
            case Unlist():
                reason = "unlisted"
                step.state.listed.pop(entry.segment, None)
        changed = self._show(entry.segment, step, round_, Because(reason, "", "", entry.id))
        return self.needs.readers_of(entry.segment) if changed else set()

    def _end_memberships(self, round_: Round, step: Step) -> set[str]:
        """Take away the memberships whose end has come. Gives the segments that read them."""
        touched: set[str] = set()
        state, now = step.state, round_.view.now
        for segment, stay in sorted(state.added.items()):
            if stay.end is not None and stay.end <= now:
                del state.added[segment]
                why = Because("ended", stay.because.place, stay.because.rule)
                touched |= self._show_added(segment, step, round_, why)
        return touched

    # ---------------------------------------------------------------------------------------------------- the snapshot

    def _judge_segments(self, round_: Round, touched: set[str] | None, step: Step, cause: str) -> None:
        """Bring the segments that have a condition up to date, in the order in which they depend on each other: those
        in `touched` (None: all) and those that read one that changed."""
        waiting = [self.order[name] for name in (touched if touched is not None else self.order)]
        heapify(waiting)
        done = -1
        while waiting:
            at = heappop(waiting)
            if at == done:
                continue
            done = at
            segment = self.plan.segments[at]
            why = round_.reasons.get(segment.name) or Because("condition", segment.place, "", cause)
            if self._show(segment.name, step, round_, why):
                for reader in self.needs.readers_of(segment.name):
                    heappush(waiting, self.order[reader])

    def _show(self, name: str, step: Step, round_: Round, why: Because) -> bool:
        """Settle whether a customer is seen as a member: exclude beats include beats what goes on beneath. Gives
        whether that changed."""
        state = step.state
        listed = state.listed.get(name)
        segment = self.segments[name]
        if listed is not None:
            member = listed
        elif segment.kind == "listed":
            member = False
        else:
            beneath = segment.kind == "derived" or name in state.added
            member = beneath and judged(segment.condition, round_.view, round_.key, segment, None, self.witness)
        if member == (name in state.members):
            return False
        if member:
            state.members[name] = round_.view.now
        else:
            del state.members[name]
        step.changes.append(Change(state.customer, name, member, *round_.key, why))
        return True

    def _changed(self, round_: Round, step: Step) -> list[Change]:
        """The changes seen from this step."""
        key = round_.key
        changed: list[Change] = []
        for change in reversed(step.changes):
            if (change.instant, change.arrival, change.round) != key:
                break
            changed.append(change)
        return changed

    def _note_transitions(self, round_: Round, step: Step) -> None:
        """Which segments differ between this snapshot and the one before."""
        for change in self._changed(round_, step):
            if not change.entered:
                round_.left.add(change.segment)
            elif change.segment not in round_.known:
                round_.entered.add(change.segment)

    # -------------------------------------------------------------------------------------------------------- the rules

    def _judge_rules(self, rules: list[p.Rule], round_: Round, step: Step) -> Landing:
        """Judge all rules that the step concerns on its one snapshot, and gather what they want."""
        wishes: list[Wish] = []
        for rule in rules:
            if self.flows.take(rule, round_, wishes):
                step.fired.append(rule.id)
                step.fired_at.append(round_.view.now)
        landing = land(wishes)
        if self.witness is not None:
            self._tell_landing(wishes, landing, round_, self.witness)
        return landing

    def _tell_landing(self, wishes: list[Wish], landing: Landing, round_: Round, witness: Witness) -> None:
        for wish in wishes:
            decided = deciding(wish, landing)
            what: What = "landed" if decided is None else "lost"
            customer = round_.view.state.customer
            reason = decided.id if decided else ""
            witness(Sighting(what, round_.key, customer, wish.action, wish.rule, None, reason, flow=wish.flow))

    def _concerned(self, round_: Round) -> list[p.Rule]:
        """The rules that this step could trigger, and those with flows that wait."""
        needs = self.needs
        found: dict[str, p.Rule] = {}
        for name, _ in round_.events:
            found |= needs.rules.get(name, {})
        for segment in round_.entered:
            found |= needs.entering.get(segment, {})
        for segment in round_.left:
            found |= needs.leaving.get(segment, {})
        for key in round_.due:
            found |= needs.looking_back.get(key, {})
        if round_.by_clock:
            found |= needs.clocked
        for wait in round_.view.state.waits:
            found[wait.rule] = self.flows.rules[wait.rule]
        return [found[id_] for id_ in sorted(found)]

    # ---------------------------------------------------------------------------------------------------------- landing

    def _land(self, landing: Landing, following: Round, step: Step, cause: str) -> set[str]:
        """All actions land together at the step's end, and are seen from the next. Gives the segments whose condition
        may be touched."""
        state = step.state
        touched: set[str] = set()
        for attribute, value in landing.values.items():
            touched |= self._set(state, attribute, value)
        for segment, rule in sorted(landing.added.items()):
            why = because("added", rule, cause)
            end = landing.ends[segment]
            stay = state.added.get(segment)
            if stay is not None:
                state.added[segment] = Stay(stay.because, later_end(stay.end, end))
            elif end is None or end > following.view.now:
                state.added[segment] = Stay(why, end)
            touched |= self._show_added(segment, step, following, why)
        for segment, rule in sorted(landing.removed.items()):
            state.added.pop(segment, None)
            touched |= self._show_added(segment, step, following, because("removed", rule, cause))
        return touched

    def _show_added(self, segment: str, step: Step, round_: Round, why: Because) -> set[str]:
        """Show what rules or an end did to a membership. Gives the segments to be judged: those that read it, or, where
        it has a `while` condition, itself in its turn."""
        if segment in self.order:
            round_.reasons[segment] = why
            return {segment}
        return self.needs.readers_of(segment) if self._show(segment, step, round_, why) else set()
