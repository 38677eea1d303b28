"""What could turn an answer: proposals of acts that would make a condition true, false or not known.

Comes in: a condition or a segment, and what things are worth now. Goes out: options, each some acts, which are only
believed once they were tried (`trials.py`). What cannot be worked out is guessed at (`guessing.py`).
"""

from typing import Any, Protocol

from attrs import define, evolve, field

from segdsl.host.why.answer import Act
from segdsl.host.why.filling import fillings
from segdsl.host.why.guessing import days_meeting, guesses
from segdsl.host.why.options import (
    EVENTS,
    OPTIONS,
    FieldIs,
    Goal,
    Option,
    best,
    joined,
    more_needed,
    together,
    until_inside,
)
from segdsl.host.why.solving import (
    INVERSE,
    MIRRORED,
    Value,
    field_name,
    fields_meeting,
    fields_worth,
    meeting,
    not_before,
    other_than,
    sample,
)  # fmt: skip
from segdsl.plan import nodes as p
from segdsl.plan.walk import outermost
from segdsl.state.customer import State
from segdsl.values import instants, numbers
from segdsl.values.kinds import Kind
from segdsl.values.numbers import SCALE
from segdsl.values.zones import Zone


class Ways(Protocol):
    """What rules and the host can do: `ways.py`."""

    def to_be(self, aims: "Aims", segment: p.Segment, member: bool) -> list[Option]:
        """Options that put a customer into a segment, or out of it."""

    def to_set(self, aims: "Aims", attribute: str, operator: p.Comparator, value: Any) -> list[Option]:
        """Options that have a rule set an attribute; for None as the value, clear it."""


