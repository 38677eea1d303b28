"""Rules at work in one step: flows end, start and go on (language.md section 5.10).

Comes in: a round and a rule that it may concern. Goes out: what the rule wants, and the waits at which its flows stand.
"""

from collections.abc import Iterator
from typing import Any

from attrs import define, field

from segdsl.engines.reference.evaluate import View, evaluate
from segdsl.engines.reference.round import NONE, Fields, Round, tallied
from segdsl.engines.reference.witness import Sighting, What, Witness, judged
from segdsl.plan import nodes as p
from segdsl.plan.needs import pauses
from segdsl.state.customer import Waiting
from segdsl.state.landing import Wish
from segdsl.state.moments import NEVER, next_at_time, plus
from segdsl.values import chance


@define
class Flows:
    """The rules of a plan. `rests` gives, by rule and the key of a wait, the wait itself and the steps behind it.
    `witness` is told what is judged and what flows do."""

    plan: p.Plan
    witness: Witness | None = None
    rests: dict[tuple[str, str], tuple[p.Pause, tuple[p.Step, ...]]] = field(factory=dict)
    rules: dict[str, p.Rule] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        self.rules = {rule.id: rule for rule in self.plan.rules}
        for rule in self.plan.rules:
            for pause, rest in pauses(rule.steps):
                self.rests[rule.id, pause.key] = pause, rest

    def drop_ended(self, round_: Round) -> None:
        """Let flows go whose time is over: at an activity's end, and where what was waited for did not come."""
        state, now = round_.view.state, round_.view.now
        over = [wait for wait in state.waits if self._is_over(wait, now)]
        if over:
            state.waits = [wait for wait in state.waits if wait not in over]
            for wait in over:
                ended = self._has_ended(wait, now)
                self._see("left", round_, wait, "the activity has ended" if ended else "it did not come in time")

    def _is_over(self, wait: Waiting, now: int) -> bool:
        return (wait.deadline is not None and wait.deadline <= now) or self._has_ended(wait, now)

    def _has_ended(self, wait: Waiting, now: int) -> bool:
        end = self.rules[wait.rule].end
        return end is not None and end <= now

    def _see(self, what: What, round_: Round, wait: Waiting, reason: str = "", fields: Fields = NONE) -> None:
        """Tell the witness of a flow at a wait."""
        if self.witness is not None:
            pause, _ = self.rests[wait.rule, wait.key]
            self._tell(what, round_, pause, self.rules[wait.rule], wait.value, reason, fields)

    def _tell(
        self, what: What, round_: Round, node: object, rule: p.Rule, value: Any, reason: str = "", fields: Fields = NONE
    ) -> None:
        if self.witness is not None:
            customer, flow = round_.view.state.customer, _flow(rule, value)
            self.witness(Sighting(what, round_.key, customer, node, rule, None, reason, fields, flow=flow))

    # ----------------------------------------------------------------------------------------------- one rule, one step

    def take(self, rule: p.Rule, round_: Round, wishes: list[Wish]) -> bool:
        """End, start and go on with the flows of one rule. Gives whether it started one."""
        state = round_.view.state
        mine = [wait for wait in state.waits if wait.rule == rule.id]
        running = [wait for wait in mine if not self._is_stopped(rule, wait, round_)]
        started = self._start(rule, running, round_, wishes)
        kept = []
        for wait in running:
            if any(_same(wait.value, value) for value in started):
                self._see("left", round_, wait, "it starts over")
            else:
                kept += self._go_on(rule, wait, round_, wishes)
        if kept != mine:
            state.waits = [wait for wait in state.waits if wait.rule != rule.id] + kept
        return bool(started)

    def _is_stopped(self, rule: p.Rule, wait: Waiting, round_: Round) -> bool:
        view = round_.view.of_flow(wait.event, wait.start)
        if any(_is_about(stop, fields, wait, view) for stop in rule.stops for fields in round_.fires(stop, view)):
            self._see("left", round_, wait, "it was stopped")
            return True
        return False

    def _start(self, rule: p.Rule, running: list[Waiting], round_: Round, wishes: list[Wish]) -> list[Any]:
        """Start the flows that the step's triggers begin, one for each value of `per`. Gives those values."""
        started: list[Any] = []
        for trigger, fields in ((each, fields) for each in rule.triggers for fields in round_.fires(each)):
            view = round_.view.of_flow(fields)
            value = evaluate(rule.per, view) if rule.per is not None else None
            if self.witness is not None:
                customer = view.state.customer
                flow = _flow(rule, value)
                self.witness(Sighting("triggered", round_.key, customer, trigger, rule, None, "", fields, flow=flow))
            if any(_same(value, other) for other in started):
                continue
            refusal = self._refusal(rule, value, running, view)
            if refusal is not None:
                self._tell("refused", round_, rule, rule, value, refusal)
                continue
            if judged(rule.condition, view, round_.key, rule, rule, self.witness, _flow(rule, value)):
                started.append(value)
                if rule.once:
                    view.state.entered = [*view.state.entered, _entry(rule, value)]
                self._take(rule, rule.steps, value, view, round_, wishes)
        return started

    def _refusal(self, rule: p.Rule, value: Any, running: list[Waiting], view: View) -> str | None:
        """Why no flow can start at this instant, for this customer; None: one can."""
        if rule.begin is not None and view.now < rule.begin:
            return "the activity has not begun"
        if rule.end is not None and view.now >= rule.end:
            return "the activity has ended"
        if rule.once and _entry(rule, value) in view.state.entered:
            return "the customer has entered once already"
        if rule.holdout and chance.falls_within(rule.seed, "holdout", view.state.drawn, rule.holdout):
            return "the customer is held out"
        if not rule.restarting and any(_same(wait.value, value) for wait in running):
            return "the customer is in the flow already"
        return None

    def _go_on(self, rule: p.Rule, wait: Waiting, round_: Round, wishes: list[Wish]) -> list[Waiting]:
        """Go on behind a wait that is over or answered; gives it back where it is not."""
        now, view = round_.view.now, round_.view.of_flow(wait.event, wait.start)
        answered = NONE
        pause, rest = self.rests[wait.rule, wait.key]
        if wait.due is not None:
            if wait.due > now:
                return [wait]
        elif isinstance(pause, p.WaitFor):
            answer, wait = _answer(pause, wait, round_, view)
            if answer is None:
                return [wait]
            answered = answer
            if isinstance(pause.trigger, p.EventTrigger | p.CountTrigger):
                view = view.of_flow(answer, wait.start)
        self._see("goes on", round_, wait, fields=answered)
        self._take(rule, rest, wait.value, view, round_, wishes)
        return []

    # ------------------------------------------------------------------------------------------------------------ steps

    def _take(
        self, rule: p.Rule, steps: tuple[p.Step, ...], value: Any, view: View, round_: Round, wishes: list[Wish]
    ) -> None:
        """Go through the steps of a rule, as far as its gates let the customer and no wait holds them."""
        for step in steps:
            match step:
                case p.Gate(condition):
                    if not judged(condition, view, round_.key, step, rule, self.witness, _flow(rule, value)):
                        return
                case p.Act(stage, actions):
                    flow = _flow(rule, value)
                    wishes += [Wish(rule, stage, action, self._value(action, view), flow) for action in actions]
                case p.Branch():
                    for path in self._paths(rule, step, value, view, round_):
                        self._tell("taken", round_, path, rule, value)
                        self._take(rule, path.steps, value, view, round_, wishes)
                case p.Wait() | p.WaitUntil() | p.WaitFor():
                    wait = _begun(rule, step, value, view)
                    if wait is not None:
                        round_.begun.append(wait)
                        self._tell("begun", round_, step, rule, value)
                    else:
                        self._tell("left", round_, step, rule, value, "its moment is not known")
                    return

    def _paths(self, rule: p.Rule, branch: p.Branch, value: Any, view: View, round_: Round) -> Iterator[p.Path]:
        """The paths that are taken."""
        paths = branch.paths
        if branch.kind == "random":
            drawn = chance.draw(branch.seed, branch.purpose, view.state.drawn) * 1_000_000
            paths = tuple(path for path in paths if path.start << chance.BITS <= drawn < path.end << chance.BITS)
        for path in paths:
            if judged(path.condition, view, round_.key, path, rule, self.witness, _flow(rule, value)):
                yield path
                if branch.kind == "first":
                    return

    def _value(self, action: p.Action, view: View) -> Any:
        match action:
            case p.SetAttribute(_, value):
                return evaluate(value, view)
            case p.Emit(_, fields) | p.Record(_, fields):
                values = {of: evaluate(value, view) for of, value in fields}
                return {of: value for of, value in values.items() if value is not None}
            case p.Add(_, lasting, until):
                ends = [plus(view.now, lasting, view.zone)] if lasting is not None else []
                return min([*ends, *([until] if until is not None else [])], default=None)
            case p.Remove():
                return None


