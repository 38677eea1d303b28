"""The compiled engine: a plan as generated Python, with tables to what an event concerns (architecture rule 12).

Comes in: a plan; then, for each input, a customer's state. Goes out: the next state, changes and effects, as the
reference engine gives them (language.md section 5 is to be read there). What is generated, and when:

| file | generated |
|---|---|
| `entering.py` | for each event: history, collections, counts |
| `segments.py` | for each segment its condition; for each event whether any segment turns |
| `selecting.py` | for each event: the rules that it can start |
| `rules.py` | for each rule: condition, matches, steps |
| `clock.py` | when something can next change by itself |

Functions are generated when they are first needed. A state that is given is left as it is: the next one shares with it
what has not changed, and nothing in a state is changed in place.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from copy import copy
from typing import Any

from segdsl.engines.base import Step
from segdsl.engines.compiled.clock import Clock
from segdsl.engines.compiled.entering import Enter, Entering
from segdsl.engines.compiled.expressions import names
from segdsl.engines.compiled.flows import Flows
from segdsl.engines.compiled.making import Holding, Times, effects, recorded
from segdsl.engines.compiled.rounds import NONE, Fields, Round
from segdsl.engines.compiled.rules import Judge, Ready, Writing
from segdsl.engines.compiled.segments import Segments
from segdsl.engines.compiled.selecting import Select, Selecting
from segdsl.engines.compiled.source import Source
from segdsl.plan import nodes as p
from segdsl.plan.needs import Needs
from segdsl.plan.text import Text
from segdsl.records.inputs import Event, Exclude, Include, Input, Link, Listing, Unlist
from segdsl.records.outcomes import Because
from segdsl.state.customer import Pending, State
from segdsl.state.joining import Joining
from segdsl.state.landing import Landing, Wish, because, land
from segdsl.state.life import decode_state
from segdsl.state.lines import expanded
from segdsl.values import limits
from segdsl.values.instants import instant_text
from segdsl.values.zones import Zone


def prepare(plan: p.Plan) -> "Compiled":
    """A plan ready to run."""
    return Compiled(plan)


class On:
    """What is done on an event: `enter` it into the history, look whether any of the segments `touched` has `turned`,
    `select` the rules it can start. `finds`: which segments are touched is told by `enter`."""

    __slots__ = ("enter", "finds", "select", "touched", "turned")

    def __init__(
        self,
        enter: Enter | None,
        touched: tuple[int, ...],
        finds: bool,
        turned: Callable[[State, int], bool] | None,
        select: Select | None,
    ) -> None:
        self.enter = enter
        self.touched = touched
        self.finds = finds
        self.turned = turned
        self.select = select


class Compiled:
    """A plan ready to run. See `segdsl.engines.base.Prepared`."""

    def __init__(self, plan: p.Plan) -> None:
        self.plan = plan
        self.zone = Zone(plan.zone)
        self.needs = Needs.of(plan)
        self.source = Source(f"rules {plan.digest[:8]}", names(self.zone), Text(plan))
        self.source.names["defaults"] = {a.name: a.default for a in plan.attributes if a.default is not None}
        self.memories = {memory.key: memory for memory in plan.memories}
        self.segments = Segments(plan, self.needs, self.source, self.memories)
        self.clock = Clock(plan, self.needs, self.source, self.memories, self.zone)
        self.writing = Writing(self.source, self.memories)
        self.rules = [Ready(number, rule, self.writing) for number, rule in enumerate(plan.rules)]
        self.ready = {ready.id: ready for ready in self.rules}
        self.flows = Flows(self.ready, self.clock, self.zone)
        self.holding = Holding(plan, self.writing, self.zone) if plan.limits or plan.holds else None
        self.entering = Entering(plan, self.needs, self.source, self.memories, self.segments)
        self.selecting = Selecting.of(plan, self.source, self.memories)
        self.kinds = {action.name: {field.name: field.kind for field in action.fields} for action in plan.actions}
        self.events = {event.name: event for event in plan.events}
        self.counting = _counting(plan)
        looking_back = {key: each for of_event in self.needs.after.values() for key, each in of_event.items()}
        self.joining = Joining(self.zone, self.memories, looking_back)
        self.on: dict[str, On] = {}
        self.asked: dict[p.Expression, Judge] = {}
        self.by_attribute = {
            name: frozenset(self.segments.number[of] for of in touched)
            for name, touched in self.needs.by_attribute.items()
        }

    # ------------------------------------------------------------------------------------------------------- the steps

    def step(self, state: State | None, entry: Input) -> Step:
        """Handle one accepted input (language.md section 5.4)."""
        try:
            return self._event(state, entry) if type(entry) is Event else self._other(state, entry)
        except Exception as error:
            self._tell(error, f"on {_told(entry)}")
            raise

    def settle(self, state: State, until: int) -> Step:
        """All that the clock alone brings about up to an instant: everything at one instant is one step, before the
        inputs of that instant (language.md sections 5.3 and 5.13)."""
        try:
            step = Step(copy(state), [], [], [])
            if state.due is not None and state.due <= until:
                self._settle(step, until)
            return step
        except Exception as error:
            self._tell(error, f"as the clock ran to {instant_text(until)} for customer {state.customer!r}")
            raise

    def _tell(self, error: Exception, when: str) -> None:
        """Say what of the rules an error arose in, and what was being handled."""
        self.source.tell(error)
        if not any(note.startswith(("on ", "as the clock ran ")) for note in getattr(error, "__notes__", ())):
            error.add_note(when)

    def _event(self, state: State | None, event: Event) -> Step:
        now = event.instant
        step, here = self._begin(state, event)
        on = self.on.get(event.name) or self._on(event.name)
        round_ = Round(here, now, here.arrivals, 0, event.id, len(step.changes))
        if here.waits:
            self.flows.drop_ended(here, now)
        touched: set[int] | tuple[int, ...] = self._enter(on, event, round_)
        if state is None:
            touched = {*touched, *on.touched, *self.segments.blank}
        elif on.turned is not None and on.turned(here, now):
            touched = {*touched, *on.touched}
        if touched:
            self.segments.judge(touched, round_, step, event.id)
        self._rounds(round_, step, event.id)
        step.full = round_.full
        return step

    def _begin(self, state: State | None, entry: Input) -> tuple[Step, State]:
        """Let the clock run to an input, and note that it has come."""
        now = entry.instant
        if state is None:
            here = State(entry.customer, now, now, now)
            step = Step(here, [], [], [])
            here.seen = {entry.id: now}
        else:
            here = copy(state)
            step = Step(here, [], [], [])
            if state.due is not None and state.due <= now:
                self._settle(step, now)
            self._see(here, entry.id, now)
        here.latest = here.clock = now
        here.arrivals += 1
        return step, here

    def _see(self, state: State, identity: str, now: int) -> None:
        if not self.plan.lateness and state.latest < now:
            state.seen = {identity: now}
        else:
            state.seen = state.seen.copy()
            state.see(identity, now, self.plan.lateness)

    def _other(self, state: State | None, entry: Input) -> Step:
        if isinstance(entry, Link):
            return self._link(state, entry)
        assert not isinstance(entry, Event)
        step, here = self._begin(state, entry)
        round_ = Round(here, entry.instant, here.arrivals, 0, entry.id, len(step.changes))
        self.flows.drop_ended(here, entry.instant)
        touched = self._list(entry, step, round_)
        self.segments.judge(touched if state is not None else {*touched, *self.segments.blank}, round_, step, entry.id)
        self._rounds(round_, step, entry.id)
        step.full = round_.full
        return step

    def _settle(self, step: Step, until: int) -> None:
        here = step.state
        while here.due is not None and here.due <= until:
            now = here.clock = here.due
            round_ = Round(here, now, 0, 0, f"clock {instant_text(now)}", len(step.changes))
            if here.waits:
                self.flows.drop_ended(here, now)
            if here.pending:
                _take_due(round_)
            touched = self.clock.touched(here)
            if here.added:
                touched |= self.segments.end_memberships(round_, step)
            if touched:
                self.segments.judge(touched, round_, step, "")
            self._rounds(round_, step, "")

    def _link(self, state: State | None, entry: Link) -> Step:
        """A guest turned out to be this customer (language.md section 5.18)."""
        if state is None:
            step = Step(State(entry.customer, entry.instant, entry.instant, entry.instant), [], [], [])
        else:
            step = self.settle(state, entry.instant)
        here = step.state
        here.clock = here.latest = entry.instant
        if entry.renames:
            here.draws_as, here.customer = (here.drawn if state is not None else entry.guest), entry.customer
            if state is None:
                self.segments.judge(self.segments.blank, Round(here, here.clock, 0, 0, entry.id, 0), step, entry.id)
                self.clock.set_due(here, here.clock)
            return step
        guest = decode_state(entry.facts)
        step.state = here = self.joining.join(here, guest, entry.instant)
        here.arrivals += 1
        cause = f"link {entry.id}"  # tells its effects from those of the event itself
        round_ = Round(here, entry.instant, here.arrivals, 0, cause, len(step.changes), guest.members.keys())
        self.flows.drop_ended(here, entry.instant)
        self._show_joined(step, round_, entry.id)
        self._rounds(round_, step, entry.id)
        return step

    def _show_joined(self, step: Step, round_: Round, cause: str) -> None:
        """Bring all segments up to date after a join. A membership is as seen of the account: since when it was, or
        since the join, also where the guest was in before."""
        for number, segment in enumerate(self.plan.segments):
            why = Because("joined", segment.place, "", cause)
            stay = step.state.added.get(segment.name)
            if stay is not None:
                why = round_.reasons[segment.name] = Because("joined", stay.because.place, stay.because.rule, cause)
            if segment.condition is None:
                self.segments.show(number, step, round_, why)
        self.segments.judge(self.segments.judged, round_, step, cause)

    # -------------------------------------------------------------------------------------------------- what has come

    def _on(self, event: str) -> On:
        """What is done on an event, generated when the first one comes."""
        enter, touched, finds = self.entering.function(event)
        turned = None if finds else self.segments.turning(touched, event)
        on = self.on[event] = On(enter, touched, finds, turned, self.selecting.function(event))
        return on

    def _enter(self, on: On, event: Event, round_: Round) -> set[int]:
        """Enter an event into the history and into collections, set its attributes, and tell the triggers that count or
        look back. Gives the segments that it touches for sure."""
        fields = {**event.fields, "time": event.instant}
        if event.received is not None:
            fields["received"] = event.received
        round_.events.append((event.name, fields))
        touched: set[int] = set()
        if on.enter is not None:
            on.enter(round_.state, event.instant, fields, event.id, touched, round_)
        if event.attributes:
            self._set(round_.state, event.attributes, touched)
        return touched

    def _set(self, state: State, values: Mapping[str, Any], touched: set[int]) -> None:
        attributes = state.attributes.copy()
        for name, value in values.items():
            if value is None:
                attributes.pop(name, None)
            else:
                attributes[name] = value
            touched |= self.by_attribute.get(name, frozenset())
        state.attributes = attributes

    def _list(self, entry: Listing, step: Step, round_: Round) -> set[int]:
        """The host's word about one segment (language.md section 5.12)."""
        state = round_.state
        others = {name: word for name, word in state.listed.items() if name != entry.segment}
        match entry:
            case Include():
                reason = "included"
                state.listed = {**state.listed, entry.segment: True}
            case Exclude():
                reason = "excluded"
                state.listed = {**state.listed, entry.segment: False}
            case Unlist():
                reason = "unlisted"
                state.listed = others
        number = self.segments.number[entry.segment]
        changed = self.segments.show(number, step, round_, Because(reason, "", "", entry.id))
        return set(self.segments.readers[number]) if changed else set()

    # ------------------------------------------------------------------------------------------------------ the rounds

    def _rounds(self, round_: Round, step: Step, cause: str) -> None:
        """Judge the rules on the snapshot, let what they want land, and go on with what that brings about, at the same
        instant (language.md section 5.5)."""
        times: Times = Counter()
        while True:
            if len(step.changes) > round_.mark:
                _note_transitions(round_, step)
            rules = self._concerned(round_)
            if not rules:
                break
            landing = self._judge_rules(rules, round_, step)
            following = Round(
                round_.state, round_.now, round_.arrival, round_.number + 1, round_.cause, len(step.changes)
            )
            if landing is not None:
                self._follow(landing, round_, following, step, cause, times)
            if round_.begun:
                round_.state.waits = [*round_.state.waits, *round_.begun]
            if not self._concerns_rules(following, step):
                break
            round_ = following
            if round_.number > limits.ROUNDS:
                raise RuntimeError("rules go round at one instant, which the compiler should have refused")
        self.clock.set_due(round_.state, round_.now)

    def _follow(self, landing: Landing, round_: Round, following: Round, step: Step, cause: str, times: Times) -> None:
        """Let what rules want land: it is seen from the next step."""
        if landing.effects:
            wanted = effects(landing.effects, round_, cause, times, self.kinds)
            if self.holding is None:
                step.effects += [effect for effect, _ in wanted]
            else:
                made, held = self.holding.part(wanted, round_)
                step.effects += made
                step.held += held
        touched = self._land(landing, following, step, cause)
        for wish in landing.recorded:
            for event in self.expand(recorded(wish, round_, times)):
                on = self.on.get(event.name) or self._on(event.name)
                touched |= self._enter(on, event, following)
                touched.update(on.touched)
        if touched:
            self.segments.judge(touched, following, step, cause)

    def _concerns_rules(self, round_: Round, step: Step) -> bool:
        """Whether anything has come about that a rule, or a flow that waits, could be triggered by."""
        if round_.events:
            return True
        if any(wait.due is not None and wait.due <= round_.now for wait in round_.state.waits):
            return True
        heard = self.needs.heard
        return any(change.segment in heard for change in step.changes[round_.mark :])

    def _judge_rules(self, rules: list[Ready], round_: Round, step: Step) -> Landing | None:
        """Judge all rules that the step concerns on its one snapshot, and gather what they want."""
        wishes: list[Wish] = []
        for ready in rules:
            if self.flows.take(ready, round_, wishes):
                step.fired.append(ready.id)
                step.fired_at.append(round_.now)
        return land(wishes) if wishes else None

    def _concerned(self, round_: Round) -> list[Ready]:
        """The rules that this step could trigger, and those with flows that it could move."""
        found: list[int] = []
        state, needs = round_.state, self.needs
        for name, fields in round_.events:
            on = self.on[name]
            if on.select is not None:
                on.select(state, round_.now, fields, found)
        for key in round_.counted:
            found += self.counting.get(key, ())
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
            names_ = {name for name, _ in round_.events}
            ids += {wait.rule for wait in state.waits if self.ready[wait.rule].may_move(wait, round_, names_)}
        found += [self.ready[id_].number for id_ in ids]
        if len(found) > 1:
            found = sorted(set(found))
        return [self.rules[number] for number in found]

    def _land(self, landing: Landing, following: Round, step: Step, cause: str) -> set[int]:
        """All actions land together at the step's end, and are seen from the next. Gives the segments whose condition
        may be touched."""
        touched: set[int] = set()
        if landing.values:
            self._set(following.state, landing.values, touched)
        for segment, rule in sorted(landing.added.items()):
            why = because("added", rule, cause)
            self.segments.add(segment, why, landing.ends[segment], following)
            touched.update(self.segments.show_added(segment, step, following, why))
        for segment, rule in sorted(landing.removed.items()):
            self.segments.remove(segment, following)
            touched.update(self.segments.show_added(segment, step, following, because("removed", rule, cause)))
        return touched

    # ---------------------------------------------------------------------------------------------------------- asking

    def expand(self, event: Event) -> list[Event]:
        """The events of an order's lines, in the list's order, just before the order (language.md section 2)."""
        return expanded(event, self.events)

    def condition(self, condition: p.Expression) -> Callable[[State, int, Fields], bool]:
        """Whether a condition is true, as a function of a state, an instant at which it has been settled, and the
        fields of the event at hand."""
        judge = self.writing.judge(condition, "a condition", "a condition")
        assert judge is not None

        def holds(state: State, now: int, fields: Fields) -> bool:
            try:
                return bool(judge(state, now, fields, fields, NONE))
            except Exception as error:
                self.source.tell(error)
                raise

        return holds

    def ask(self, state: State, asked: p.Expression, now: int) -> Any:
        """The value of an expression for a customer at an instant; None where that is not known."""
        try:
            return self._asked(asked, "a question")(state, now, NONE, NONE, NONE)
        except Exception as error:
            self.source.tell(error)
            raise

    def looking(self, state: State, now: int) -> Callable[[p.Expression], Any]:
        """What expressions are worth for a customer at an instant to which the clock has been let run."""
        return lambda asked: self.ask(state, asked, now)

    def _asked(self, asked: p.Expression, place: str) -> Judge:
        judge = self.asked.get(asked)
        if judge is None:
            if len(self.asked) >= ASKED:
                self.asked.clear()
            judge = self.asked[asked] = self.writing.value(asked, place, place) or _nothing
        return judge

    def entitled(self, state: State, promotion: p.Promotion, now: int) -> bool:
        """Whether a promotion runs, and its condition is true for a customer (language.md section 6)."""
        if not promotion.runs(now):
            return False
        if promotion.condition is None:
            return True
        self._asked(promotion.condition, f"{promotion.place} (promotion {promotion.name})")
        return self.ask(state, promotion.condition, now) is True

    def fresh(self, customer: str, instant: int) -> State:
        """A customer without events: only the derived segments that hold even so."""
        step = Step(State(customer, instant, instant, instant), [], [], [])
        try:
            self.segments.judge(self.segments.blank, Round(step.state, instant, 0, 0, "", 0), step, "")
        except Exception as error:
            self.source.tell(error)
            raise
        return step.state


