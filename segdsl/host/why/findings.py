"""How conditions turned out, in the author's words: what each part was worth, and the events that count for it.

Comes in: a condition of the plan, with what its expressions are worth at the step in question. Goes out: a `Finding`.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from attrs import define
from msgspec.structs import replace

from segdsl.compiler.checked import CheckedProgram
from segdsl.engines.reference.witness import Sighting
from segdsl.host.saying import said
from segdsl.host.why.answer import Act, Finding, Occurrence
from segdsl.host.why.holding import Held, held
from segdsl.host.why.solving import Value, about
from segdsl.plan import nodes as p
from segdsl.plan.walk import outermost, structs
from segdsl.records.inputs import Event
from segdsl.state.windows import enters, leaves
from segdsl.syntax import ast
from segdsl.syntax.format_rules import option
from segdsl.syntax.format_values import expression
from segdsl.values import wire
from segdsl.values.instants import DAY, HOUR, MINUTE, SECOND, duration_text, instant_text
from segdsl.values.kinds import DATE, NUMBER, TIME_OF_DAY, WEEKDAY, Kind
from segdsl.values.numbers import SCALE, to_text
from segdsl.values.zones import Zone

LISTED = 5
"""Events that are listed for a condition, of those that count for it."""

DEEP = 12
"""Segments within segments whose conditions are gone into."""

Joined = Literal["", "and", "or", "not", "segments"]

_JOINED: dict[type, Joined] = {p.Both: "and", p.Either: "or", p.Negation: "not"}

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

FIELDS = 4
"""Fields that are told of an event."""


@define
class Looking:
    """Where conditions are looked at: the instant, what expressions are worth there, the events of the history so far,
    and since when the customer has been in which segment."""

    now: int
    value: Value
    entered: Sequence[Sighting]
    since: Mapping[str, int]


@define
class Reader:
    """Reads conditions of one program. `checked` is the program as it is written, where that is still at hand."""

    plan: p.Plan
    checked: CheckedProgram | None
    zone: Zone
    memories: dict[str, p.Memory]
    collections: dict[str, p.Collection]

    @classmethod
    def of(cls, plan: p.Plan, checked: CheckedProgram | None) -> "Reader":
        memories = {memory.key: memory for memory in plan.memories}
        return cls(plan, checked, Zone(plan.zone), memories, {each.key: each for each in plan.collections})

    def finding(self, condition: p.Expression, looking: Looking, depth: int = 0) -> Finding:
        """How a condition turned out, with its parts."""
        written = self.written(condition)
        parts = _parts(condition, written)
        outcome = looking.value(condition)
        text, place = self.text(condition), self.place(condition)
        if parts:
            inner = tuple(self.finding(part, looking, depth) for part in parts)
            return Finding(text, place, outcome, parts=inner, joined=_JOINED[type(condition)])
        events = self._events(condition, looking)
        found = "; ".join(dict.fromkeys(self._found(condition, looking)))
        shown = tuple(events[-LISTED:])
        asked = tuple(self._segments(condition, looking, depth)) if depth < DEEP else ()
        joined: Joined = "segments" if asked and _asks_to_be_in(condition) else ""
        return Finding(text, place, outcome, found, shown, len(events), asked, joined)

    # ----------------------------------------------------------------------------------------------------- what stands

    def written(self, node: object) -> ast.Node | None:
        return self.checked.written.get(node) if self.checked is not None else None

    def text(self, node: object) -> str:
        written = self.written(node)
        if isinstance(written, ast.Expression):
            return expression(written)
        if isinstance(written, ast.From | ast.Until):
            return option(written)
        return self._without_words(node) if self.checked is None else ""

    def _without_words(self, node: object) -> str:
        """What a condition is about, where the author's words are not at hand."""
        match node:
            case p.Both():
                return "all of these"
            case p.Either():
                return "one of these"
            case p.Negation():
                return "not this"
        names: list[str] = []
        for part in structs(node):
            match part:
                case p.Attribute(name) | p.Field(name) | p.Member(name):
                    names.append(name)
                case p.Recall(key):
                    names.append(self.memories[key].event)
                case p.Items(key):
                    names.append(self.collections[key].name)
        return f"a condition on `{'`, `'.join(dict.fromkeys(names))}`" if names else "a condition"

    def place(self, node: object) -> str:
        written = self.written(node)
        if self.checked is None or written is None or written.span.source < 0:
            return ""
        return self.checked.sources.place(written.span)

    # ------------------------------------------------------------------------------------------------ what it was worth

    def _found(self, node: p.Expression, looking: Looking) -> list[str]:
        """What the names in a condition were worth, each in a few words."""
        match node:
            case p.Constant() | p.ItemField():
                return []
            case p.Attribute(name):
                return [f"{name} is {self._shown(node, looking)}"]
            case p.Field(name, start):
                return [f"{'the first ' if start else ''}{name} is {self._shown(node, looking)}"]
            case p.Age():
                return [f"age is {self._shown(node, looking, NUMBER)}", *self._found(node.birth, looking)]
            case p.Now("instant"):
                return []
            case p.Now(what):
                kind = {"date": DATE, "time of day": TIME_OF_DAY}.get(what, WEEKDAY)
                name = {"date": "today", "time of day": "local time"}.get(what, what)
                return [f"{name} is {self._shown(node, looking, kind)}"]
            case p.Member(segment):
                since = looking.since.get(segment)
                return [f"not in {segment}" if since is None else f"in {segment} since {instant_text(since)}"]
            case p.Recall():
                return [self._recalled(node, looking)]
            case p.Aggregate(_, p.Items()):
                return [self._holds(node, looking)]
            case p.Aggregate():
                return [f"{self.text(node) or 'it'} is {self._shown(node, looking, NUMBER)}"]
            case p.OnDays():
                local = self.zone.local(looking.now)
                day = _WEEKDAYS[(local // DAY + 3) % 7]
                return [f"it is {day}, {instant_text(local).removesuffix('Z').replace('T', ' ')}"]
            case p.Chance():
                return ["the draw of a customer is the same for ever"]
        inner = (getattr(node, name) for name in node.__struct_fields__)
        flat = (each for part in inner for each in (part if isinstance(part, tuple) else (part,)))
        return [said for each in flat if isinstance(each, p.Expression) for said in self._found(each, looking)]

    def _recalled(self, node: p.Recall, looking: Looking) -> str:
        memory = self._memory(node)
        worth = looking.value(node)
        written = self.written(node)
        if memory.measure == "when":
            if worth is None:
                return "it never happened"
            return f"the last was {_about_long(looking.now - worth)} ago" if looking.now > worth else "the last is now"
        if memory.measure == "count" and not isinstance(written, ast.CountOf):
            if not worth:
                return "it never happened" if memory.window is None else self._none_in_time(memory, looking)
            return "it happened once" if worth == SCALE else f"it happened {to_text(worth)} times"
        kind = self.checked.written.kind(node) if self.checked is not None else None
        return f"{self.text(node) or memory.measure} is {said(kind or NUMBER, worth)}"

    def _holds(self, node: p.Aggregate, looking: Looking) -> str:
        """What a collection was worth. `any item of` and `no item of` are a count that nobody wrote down."""
        name, worth = self._collection(node).name, looking.value(node)
        if node.measure == "when":
            if worth is None:
                return f"`{name}` holds no such item" if node.where is not None else f"`{name}` is empty"
            return f"the last was put in {_about_long(looking.now - worth)} ago" if looking.now > worth else "it is new"
        if node.measure == "count" and not isinstance(self.written(node), ast.CountOf):
            such = "such item" if node.where is not None else "item"
            return f"`{name}` holds " + (
                f"{to_text(worth)} {such}{'' if worth == SCALE else 's'}" if worth else f"no {such}"
            )
        return f"{self.text(node) or name} is {self._shown(node, looking)}"

    def _none_in_time(self, memory: p.Memory, looking: Looking) -> str:
        """No event lies in the window: when the last one was that would count otherwise."""
        whole = replace(memory, window=None)
        last = [each for each in looking.entered if self._fits(whole, None, each, looking)]
        instants = [each.node.instant for each in last if isinstance(each.node, Event)]
        return f"it last happened at {instant_text(max(instants))}" if instants else "it never happened"

    def _shown(self, node: p.Expression, looking: Looking, kind: Kind | None = None) -> str:
        if kind is None and isinstance(node, p.Attribute):
            kind = next((each.kind for each in self.plan.attributes if each.name == node.name), None)
        if kind is None and self.checked is not None:
            kind = self.checked.written.kind(node)
        return said(kind, looking.value(node))

    # -------------------------------------------------------------------------------------- what counts for it, further

    def _memory(self, node: p.Recall) -> p.Memory:
        return self.memories[node.memory]

    def _events(self, condition: p.Expression, looking: Looking) -> list[Occurrence]:
        """The events that count for the histories a condition asks for, in their order."""
        found: dict[str, Occurrence] = {}
        for recall in outermost(p.Recall, condition):
            for sighting in looking.entered:
                if self._counts(recall, sighting, looking):
                    event = sighting.node
                    assert isinstance(event, Event), "an event was entered"
                    found[event.id] = self.occurrence(event, recorded=sighting.recorded)
        for asked in outermost(p.Aggregate, condition):
            if isinstance(asked.items, p.Items):
                for each in self._behind_items(asked, asked.items, looking):
                    found[each.id] = each
        return sorted(found.values(), key=lambda each: each.instant)

    def _collection(self, node: p.Aggregate) -> p.Collection:
        assert isinstance(node.items, p.Items), "it is of a collection"
        return self.collections[node.items.collection]

    def _behind_items(self, node: p.Aggregate, items: p.Items, looking: Looking) -> Iterator[Occurrence]:
        """The events that put in the items which count, or that took out the last one that would have."""
        holding = held(self._collection(node), looking.entered, looking.now, looking.value)
        meant = [each for each in holding if self._is_meant(each, node, items, looking)]
        there = [each.put for each in meant if each.gone is None]
        gone = [each.gone for each in meant if each.gone is not None]
        for sighting in there or gone[-1:]:
            assert isinstance(sighting.node, Event), "an event was entered"
            yield self.occurrence(sighting.node, recorded=sighting.key[2] > 0)

    def _is_meant(self, each: Held, node: p.Aggregate, items: p.Items, looking: Looking) -> bool:
        """Whether an item is one that an aggregate looks at, were it there."""
        assert isinstance(each.put.node, Event), "an event was entered"
        put = each.put.node.instant
        if items.window is not None and not (
            enters(items.window, put, self.zone) <= looking.now < leaves(items.window, put, self.zone)
        ):
            return False
        return node.where is None or about(node.where, each.put.fields, looking.value) is True

    def _counts(self, recall: p.Recall, sighting: Sighting, looking: Looking) -> bool:
        return self._fits(self._memory(recall), recall.filter, sighting, looking)

    def _fits(self, memory: p.Memory, wanted: p.Expression | None, sighting: Sighting, looking: Looking) -> bool:
        """Whether an event counts for a memory."""
        event = sighting.node
        assert isinstance(event, Event), "an event was entered"
        if event.name != memory.event or event.instant > looking.now:
            return False
        window = memory.window
        if window is not None and not (
            enters(window, event.instant, self.zone) <= looking.now < leaves(window, event.instant, self.zone)
        ):
            return False
        for test in (memory.where, wanted):
            if test is not None and about(test, sighting.fields, looking.value) is not True:
                return False
        return memory.operand is None or about(memory.operand, sighting.fields, looking.value) is not None

    def _segments(self, condition: p.Expression, looking: Looking, depth: int) -> list[Finding]:
        """The conditions of the derived segments that a condition asks for."""
        asked = {part.segment for part in outermost(p.Member, condition)}
        conditions = {segment.name: segment.condition for segment in self.plan.segments if segment.kind == "derived"}
        return [
            replace(self.finding(found, looking, depth + 1), segment=name)
            for name in sorted(asked)
            if (found := conditions.get(name)) is not None
        ]

    def act(self, act: Act) -> str:
        """A part of a change in words."""
        match act:
            case Act("event", name, fields, times=times):
                kinds = self._kinds(name)
                given = ", ".join(f"{each} = {said(kinds.get(each), value)}" for each, value in fields.items())
                often = {1: "", 2: " twice"}.get(times, f" {times} times")
                return f"`{name}{f' with {given}' if given else ''}` happens{often}"
            case Act("attribute", name, any=True):
                return f"`{name}` is known"
            case Act("attribute", name, value=None):
                return f"`{name}` is no longer known"
            case Act("attribute", name, value=value):
                kind = next((each.kind for each in self.plan.attributes if each.name == name), None)
                return f"`{name}` is {said(kind, value)}"
            case Act("wait", wait=wait):
                return f"nothing happens for {_long(wait)}"
            case Act("unlist", name):
                return f"the host takes its word about {name} back"
            case Act("include", name):
                return f"the host explicitly includes the customer in {name}"
            case Act("exclude", name):
                return f"the host explicitly excludes the customer from {name}"
        raise AssertionError(f"an act without words: {act}")

    def _kinds(self, event: str) -> dict[str, Kind]:
        return {each.name: each.kind for kind in self.plan.events if kind.name == event for each in kind.fields}

    def occurrence(self, event: Event, *, recorded: bool = False) -> Occurrence:
        """An event as it is told of."""
        kinds, given = self._kinds(event.name), {each.name: each.kind for each in self.plan.attributes}
        fields = {name: wire.encode(kinds[name], value) for name, value in event.fields.items() if name in kinds}
        attributes = {
            name: wire.encode(given[name], value) for name, value in event.attributes.items() if name in given
        }
        told = [f"{name} {said(kinds[name], event.fields[name])}" for name in fields if not _is_large(fields[name])]
        told += [f"{name} {said(given[name], event.attributes[name])}" for name in attributes]
        within = ["recorded by a rule" if recorded else event.id, *told[:FIELDS], *(["…"] if told[FIELDS:] else [])]
        text = f"{event.name or 'attributes'} ({', '.join(within)})"
        kind: Literal["recorded", "event"] = "recorded" if recorded else "event"
        return Occurrence(kind, event.name or "attributes", event.instant, event.id, fields, attributes, text)


def _is_large(value: object) -> bool:
    return isinstance(value, dict | list | tuple)


def _asks_to_be_in(condition: p.Expression) -> bool:
    """Whether a condition is met by being in segments: not one that asks whether somebody is in none."""
    match condition:
        case p.Member():
            return True
        case p.Both(operands) | p.Either(operands):
            return all(map(_asks_to_be_in, operands))
    return False


def _parts(condition: p.Expression, written: ast.Node | None) -> tuple[p.Expression, ...]:
    """The parts that an author would call so: of `and`, `or` and `not`. A condition that is made of several for the
    plan alone, such as `between`, is one."""
    while isinstance(written, ast.Brackets):
        written = written.inner
    if written is not None and not isinstance(written, ast.Both | ast.Either | ast.Not):
        return ()
    match condition:
        case p.Both(operands) | p.Either(operands):
            return operands
        case p.Negation(operand):
            return (operand,)
    return ()


def _long(length: int) -> str:
    """A length of time that has to pass: never less than it is."""
    if length % SECOND == 1:  # of what lies just beyond a bound
        return f"more than {_long(length - 1)}" if length > 1 else "a moment"
    parts, rest = [], length + -length % SECOND
    for unit in (DAY, HOUR, MINUTE, SECOND):
        whole, rest = rest - rest % unit, rest % unit
        if whole:
            count, name = whole // unit, {DAY: "day", HOUR: "hour", MINUTE: "minute", SECOND: "second"}[unit]
            parts.append(f"{count} {name}{'' if count == 1 else 's'}")
    return " ".join(parts)


def _about_long(length: int) -> str:
    """A length of time as a person says it: not to the second where it is days."""
    for unit in (DAY, HOUR, MINUTE, SECOND):
        if length >= unit:
            whole = length - length % unit
            days = whole // DAY
            return duration_text(whole) if unit != DAY else f"{days} day{'' if days == 1 else 's'}"
    return "a moment"
