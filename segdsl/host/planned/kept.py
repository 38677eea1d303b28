"""What is kept of a customer between events, how it is bounded, and how large it becomes (architecture rule 7).

Sizes are those of Python's objects in memory, measured on events made up for it: no two alike, all in their window.
"""

import sys
from typing import Any

from attrs import evolve
from msgspec import Struct

from segdsl.host.planned.parts import FEW, Kept, Reader
from segdsl.plan import nodes as p
from segdsl.plan.needs import pauses
from segdsl.plan.readers import readers, rule_name
from segdsl.plan.text import MEASURES, Text, window_text
from segdsl.state.collections import put
from segdsl.state.customer import Pending, Waiting
from segdsl.state.memories import take_in
from segdsl.values import limits
from segdsl.values.instants import DAY
from segdsl.values.kinds import Kind
from segdsl.values.zones import Zone

SLOT = 48
"""About what an entry of a dictionary takes for itself."""

START = 1_772_359_200_000_000
"""An instant: 2026-03-01T10:00Z."""

_UNBOUNDED = ("distinct", "frequent")
"""Measures that, without a window, hold as much as there are different values."""


def kept_of(plan: p.Plan) -> list[Kept]:
    """All that is kept of a customer by a plan, each once."""
    sizes = _Sizes(plan)
    asked = {key: tuple(Reader(each.place, each.what) for each in some) for key, some in readers(plan).items()}
    found = [evolve(sizes.memory(memory), readers=asked.get(memory.key, ())) for memory in plan.memories]
    found += [evolve(sizes.collection(each), readers=asked.get(each.key, ())) for each in plan.collections]
    seen = set()
    for rule in plan.rules:
        for trigger in (*rule.triggers, *rule.stops):
            if isinstance(trigger, p.CountTrigger | p.AfterTrigger) and trigger.key not in seen:
                seen.add(trigger.key)
                kept = sizes.count(trigger) if isinstance(trigger, p.CountTrigger) else sizes.look_back(trigger)
                found.append(evolve(kept, readers=asked.get(trigger.key, ())))
    found += [_log(plan, scope) for scope in dict.fromkeys(limit.scope for limit in plan.limits)]
    for rule in plan.rules:
        found += sizes.of_flows(rule)
    return found


def _log(plan: p.Plan, scope: str) -> Kept:
    """The instants of effects, for the limits that count the same."""
    those = [limit for limit in plan.limits if limit.scope == scope]
    number = max(limit.number for limit in those)
    by = tuple(Reader(limit.place, limit.text) for limit in those)
    keeps = f"the instants of the effects that are counted, at most {number:,}"
    actions = ", ".join(those[0].actions)
    return Kept("limit", f"effects of {actions}", keeps, number, _instants(min(number, FEW)), _instants(number), by)


