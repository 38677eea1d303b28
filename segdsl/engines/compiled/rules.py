"""Rules made ready: generated conditions, matches and steps (language.md sections 3 and 5.10).

Comes in: a rule of the plan. Goes out: `Ready`, whose functions are generated when they are first needed: a rule that
nothing ever starts costs nothing.
"""

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

from segdsl.engines.compiled.clock import Clock
from segdsl.engines.compiled.expressions import PARAMETERS, Expressions
from segdsl.engines.compiled.round import NONE, Fields, Round
from segdsl.engines.compiled.source import Source, Unit
from segdsl.plan import nodes as p
from segdsl.plan.needs import pauses
from segdsl.plan.readers import rule_name
from segdsl.state.customer import State, Waiting
from segdsl.state.landing import Wish
from segdsl.state.moments import NEVER, next_at_time, plus
from segdsl.values import chance

Judge = Callable[[State, int, Fields, Fields, Fields], Any]
"""A state, an instant, the event at hand, the one that started the flow, and the item that is spoken of."""

Take = Callable[[Round, Any, Fields, Fields, list[Wish]], None]
"""Steps, taken: the step, the flow's value of `per`, the event at hand and the one that started the flow, and what is
wished so far."""


About = tuple[tuple[str, ...], str]
"""The events of which one is at hand, and the one that is spoken of, as a comment has to know them."""

ABOUT: About = ((), "")


class Writing:
    """Generates the functions of a plan's rules."""

    def __init__(self, source: Source) -> None:
        self.source = source
        source.names |= {"Wish": Wish, "begun": begun, "draw": chance.draw, "flow_of": flow_of, "known": _known}
        source.names |= {"moment_of": _moment_of}

    def judge(self, condition: p.Expression | None, title: str, place: str, about: About = ABOUT) -> Judge | None:
        """Whether a condition is true, as a function; None where there is none."""
        return None if condition is None else self._function("true", condition, title, place, about)

    def value(self, expression: p.Expression | None, title: str, place: str, about: About = ABOUT) -> Judge | None:
        """What an expression is worth, as a function; None where there is none."""
        return None if expression is None else self._function("value", expression, title, place, about)

    def _function(self, mode: str, node: p.Expression, title: str, place: str, about: About) -> Judge:
        unit = Unit(title)
        written = Expressions(self.source, unit)
        written.function("judge", PARAMETERS, place)
        unit.note(1, self.source.text.condition(node, *about))
        written.begin_body()
        unit.add(1, f"return {getattr(written, mode)(node)}", place)
        written.end()
        return self.source.function(unit)

    def condition(self, condition: p.Expression) -> Callable[[State, int, Fields], bool]:
        """A condition by itself, as a function of a state, an instant and the fields of the event at hand."""
        unit = Unit("a condition")
        written = Expressions(self.source, unit)
        written.start, written.item = "f", "NONE"
        written.function("holds", "s, now, f", "a condition")
        unit.add(1, f"return {written.true(condition)}", "a condition")
        written.end()
        return self.source.function(unit)

    def steps(self, rule: p.Rule, steps: tuple[p.Step, ...], title: str) -> Take:
        """Some steps of a rule as one function, with those of its paths before it."""
        unit = Unit(title)
        # Those of the paths are called by their names, so that no other may have one of them.
        self._write_steps(unit, rule, steps, f"take_{next(self.source.numbers)}")
        return self.source.function(unit)

    def _write_steps(self, unit: Unit, rule: p.Rule, steps: tuple[p.Step, ...], name: str) -> None:
        steps = _until_a_wait(steps)
        paths: dict[int, list[str]] = {}
        for number, step in enumerate(steps):
            if isinstance(step, p.Branch):
                paths[number] = [f"{name}_{number}_{at}" for at in range(len(step.paths))]
                for each, path in zip(paths[number], step.paths, strict=True):
                    self._write_steps(unit, rule, path.steps, each)
        written = Expressions(self.source, unit)
        written.item = "NONE"
        at_hand = events_of(rule)
        written.function(name, "r, v, f, b, wishes", f"{rule.place} ({rule_name(rule)})")
        unit.add(1, "s, now = r.state, r.now")
        written.begin_body()
        for number, step in enumerate(steps):
            self._note(unit, step, at_hand)
            self._write_step(written, rule, step, paths.get(number, []))
        unit.add(1, "return")
        written.end()

    def _note(self, unit: Unit, step: p.Step, at_hand: tuple[str, ...]) -> None:
        """A step in the words of the rule."""
        text = self.source.text
        match step:
            case p.Gate(condition):
                unit.note(1, f"if {text.condition(condition, at_hand)}")
            case p.Act(_, actions):
                unit.note(1, " and ".join(text.action(action, at_hand) for action in actions))
            case p.Branch(kind, paths):
                unit.note(1, f"branch {kind}, {len(paths)} paths")
            case p.Wait() | p.WaitUntil() | p.WaitFor():
                unit.note(1, text.pause(step, at_hand))

    def _write_step(self, written: Expressions, rule: p.Rule, step: p.Step, paths: list[str]) -> None:
        unit, constant = written.unit, self.source.constant
        match step:
            case p.Gate(condition):
                unit.add(1, f"if not {written.true(condition)}: return")
            case p.Act(stage, actions):
                of = constant(rule)
                for action in actions:
                    made = f"Wish({of}, {stage}, {constant(action)}, {self._wanted(written, action)}, flow_of({of}, v))"
                    unit.add(1, f"wishes.append({made})")
            case p.Branch():
                self._write_branch(written, step, paths)
            case p.Wait() | p.WaitUntil() | p.WaitFor():
                moment = "None"
                if isinstance(step, p.WaitUntil) and isinstance(step.moment, p.AtMoment):
                    moment = written.value(step.moment.instant)
                unit.add(1, f"begun(r, {constant(rule)}, {constant(step)}, v, f, b, {moment}, zone)")
                unit.add(1, "return")

    @staticmethod
    def _write_branch(written: Expressions, branch: p.Branch, paths: list[str]) -> None:
        unit, constant = written.unit, written.source.constant
        if branch.kind == "random":
            drawn = f"draw({constant(branch.seed)}, {constant(branch.purpose)}, s.drawn) * 1000000"
            unit.add(1, f"drawn = {drawn}")
        done = "; return" if branch.kind == "first" else ""  # nothing comes after a branch; Python nests `elif`
        for name, path in zip(paths, branch.paths, strict=True):
            test = written.true(path.condition)
            if branch.kind == "random":
                test = f"{path.start << chance.BITS} <= drawn < {path.end << chance.BITS} and {test}"
            unit.add(1, f"if {test}: {name}(r, v, f, b, wishes){done}")

    def _wanted(self, written: Expressions, action: p.Action) -> str:
        match action:
            case p.SetAttribute(_, value):
                return written.value(value)
            case p.Emit(_, fields) | p.Record(_, fields):
                values = ", ".join(f"{self.source.constant(name)}: {written.value(value)}" for name, value in fields)
                some = any(written.may_be_unknown(value) for _, value in fields)
                return f"known({{{values}}})" if some else f"{{{values}}}"
            case p.Add(_, lasting, until):
                ends = [f"plus(now, {self.source.constant(lasting)}, zone)"] if lasting is not None else []
                ends += [str(until)] if until is not None else []
                return f"min({', '.join(ends)})" if len(ends) > 1 else ends[0] if ends else "None"
            case p.Remove():
                return "None"


