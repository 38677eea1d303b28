"""How conditions turned out, in the author's words: what each part was worth, and the events that count for it.

Comes in: a condition of the plan, with what its expressions are worth at the step in question. Goes out: a `Finding`.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from attrs import define
from msgspec.structs import replace

from segdsl.compiler.checked import CheckedProgram
from segdsl.engines.reference.witness import Sighting
from segdsl.host.saying import said
from segdsl.host.why.answer import Act, Finding, Occurrence
from segdsl.plan import nodes as p
from segdsl.plan.walk import outermost
from segdsl.records.inputs import Event
from segdsl.state.windows import enters, leaves
from segdsl.syntax import ast
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

Value = Callable[[p.Expression], Any]


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

    @classmethod
    def of(cls, plan: p.Plan, checked: CheckedProgram | None) -> "Reader":
        return cls(plan, checked, Zone(plan.zone), {memory.key: memory for memory in plan.memories})

    def finding(self, condition: p.Expression, looking: Looking, depth: int = 0) -> Finding:
        """How a condition turned out, with its parts."""
        written = self.written(condition)
        parts = _parts(condition, written)
        outcome = looking.value(condition)
        text, place = self.text(condition), self.place(condition)
        if parts:
            return Finding(text, place, outcome, parts=tuple(self.finding(part, looking, depth) for part in parts))
        events = self._events(condition, looking)
        found = "; ".join(dict.fromkeys(self._found(condition, looking)))
        shown = tuple(events[-LISTED:])
        asked = tuple(self._segments(condition, looking, depth)) if depth < DEEP else ()
        return Finding(text, place, outcome, found, shown, len(events), asked)

    # ----------------------------------------------------------------------------------------------------- what stands

    def written(self, node: object) -> ast.Node | None:
        return self.checked.written.get(node) if self.checked is not None else None

    def text(self, node: object) -> str:
        written = self.written(node)
        return expression(written) if isinstance(written, ast.Expression) else ""

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
            case p.Aggregate():
                return [f"{self.text(node) or 'it'} is {self._shown(node, looking, NUMBER)}"]
            case p.OnDays():
                local = self.zone.local(looking.now)
                return [f"it was {instant_text(local).removesuffix('Z').replace('T', ' ')} there"]
            case p.Chance():
                return ["the draw is the same for ever"]
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

    def _none_in_time(self, memory: p.Memory, looking: Looking) -> str:
        """No event lies in the window: when the last one was that would count otherwise."""
        whole = replace(memory, window=None)
        last = [each for each in looking.entered if self._fits(whole, None, each, looking)]
        return f"it last happened at {instant_text(last[-1].key[0])}" if last else "it never happened"

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
                    found[event.id] = self.occurrence(event, recorded=sighting.key[2] > 0)
        return sorted(found.values(), key=lambda each: each.instant)

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
            if test is not None and _about(test, sighting.fields, looking.value) is not True:
                return False
        return memory.operand is None or _about(memory.operand, sighting.fields, looking.value) is not None

    def _segments(self, condition: p.Expression, looking: Looking, depth: int) -> list[Finding]:
        """The conditions of the derived segments that a condition asks for."""
        asked = {part.segment for part in outermost(p.Member, condition)}
        conditions = {segment.name: segment.condition for segment in self.plan.segments if segment.kind == "derived"}
        return [
            self.finding(found, looking, depth + 1)
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
                return f"nothing happens for {_about_long(wait)}"
            case Act("unlist"):
                return "the host takes its word back"
            case Act(kind, name):
                return f"the host {kind}s the customer"

    def _kinds(self, event: str) -> dict[str, Kind]:
        return {each.name: each.kind for kind in self.plan.events if kind.name == event for each in kind.fields}

    def occurrence(self, event: Event, *, recorded: bool = False) -> Occurrence:
        """An event as it is told of."""
        kinds = self._kinds(event.name)
        fields = {name: wire.encode(kinds[name], value) for name, value in event.fields.items() if name in kinds}
        return Occurrence("recorded" if recorded else "event", event.name, event.instant, event.id, fields)


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


def _about(test: p.Expression, fields: Mapping[str, Any], value: Value) -> Any:
    """What an expression is worth that speaks of a past event: its fields stand in for it."""
    return value(_put(test, fields))


def _put(node: Any, fields: Mapping[str, Any]) -> Any:
    """An expression with the fields of a past event put in."""
    if isinstance(node, p.ItemField):
        return p.Constant(fields.get(node.name))
    if isinstance(node, p.Aggregate):
        # Its own `where` and operand speak of the items of a list, which is all that is the event's own here.
        return type(node)(node.measure, _put(node.items, fields), node.where, node.operand)
    if isinstance(node, tuple):
        return tuple(_put(each, fields) for each in node)
    if isinstance(node, p.Expression):
        return type(node)(*(_put(getattr(node, name), fields) for name in node.__struct_fields__))
    return node


def _about_long(length: int) -> str:
    """A length of time as a person says it: not to the second where it is days."""
    for unit in (DAY, HOUR, MINUTE, SECOND):
        if length >= unit:
            whole = length - length % unit
            days = whole // DAY
            return duration_text(whole) if unit != DAY else f"{days} day{'' if days == 1 else 's'}"
    return "a moment"