class _Sizes:
    """Measures what a plan keeps."""

    def __init__(self, plan: p.Plan) -> None:
        self.text, self.zone = Text(plan), Zone(plan.zone)
        self.kinds = {event.name: {field.name: field.kind for field in event.fields} for event in plan.events}

    # -------------------------------------------------------------------------------------------------------- memories

    def memory(self, memory: p.Memory) -> Kept:
        """A memory, filled with made-up events."""
        held: Any = None
        sizes = []
        for number in range(FEW):
            fields = self._fields(memory.event, memory.fields, number)
            value = self._operand(memory, FEW - number if memory.measure == "largest" else number)
            held = take_in(memory, held, START + number, f"event {number:08}", value, fields, self.zone)
            sizes.append(size_of(held) + SLOT)
        entries = self._entries(memory)
        each = max(0, sizes[-1] - sizes[FEW // 2 - 1]) / (FEW - FEW // 2)
        most = None if entries is None else round(sizes[-1] + each * max(0, entries - FEW))
        return Kept("memory", self.text.memory(memory), _keeps(memory), entries, sizes[-1], most, (), (memory.event,))

    def _operand(self, memory: p.Memory, number: int) -> Any:
        """A value of what is measured: text, unless it is known to be something else."""
        match memory.operand:
            case None:
                return None
            case _ if memory.measure in ("total", "average"):
                return 100_000_000 + number
            case p.ItemField(name):
                return _made_up(self.kinds.get(memory.event, {}).get(name), number)
            case p.Arithmetic():
                return 100_000_000 + number
        return _made_up(None, number)

    @staticmethod
    def _entries(memory: p.Memory) -> int | None:
        """How many entries a memory holds at most."""
        if memory.window is None and not memory.fields:
            return None if memory.measure in _UNBOUNDED else 1
        if memory.measure in ("when", "latest") and not memory.fields:
            return 1
        if memory.window is not None and memory.keep is not None and not _looks_past(memory.window):
            return max(1, memory.keep)
        return limits.WINDOW_ENTRIES

    def _fields(self, event: str, names: tuple[str, ...], number: int) -> dict[str, Any]:
        kinds = self.kinds.get(event, {})
        return {name: _made_up(kinds.get(name), number) for name in names}

    # -------------------------------------------------------------------------------------------------- the other parts

    def collection(self, collection: p.Collection) -> Kept:
        items: list[Any] = []
        for number in range(FEW):
            kept = self._fields(collection.event, collection.fields, number)
            items = put(items, START + number, f"key {number:08}", kept) or items
        size = size_of(items)
        fields = f" with {', '.join(collection.fields)}" if collection.fields else ""
        keeps = f"the latest {collection.event} of each key{fields}, at most {limits.ITEMS:,}"
        most = round(SLOT + size / FEW * limits.ITEMS)
        text = self.text.part(collection)
        return Kept("collection", text, keeps, limits.ITEMS, SLOT + size, most, (), collection.events)

    def count(self, count: p.CountTrigger) -> Kept:
        entries = max(0, count.number - 1)
        by = "" if count.per is None else f" for each value of {self.text.condition(count.per, (), count.event)}"
        window = f" {window_text(count.within)}" if count.within is not None else ""
        keeps = f"the instants of those counted so far{window}, at most {entries:,}{by}"
        bound = entries if count.per is None else limits.WINDOW_ENTRIES
        size = [size_of([[START + number, None] for number in range(some)]) + SLOT for some in (min(bound, FEW), bound)]
        return Kept("count", self.text.trigger(count), keeps, bound, size[0], size[1], (), (count.event,))

    def look_back(self, after: p.AfterTrigger) -> Kept:
        is_one = not after.each and after.per is None
        bound = 1 if is_one else limits.WINDOW_ENTRIES
        each = size_of(Pending(START, self._fields(after.event, after.fields, 1), "value 00000001")) + 8
        of = f" with {', '.join(after.fields)}" if after.fields else ""
        which = "the latest event" if is_one else "each event that it is not yet time for"
        events = (after.event,) if after.without is None else (after.event, after.without.event)
        keeps = f"{which}{of}" + ("" if is_one else f", at most {bound:,}")
        text = self.text.trigger(after)
        return Kept("look back", text, keeps, bound, each * min(bound, FEW) + SLOT, each * bound + SLOT, (), events)

    def of_flows(self, rule: p.Rule) -> list[Kept]:
        """Where flows of a rule stand, and that it was entered once."""
        by = (Reader(rule.place, rule_name(rule)),)
        found = []
        waits = [pause for pause, _ in pauses(rule.steps)]
        if waits:
            fields = sorted({name for pause in waits for name in (*pause.fields, *pause.start)})
            event = {name: _made_up(None, 1) for name in fields}
            size = size_of(Waiting(rule.id, waits[0].key, START, None, event, {})) + 8
            many = "" if rule.per is None else f" for each value of {self.text.condition(rule.per)}"
            of = f", with {', '.join(fields)}" if fields else ""
            keeps = f"where its flow stands{many}{of}"
            bound = (1, size) if rule.per is None else (None, None)
            found.append(Kept("wait", f"the flow of {rule_name(rule)}", keeps, bound[0], size, bound[1], by))
        if rule.once:
            is_one = rule.per is None
            keeps = "that it was entered" + ("" if is_one else ", for each value of its `per`")
            found.append(
                Kept(
                    "entered",
                    f"once in {rule_name(rule)}",
                    keeps,
                    1 if is_one else None,
                    80,
                    80 if is_one else None,
                    by,
                )
            )
        return found


def _up_to_now(window: p.Window) -> p.Window:
    """A window that looks back as far, up to now."""
    return p.Window(window.older, window.older_months, window.older_days, whole_days=window.whole_days)


def _looks_past(window: p.Window) -> bool:
    """Whether the latest events are not in the window yet: they have to be kept until they are."""
    return window != _up_to_now(window)


def _keeps(memory: p.Memory) -> str:
    """What a memory holds, in words; `state/memories.py` has the table."""
    window = f" {window_text(memory.window)}" if memory.window is not None else ""
    if memory.fields:
        return f"each event{window} with {', '.join(memory.fields)}, at most {limits.WINDOW_ENTRIES:,}"
    if memory.measure == "when":
        return "the latest instant"
    if memory.window is None:
        return _EVER[memory.measure]
    looks_past = _looks_past(memory.window)
    what = "instants" if memory.measure == "count" else "instants with their values"
    if memory.keep is not None and not looks_past:
        return (
            f"the last {memory.keep:,} {what}{window}"
            if memory.keep > 1
            else f"the last {what.replace('instants', 'instant').replace('their values', 'its value')}{window}"
        )
    if looks_past:
        back = window_text(_up_to_now(memory.window))
        return f"all {what} {back}, at most {limits.WINDOW_ENTRIES:,}"
    if memory.measure in ("smallest", "largest"):
        return f"those {what}{window} that can still be the {MEASURES[memory.measure]}"
    if memory.measure == "distinct":
        return f"the latest instant{window} of each value"
    return f"all {what}{window}, at most {limits.WINDOW_ENTRIES:,}"


_EVER = {
    "count": "the number, and the first instant with its event",
    "total": "the sum and the number",
    "average": "the sum and the number",
    "smallest": "the value",
    "largest": "the value",
    "first": "the value and its instant",
    "latest": "the value and its instant",
    "distinct": "all different values",
    "frequent": "each value with how often it came, and when last",
}


def _made_up(kind: Kind | None, number: int) -> Any:
    """A value of a kind, another one for each number."""
    if kind is None or kind.is_text:
        return f"value {number:08}"
    if kind.name == "list":
        return [_made_up(kind.item, number + at) for at in range(3)]
    if kind.name == "record":
        return {field.name: _made_up(field.kind, number) for field in kind.fields}
    return number % 2 == 0 if kind.name == "boolean" else START // DAY + 100_000_000 + number


def _instants(number: int) -> int:
    return SLOT + 56 + number * 40


def size_of(value: Any) -> int:
    """The bytes of a value and all that it holds; keys of fields are shared, and not counted."""
    size = sys.getsizeof(value)
    if isinstance(value, dict):
        return size + sum(map(size_of, value.values()))
    if isinstance(value, list | tuple):
        return size + sum(map(size_of, value))
    if isinstance(value, Struct):
        return size + sum(size_of(getattr(value, name)) for name in value.__struct_fields__)
    return 0 if value is None or isinstance(value, bool) else size
