"""Rules at work in one step: flows end, start and go on (language.md section 5.10).

Comes in: a round and a rule that it may concern. Goes out: what the rule wants, and the waits at which its flows stand.
"""

from collections.abc import Mapping
from typing import Any

from attrs import define, field

from segdsl.engines.reference.evaluate import View, evaluate, holds
from segdsl.engines.reference.land import Wish
from segdsl.engines.reference.moments import NEVER, next_at_time, plus
from segdsl.engines.reference.round import Fields, Round, tallied
from segdsl.plan import nodes as p
from segdsl.plan.needs import pauses
from segdsl.state.customer import Waiting
from segdsl.values import chance, wire


@define
class Flows:
    """The rules of a plan. `rests` gives, by rule and the key of a wait, the wait itself and the steps behind it."""

    plan: p.Plan
    rests: dict[tuple[str, str], tuple[p.Pause, tuple[p.Step, ...]]] = field(factory=dict)
    kinds: dict[str, Mapping[str, Any]] = field(factory=dict)
    rules: dict[str, p.Rule] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        self.rules = {rule.id: rule for rule in self.plan.rules}
        for rule in self.plan.rules:
            for pause, rest in pauses(rule.steps):
                self.rests[rule.id, pause.key] = pause, rest
        for action in self.plan.actions:
            self.kinds[action.name] = {field.name: field.kind for field in action.fields}

    def drop_ended(self, view: View) -> None:
        """Let flows go whose time is over: at an activity's end, and where what was waited for did not come."""
        if any(self._is_over(wait, view.now) for wait in view.state.waits):
            view.state.waits = [wait for wait in view.state.waits if not self._is_over(wait, view.now)]

    def _is_over(self, wait: Waiting, now: int) -> bool:
        rule = self.rules[wait.rule]
        return (wait.deadline is not None and wait.deadline <= now) or (rule.end is not None and rule.end <= now)

    # ----------------------------------------------------------------------------------------------- one rule, one step

    def take(self, rule: p.Rule, round_: Round, wishes: list[Wish]) -> bool:
        """End, start and go on with the flows of one rule. Gives whether it started one."""
        state = round_.view.state
        mine = [wait for wait in state.waits if wait.rule == rule.id]
        running = [wait for wait in mine if not self._is_stopped(rule, wait, round_)]
        started = self._start(rule, running, round_, wishes)
        kept = []
        for wait in running:
            if not any(_same(wait.value, value) for value in started):
                kept += self._go_on(rule, wait, round_, wishes)
        if mine:
            state.waits = [wait for wait in state.waits if wait.rule != rule.id] + kept
        return bool(started)

    def _is_stopped(self, rule: p.Rule, wait: Waiting, round_: Round) -> bool:
        view = round_.view.of_flow(wait.event, wait.start)
        return any(_is_about(stop, fields, wait, view) for stop in rule.stops for fields in round_.fires(stop, view))

    def _start(self, rule: p.Rule, running: list[Waiting], round_: Round, wishes: list[Wish]) -> list[Any]:
        """Start the flows that the step's triggers begin, one for each value of `per`. Gives those values."""
        started: list[Any] = []
        for fields in (each for trigger in rule.triggers for each in round_.fires(trigger)):
            view = round_.view.of_flow(fields)
            value = evaluate(rule.per, view) if rule.per is not None else None
            if any(_same(value, other) for other in started) or not self._may_enter(rule, value, view):
                continue
            if not rule.restarting and any(_same(wait.value, value) for wait in running):
                continue
            if holds(rule.condition, view):
                started.append(value)
                if rule.once:
                    view.state.entered = [*view.state.entered, _entry(rule, value)]
                self._take(rule, rule.steps, value, view, round_, wishes)
        return started

    def _may_enter(self, rule: p.Rule, value: Any, view: View) -> bool:
        """Whether an activity runs at this instant, for this customer."""
        if (rule.begin is not None and view.now < rule.begin) or (rule.end is not None and view.now >= rule.end):
            return False
        if rule.once and _entry(rule, value) in view.state.entered:
            return False
        return not rule.holdout or not chance.falls_within(rule.seed, "holdout", view.state.customer, rule.holdout)

    def _go_on(self, rule: p.Rule, wait: Waiting, round_: Round, wishes: list[Wish]) -> list[Waiting]:
        """Go on behind a wait that is over or answered; gives it back where it is not."""
        now, view = round_.view.now, round_.view.of_flow(wait.event, wait.start)
        pause, rest = self.rests[wait.rule, wait.key]
        if wait.due is not None:
            if wait.due > now:
                return [wait]
        elif isinstance(pause, p.WaitFor):
            answer, wait = _answer(pause, wait, round_, view)
            if answer is None:
                return [wait]
            if isinstance(pause.trigger, p.EventTrigger | p.CountTrigger):
                view = view.of_flow(answer, wait.start)
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
                    if not holds(condition, view):
                        return
                case p.Act(stage, actions):
                    flow = "" if rule.per is None else repr(value)
                    wishes += [Wish(rule, stage, action, self._value(action, view), flow) for action in actions]
                case p.Branch():
                    for path in _paths(step, view):
                        self._take(rule, path.steps, value, view, round_, wishes)
                case p.Wait() | p.WaitUntil() | p.WaitFor():
                    wait = _begun(rule, step, value, view)
                    if wait is not None:
                        round_.begun.append(wait)
                    return

    def _value(self, action: p.Action, view: View) -> Any:
        match action:
            case p.SetAttribute(_, value):
                return evaluate(value, view)
            case p.Emit(name, fields):
                values = {of: evaluate(value, view) for of, value in fields}
                kinds = self.kinds[name]
                return {of: wire.encode(kinds[of], value) for of, value in values.items() if value is not None}
            case p.Record(_, fields):
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


def _paths(branch: p.Branch, view: View) -> list[p.Path]:
    match branch.kind:
        case "first":
            return [path for path in branch.paths if holds(path.condition, view)][:1]
        case "all":
            return [path for path in branch.paths if holds(path.condition, view)]
    drawn = chance.draw(branch.seed, branch.purpose, view.state.customer) * 1_000_000
    chosen = [path for path in branch.paths if path.start << chance.BITS <= drawn < path.end << chance.BITS]
    return [path for path in chosen if holds(path.condition, view)]


def _is_about(stop: p.Trigger, fields: Fields, wait: Waiting, view: View) -> bool:
    """Whether a count or a look back is about this flow: of its value of `per`, where the events carry it. A plain
    event was matched with the flow when it fired."""
    if not isinstance(stop, p.CountTrigger | p.AfterTrigger) or stop.per is None:
        return True
    return _same(evaluate(stop.per, view.of_flow(fields).about(fields)), wait.value)


def _entry(rule: p.Rule, value: Any) -> str:
    """How it is remembered that a customer has entered a `once` activity, for this value of `per`."""
    return rule.id if rule.per is None else f"{rule.id} {value!r}"


def _same(one: Any, other: Any) -> bool:
    """Whether two values of `per` are the same; two that are not known are."""
    return bool(one == other)