class Ready:
    """A rule made ready. `number` is its place in the order of rules. `is_sure`: where an event is found to start it,
    its trigger and its condition have been judged already."""

    def __init__(self, number: int, rule: p.Rule, writing: Writing) -> None:
        self.number, self.rule, self.id, self._writing = number, rule, rule.id, writing
        self.is_sure = False
        self._matches: dict[int, Judge | None] = {}
        self._rests: dict[str, Take] = {}

    @cached_property
    def _title(self) -> str:
        return f"{self.rule.place} ({rule_name(self.rule)})"

    @cached_property
    def _at_hand(self) -> tuple[str, ...]:
        return events_of(self.rule)

    @cached_property
    def condition(self) -> Judge | None:
        return self._writing.judge(self.rule.condition, f"{self._title}: condition", self._title, (self._at_hand, ""))

    @cached_property
    def per(self) -> Judge | None:
        return self._writing.value(self.rule.per, f"{self._title}: per", self._title, (self._at_hand, ""))

    @cached_property
    def steps(self) -> Take:
        return self._writing.steps(self.rule, self.rule.steps, f"{self._title}: steps")

    @cached_property
    def pauses(self) -> dict[str, tuple[p.Pause, tuple[p.Step, ...]]]:
        return {pause.key: (pause, rest) for pause, rest in pauses(self.rule.steps)}

    @cached_property
    def is_direct(self) -> bool:
        """Whether the rule does what it does each time that its one event is found to start it, without more ado."""
        rule = self.rule
        bounds = rule.begin is not None or rule.end is not None or rule.once or rule.holdout or rule.per is not None
        return self.is_sure and not (bounds or rule.stops or self.pauses) and len(rule.triggers) == 1

    @cached_property
    def only(self) -> p.Add | p.Remove | None:
        """All that the rule does each time it is started, where that is to add for good, or to remove."""
        match self.rule.steps:
            case (p.Act(_, (p.Add(_, None, None) | p.Remove() as action,)),) if self.is_direct:
                return action
        return None

    def rest(self, key: str) -> Take:
        """The steps behind a wait."""
        made = self._rests.get(key)
        if made is None:
            steps = self.pauses[key][1]
            made = self._rests[key] = self._writing.steps(self.rule, steps, f"{self._title}: after a wait")
        return made

    def match(self, trigger: p.EventTrigger | p.CountTrigger) -> Judge | None:
        """Whether an event is one that a trigger asks for; None: each is."""
        key = id(trigger)
        if key not in self._matches:
            title = f"{self._title}: {trigger.event}"
            self._matches[key] = self._writing.judge(trigger.match, title, self._title, (self._at_hand, trigger.event))
        return self._matches[key]

    def value_of(self, trigger: p.CountTrigger | p.AfterTrigger) -> Judge | None:
        """The value of a trigger's `per`."""
        key = -id(trigger)
        if key not in self._matches:
            about = self._at_hand, trigger.event
            self._matches[key] = self._writing.value(trigger.per, f"{self._title}: per", self._title, about)
        return self._matches[key]

    def fires(
        self, trigger: p.Trigger, round_: Round, clock: Clock, f: Fields = NONE, b: Fields = NONE
    ) -> Iterator[Fields]:
        """The event at hand of each time that a trigger fires in a step. `f` and `b` are those of a flow that waits."""
        match trigger:
            case p.EventTrigger(event):
                match_ = self.match(trigger)
                for name, fields in round_.events:
                    if name == event and (match_ is None or match_(round_.state, round_.now, f, b, fields)):
                        yield fields
            case p.CountTrigger(key):
                yield from round_.counted.get(key, ())
            case p.AfterTrigger(key):
                yield from round_.due.get(key, ())
            case p.EntersTrigger(segment):
                if segment in round_.entered:
                    yield NONE
            case p.LeavesTrigger(segment):
                if segment in round_.left:
                    yield NONE
            case p.DateTrigger() | p.ScheduleTrigger():
                if round_.by_clock and clock.fires_now(trigger, round_.state, round_.now):
                    yield NONE

    def may_fire(self, trigger: p.Trigger, round_: Round, names: set[str]) -> bool:
        """Whether a trigger could fire in a step about events of these names."""
        match trigger:
            case p.EventTrigger(event) | p.CountTrigger(_, event):
                return event in names
            case p.AfterTrigger(key):
                return key in round_.due
            case p.EntersTrigger(segment):
                return segment in round_.entered
            case p.LeavesTrigger(segment):
                return segment in round_.left
            case p.DateTrigger() | p.ScheduleTrigger():
                return round_.by_clock

    def may_move(self, wait: Waiting, round_: Round, names: set[str]) -> bool:
        """Whether a flow that waits could be moved, or stopped, by a step."""
        if wait.due is not None:
            moved = wait.due <= round_.now
        else:
            pause, _ = self.pauses[wait.key]
            moved = isinstance(pause, p.WaitFor) and self.may_fire(pause.trigger, round_, names)
        return moved or any(self.may_fire(stop, round_, names) for stop in self.rule.stops)


