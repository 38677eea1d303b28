"""Guesses at what could turn a condition, where it cannot be worked out: its own events and attributes, with values and
lengths of time that stand in it. Whether one does is found by trying.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from segdsl.engines.reference.evaluate import View, evaluate
from segdsl.host.why.answer import Act
from segdsl.host.why.options import EVENTS, Option, longest
from segdsl.host.why.solving import fields_meeting, sample
from segdsl.plan import nodes as p
from segdsl.plan.walk import item_fields, structs
from segdsl.state.customer import State
from segdsl.values import instants
from segdsl.values.kinds import Kind
from segdsl.values.numbers import SCALE

if TYPE_CHECKING:
    from segdsl.host.why.aims import Aims

AHEAD = 4_000
"""Days ahead that are looked at for a date."""


def guesses(aims: "Aims", node: p.Expression, wanted: bool) -> list[Option]:
    """Guesses at what makes a condition true, or not so; the likeliest first."""
    waits: list[Option] = [(Act("wait", wait=wait),) for wait in lengths(aims, node)]
    made: list[Option] = [] if wanted else waits
    for event in _events(aims, node):
        made += [(event,), *((event, *wait) for wait in waits)]
    made += waits if wanted else []
    for attribute in dict.fromkeys(part for part in structs(node) if isinstance(part, p.Attribute)):
        kind = aims.kind(attribute)
        if kind is not None and aims.can_be_set(attribute.name):
            values = dict.fromkeys(_values(aims, node, kind))
            made += [(Act("attribute", attribute.name, value=value),) for value in values]
    return made


def _events(aims: "Aims", node: p.Expression) -> Iterator[Act]:
    """The events that a condition counts, once and as often as a number in it says."""
    numbers = {part.value // SCALE for part in structs(node) if isinstance(part, p.Constant) and _is_number(part)}
    for recall in structs(node):
        if isinstance(recall, p.Recall):
            memory = next(each for each in aims.plan.memories if each.key == recall.memory)
            tests = tuple(test for test in (memory.where, recall.filter) if test is not None)
            wanted = p.Both(tests) if tests else None
            fields = fields_meeting(wanted, aims.kinds_of(memory.event), aims.now, aims.hand())
            for times in sorted({1} | {each + more for each in numbers for more in (0, 1)}):
                if fields is not None and 0 < times <= EVENTS:
                    yield Act("event", memory.event, fields, times=times)
        elif isinstance(recall, p.Items):
            collection = next(each for each in aims.plan.collections if each.key == recall.collection)
            for event in collection.events:
                yield Act("event", event, _sampled(collection, aims.kinds_of(event)))


def _sampled(collection: p.Collection, kinds: dict[str, Kind]) -> dict[str, Any]:
    """The fields of an event with any key, where it has to have one."""
    return {name: sample(kinds[name]) for name in sorted(item_fields(collection.by)) if name in kinds}


def _is_number(part: p.Constant) -> bool:
    return isinstance(part.value, int) and not isinstance(part.value, bool) and not part.value % SCALE


def lengths(aims: "Aims", node: p.Expression) -> list[int]:
    """Lengths of time that a condition speaks of, and an instant more."""
    found: dict[int, None] = {}
    for part in structs(node):
        match part:
            case p.Arithmetic(_, p.Recall() | p.Aggregate(), p.Constant(int() as length), "whole"):
                found[length] = None
            case p.Shift(_, months, days):
                found[abs(longest(p.Length(0, months, days)))] = None
            case p.Recall(key):
                window = next(each for each in aims.plan.memories if each.key == key).window
                found |= dict.fromkeys(_ends(window))
            case p.Items(_, window):
                found |= dict.fromkeys(_ends(window))
    return [wait for length in found if length > 0 for wait in (length, length + 1)]


def _ends(window: p.Window | None) -> list[int]:
    """How long it takes at the most until something has come into a window, and until it has left it."""
    if window is None:
        return []
    younger = p.Length(window.younger, window.younger_months, window.younger_days)
    return [longest(younger), longest(p.Length(window.older, window.older_months, window.older_days))]


def _values(aims: "Aims", node: p.Expression, kind: Kind) -> Iterator[Any]:
    """Values of a kind that a condition may ask for: those that stand in it, and near now."""
    today = aims.zone.date(aims.now)
    match kind.name:
        case "boolean":
            yield from (True, False)
        case "date":
            for part in structs(node):
                if isinstance(part, p.Shift):
                    for sign in (1, -1):
                        yield instants.shifted_date(today, sign * part.months, sign * part.days)[0]
            yield from (today, today + 1, today - 1)
        case "instant":
            yield from (aims.now, aims.now + instants.HOUR, aims.now - instants.HOUR)
        case "number":
            for part in structs(node):
                if isinstance(part, p.Constant) and _is_number(part):
                    yield from (part.value, part.value + SCALE, part.value - SCALE)
    yield from kind.choices or ()


def days_meeting(aims: "Aims", node: p.OnDays | p.Compare, wanted: bool) -> list[Option]:
    """Waiting until the calendar or the clock on the wall meets a test: beginnings of days, and times of day."""
    today, times, days = aims.zone.date(aims.now), {0}, [*range(9)]
    match node:
        case p.OnDays(_, start, end):
            times |= {each for each in (start, end) if each is not None}
        case p.Compare(_, p.Now("date"), p.Constant(int() as date)):
            days += [date - today, date - today + 1]
        case p.Compare(_, p.Now("time of day"), p.Constant(int() as time)):
            times |= {time, time + instants.MINUTE}
    near = {aims.zone.at(today + day, time) for day in days if 0 <= day < AHEAD for time in times}
    met = [at for at in sorted(near) if at > aims.now and _holds(aims, node, at) is wanted]
    return [(Act("wait", wait=at - aims.now),) for at in met[:2]]


def _holds(aims: "Aims", test: p.Expression, at: int) -> bool:
    return evaluate(test, View(State("", at, at, at), at, aims.zone, {}, {})) is True
