"""A plan in the words of the language: what its expressions, memories and triggers ask, as an author would say it.

For people who look at what was made of their rules (`seg plan`) and at generated code. It is not read back: what the
compiler wrote out or turned round is shown as it stands in the plan. A text is one line.
"""

from collections.abc import Iterable, Mapping
from typing import Any, assert_never

from attrs import frozen

from segdsl.plan import nodes as p
from segdsl.values import instants, wire
from segdsl.values.kinds import DATE, DURATION, INSTANT, NUMBER, TEXT, TIME_OF_DAY, WEEKDAYS, Kind

Fields = Mapping[str, Kind]

MEASURES = {
    "count": "count", "distinct": "count of distinct", "total": "total", "average": "average", "smallest": "smallest",
    "largest": "largest", "first": "first", "latest": "latest", "frequent": "most frequent", "when": "latest time",
}  # fmt: skip

_EVERY_EVENT = {"time": INSTANT, "received": INSTANT}


@frozen
class Around:
    """Whose fields an expression speaks of: those of the event at hand, and those of the remembered event or item."""

    at_hand: Fields
    item: Fields


class Text:
    """Writes the parts of one plan."""

    def __init__(self, plan: p.Plan) -> None:
        self.attributes = {attribute.name: attribute.kind for attribute in plan.attributes}
        self.memories = {memory.key: memory for memory in plan.memories}
        self.collections = {collection.key: collection for collection in plan.collections}
        self.events = {
            event.name: {**_EVERY_EVENT, **{field.name: field.kind for field in event.fields}} for event in plan.events
        }
        self.actions = {action.name: {field.name: field.kind for field in action.fields} for action in plan.actions}

    # ----------------------------------------------------------------------------------------------------- what is said

    def condition(self, node: p.Expression, at_hand: Iterable[str] = (), item: str = "") -> str:
        """A condition or value, where one of some events is at hand, and an event or collection is spoken of."""
        fields: dict[str, Kind] = {}
        for event in at_hand:
            fields |= self.events.get(event, {})
        return self._said(node, Around(fields, self.events.get(item, {})))

    def of_effect(self, node: p.Expression, action: str) -> str:
        """What a limit or a hold asks of an effect's fields."""
        return self._said(node, Around({}, self.actions.get(action, {})))

    def memory(self, memory: p.Memory) -> str:
        """What a memory answers: `count of places order where amount >= 100 within 30 days`."""
        around = Around({}, self.events.get(memory.event, {}))
        measure = MEASURES[memory.measure]
        operand = "" if memory.operand is None else self._said(memory.operand, around)
        measured = f"{measure} {operand}" if memory.measure in ("distinct", "frequent") else f"{measure} of {operand}"
        said = f"{measured} of {memory.event}" if operand else f"{measure} of {memory.event}"
        return f"{said.replace('count of distinct of', 'count of')}{self._where(memory.where, around)}" + _prefixed(
            window_text(memory.window)
        )

    def part(self, part: p.Memory | p.Collection | p.CountTrigger | p.AfterTrigger) -> str:
        """What is remembered of the past, whatever it is."""
        match part:
            case p.Memory():
                return self.memory(part)
            case p.Collection(_, name):
                return f"collection {name}"
            case p.CountTrigger() | p.AfterTrigger():
                return self.trigger(part)

    def trigger(self, trigger: p.Trigger) -> str:
        """When a trigger fires: `searches where term is "acme"`."""
        match trigger:
            case p.EventTrigger(event, match):
                return f"{event}{self._matching(event, match)}"
            case p.CountTrigger(_, event, match, number, within):
                window = _prefixed(window_text(within))
                return f"{event}{self._matching(event, match)} {number} times{window}"
            case p.AfterTrigger(_, event, match, delay, each, without):
                which = "each" if each else "the last"
                other = f" without {without.event}" if without is not None else ""
                return f"{length_text(delay)} after {which} {event}{self._matching(event, match)}{other}"
            case p.DateTrigger(attribute, _, distance, every_year, time):
                at = f" at {instants.clock_text(time)}" if time else ""
                back = (distance.fixed, distance.months, distance.days) < (0, 0, 0)
                far = f"{length_text(distance)} {'before' if back else 'after'} " if distance != p.Length() else ""
                return f"{far}{attribute}{' every year' if every_year else ''}{at}"
            case p.ScheduleTrigger():
                return _schedule(trigger)
            case p.EntersTrigger(segment):
                return f"enters {segment}"
            case p.LeavesTrigger(segment):
                return f"leaves {segment}"
        assert_never(trigger)

    def start(self, event: str, match: p.Expression | None, condition: p.Expression | None) -> str:
        """A rule's start on an event: `searches where term is "acme" if in segment Fans`."""
        asked = "" if condition is None else f" if {self.condition(condition, (event,))}"
        return f"{event}{self._matching(event, match)}{asked}"

    def action(self, action: p.Action, at_hand: Iterable[str] = ()) -> str:
        """What a rule does: `add to Skiers for 30 days`."""
        match action:
            case p.Add(segment, lasting, until):
                for_ = f" for {length_text(lasting)}" if lasting is not None else ""
                return f"add to {segment}{for_}" + (f" until {self.value(INSTANT, until)}" if until is not None else "")
            case p.Remove(segment):
                return f"remove from {segment}"
            case p.SetAttribute(attribute, value):
                return f"set {attribute} = {self.condition(value, at_hand)}"
            case p.Emit(name, fields) | p.Record(name, fields):
                values = ", ".join(f"{field} = {self.condition(value, at_hand)}" for field, value in fields)
                record = "record " if isinstance(action, p.Record) else ""
                return f"{record}{name}{f' with {values}' if values else ''}"
        assert_never(action)

    def pause(self, pause: p.Pause, at_hand: Iterable[str] = ()) -> str:
        """A wait: `wait 7 days`, `wait for places order within 1 day`."""
        match pause:
            case p.Wait(_, length):
                return f"wait {length_text(length)}"
            case p.WaitUntil(_, p.AtTime(time, day)):
                on = "" if day is None else f"{WEEKDAYS[day]} at "
                return f"wait until {on}{instants.clock_text(time)}"
            case p.WaitUntil(_, p.AtMoment(instant)):
                return f"wait until {self.condition(instant, at_hand)}"
            case p.WaitFor(_, trigger, within):
                limit = "" if within is None else f" within {length_text(within)}"
                return f"wait for {self.trigger(trigger)}{limit}"
            case _:
                raise AssertionError(f"{pause} is no wait")

    def _matching(self, event: str, match: p.Expression | None) -> str:
        return self._where(match, Around({}, self.events.get(event, {})))

    def _where(self, where: p.Expression | None, around: Around) -> str:
        return "" if where is None else f" where {self._said(where, around)}"

    # ------------------------------------------------------------------------------------------------------ expressions

    def _said(self, node: p.Expression, around: Around) -> str:
        match node:
            case p.Constant(value):
                return self.value(self._kind(node, around), value)
            case p.Field(name, start):
                return f"this {name}" if start or name in around.item else name
            case p.ItemField(name):
                return name or "the item"
            case p.Attribute(name):
                return name
            case p.Now(what):
                return {"instant": "now", "date": "today", "time of day": "local time", "weekday": "weekday"}[what]
            case p.Age(birth):
                return "age" if birth == p.Attribute("birth date") else f"age from {self._said(birth, around)}"
            case p.Start(date, time):
                at = f" at {instants.clock_text(time)}" if time else ""
                return f"{self._said(date, around)}{at}"
            case p.DateOf(instant):
                return f"date of {self._said(instant, around)}"
            case p.Fold(inner):
                return self._said(inner, around)
            case p.Arithmetic(operator, left, right):
                return f"({self._said(left, around)} {operator} {self._beside(left, right, around)})"
            case p.Shift(moment, months, days):
                length = length_text(p.Length(0, abs(months), abs(days)))
                return f"({self._said(moment, around)} {'-' if min(months, days) < 0 else '+'} {length})"
            case p.Recall(key, where):
                memory = self.memories[key]
                about = Around(around.at_hand, self.events.get(memory.event, {}))
                return self.memory(memory) + self._where(where, about)
            case p.Items(key, window):
                return self.collections[key].name + _prefixed(window_text(window))
            case p.Aggregate():
                return self._aggregate(node, around)
            case _:
                return self._test(node, around)

    def _test(self, node: p.Expression, around: Around) -> str:
        match node:
            case p.Compare(operator, left, right):
                return self._compared(operator, left, right, around)
            case p.TestText(operator, left, right):
                return f"{self._said(left, around)} {operator} {self._operand(left, right, around)}"
            case p.Contains(items, item):
                return f"{self._said(items, around)} contains {self._said(item, around)}"
            case p.OneOf(operand, values):
                kind = self._kind(operand, around)
                return f"{self._said(operand, around)} in {some_of([self.value(kind, each) for each in values])}"
            case p.Known(operand):
                return f"{self._said(operand, around)} is known"
            case p.Both(operands):
                return " and ".join(self._inside(each, around) for each in operands)
            case p.Either(operands):
                return " or ".join(self._inside(each, around) for each in operands)
            case p.Negation(p.Known(operand)):
                return f"{self._said(operand, around)} is not known"
            case p.Negation(operand):
                return f"not {self._inside(operand, around)}"
            case p.Member(segment, lasting):
                return f"in segment {segment}" + ("" if lasting is None else f" for at least {_duration(lasting)}")
            case p.OnDays(days, start, end):
                open_ = "" if start is None or end is None else f" from {_clock(start)} to {_clock(end)}"
                return f"on {', '.join(WEEKDAYS[day] for day in days)}{open_}"
            case p.Chance(_, purpose, share):
                return f'random {wire.shown(wire.encode(NUMBER, share * 100))}% "{purpose}"'
            case _:
                return type(node).__name__.lower()

    def _compared(self, operator: p.Comparator, left: p.Expression, right: p.Expression, around: Around) -> str:
        match left, right:
            case p.Now("instant"), p.Arithmetic("+", p.Recall(key), p.Constant(length)) if type(length) is int:
                of = self.memory(self.memories[key]).removeprefix("latest time of ")
                return f"time since {of} {operator} {_duration(length)}"
        kind = self._kind(left, around) or self._kind(right, around)
        sign: str = operator
        if kind is not None and (kind.is_text or kind.name == "boolean"):
            sign = {"=": "is", "!=": "is not"}.get(operator, operator)
        return f"{self._operand(right, left, around)} {sign} {self._operand(left, right, around)}"

    def _operand(self, beside: p.Expression, node: p.Expression, around: Around) -> str:
        """A value, as its kind is written: that of a constant is seen by what stands beside it."""
        if isinstance(node, p.Constant):
            return self.value(self._kind(beside, around), node.value)
        return self._said(node, around)

    def _beside(self, left: p.Expression, right: p.Expression, around: Around) -> str:
        """What is added to something, or taken from it: to a moment a length of time."""
        kind = self._kind(left, around)
        if isinstance(right, p.Constant) and kind is not None and type(right.value) is int:
            if kind.name == "date":
                return _counted(right.value, "day")
            return self.value(DURATION if kind.name in ("instant", "duration") else NUMBER, right.value)
        return self._said(right, around)

    def _inside(self, node: p.Expression, around: Around) -> str:
        said = self._said(node, around)
        return f"({said})" if isinstance(node, p.Both | p.Either) else said

    def _aggregate(self, node: p.Aggregate, around: Around) -> str:
        item = self._item(node.items, around)
        of = self._said(node.items, around)
        measured = MEASURES[node.measure] + ("" if node.operand is None else f" {self._said(node.operand, item)}")
        return f"{measured} of {of}{self._where(node.where, item)}"

    def _item(self, items: p.Expression, around: Around) -> Around:
        """What the items of a collection or list have."""
        if isinstance(items, p.Items):
            return Around(around.at_hand, self.events.get(self.collections[items.collection].event, {}))
        kind = self._kind(items, around)
        fields = kind.item.fields if kind is not None and kind.item is not None else ()
        return Around(around.at_hand, {field.name: field.kind for field in fields})

    # ------------------------------------------------------------------------------------------------------------ kinds

    def _kind(self, node: p.Expression, around: Around) -> Kind | None:
        """The kind of an expression's value; None where the plan alone does not tell."""
        match node:
            case p.Constant(value):
                return TEXT if isinstance(value, str) else None
            case p.Field(name):
                return around.at_hand.get(name)
            case p.ItemField(name):
                return around.item.get(name)
            case p.Attribute(name):
                return self.attributes.get(name)
            case p.Fold():
                return TEXT
            case p.Age():
                return NUMBER
            case p.Now(what):
                return {"instant": INSTANT, "date": DATE, "time of day": TIME_OF_DAY, "weekday": TEXT}[what]
            case p.Start():
                return INSTANT
            case p.DateOf():
                return DATE
            case p.Shift(_, _, _, of):
                return INSTANT if of == "instant" else DATE
            case p.Arithmetic(_, left, right, domain):
                return {"exact": NUMBER, "ratio": NUMBER, "scaled": DURATION}.get(domain) or self._moved(
                    self._kind(left, around), self._kind(right, around)
                )
            case p.Recall(key):
                memory = self.memories[key]
                return self._measured(memory.measure, memory.operand, Around({}, self.events.get(memory.event, {})))
            case p.Aggregate(measure, items, _, operand):
                return self._measured(measure, operand, self._item(items, around))
        return None

    def _measured(self, measure: p.Measure, operand: p.Expression | None, around: Around) -> Kind | None:
        if measure == "when":
            return INSTANT
        return NUMBER if measure in ("count", "distinct") or operand is None else self._kind(operand, around)

    @staticmethod
    def _moved(left: Kind | None, right: Kind | None) -> Kind | None:
        """What a moment less another one, or with a length, is."""
        return DURATION if left is not None and left == right else left

    def value(self, kind: Kind | None, value: Any) -> str:
        """A run-time value as the language writes it. Without a kind a whole number is one of the language's."""
        if value is None:
            return "not known"
        if isinstance(value, bool):
            return "yes" if value else "no"
        if kind is None or kind.is_text or isinstance(value, str):
            kind = TEXT if isinstance(value, str) else NUMBER
        try:
            encoded = wire.encode(kind, value)
        except (ValueError, OverflowError):
            return "beyond the calendar"
        if kind.name == "instant":
            return str(encoded).removesuffix("Z")
        return wire.shown(encoded) if kind.is_text or not isinstance(encoded, str) else encoded