def _until_a_wait(steps: tuple[p.Step, ...]) -> tuple[p.Step, ...]:
    """The steps that are taken at once: those behind a wait have a function of their own."""
    for number, step in enumerate(steps):
        if isinstance(step, p.Pause):
            return steps[: number + 1]
    return steps


def events_of(rule: p.Rule) -> tuple[str, ...]:
    """The events that can be at hand when a rule starts."""
    starting = (p.EventTrigger, p.CountTrigger, p.AfterTrigger)
    return tuple(trigger.event for trigger in rule.triggers if isinstance(trigger, starting))


def begun(
    round_: Round, rule: p.Rule, pause: p.Pause, value: Any, f: Fields, b: Fields, moment: int | None, zone: Any
) -> None:
    """Have a flow come to a wait; a moment that will never come ends it. `moment` is that of a wait for one that is
    worked out."""
    now = round_.now
    due: int | None
    event = {name: f[name] for name in pause.fields if name in f}
    start = {name: b[name] for name in pause.start if name in b}
    match pause:
        case p.Wait(_, length):
            due, deadline = plus(now, length, zone), None
        case p.WaitUntil(_, until):
            at = next_at_time(until, now, zone) if isinstance(until, p.AtTime) else _moment_of(moment)
            if at is None:
                return
            due, deadline = max(at, now), None
        case p.WaitFor(_, _, within):
            deadline = plus(now, within, zone) if within is not None else None
            due = None
    round_.begun = [*round_.begun, Waiting(rule.id, pause.key, due, deadline, event, start, value)]


def flow_of(rule: p.Rule, value: Any) -> str:
    """What tells the flows of one rule apart, as text."""
    return "" if rule.per is None else repr(value)


def _moment_of(instant: int | None) -> int | None:
    return None if instant is None else min(int(instant), NEVER)


def _known(fields: dict[str, Any]) -> dict[str, Any]:
    """What of some fields is known."""
    return {name: value for name, value in fields.items() if value is not None}
