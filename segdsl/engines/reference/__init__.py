"""The reference engine: the meaning of the language, written to be read beside language.md, section 5.

Comes in: a plan; then, for each input, a customer's state. Goes out: the next state, changes and effects. A step is:
let the clock run to the input's instant; enter the input into the history; take the snapshot; judge the rules on it;
let their actions land; judge the derived segments once more.
"""

from collections import Counter
from heapq import heapify, heappop, heappush
from typing import Any

from segdsl.engines.base import Step
from segdsl.engines.reference.due import next_due, timed_parts
from segdsl.engines.reference.evaluate import View, evaluate, holds
from segdsl.engines.reference.land import Landing, Wish, because, effect_id, land
from segdsl.plan import nodes as p
from segdsl.plan.needs import Needs
from segdsl.records.inputs import Event, Exclude, Include, Listing, Unlist
from segdsl.records.outcomes import Because, Change, Effect
from segdsl.state.customer import State
from segdsl.state.memories import take_in
from segdsl.values import chance, wire
from segdsl.values.zones import Zone


def prepare(plan: p.Plan) -> "Reference":
    return Reference(plan)


class Reference:
    """A plan ready to run. See `segdsl.engines.base.Prepared`."""

    def __init__(self, plan: p.Plan) -> None:
        self.plan = plan
        self.zone = Zone(plan.zone)
        self.needs = Needs.of(plan)
        self.memories = {memory.key: memory for memory in plan.memories}
        self.segments = {segment.name: segment for segment in plan.segments}
        self.order = {s.name: at for at, s in enumerate(plan.segments) if s.kind == "derived"}
        self.defaults = {a.name: a.default for a in plan.attributes if a.default is not None}
        self.events = {event.name: event for event in plan.events}
        self.action_kinds = {action.name: {f.name: f.kind for f in action.fields} for action in plan.actions}
        self.timed = [part for s in plan.segments if s.condition for part in timed_parts(s.condition, self.memories)]

    # ------------------------------------------------------------------------------------------------------- the step

    def step(self, state: State | None, entry: Event | Listing) -> Step:
        """Handle one accepted input (language.md section 5.4)."""
        first = state is None
        settled = self.settle(state, entry.instant) if state is not None else self._empty(entry)
        step = Step(settled.state, settled.changes, [], [])
        here = step.state
        here.seen = [*here.seen, entry.id] if here.clock == entry.instant and not first else [entry.id]
        here.clock = entry.instant
        here.arrivals += 1
        view = View(here, entry.instant, self.zone, self.memories, self.defaults)
        if isinstance(entry, Event):
            view.event = {**entry.fields, "time": entry.instant}
            if entry.received is not None:
                view.event["received"] = entry.received
            touched = self._enter_history(entry, view)
        else:
            touched = self._list(entry, step, here.arrivals)
        self._judge_segments(view, touched if not first else None, step, here.arrivals, 0, entry.id)
        if isinstance(entry, Event):
            landing = self._judge_rules(entry, view, step)
            self._land(landing, view, step, entry.id)
        here.due = next_due(self.timed, view)
        return step

    def settle(self, state: State, until: int) -> Step:
        """All that the clock alone brings about up to an instant: each instant at which something is due is one step,
        before the inputs of that instant (language.md sections 5.3 and 5.13)."""
        step = Step(state.copy(), [], [], [])
        while step.state.due is not None and step.state.due <= until:
            now = step.state.due
            view = View(step.state, now, self.zone, self.memories, self.defaults)
            self._judge_segments(view, self.needs.timed, step, 0, 0, "")
            step.state.due = next_due(self.timed, view)
        return step

    def fresh(self, customer: str, instant: int) -> State:
        """A customer without events: only the derived segments that hold even so."""
        step = Step(State(customer, instant, instant), [], [], [])
        view = View(step.state, instant, self.zone, self.memories, self.defaults)
        self._judge_segments(view, None, step, 0, 0, "")
        return step.state

    def expand(self, event: Event) -> list[Event]:
        """The events of an order's lines, in the list's order, just before the order (language.md section 2)."""
        kind = self.events.get(event.name)
        made: list[Event] = []
        for items, name in kind.lines if kind else ():
            shared = {k: v for k, v in event.fields.items() if k != items}
            declared = {field.name for field in self.events[name].fields}
            for number, item in enumerate(event.fields.get(items) or (), 1):
                fields = {k: v for k, v in {**shared, **(item or {})}.items() if k in declared and v is not None}
                made.append(
                    Event(
                        f"{event.id}/{items}/{number}",
                        name,
                        event.customer,
                        event.instant,
                        fields,
                        {},
                        event.received,
                        event.place,
                    )
                )
        return [*made, event]

    def _empty(self, entry: Event | Listing) -> Step:
        return Step(State(entry.customer, entry.instant, entry.instant), [], [], [])

    # --------------------------------------------------------------------------------------------- entering the input

    def _enter_history(self, event: Event, view: View) -> set[str]:
        """Enter an event into the history and set its attributes. Gives the derived segments that may be touched."""
        state = view.state
        remembered = view.about(view.event)
        for memory in self.needs.memories_of(event.name):
            if holds(memory.where, remembered):
                value = evaluate(memory.operand, remembered) if memory.operand is not None else None
                held = state.memories.get(memory.key)
                fields = dict(view.event)
                state.memories[memory.key] = take_in(memory, held, event.instant, event.id, value, fields, self.zone)
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

    def _list(self, entry: Listing, step: Step, arrival: int) -> set[str]:
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
        why = Because(reason, "", "", entry.id)
        changed = self._show(entry.segment, step, (entry.instant, arrival, 0), why)
        return self.needs.readers_of(entry.segment) if changed else set()

    # ---------------------------------------------------------------------------------------------------- the snapshot

    def _judge_segments(
        self, view: View, touched: set[str] | None, step: Step, arrival: int, round_: int, cause: str
    ) -> None:
        """Bring the derived segments up to date, in the order in which they depend on each other: those in `touched`
        (None: all) and those that read one that changed."""
        waiting = [self.order[name] for name in (touched if touched is not None else self.order)]
        heapify(waiting)
        done = -1
        while waiting:
            at = heappop(waiting)
            if at == done:
                continue
            done = at
            segment = self.plan.segments[at]
            why = Because("condition", segment.place, "", cause)
            if self._show(segment.name, step, (view.now, arrival, round_), why, view):
                for reader in self.needs.readers_of(segment.name):
                    heappush(waiting, self.order[reader])

    def _show(self, name: str, step: Step, key: tuple[int, int, int], why: Because, view: View | None = None) -> bool:
        """Settle whether a customer is seen as a member: exclude beats include beats what goes on beneath. Gives
        whether that changed."""
        state = step.state
        listed = state.listed.get(name)
        segment = self.segments[name]
        if listed is not None:
            member = listed
        elif segment.kind == "derived":
            view = view or View(state, key[0], self.zone, self.memories, self.defaults)
            member = holds(segment.condition, view)
        else:
            member = name in state.added
        if member == (name in state.members):
            return False
        if member:
            state.members[name] = key[0]
        else:
            del state.members[name]
        step.changes.append(Change(state.customer, name, member, *key, why))
        return True

    # -------------------------------------------------------------------------------------------------------- the rules

    def _judge_rules(self, event: Event, view: View, step: Step) -> Landing:
        """Judge all rules that the event triggers on the one snapshot, and gather what they want."""
        wishes: list[Wish] = []
        for rule in self.needs.rules_of(event.name):
            if not self._runs(rule, view) or not any(
                trigger.event == event.name and holds(trigger.match, view) for trigger in rule.triggers
            ):
                continue
            if not holds(rule.condition, view):
                continue
            if rule.once:
                view.state.entered = [*view.state.entered, rule.id]
            step.fired.append(rule.id)
            self._take(rule, rule.steps, view, wishes)
        return land(wishes)

    def _runs(self, rule: p.Rule, view: View) -> bool:
        """Whether an activity runs at this instant, for this customer."""
        if (rule.begin is not None and view.now < rule.begin) or (rule.end is not None and view.now >= rule.end):
            return False
        if rule.once and rule.id in view.state.entered:
            return False
        return not rule.holdout or not chance.falls_within(rule.seed, "holdout", view.state.customer, rule.holdout)

    def _take(self, rule: p.Rule, steps: tuple[p.Step, ...], view: View, wishes: list[Wish]) -> None:
        """Go through the steps of a rule, as far as its gates let the customer."""
        for step in steps:
            match step:
                case p.Gate(condition):
                    if not holds(condition, view):
                        return
                case p.Act(stage, actions):
                    wishes += [Wish(rule, stage, action, self._value(action, view)) for action in actions]
                case p.Branch():
                    for path in self._paths(step, view):
                        self._take(rule, path.steps, view, wishes)

    def _paths(self, branch: p.Branch, view: View) -> list[p.Path]:
        match branch.kind:
            case "first":
                return [path for path in branch.paths if holds(path.condition, view)][:1]
            case "all":
                return [path for path in branch.paths if holds(path.condition, view)]
        drawn = chance.draw(branch.seed, branch.purpose, view.state.customer) * 1_000_000
        chosen = [path for path in branch.paths if path.start << chance.BITS <= drawn < path.end << chance.BITS]
        return [path for path in chosen if holds(path.condition, view)]

    def _value(self, action: p.Action, view: View) -> Any:
        match action:
            case p.SetAttribute(_, value):
                return evaluate(value, view)
            case p.Emit(name, fields):
                kinds = self.action_kinds[name]
                values = {of: evaluate(value, view) for of, value in fields}
                return {of: wire.encode(kinds[of], value) for of, value in values.items() if value is not None}
        return None

    # ---------------------------------------------------------------------------------------------------------- landing

    def _land(self, landing: Landing, view: View, step: Step, cause: str) -> None:
        """All actions land together at the step's end; what lands at round 0 is seen from round 1."""
        state, arrival = view.state, view.state.arrivals
        touched: set[str] = set()
        for attribute, value in landing.values.items():
            touched |= self._set(state, attribute, value)
        for reason, decided in (("added", landing.added), ("removed", landing.removed)):
            for segment, rule in sorted(decided.items()):
                why = because(reason, rule, cause)
                if reason == "removed":
                    state.added.pop(segment, None)
                else:
                    state.added.setdefault(segment, why)
                if self._show(segment, step, (view.now, arrival, 1), why):
                    touched |= self.needs.readers_of(segment)
        if touched:
            self._judge_segments(view, touched, step, arrival, 1, cause)
        step.effects = self._effects(landing.effects, view, arrival, cause)

    def _effects(self, wishes: list[Wish], view: View, arrival: int, cause: str) -> list[Effect]:
        made: list[Effect] = []
        times: Counter[tuple[str, int]] = Counter()
        for wish in wishes:
            times[wish.rule.id, wish.stage] += 1
            nth = times[wish.rule.id, wish.stage]
            customer = view.state.customer
            action = wish.action.action if isinstance(wish.action, p.Emit) else ""
            made.append(
                Effect(
                    effect_id(customer, cause, wish, nth),
                    action,
                    customer,
                    wish.value,
                    view.now,
                    arrival,
                    0,
                    wish.rule.priority,
                    because("done", wish.rule, cause),
                )
            )
        return sorted(made, key=lambda effect: (-effect.priority, effect.id))
