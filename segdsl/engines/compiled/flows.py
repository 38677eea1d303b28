"""Rules at work in one step: flows end, start and go on (language.md section 5.10).

Comes in: a step and a rule that it may concern. Goes out: what the rule wants, and the waits at which its flows stand.
"""

from typing import Any

from segdsl.engines.compiled.clock import Clock
from segdsl.engines.compiled.provided import tallied
from segdsl.engines.compiled.round import NONE, Fields, Round
from segdsl.engines.compiled.rules import Ready
from segdsl.plan import nodes as p
from segdsl.state.customer import State, Waiting
from segdsl.state.landing import Wish
from segdsl.values import chance
from segdsl.values.zones import Zone


class Flows:
    """The flows of a plan's rules. `ready` are the rules by id."""

    def __init__(self, ready: dict[str, Ready], clock: Clock, zone: Zone) -> None:
        self.ready, self.clock, self.zone = ready, clock, zone

    def drop_ended(self, state: State, now: int) -> None:
        """Let flows go whose time is over: at an activity's end, and where what was waited for did not come."""
        if any(self._is_over(wait, now) for wait in state.waits):
            state.waits = [wait for wait in state.waits if not self._is_over(wait, now)]

    def _is_over(self, wait: Waiting, now: int) -> bool:
        end = self.ready[wait.rule].rule.end
        return (wait.deadline is not None and wait.deadline <= now) or (end is not None and end <= now)

    def take(self, ready: Ready, round_: Round, wishes: list[Wish]) -> bool:
        """End, start and go on with the flows of one rule. Gives whether it started one."""
        state, rule = round_.state, ready.rule
        mine = [wait for wait in state.waits if wait.rule == rule.id] if state.waits else []
        running = [wait for wait in mine if not self._is_stopped(ready, wait, round_)] if mine else mine
        started = self._start(ready, running, round_, wishes)
        if mine:
            kept: list[Waiting] = []
            for wait in running:
                if wait.value not in started:
                    kept += self._go_on(ready, wait, round_, wishes)
            if kept != mine:
                state.waits = [wait for wait in state.waits if wait.rule != rule.id] + kept
        return bool(started)

    def _is_stopped(self, ready: Ready, wait: Waiting, round_: Round) -> bool:
        return any(
            self._is_about(ready, stop, fields, wait, round_)
            for stop in ready.rule.stops
            for fields in ready.fires(stop, round_, self.clock, wait.event, wait.start)
        )

    @staticmethod
    def _is_about(ready: Ready, stop: p.Trigger, fields: Fields, wait: Waiting, round_: Round) -> bool:
        """Whether a count or a look back is about this flow: of its value of `per`, where the events carry it."""
        if not isinstance(stop, p.CountTrigger | p.AfterTrigger):
            return True
        per = ready.value_of(stop)
        return per is None or bool(per(round_.state, round_.now, fields, fields, fields) == wait.value)

    def _start(self, ready: Ready, running: list[Waiting], round_: Round, wishes: list[Wish]) -> list[Any]:
        """Start the flows that the step's triggers begin, one for each value of `per`. Gives those values."""
        rule, state, now = ready.rule, round_.state, round_.now
        started: list[Any] = []
        per, condition = ready.per, ready.condition
        for trigger in rule.triggers:
            for fields in ready.fires(trigger, round_, self.clock):
                value = per(state, now, fields, fields, NONE) if per is not None else None
                if value in started or self._is_refused(rule, value, running, state, now):
                    continue
                if condition is None or condition(state, now, fields, fields, NONE):
                    started.append(value)
                    if rule.once:
                        state.entered = [*state.entered, _entry(rule, value)]
                    ready.steps(round_, value, fields, fields, wishes)
        return started

    @staticmethod
    def _is_refused(rule: p.Rule, value: Any, running: list[Waiting], state: State, now: int) -> bool:
        """Whether no flow can start at this instant, for this customer."""
        return (
            (rule.begin is not None and now < rule.begin)
            or (rule.end is not None and now >= rule.end)
            or (rule.once and _entry(rule, value) in state.entered)
            or (bool(rule.holdout) and chance.falls_within(rule.seed, "holdout", state.drawn, rule.holdout))
            or (not rule.restarting and any(wait.value == value for wait in running))
        )

    def _go_on(self, ready: Ready, wait: Waiting, round_: Round, wishes: list[Wish]) -> list[Waiting]:
        """Go on behind a wait that is over or answered; gives it back where it is not."""
        event = wait.event
        pause, _ = ready.pauses[wait.key]
        if wait.due is not None:
            if wait.due > round_.now:
                return [wait]
        elif isinstance(pause, p.WaitFor):
            answer, wait = self._answer(ready, pause, wait, round_)
            if answer is None:
                return [wait]
            if isinstance(pause.trigger, p.EventTrigger | p.CountTrigger):
                event = dict(answer)
        ready.rest(wait.key)(round_, wait.value, event, wait.start, wishes)
        return []

    def _answer(self, ready: Ready, pause: p.WaitFor, wait: Waiting, round_: Round) -> tuple[Fields | None, Waiting]:
        """The event that answers a wait in this step, and the wait as it stands then."""
        trigger = pause.trigger
        if not isinstance(trigger, p.CountTrigger):
            return next(ready.fires(trigger, round_, self.clock, wait.event, wait.start), None), wait
        tally = wait.tally
        match, per = ready.match(trigger), ready.value_of(trigger)
        for name, fields in round_.events:
            seen = round_.state, round_.now, wait.event, wait.start, fields
            if name != trigger.event or (match is not None and not match(*seen)):
                continue
            value = per(*seen) if per is not None else None
            tally, complete = tallied(trigger, tally, value, round_.now, self.zone)
            if complete:
                return fields, wait
        if tally is wait.tally:
            return None, wait
        return None, Waiting(wait.rule, wait.key, wait.due, wait.deadline, wait.event, wait.start, wait.value, tally)


def _entry(rule: p.Rule, value: Any) -> str:
    """How it is remembered that a customer has entered a `once` activity, for this value of `per`."""
    return rule.id if rule.per is None else f"{rule.id} {value!r}"