def window_text(window: p.Window | None) -> str:
    """`within 30 days`, `from 90 days to 30 days ago`; empty where there is none."""
    if window is None:
        return ""
    older = length_text(p.Length(window.older, window.older_months, window.older_days), whole_days=window.whole_days)
    younger = p.Length(window.younger, window.younger_months, window.younger_days)
    return f"within {older}" if younger == p.Length() else f"from {older} to {length_text(younger)} ago"


def length_text(length: p.Length, *, whole_days: bool = False) -> str:
    """A length of time, without its direction."""
    parts = []
    if length.months:
        years, months = divmod(abs(length.months), 12)
        parts.append(_counted(years, "year") if years and not months else _counted(abs(length.months), "month"))
    if length.days or whole_days:
        parts.append(_counted(abs(length.days), "calendar day"))
    if length.fixed or not parts:
        parts.append(_duration(abs(length.fixed)))
    return " and ".join(parts)


def some_of(values: list[str], shown: int = 4) -> str:
    """The first of some values in brackets, and how many more there are."""
    more = [f"... {len(values) - shown:,} more"] if len(values) > shown + 1 else []
    return f"({', '.join([*(values[:shown] if more else values), *more])})"


def _schedule(trigger: p.ScheduleTrigger) -> str:
    at = f" at {instants.clock_text(trigger.time)}"
    match trigger.every:
        case "once":
            return f"once at {instants.instant_text(trigger.instant)}"
        case "day":
            return f"every day{at}"
        case "week":
            return f"every {', '.join(WEEKDAYS[day] for day in trigger.days)}{at}"
        case "month":
            return f"every month on day {', '.join(map(str, trigger.days))}{at}"


def _prefixed(text: str) -> str:
    return f" {text}" if text else ""


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _clock(time: int) -> str:
    return instants.clock_text(time)


def _duration(length: int) -> str:
    return str(wire.encode(DURATION, length)) if length else "0 seconds"
