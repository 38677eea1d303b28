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

from collections.abc import Callable
from typing import Any

from segdsl.engines.base import Step
from segdsl.engines.compiled.clock import Clock
from segdsl.engines.compiled.entering import Entering
from segdsl.engines.compiled.expressions import names
from segdsl.engines.compiled.history import History
from segdsl.engines.compiled.making import Holding
from segdsl.engines.compiled.round import NONE, Fields, Round
from segdsl.engines.compiled.rounds import Rounds
from segdsl.engines.compiled.rules import Judge, Ready, Writing
from segdsl.engines.compiled.segments import Segments
from segdsl.engines.compiled.selecting import Selecting
from segdsl.engines.compiled.source import Source
from segdsl.engines.compiled.words import say, show_joined, show_loaded
from segdsl.plan import nodes as p
from segdsl.plan.needs import Needs
from segdsl.plan.passes.facts import Facts
from segdsl.plan.text import Text
from segdsl.records.inputs import Event, Input, Link, Load
from segdsl.state.customer import Pending, State, copied, newcomer
from segdsl.state.joining import Joining
from segdsl.state.life import decode_state
from segdsl.state.lines import expanded
from segdsl.values.instants import instant_text
from segdsl.values.zones import Zone


def prepare(plan: p.Plan) -> "Compiled":
    """A plan ready to run."""
    return Compiled(plan)