ASKED = 1_000
"""Questions whose functions are kept."""


def _told(entry: Input) -> str:
    """An input, for whoever looks for the one that a fault came with."""
    what = entry.name if isinstance(entry, Event) else type(entry).__name__.lower()
    return f"{what} {entry.id!r} of customer {entry.customer!r} at {instant_text(entry.instant)}"


def _nothing(*_given: Any) -> None:
    return None


def _counting(plan: p.Plan) -> dict[str, list[int]]:
    """The rules that a completed count starts, by the count's key."""
    found: dict[str, list[int]] = {}
    for number, rule in enumerate(plan.rules):
        for trigger in rule.triggers:
            if isinstance(trigger, p.CountTrigger):
                found.setdefault(trigger.key, []).append(number)
    return found


def _note_transitions(round_: Round, step: Step) -> None:
    """Which segments differ between this snapshot and the one before."""
    for change in step.changes[round_.mark :]:
        if not change.entered:
            round_.left.add(change.segment)
        elif change.segment not in round_.known:
            round_.entered.add(change.segment)


def _take_due(round_: Round) -> None:
    """Take the events out of the state on which it is now time to look back."""
    state, now = round_.state, round_.now
    pending: dict[str, list[Pending]] = {}
    for key, kept in state.pending.items():
        ripe: list[Fields] = [each.fields for each in kept if each.due <= now]
        later = [each for each in kept if each.due > now] if ripe else kept
        if ripe:
            round_.due[key] = ripe
        if later:
            pending[key] = later
    state.pending = pending
