"""What an expression is worth (language.md section 4, and 5.8 for what is not known). Written to be read beside it."""

from collections.abc import Mapping
from typing import Any, assert_never

from attrs import define

from segdsl.plan import nodes as p
from segdsl.state.collections import items_inside
from segdsl.state.customer import State
from segdsl.state.memories import measure_of, recall
from segdsl.values import chance, instants, numbers, text
from segdsl.values.kinds import WEEKDAYS
from segdsl.values.numbers import SCALE
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
            return view.item.get(name) if isinstance(view.item, Mapping) else view.item
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
            value = evaluate(operand, view)
            return None if value is None else value in values
        case p.TestText(operator, left, right):
            return _test_text(operator, evaluate(left, view), evaluate(right, view))
        case p.Contains(items, item, folded):
            return _contains(evaluate(items, view), evaluate(item, view), folded)
        case p.Fold(inner):
            value = evaluate(inner, view)
            return None if value is None else text.folded(value)
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


def compare(operator: p.Comparator, left: Any, right: Any) -> bool | None:
    """A comparison with what is not known is not known."""
    if left is None or right is None:
        return None
    match operator:
        case "=":
            return bool(left == right)
        case "!=":
            return bool(left != right)
        case "<":
            return bool(left < right)
        case "<=":
            return bool(left <= right)
        case ">":
            return bool(left > right)
        case ">=":
            return bool(left >= right)


def _test_text(operator: p.TextTest, left: str | None, right: str | None) -> bool | None:
    if left is None or right is None:
        return None
    match operator:
        case "contains":
            return right in left
        case "starts with":
            return left.startswith(right)
        case "ends with":
            return left.endswith(right)


def _contains(items: Any, item: Any, folded: bool) -> bool | None:
    if items is None or item is None:
        return None
    if folded:
        return text.folded(item) in [text.folded(i) for i in items if i is not None]
    return item in items


def calculate(operator: str, left: Any, right: Any, domain: str) -> int | None:
    """Each operation is exact and then rounded once (language.md section 2, `number`)."""
    if left is None or right is None:
        return None
    match domain, operator:
        case "exact", "+":
            return numbers.add(left, right)
        case "exact", "-":
            return numbers.subtract(left, right)
        case "exact", "*":
            return numbers.multiply(left, right)
        case "exact", "/":
            return numbers.divide(left, right)
        case "whole", "+":
            return int(left + right)
        case "whole", "-":
            return int(left - right)
        case "whole", "*":
            return int(left * right)
        case "scaled", "*":
            return numbers.within_limits(numbers.divide_half_even(left * right, SCALE))
        case "scaled", "/":
            return numbers.within_limits(numbers.divide_half_even(left * SCALE, right)) if right else None
        case "ratio", _:
            return numbers.divide(left, right)
    raise AssertionError(f"no {operator} of {domain}")


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
    """What needs the calendar. A day beyond the calendar's years is not known."""
    try:
        match node:
            case p.Age(birth):
                born = evaluate(birth, view)
                return None if born is None else _scaled(instants.age_on(born, view.zone.date(view.now)))
            case p.Start(date, time):
                day = evaluate(date, view)
                return None if day is None else view.zone.at(day, time)
            case p.DateOf(instant):
                moment = evaluate(instant, view)
                return None if moment is None else view.zone.date(moment)
            case p.Shift(moment, months, days, of, up):
                value = evaluate(moment, view)
                if value is None:
                    return None
                if of == "date":
                    return instants.shifted_date(value, months, days, up=up)[0]
                local, time = divmod(view.zone.local(value), instants.DAY)
                moved, exists = instants.shifted_date(local, months, days, up=up)
                return view.zone.at(moved, time if exists or not up else 0)
    except (ValueError, OverflowError):
        return None


def _scaled(count: int | None) -> int | None:
    return None if count is None else count * SCALE