def _begun(rule: p.Rule, pause: p.Pause, value: Any, view: View) -> Waiting | None:
    """Where a flow stands that has come to a wait; None when its moment will never come."""
    start = view.event if view.start is None else view.start
    event = {name: view.event[name] for name in pause.fields if name in view.event}
    begun = {name: start[name] for name in pause.start if name in start}
    match pause:
        case p.Wait(_, length):
            return Waiting(rule.id, pause.key, plus(view.now, length, view.zone), None, event, begun, value)
        case p.WaitUntil(_, moment):
            due = next_at_time(moment, view.now, view.zone) if isinstance(moment, p.AtTime) else _moment(moment, view)
            if due is None:
                return None
            return Waiting(rule.id, pause.key, max(due, view.now), None, event, begun, value)
        case p.WaitFor(_, _, within):
            deadline = plus(view.now, within, view.zone) if within is not None else None
            return Waiting(rule.id, pause.key, None, deadline, event, begun, value)


def _moment(moment: p.AtMoment, view: View) -> int | None:
    instant = evaluate(moment.instant, view)
    return None if instant is None else min(int(instant), NEVER)


def _answer(pause: p.WaitFor, wait: Waiting, round_: Round, view: View) -> tuple[Fields | None, Waiting]:
    """The event that answers a wait in this step, and the wait as it stands then."""
    if not isinstance(pause.trigger, p.CountTrigger):
        return next(round_.fires(pause.trigger, view), None), wait
    count = pause.trigger
    tally = wait.tally
    for fields in round_.fires(p.EventTrigger(count.event, count.match), view):
        tally, complete = tallied(count, tally, view.about(fields))
        if complete:
            return fields, wait
    return None, _with_tally(wait, tally)


def _with_tally(wait: Waiting, tally: list[Any]) -> Waiting:
    return Waiting(wait.rule, wait.key, wait.due, wait.deadline, wait.event, wait.start, wait.value, tally)


def _is_about(stop: p.Trigger, fields: Fields, wait: Waiting, view: View) -> bool:
    """Whether a count or a look back is about this flow: of its value of `per`, where the events carry it. A plain
    event was matched with the flow when it fired."""
    if not isinstance(stop, p.CountTrigger | p.AfterTrigger) or stop.per is None:
        return True
    return _same(evaluate(stop.per, view.of_flow(fields).about(fields)), wait.value)


def _flow(rule: p.Rule, value: Any) -> str:
    """What tells the flows of one rule apart, as text."""
    return "" if rule.per is None else repr(value)


def _entry(rule: p.Rule, value: Any) -> str:
    """How it is remembered that a customer has entered a `once` activity, for this value of `per`."""
    return rule.id if rule.per is None else f"{rule.id} {value!r}"


def _same(one: Any, other: Any) -> bool:
    """Whether two values of `per` are the same; two that are not known are."""
    return bool(one == other)
