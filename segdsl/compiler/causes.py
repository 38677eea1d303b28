"""What can bring about what: the graph in which `rounds` looks for rules that go round (language.md section 5.5).

Comes in: lowered rules, the conditions of segments, memories. Goes out: things that can come about, and which of them
brings about which, with the least delay. An `if` of a rule is left out, as if it always held: a customer can be
included or excluded by the host so that it does. The condition of a segment counts with the signs of its parts: `in
segment none(A)` can begin to hold only when A is left.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, NamedTuple

from attrs import define, field

from segdsl.compiler.lengths import shortest
from segdsl.plan import nodes as p
from segdsl.plan.walk import walk


class Thing(NamedTuple):
    """Something that can come about: a segment is entered or left, an event recorded, an attribute set to a value
    (`part`), or to any other than before. `does` is a stretch (`part`) of a rule between its waits, 0 where a trigger
    fires."""

    what: Literal["enters", "leaves", "records", "sets", "value", "does"]
    name: str
    part: int | str = 0


class Turn(NamedTuple):
    """A thing after which a condition can begin to hold (`rises`) or cease to, and how long after it at the least."""

    cause: Thing
    rises: bool
    delay: int


@define(eq=False)
class Causes:
    """Things by number, and for each what it brings about, with the least delay (microseconds). `needs` are things that
    have to come about as well, again and again, for a thing to do so."""

    things: list[Thing] = field(factory=list)
    numbers: dict[Thing, int] = field(factory=dict)
    effects: list[dict[int, int]] = field(factory=list)
    needs: dict[int, list[int]] = field(factory=dict)

    @classmethod
    def of(
        cls,
        rules: Iterable[p.Rule],
        conditions: Mapping[str, p.Expression],
        memories: Mapping[str, p.Memory],
        collections: Mapping[str, p.Collection],
        lines: Mapping[str, Iterable[str]],
    ) -> "Causes":
        causes = cls()
        for rule in rules:
            # Who entered a `once` activity never does so again; with `per`, for another value.
            if not rule.once or rule.per is not None:
                Stretches(causes, rule, lines).add()
        reading = Reading(memories, collections)
        for what, attribute, value in causes.things:
            if what == "value":
                reading.values.setdefault(attribute, []).append(str(value))
        for segment, condition in sorted(conditions.items()):
            for cause, rises, delay in reading.turns(condition):
                causes.bring(cause, Thing("enters" if rises else "leaves", segment), delay)
        causes._alternate()
        return causes

    def number(self, thing: Thing) -> int:
        number = self.numbers.get(thing)
        if number is None:
            number = self.numbers[thing] = len(self.things)
            self.things.append(thing)
            self.effects.append({})
        return number

    def bring(self, cause: Thing, effect: Thing, delay: int = 0) -> None:
        effects, number = self.effects[self.number(cause)], self.number(effect)
        effects[number] = min(delay, effects.get(number, delay))

    def need(self, thing: Thing, needed: Thing) -> None:
        self.needs.setdefault(self.number(thing), []).append(self.number(needed))

    def _alternate(self) -> None:
        """A segment is not entered twice without being left in between."""
        for what, segment, _ in list(self.things):
            if what == "enters" or what == "leaves":
                entered, left = self.number(Thing("enters", segment)), self.number(Thing("leaves", segment))
                self.needs[entered], self.needs[left] = [left], [entered]


# --------------------------------------------------------------------------------------------------------------- rules


@define(eq=False)
class Stretches:
    """Adds one rule to the graph, stretch by stretch. `lines` are the events that come with an event, of its items."""

    causes: Causes
    rule: p.Rule
    lines: Mapping[str, Iterable[str]]
    last: int = 0

    def add(self) -> None:
        start = Thing("does", self.rule.id)
        self.causes.number(start)
        for trigger in self.rule.triggers:
            cause = heard(trigger)
            if cause is not None:
                self.causes.bring(cause, start, _trigger_delay(trigger))
        self._steps(start, self.rule.steps)

    def _steps(self, stretch: Thing, steps: tuple[p.Step, ...]) -> None:
        for step in steps:
            match step:
                case p.Act():
                    for action in step.actions:
                        self._act(stretch, action)
                case p.Branch():
                    for path in step.paths:
                        self._steps(stretch, path.steps)
                case p.Wait() | p.WaitUntil() | p.WaitFor():
                    stretch = self._wait(stretch, step)
                case p.Gate():
                    pass

    def _wait(self, stretch: Thing, pause: p.Pause) -> Thing:
        """The stretch behind a wait. A moment to wait for may be now, or past."""
        self.last += 1
        following = Thing("does", self.rule.id, self.last)
        self.causes.bring(stretch, following, shortest(pause.length) if isinstance(pause, p.Wait) else 0)
        answer = heard(pause.trigger) if isinstance(pause, p.WaitFor) else None
        if answer is not None:
            self.causes.need(following, answer)
        return following

    def _act(self, stretch: Thing, action: p.Action) -> None:
        match action:
            case p.Add(segment, lasting):
                self.causes.bring(stretch, Thing("enters", segment))
                # A membership `until` an instant ends there once, and cannot be made again by this action.
                if lasting is not None:
                    self.causes.bring(stretch, Thing("leaves", segment), shortest(lasting))
            case p.Remove(segment):
                self.causes.bring(stretch, Thing("leaves", segment))
            case p.Record(event):
                for name in (event, *self.lines.get(event, ())):
                    self.causes.bring(stretch, Thing("records", name))
            case p.SetAttribute(attribute, value):
                for each in _values(value):
                    changed, made = Thing("sets", attribute), Thing("value", attribute, each)
                    self.causes.bring(stretch, made)
                    self.causes.bring(made, changed)
                    self.causes.needs[self.causes.number(made)] = [self.causes.number(changed)]
            case p.Emit():
                pass


def heard(trigger: p.Trigger) -> Thing | None:
    """What makes a trigger fire, if rules can bring it about. A schedule is no cause: it fires by the calendar alone,
    however the rules go."""
    match trigger:
        case p.EventTrigger() | p.CountTrigger() | p.AfterTrigger():
            return Thing("records", trigger.event)
        case p.EntersTrigger(segment):
            return Thing("enters", segment)
        case p.LeavesTrigger(segment):
            return Thing("leaves", segment)
        case p.DateTrigger():
            return Thing("sets", trigger.attribute)
        case p.ScheduleTrigger():
            return None


def _trigger_delay(trigger: p.Trigger) -> int:
    match trigger:
        case p.AfterTrigger():
            return shortest(trigger.delay)
        case p.DateTrigger() if trigger.of == "date" or trigger.time is not None:
            # It fires at one moment of a day, so that from one time to the next, whatever the dates, lies a day.
            return shortest(p.Length(0, 0, 1))
    return 0


WORKED_OUT = ("worked out", "worked out anew")
"""A value that is not a plain one can be another each time, so it stands for two."""
CLEARED = "not known"


def _values(value: p.Expression) -> tuple[str, ...]:
    """What an attribute is set to."""
    return (_written(value.value),) if isinstance(value, p.Constant) else WORKED_OUT


def _written(value: Any) -> str:
    return CLEARED if value is None else f'"{value}"' if isinstance(value, str) else repr(value)


# ---------------------------------------------------------------------------------------------- conditions of segments


@define(eq=False)
class Reading:
    """Tells what can make a condition begin or cease to hold. `values` are those that rules set each attribute to."""

    memories: Mapping[str, p.Memory]
    collections: Mapping[str, p.Collection]
    values: dict[str, list[str]] = field(factory=dict)

    def turns(self, condition: p.Expression, rises: bool = True) -> Iterator[Turn]:
        """What can turn a condition. `rises` is false under a `not`.

        With Kleene's `and`, `or` and `not` the whole can become truer only where a part under an even number of `not`s
        becomes truer, or one under an odd number less true."""
        match condition:
            case p.Both(operands) | p.Either(operands):
                for operand in operands:
                    yield from self.turns(operand, rises)
            case p.Negation(operand):
                yield from self.turns(operand, not rises)
            case p.Member(segment, lasting):
                yield Turn(Thing("enters", segment), rises, lasting or 0)
                yield Turn(Thing("leaves", segment), not rises, 0)
            case p.OneOf(p.Attribute(name), values):
                yield from self._set(name, values, rises)
            case p.Compare("=" | "!=", p.Attribute(name), p.Constant(value)):
                yield from self._set(name, (value,), rises if condition.operator == "=" else not rises)
            case p.Compare(operator, p.Recall(key, None), p.Constant()) if self._counts(key, operator):
                yield from _counted(self.memories[key], rises if operator in (">", ">=") else not rises)
            case p.Compare(operator, p.Constant(), p.Recall(key, None)) if self._counts(key, operator):
                yield from _counted(self.memories[key], rises if operator in ("<", "<=") else not rises)
            case p.Compare(
                operator, p.Now("instant"), p.Arithmetic("+", p.Recall(key, None), p.Constant(length), "whole")
            ) if self._is_latest(key, operator):
                # `time since E > D`: E makes it false at once, and true again when D has passed.
                event, long_since = Thing("records", self.memories[key].event), operator in (">", ">=")
                yield Turn(event, rises if long_since else not rises, max(length, 0))
                yield Turn(event, not rises if long_since else rises, 0)
            case p.Compare(
                ">" | ">=" | "<" | "<=" as operator, p.Aggregate("count", p.Items(key, None), None), p.Constant()
            ):
                # However many there are, a put makes them no fewer, and what takes out makes them no more.
                collection, more = self.collections[key], operator in (">", ">=")
                yield Turn(Thing("records", collection.event), rises if more else not rises, 0)
                for name in collection.events:
                    if name != collection.event or name in collection.clears:
                        yield Turn(Thing("records", name), not rises if more else rises, 0)
            case _:
                yield from self._either_way(condition)

    def _counts(self, key: str, operator: str) -> bool:
        memory = self.memories.get(key)
        return memory is not None and memory.measure in ("count", "distinct") and operator not in ("=", "!=")

    def _is_latest(self, key: str, operator: str) -> bool:
        memory = self.memories.get(key)
        return memory is not None and memory.measure == "when" and memory.window is None and operator not in ("=", "!=")

    def _set(self, attribute: str, wanted: tuple[Any, ...], rises: bool) -> Iterator[Turn]:
        """An attribute compared with plain values. One that is cleared may have a default."""
        fitting = {_written(value) for value in wanted}
        for value in self.values.get(attribute, ()):
            cause = Thing("value", attribute, value)
            if value in fitting or value in (CLEARED, *WORKED_OUT):
                yield Turn(cause, rises, 0)
            if value not in fitting:
                yield Turn(cause, not rises, 0)

    def _either_way(self, condition: p.Expression) -> Iterator[Turn]:
        """A part of which it cannot be told which way it turns: all that it reads may turn it either way, at once."""
        for node in walk(condition):
            read: tuple[Thing, ...] = ()
            match node:
                case p.Member(segment):
                    read = (Thing("enters", segment), Thing("leaves", segment))
                case p.Attribute(name):
                    read = (Thing("sets", name),)
                case p.Recall(key) if key in self.memories:
                    read = (Thing("records", self.memories[key].event),)
                case p.Items(key):
                    read = tuple(Thing("records", event) for event in self.collections[key].events)
            for cause in read:
                yield Turn(cause, True, 0)
                yield Turn(cause, False, 0)


def _counted(memory: p.Memory, grows: bool) -> Iterator[Turn]:
    """A count compared with a number: an event makes the count larger as it comes into the window, and smaller as it
    leaves it. `grows` tells whether a larger count makes the whole truer."""
    event, window = Thing("records", memory.event), memory.window
    younger = p.Length(window.younger, window.younger_months, window.younger_days) if window else p.Length()
    yield Turn(event, grows, shortest(younger))
    if window is not None:
        # A window of whole days lets an event of late in the evening go after a day less.
        days = window.older_days - 1 if window.whole_days else window.older_days
        yield Turn(event, not grows, max(0, shortest(p.Length(window.older, window.older_months, days))))
