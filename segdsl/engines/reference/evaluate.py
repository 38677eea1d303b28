"""What an expression is worth (language.md section 4, and 5.8 for what is not known). Written to be read beside it."""

from collections.abc import Mapping
from typing import Any, assert_never

from attrs import define

from segdsl.plan import nodes as p
from segdsl.state.collections import items_inside
from segdsl.state.customer import State
from segdsl.state.memories import measure_of, recall
from segdsl.values import chance, instants, operations
from segdsl.values.kinds import WEEKDAYS
from segdsl.values.operations import calculate, compare
from segdsl.values.truth import conjunction, disjunction, negate
from segdsl.values.zones import Zone


@define
class View:
    """What an expression is judged on: a customer's state at an instant, the event at hand (its fields by name, `time`
    among them), the event that started the flow where it is another one, and, inside a `where`, the past event or list
    item it speaks of."""

    state: State
    now: int
    zone: Zone
    memories: Mapping[str, p.Memory]
    defaults: Mapping[str, Any]
    event: Mapping[str, Any] = {}
    item: Any = None
    start: Mapping[str, Any] | None = None

    def about(self, item: Any) -> "View":
        """The same, inside a `where` that speaks of an event or list item."""
        return View(self.state, self.now, self.zone, self.memories, self.defaults, self.event, item, self.start)

    def of_flow(self, event: Mapping[str, Any], start: Mapping[str, Any] | None = None) -> "View":
        """The same, with an event at hand, and the one that started the flow where that is another one."""
        return View(self.state, self.now, self.zone, self.memories, self.defaults, event, self.item, start)


def holds(condition: p.Expression | None, view: View) -> bool:
    """Whether a condition is true; one that is not known is not. No condition always holds."""
    return condition is None or evaluate(condition, view) is True


def evaluate(node: p.Expression, view: View) -> Any:
    """The value of an expression; None where it is not known."""
    match node:
        # The most frequent first: a case that does not fit costs a little.
        case p.Compare(operator, left, right):
            return compare(operator, evaluate(left, view), evaluate(right, view))
        case p.Constant(value):
            return value
        case p.Recall(key, wanted):
            return _recalled(view.memories[key], wanted, view)
        case p.Field(name, start):
            return view.event.get(name) if not start or view.start is None else view.start.get(name)
        case p.Attribute(name):
            value = view.state.attributes.get(name)
            return view.defaults.get(name) if value is None else value
        case p.Now(what):
            return view.now if what == "instant" else _now(what, view)
        case p.Arithmetic(operator, left, right, domain):
            return calculate(operator, evaluate(left, view), evaluate(right, view), domain)
        case p.ItemField(name):
            return view.item.get(name) if isinstance(view.item, dict) else view.item
        case p.Member(segment, lasting):
            since = view.state.members.get(segment)
            return since is not None and (lasting is None or since + lasting <= view.now)
        case p.Both(operands):
            return conjunction(evaluate(operand, view) for operand in operands)
        case p.Either(operands):
            return disjunction(evaluate(operand, view) for operand in operands)
        case p.Negation(operand):
            return negate(evaluate(operand, view))
        case p.Known(operand):
            return evaluate(operand, view) is not None
        case p.OneOf(operand, values):
            return operations.is_one_of(evaluate(operand, view), values)
        case p.TestText(operator, left, right):
            return operations.matches_text(operator, evaluate(left, view), evaluate(right, view))
        case p.Contains(items, item, folded):
            return operations.holds_item(evaluate(items, view), evaluate(item, view), folded)
        case p.Fold(inner):
            return operations.folded(evaluate(inner, view))
        case p.Aggregate():
            return _over_items(node, view)
        case p.Items(collection, window):
            return items_inside(view.state.collections.get(collection, []), window, view.now, view.zone)
        case p.OnDays(days, start, end):
            return _on_days(days, start, end, view)
        case p.Chance(seed, purpose, share):
            return chance.falls_within(seed, purpose, view.state.drawn, share)
        case p.Age() | p.Start() | p.DateOf() | p.Shift():
            return _calendar(node, view)
        case _:
            assert_never(node)


def _recalled(memory: p.Memory, wanted: p.Expression | None, view: View) -> Any:
    def meant(fields: dict[str, Any]) -> bool:
        return holds(wanted, view.about(fields))

    return recall(memory, view.state.memories.get(memory.key), view.now, view.zone, meant if wanted else None)


def _over_items(node: p.Aggregate, view: View) -> Any:
    inside = [view.about(item) for item in evaluate(node.items, view) or ()]
    meant = [item for item in inside if holds(node.where, item)]
    if node.measure == "when":
        return meant[-1].item["time"] if meant else None
    if node.operand is None:
        return measure_of(node.measure, [0] * len(meant), [])
    return measure_of(node.measure, [v for item in meant if (v := evaluate(node.operand, item)) is not None], [])


def _now(what: str, view: View) -> Any:
    match what:
        case "date":
            return view.zone.date(view.now)
        case "time of day":
            return view.zone.time_of_day(view.now)
    return WEEKDAYS[instants.to_date(view.zone.date(view.now)).weekday()]


def _on_days(days: tuple[int, ...], start: int | None, end: int | None, view: View) -> bool:
    """A window past midnight belongs to the day on which it starts."""
    date = view.zone.date(view.now)
    today = instants.to_date(date).weekday()
    if start is None or end is None:
        return today in days
    time = view.zone.time_of_day(view.now)
    if start < end:
        return today in days and start <= time < end
    return (today in days and time >= start) or ((today - 1) % 7 in days and time < end)


def _calendar(node: p.Age | p.Start | p.DateOf | p.Shift, view: View) -> int | None:
    match node:
        case p.Age(birth):
            return operations.age(evaluate(birth, view), view.now, view.zone)
        case p.Start(date, time):
            return operations.start_of(evaluate(date, view), time, view.zone)
        case p.DateOf(instant):
            return operations.date_of(evaluate(instant, view), view.zone)
        case p.Shift(moment, months, days, of, up):
            return operations.shifted(evaluate(moment, view), months, days, of, up, view.zone)
