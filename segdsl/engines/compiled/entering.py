"""What happens, entered into the history: a generated function for each event that anything remembers or counts.

Comes in: the fields of an event. Goes out: the state with new memories, collections, tallies and pending events. Where
many memories or triggers ask for one value each (`searches "Acme 17"`), those that one event concerns are found by its
hash, and only they are gone through; each is compiled when it is first met.
"""

from collections import defaultdict
from collections.abc import Callable
from functools import partial
from typing import Any

from attrs import define, field, frozen

from segdsl.engines.compiled.expressions import Expressions, is_fixed
from segdsl.engines.compiled.segments import FEW, Segments
from segdsl.engines.compiled.source import Later, Source, Unit
from segdsl.plan import nodes as p
from segdsl.plan.index import access
from segdsl.plan.needs import Needs
from segdsl.plan.readers import Remembered, readers_of
from segdsl.values import limits

PARAMETERS = "s, now, i, identity, touched, r"
"""The state, the instant, the event's fields and its id; the segments that are touched; the step."""

OWN = "    m = s.memories = s.memories.copy()"
"""Where several memories surely change, they are copied once."""

MANY = 8
"""So many of one kind, each with a value of its own, are looked up; fewer are gone through."""

Enter = Callable[..., None]


@frozen
class Guarded:
    """Something to be done on an event if its fields meet a condition: for `part` of the plan. `write` writes it,
    `segments` read what it changes; `remembers`: it is a memory."""

    part: Remembered
    condition: p.Expression | None
    write: Callable[[Expressions, int], None]
    segments: tuple[int, ...] = ()
    remembers: bool = False