@define
class Aims:
    """Proposals for one customer. `value` tells what expressions are worth now; `within` are the segments and the
    attributes of rules on the way, so that none is gone into twice; `fields` are the kinds of the fields of the event
    at hand."""

    ways: Ways
    plan: p.Plan
    zone: Zone
    state: State
    now: int
    value: Value
    within: tuple[str, ...] = ()
    fields: dict[str, Kind] = field(factory=dict)

    def turn(self, node: p.Expression, goal: Goal) -> list[Option]:
        """Options that would make a condition so."""
        worth = self.value(node)
        if (goal == "true" and worth is True) or (goal == "false" and worth is False):
            return [()]
        if goal == "not true" and worth is not True:
            return [()]
        match node:
            case p.Both(operands):
                parts = [self.turn(each, goal) for each in operands]
                alone = [option for part in parts for option in part if option]
                # One value may meet several parts at once, so each part's options are thought of alone as well.
                return [*together(parts), *best(alone)] if goal == "true" else best(alone)
            case p.Either(operands):
                if goal != "true":
                    return together(self.turn(each, goal) for each in operands)
                return best(option for each in operands for option in self.turn(each, goal))
            case p.Negation(operand):
                return self.turn(operand, "false" if goal == "true" else "true")
            case p.Member(segment, lasting):
                return self._of_segment(segment, lasting, goal == "true")
        options = self._meet(node, goal == "true")
        if goal == "not true":
            options = [*options, *(option for part in outermost(p.Attribute, node) for option in self._clear(part))]
        return [*best(options), *guesses(self, node, goal == "true")[:OPTIONS]]

    def _of_segment(self, segment: str, lasting: int | None, member: bool) -> list[Option]:
        """Options for a condition that asks for a segment."""
        found = next((each for each in self.plan.segments if each.name == segment), None)
        since = self.state.members.get(segment)
        if lasting is not None and member and since is not None:
            return [(Act("wait", wait=since + lasting - self.now),)]
        if found is None or segment in self.within:
            return []
        inner = evolve(self, within=(*self.within, segment))
        options = self.ways.to_be(inner, found, member)
        if lasting is None or not member:
            return options
        return [(*option, Act("wait", wait=lasting)) for option in options]

    def _meet(self, node: p.Expression, wanted: bool) -> list[Option]:
        match node:
            case p.OnDays() | p.Compare(_, p.Now("date" | "time of day" | "weekday"), p.Constant()):
                return days_meeting(self, node, wanted)
            case p.Compare(operator, left, right):
                operator = operator if wanted else INVERSE[operator]
                one, other = self.value(left), self.value(right)
                if isinstance(left, p.Now) and left.what == "instant" and operator in (">", ">="):
                    return self._wait_for(right, other)
                if one is None and other is None:
                    any_ = sample(self.kind(right))
                    return together([self.aim(right, "=", any_), self.aim(left, operator, any_)])
                options = self.aim(left, operator, other) if other is not None else []
                return [*options, *(self.aim(right, MIRRORED[operator], one) if one is not None else [])]
            case p.OneOf(operand, values) if wanted:
                return [option for each in values[:OPTIONS] for option in self.aim(operand, "=", each)]
            case p.OneOf(operand, values):
                return self._become(operand, other_than(list(values), self.kind(operand)))
            case p.TestText(_, left, right):
                text = self.value(right)
                return self._become(left, text if wanted else "other") if text is not None else []
            case p.Contains(items, item):
                held, value = self.value(items) or (), self.value(item)
                return self._become(items, (*held, value) if wanted else tuple(e for e in held if e != value))
            case p.Known(operand) if wanted:
                options = self._become(operand, sample(self.kind(operand)))
                return [tuple(_any(act) for act in option) for option in options]
            case p.Known(operand):
                return [option for part in outermost(p.Attribute, operand) for option in self._clear(part)]
        return []

    def _wait_for(self, moment: p.Expression, instant: int | None) -> list[Option]:
        """Options for the clock to come beyond a moment: waiting; before that the event from which it is counted."""
        if instant is not None:
            return [(Act("wait", wait=instant - self.now + 1),)]
        match moment:
            case p.Arithmetic("+", p.Recall() | p.Aggregate() as latest, p.Constant(length)):
                happening = self.aim(latest, ">=", self.now)
                return [(*option, Act("wait", wait=length + 1)) for option in happening]
        return []

    def _clear(self, attribute: p.Attribute) -> list[Option]:
        if self.can_be_set(attribute.name):
            return [(Act("attribute", attribute.name),)]
        return self.ways.to_set(self, attribute.name, "=", None)

    def can_be_set(self, name: str) -> bool:
        """Whether the host can set an attribute with an event: not one that rules set."""
        return any(each.name == name and not each.ruled for each in self.plan.attributes)

    def _become(self, node: p.Expression, value: Any) -> list[Option]:
        return self.aim(node, "=", value) if value is not None else []

    def kind(self, node: p.Expression) -> Kind | None:
        match node:
            case p.Attribute(name):
                return next((each.kind for each in self.plan.attributes if each.name == name), None)
            case p.Field(name):
                return self.fields.get(name)
            case p.Fold(inner):
                return self.kind(inner)
        return None

    # ------------------------------------------------------------------------------------------------------- values

    def aim(self, node: p.Expression, operator: p.Comparator, value: Any) -> list[Option]:
        """Options that would make an expression stand so to a value."""
        match node:
            case p.Attribute(name) if self.can_be_set(name):
                target = meeting(operator, value, self.kind(node))
                return [(Act("attribute", name, value=target),)] if target is not None else []
            case p.Attribute(name):
                return self.ways.to_set(self, name, operator, value)
            case p.Field(name, False) if name in self.fields:
                target = meeting(operator, value, self.fields[name])
                return [(FieldIs(name, target),)] if target is not None else []
            case p.Fold(inner):
                return self.aim(inner, operator, value)
            case p.Recall(key, wanted):
                memory = next(each for each in self.plan.memories if each.key == key)
                return self._remember(memory, wanted, self.value(node), operator, value)
            case p.Aggregate(_, p.Items() as items):
                return list(fillings(self, node, items, operator, value))
            case p.Age() | p.Start() | p.DateOf() | p.Shift():
                return self._aim_by_calendar(node, value)
            case p.Arithmetic():
                return self._aim_at_sum(node, operator, value)
        return []

    def _aim_by_calendar(self, node: p.Age | p.Start | p.DateOf | p.Shift, value: Any) -> list[Option]:
        """Dates near the one that would do: which of them does is found by trying."""
        try:
            match node:
                case p.Age(birth):
                    today = self.zone.date(self.now)
                    born = [instants.shifted_date(today, -12 * (value // SCALE + more), 0)[0] for more in (0, 1, -1)]
                    return [option for each in born for option in self._become(birth, each)]
                case p.Start(date):
                    near = [self.zone.date(value) + more for more in (0, 1, -1)]
                    return [option for each in near for option in self._become(date, each)]
                case p.DateOf(instant):
                    return self._become(instant, self.zone.at(value))
                case p.Shift(moment, months, days, "date"):
                    near = [instants.shifted_date(value, -months, -days)[0] + more for more in (0, 1, -1)]
                    return [option for each in near for option in self._become(moment, each)]
                case p.Shift(moment, months, days):
                    day, time = divmod(self.zone.local(value), instants.DAY)
                    near = [instants.shifted_date(day, -months, -days)[0] + more for more in (0, 1, -1)]
                    return [option for each in near for option in self._become(moment, self.zone.at(each, time))]
        except (ValueError, OverflowError):
            return []

    def _aim_at_sum(self, node: p.Arithmetic, operator: p.Comparator, value: int) -> list[Option]:
        left, right = self.value(node.left), self.value(node.right)
        options: list[Option] = []
        match node.operator, node.domain:
            case "+", _:
                options += self.aim(node.left, operator, value - right) if right is not None else []
                options += self.aim(node.right, operator, value - left) if left is not None else []
            case "-", _:
                options += self.aim(node.left, operator, value + right) if right is not None else []
                options += self.aim(node.right, MIRRORED[operator], left - value) if left is not None else []
            case "*", "exact" if right:
                target = numbers.divide(value, right)
                options += self.aim(node.left, operator, target) if target is not None and right > 0 else []
            case "/", "exact" if right:
                target = numbers.multiply(value, right)
                options += self.aim(node.left, operator, target) if target is not None and right > 0 else []
        return options

    # ------------------------------------------------------------------------------------------------------- history

    def _remember(
        self, memory: p.Memory, wanted: p.Expression | None, worth: Any, operator: p.Comparator, value: Any
    ) -> list[Option]:
        """Events that would bring a memory there. None can take an event out of it."""
        kinds = self.kinds_of(memory.event)
        tests = tuple(test for test in (memory.where, wanted) if test is not None)
        fields = fields_meeting(p.Both(tests) if tests else None, kinds, self.now, self.hand())
        if fields is None:
            return []
        then = until_inside(memory.window)
        later = not_before(memory.where, self.now)
        first = (Act("wait", wait=later),) if later else ()
        if memory.measure in ("count", "when") or memory.operand == p.ItemField("time"):
            times = more_needed(operator, value, worth or 0) if memory.measure == "count" else 1
            return [(*first, Act("event", memory.event, fields, times=times), *then)] if 0 < times <= EVENTS else []
        name = field_name(memory.operand) if memory.operand is not None else None
        targets = _targets(memory.measure, operator, value, worth, kinds.get(name or ""))
        options: list[Option] = []
        for values in targets:
            acts = []
            for each in values:
                worth_it = fields_worth(memory.operand, each) if memory.operand is not None else None
                if worth_it is None or any(fields.get(k, v) != v for k, v in worth_it.items()):
                    break
                acts.append(Act("event", memory.event, {**fields, **worth_it}))
            if len(acts) == len(values):
                options.append((*first, *joined(acts), *then))
        return options

    def hand(self) -> dict[str, Any]:
        """The fields of the event at hand, where they are known, or any values."""
        held = {name: self.value(p.Field(name)) for name in self.fields}
        return {name: sample(self.fields[name]) if value is None else value for name, value in held.items()}

    def kinds_of(self, event: str) -> dict[str, Kind]:
        return {each.name: each.kind for kind in self.plan.events if kind.name == event for each in kind.fields}


def _targets(
    measure: p.Measure, operator: p.Comparator, value: Any, worth: Any, kind: Kind | None
) -> list[tuple[Any, ...]]:
    """Series of values that, one event each, may bring a measure there."""
    target = meeting(operator, value, kind)
    if target is None:
        return []
    match measure:
        case "total":
            return [(target - (worth or 0),)] if target > (worth or 0) else []
        case "distinct":
            number = min(max(1, more_needed(operator, value, worth or 0)), EVENTS)
            unit = sample(kind)
            return [tuple(f"{unit} {n + 1}" if isinstance(unit, str) else unit * (n + 1) for n in range(number))]
        case "average" if worth is not None:
            return [(target + (target - worth) * times,) for times in (0, 1, 4, 20, 100)]
        case "frequent":
            return [(target,) * times for times in range(1, 8)]
    return [(target,)]


def _any(act: Act | FieldIs) -> Act | FieldIs:
    """An act that would do with another value as well."""
    return Act("attribute", act.name, value=act.value, any=True) if isinstance(act, Act) and not act.fields else act