class Compiled:
    """A plan ready to run. See `segdsl.engines.base.Prepared`."""

    def __init__(self, plan: p.Plan) -> None:
        self.plan = plan
        self.zone = Zone(plan.zone)
        self.needs = needs = Needs.of(plan)
        self.source = source = Source(f"rules {plan.digest[:8]}", names(self.zone), Text(plan), Facts.of(plan))
        self.writing = Writing(source)
        self.segments = Segments(plan, needs, source)
        self.clock = Clock(plan, needs, source, self.segments, self.zone)
        self.rules = rules = [Ready(number, rule, self.writing) for number, rule in enumerate(plan.rules)]
        self.history = History(
            plan,
            needs,
            Entering(plan, needs, source, self.segments),
            Selecting.of(plan, source),
            self.segments,
            self.clock,
            rules,
        )
        holding = Holding(plan, self.writing, self.zone)
        self.rounds = Rounds(plan, needs, self.history, self.segments, self.clock, rules, holding)
        looking_back = {key: each for of_event in needs.after.values() for key, each in of_event.items()}
        self.joining = Joining(self.zone, source.facts.memories, looking_back)
        self.asked: dict[p.Expression, Judge] = {}
        self.is_prompt = not plan.lateness

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
            step = Step(copied(state), [], [], [])
            if state.due is not None and state.due <= until:
                self._settle(step, until)
            return step
        except Exception as error:
            self._tell(error, f"as the clock ran to {instant_text(until)} for customer {state.customer!r}")
            raise

    def _event(self, state: State | None, event: Event) -> Step:
        """An event. Most bring about nothing but a little more history: they go straight through."""
        now, history, clock = event.instant, self.history, self.clock
        step = self._begin(state, event)
        here = step.state
        on = history.known.get(event.name) or history.on(event.name)
        fields = history.fields(event) if history.tells_time else event.fields
        mark, added, members = len(step.changes), here.added, here.members
        moved = on.timed or state is None or bool(event.attributes or here.waits)
        round_ = Round(here, now, here.arrivals, 0, event.id, mark) if on.tells or here.waits else None
        if here.waits:
            self.rounds.flows.drop_ended(here, now)
        touched: set[int] = set() if on.finds or state is None or event.attributes else NOTHING
        if on.enter is not None:
            on.enter(here, now, fields, event.id, touched, round_)
        if round_ is not None and round_.full:
            step.full = list(round_.full)
        if event.attributes:
            history.set(here, event.attributes, touched)
        if state is None:
            touched.update(on.touched, self.segments.blank)
        elif on.turned is not None and on.turned(here, now):
            touched = touched.union(on.touched)
        if touched:
            round_ = round_ or Round(here, now, here.arrivals, 0, event.id, mark)
            self.segments.judge(touched, round_, step, event.id)
        found: list[int] = []
        if on.select is not None:
            on.select(here, now, fields, found)
        if len(found) == 1 and round_ is None and (only := self.rules[found[0]].only) is not None:
            moved |= self.rounds.go_plainly(only, self.rules[found[0]], here, step, event.id)
        elif found or (round_ is not None and (round_.counted or self.rounds.are_concerned(here, step, mark))):
            round_ = round_ or Round(here, now, here.arrivals, 0, event.id, mark)
            round_.events = ((event.name, fields),)
            moved |= self.rounds.go(round_, step, event.id, found)
        if not moved and (here.added is not added or here.members is not members):
            moved = clock.minds(here.added is not added, here.members is not members)
        if moved:
            clock.set_due(here, now)
        return step

    def _begin(self, state: State | None, entry: Input) -> Step:
        """Let the clock run to an input, and note that it has come."""
        now = entry.instant
        if state is None:
            here = newcomer(entry.customer, now)
            here.seen, here.arrivals = {entry.id: now}, 1
            return Step(here, [], [], [])
        here = copied(state)
        step = Step(here, [], [], [])
        due = here.due
        if due is not None and due <= now:
            self._settle(step, now)
        if here.latest < now and self.is_prompt:
            here.seen = {entry.id: now}
        else:
            here.seen = here.seen.copy()
            here.see(entry.id, now, self.plan.lateness)
        here.latest = here.clock = now
        here.arrivals += 1
        return step

    def _settle(self, step: Step, until: int) -> None:
        here, rounds, clock = step.state, self.rounds, self.clock
        while here.due is not None and here.due <= until:
            now = here.clock = here.due
            touched = clock.touched(here, now)
            ending = self.segments.ending(here, now) if here.added else []
            if touched or ending or here.waits or here.pending or self.needs.clocked:
                mark = len(step.changes)
                round_ = Round(here, now, 0, 0, "", mark)
                rounds.flows.drop_ended(here, now)
                _take_due(round_)
                if ending:
                    touched = {*touched, *self.segments.end(ending, round_, step)}
                self.segments.judge(touched, round_, step, "")
                if round_.due or self.needs.clocked or rounds.are_concerned(here, step, mark):
                    rounds.go(round_, step, "")
            clock.set_due(here, now)

    def _other(self, state: State | None, entry: Input) -> Step:
        """The host's word, or a link."""
        if isinstance(entry, Link):
            return self._link(state, entry)
        if isinstance(entry, Load):
            return Step(decode_state(entry.state), [], [], [])
        assert not isinstance(entry, Event)
        step = self._begin(state, entry)
        here = step.state
        round_ = Round(here, entry.instant, here.arrivals, 0, entry.id, len(step.changes))
        self.rounds.flows.drop_ended(here, entry.instant)
        touched = say(entry, self.segments, step, round_)
        if state is None:
            touched.update(self.segments.blank)
        self.segments.judge(touched, round_, step, entry.id)
        self.rounds.go(round_, step, entry.id)
        self.clock.set_due(here, entry.instant)
        return step

    def _link(self, state: State | None, entry: Link) -> Step:
        """A guest turned out to be this customer (language.md section 5.18). A customer who is new is the guest under
        another name; else both are joined, and that is a step."""
        now = entry.instant
        step = Step(newcomer(entry.customer, now), [], [], []) if state is None else self.settle(state, now)
        here = step.state
        here.clock = here.latest = now
        if entry.renames:
            here.draws_as, here.customer = (here.drawn if state is not None else entry.guest), entry.customer
            if state is None:
                self.segments.judge(self.segments.blank, Round(here, now, 0, 0, entry.id, 0), step, entry.id)
                self.clock.set_due(here, now)
            return step
        guest = decode_state(entry.facts)
        step.state = here = self.joining.join(here, guest, now)
        here.arrivals += 1
        cause = f"link {entry.id}"  # tells its effects from those of the event itself
        round_ = Round(here, now, here.arrivals, 0, cause, len(step.changes), guest.members.keys())
        self.rounds.flows.drop_ended(here, now)
        show_joined(self.segments, step, round_, entry.id)
        self.rounds.go(round_, step, entry.id)
        self.clock.set_due(here, now)
        return step

    def load(self, state: State, now: int) -> Step:
        """A state of other rules, from now on under these (language.md section 5.14)."""
        step = Step(copied(state), [], [], [])
        here = step.state
        here.clock = here.latest = now
        here.arrivals += 1
        try:
            show_loaded(self.segments, step, Round(here, now, here.arrivals, 0, "", 0))
            self.clock.set_due(here, now)
        except Exception as error:
            self._tell(error, f"as these rules were put in place for customer {state.customer!r}")
            raise
        return step

    # ---------------------------------------------------------------------------------------------------------- asking

    def expand(self, event: Event) -> list[Event]:
        """The events of an order's lines, in the list's order, just before the order (language.md section 2)."""
        try:
            return expanded(event, self.rounds.events)
        except Exception as error:
            self._tell(error, f"on {_told(event)}")
            raise

    def condition(self, condition: p.Expression) -> Callable[[State, int, Fields], bool]:
        """Whether a condition is true, as a function of a state, an instant at which it has been settled, and the
        fields of the event at hand."""
        return self.writing.condition(condition)

    def ask(self, state: State, asked: p.Expression, now: int) -> Any:
        """The value of an expression for a customer at an instant; None where that is not known."""
        try:
            return self.asked_at(asked, "a question")(state, now, NONE, NONE, NONE)
        except Exception as error:
            self._tell(error)
            raise

    def looking(self, state: State, now: int) -> Callable[[p.Expression], Any]:
        """What expressions are worth for a customer at an instant to which the clock has been let run."""
        return lambda asked: self.ask(state, asked, now)

    def asked_at(self, asked: p.Expression, place: str) -> Judge:
        """What gives the worth of an expression that stands at a place, or is asked by somebody."""
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
        self.asked_at(promotion.condition, f"{promotion.place} (promotion {promotion.name})")
        return self.ask(state, promotion.condition, now) is True

    def fresh(self, customer: str, instant: int) -> State:
        """A customer without events: only the derived segments that hold even so."""
        step = Step(newcomer(customer, instant), [], [], [])
        try:
            self.segments.judge(self.segments.blank, Round(step.state, instant, 0, 0, "", 0), step, "")
            self.clock.set_due(step.state, instant)
        except Exception as error:
            self._tell(error)
            raise
        return step.state

    # ---------------------------------------------------------------------------------------------------------- faults

    def _tell(self, error: Exception, when: str = "") -> None:
        """Say in notes in what of the rules an error arose, and what was being handled."""
        self.source.tell(error)
        if when and not any(note.startswith(_WHEN) for note in getattr(error, "__notes__", ())):
            error.add_note(when)


_WHEN = ("on ", "as ")

NOTHING: set[int] = set()
"""No segments: nothing is ever put into it."""

ASKED = 1_000
"""Questions whose functions are kept."""


def _told(entry: Input) -> str:
    """An input, for whoever looks for the one that an error came with."""
    what = entry.name if isinstance(entry, Event) else type(entry).__name__.lower()
    return f"{what} {entry.id!r} of customer {entry.customer!r} at {instant_text(entry.instant)}"


def _nothing(*_given: Any) -> None:
    return None


def _take_due(round_: Round) -> None:
    """Take the events out of the state on which it is now time to look back."""
    state, now = round_.state, round_.now
    if not state.pending:
        return
    pending: dict[str, list[Pending]] = {}
    for key, kept in state.pending.items():
        ripe: list[Fields] = [each.fields for each in kept if each.due <= now]
        later = [each for each in kept if each.due > now] if ripe else kept
        if ripe:
            round_.due = {**round_.due, key: ripe}
        if later:
            pending[key] = later
    state.pending = pending