@define(eq=False)
class Entering:
    """Writes the functions that enter events; `later` are those that are written when they are first called."""

    plan: p.Plan
    needs: Needs
    source: Source
    segments: Segments
    later: list[Later] = field(factory=list)

    def guarded(self, event: str) -> list[Guarded]:
        """All that is kept of an event if its fields meet a condition."""
        return [*self._memories(event), *self._collections(event), *self._counts(event), *self._looks_back(event)]

    def function(self, event: str) -> tuple[Enter | None, tuple[int, ...], bool]:
        """What enters an event (None: nobody takes notice); the segments that are looked at after each such event; and
        whether the function gives the touched ones itself, since they are many."""
        guarded = self.guarded(event)
        crossing = self._crosses_out(event)
        touched = tuple(sorted({number for each in guarded for number in each.segments}))
        if not guarded and not crossing:
            return None, touched, False
        finds = len(touched) > FEW
        unit = Unit(f"when {event}")
        written = self._begin(unit, "enter")
        if crossing:  # before any look back is noted: an event that is both does not cross itself out
            self._go_through(written, crossing, finds)
        found = tables(guarded)
        for key, members in found.items():
            table = self._table(event, key, members, finds)
            value = written.value(key)
            unit.note(1, f"{len(members)} that ask for one value each: {self.source.text.part(members[0].part)} ...")
            unit.add(1, f"for each in {table}.get({value}, ()): each({PARAMETERS})")
        looked_up = {id(each) for members in found.values() for each in members}
        self._go_through(written, [each for each in guarded if id(each) not in looked_up], finds)
        written.end()
        return self.source.function(unit), touched, finds

    def _begin(self, unit: Unit, name: str) -> Expressions:
        written = Expressions(self.source, unit)
        written.event = written.start = "NONE"
        written.hoists = False  # the state changes on the way
        written.function(name, PARAMETERS)
        return written

    def _go_through(self, written: Expressions, guarded: list[Guarded], finds: bool) -> None:
        if sum(each.condition is None and each.remembers for each in guarded) > 1:
            written.unit.add(1, OWN.strip())
        written.share([each.condition for each in guarded])
        for each in guarded:
            written.unit.note(1, self.source.text.part(each.part), partial(self._place, each.part))
            level = 1
            if each.condition is not None:
                written.unit.add(1, f"if {written.true(each.condition)}:")
                level = 2
            each.write(written, level)
            if finds and each.segments:
                written.unit.add(level, f"touched.update({each.segments!r})")
        if not guarded:
            written.unit.add(1, "pass")

    def _place(self, part: Remembered) -> str:
        """What a part of the history is kept for."""
        said, readers = self.source.text.part(part), readers_of(self.plan, part)
        more = f" and {len(readers) - 1} more" if len(readers) > 1 else ""
        return f"{said}: {readers[0]}{more}" if readers else said

    def _table(self, event: str, key: p.Expression, members: list[Guarded], finds: bool) -> str:
        table: dict[Any, list[Later]] = defaultdict(list)
        for each in members:
            later = Later(lambda each=each: self._alone(event, each, finds))  # type: ignore[misc]
            self.later.append(later)
            for value in dict.fromkeys(access(each.condition).values):
                table[value].append(later)
        return self.source.constant(dict(table))

    def _alone(self, event: str, each: Guarded, finds: bool) -> Enter:
        unit = Unit(f"when {event}: {self.source.text.part(each.part)}")
        written = self._begin(unit, "enter_one")
        self._go_through(written, [each], finds)
        written.end()
        return self.source.function(unit)

    # -------------------------------------------------------------------------------------------------------- memories

    def _memories(self, event: str) -> list[Guarded]:
        made = []
        for memory in self.needs.memories_of(event):
            of = self.needs.by_memory.get(memory.key, ())
            numbers = tuple(self.segments.number[name] for name in of)
            made.append(Guarded(memory, memory.where, self._remembering(memory), numbers, True))
        return made

    def _remembering(self, memory: p.Memory) -> Callable[[Expressions, int], None]:
        def write(written: Expressions, level: int) -> None:
            unit, key = written.unit, self.source.constant(memory.key)
            value = "None"
            if memory.operand is not None:
                value = written.temporary()
                unit.add(level, f"{value} = {written.value(memory.operand)}")
                unit.add(level, f"if {value} is not None:")
                level += 1
            if OWN in unit.lines:
                unit.add(level, f"h = m.get({key})")
                unit.add(level, f"m[{key}] = {self._after(memory, value)}")
            else:
                unit.add(level, f"h = s.memories.get({key})")
                unit.add(level, f"s.memories = {{**s.memories, {key}: {self._after(memory, value)}}}")

        return write

    def _after(self, memory: p.Memory, value: str) -> str:
        """What a memory holds after an event, as a text that reads `h`, what it held before."""
        if not memory.fields and memory.window is None and memory.measure in _EVER:
            return _EVER[memory.measure].format(v=value)
        if not memory.fields and memory.measure == "when":
            return "now"
        if not memory.fields and is_fixed(memory.window) and memory.window is not None:
            most = limits.WINDOW_ENTRIES if memory.keep is None else max(1, memory.keep)
            if memory.measure == "count":
                return f"with_instant(h, now, now - {memory.window.older}, {most})"
            if memory.measure in ("total", "average", "first", "frequent"):
                return f"with_entry(h, [now, {value}], now - {memory.window.older}, {most})"
        return f"take_in({self.source.constant(memory)}, h, now, identity, {value}, i, zone)"

    # ----------------------------------------------------------------------------------------------------- collections

    def _collections(self, event: str) -> list[Guarded]:
        made = []
        for collection in self.needs.collections_of(event):
            of = self.needs.by_memory.get(collection.key, ())
            numbers = tuple(self.segments.number[name] for name in of)
            made.append(Guarded(collection, None, self._collecting(collection, event), numbers))
        return made

    def _collecting(self, collection: p.Collection, event: str) -> Callable[[Expressions, int], None]:
        def write(written: Expressions, level: int) -> None:
            unit, key = written.unit, self.source.constant(collection.key)
            unit.add(level, f"before = items = s.collections.get({key}, [])")
            if event in collection.clears:
                unit.add(level, "items = []")
            for drop in collection.drops:
                if drop.event == event:
                    unit.add(level, f"items = dropped(items, {written.value(drop.by)})")
            if event == collection.event:
                kept = self.source.constant(collection.fields)
                unit.add(level, f"k = {written.value(collection.by)}")
                unit.add(level, "if k is not None:")
                unit.add(level + 1, f"more = put(items, now, k, {{n: i[n] for n in {kept} if n in i}})")
                unit.add(level + 1, f"if more is None: r.overflow({self.source.constant(collection.name)})")
                unit.add(level + 1, "else: items = more")
            unit.add(level, "if items is not before:")
            unit.add(level + 1, f"s.collections = with_value(s.collections, {key}, items)")

        return write

    # ------------------------------------------------------------------------------------------- triggers that remember

    def _counts(self, event: str) -> list[Guarded]:
        return [
            Guarded(count, count.match, self._counting(count)) for count in self.needs.counts.get(event, {}).values()
        ]

    def _counting(self, count: p.CountTrigger) -> Callable[[Expressions, int], None]:
        def write(written: Expressions, level: int) -> None:
            unit, key = written.unit, self.source.constant(count.key)
            per = written.value(count.per) if count.per is not None else "None"
            trigger = self.source.constant(count)
            unit.add(level, f"tally, complete = tallied({trigger}, s.tallies.get({key}, []), {per}, now, zone)")
            unit.add(level, f"s.tallies = {{**s.tallies, {key}: tally}}")
            unit.add(level, f"if complete: r.complete({key}, i)")

        return write

    def _crosses_out(self, event: str) -> list[Guarded]:
        """Those of which the event is the one that must not come."""
        return [
            Guarded(after, None, self._crossing_out(after, after.without.match))
            for after in self.needs.without.get(event, {}).values()
            if after.without is not None
        ]

    def _looks_back(self, event: str) -> list[Guarded]:
        return [
            Guarded(after, after.match, self._looking_back(after)) for after in self.needs.after.get(event, {}).values()
        ]

    def _crossing_out(self, after: p.AfterTrigger, match: p.Expression | None) -> Callable[[Expressions, int], None]:
        def write(written: Expressions, level: int) -> None:
            unit, key = written.unit, self.source.constant(after.key)
            inner = written.about(event="e.fields")
            unit.add(level, f"pending = s.pending.get({key})")
            unit.add(level, "if pending:")
            unit.add(level + 1, "kept = []")
            unit.add(level + 1, "for e in pending:")
            unit.add(level + 2, f"if not {inner.true(match)}: kept.append(e)")
            unit.add(level + 1, f"s.pending = with_value(s.pending, {key}, kept)")

        return write

    def _looking_back(self, after: p.AfterTrigger) -> Callable[[Expressions, int], None]:
        def write(written: Expressions, level: int) -> None:
            unit, key = written.unit, self.source.constant(after.key)
            inner = written.about(event="i")
            unit.add(level, f"v = {inner.value(after.per) if after.per is not None else None}")
            unit.add(level, f"others = s.pending.get({key}, [])")
            if not after.each:
                unit.add(level, "others = [e for e in others if e.value != v]")
            kept = f"{{n: i[n] for n in {self.source.constant(after.fields)} if n in i}}"
            due = f"plus(now, {self.source.constant(after.delay)}, zone)"
            unit.add(level, f"later = [*others, Pending({due}, {kept}, v)][-{limits.WINDOW_ENTRIES}:]")
            unit.add(level, f"s.pending = with_value(s.pending, {key}, later)")

        return write


def tables(guarded: list[Guarded]) -> dict[p.Expression, list[Guarded]]:
    """Those that can be looked up, by what they ask for."""
    found: dict[p.Expression, list[Guarded]] = defaultdict(list)
    for each in guarded:
        reached = access(each.condition)
        if reached.by == "equality" and reached.key is not None:
            found[_as_item(reached.key)].append(each)
    return {key: members for key, members in found.items() if len(members) >= MANY}


def _as_item(key: p.Expression) -> p.Expression:
    """A key that reads the event at hand, as it is read where the event is the item."""
    match key:
        case p.Field(name):
            return p.ItemField(name)
        case p.Fold(inner):
            return p.Fold(_as_item(inner))
    return key


_EVER = {
    "count": "[h[0] + 1, h[1], h[2]] if h else [1, now, identity]",
    "total": "[h[0] + {v}, h[1] + 1] if h else [{v}, 1]",
    "average": "[h[0] + {v}, h[1] + 1] if h else [{v}, 1]",
    "smallest": "{v} if h is None else min(h, {v})",
    "largest": "{v} if h is None else max(h, {v})",
    "first": "[now, {v}] if h is None else h",
    "latest": "[now, {v}]",
    "when": "now",
}
"""What a memory without a window holds after an event, by its measure."""
