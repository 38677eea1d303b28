"""Which rules an event can start: a generated function for each event, and tables for rules that ask for one value, one
membership or one bound among many (architecture rule 12).

Comes in: a snapshot and the event. Goes out: the numbers of rules, some of them perhaps too many: each is judged in
full. The cost is that of the rules found and of those that nothing can be looked up of.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from attrs import define, field, frozen

from segdsl.engines.compiled.expressions import Expressions
from segdsl.engines.compiled.source import Source, Unit
from segdsl.plan import nodes as p
from segdsl.plan.index import ORDER, Access, By, access
from segdsl.plan.readers import rule_name
from segdsl.plan.text import Text

PARAMETERS = "s, now, f, found"

TABLE = 3
"""So many rules that ask for one value each are looked up; fewer are gone through."""

CHUNK = 200
"""Rules gone through in one function."""

Select = Callable[..., None]


@frozen
class Asked:
    """A trigger by which an event can start a rule, with how it is reached."""

    number: int
    rule: p.Rule
    event: str
    match: p.Expression | None
    reached: Access

    @property
    def is_only_that(self) -> bool:
        """Whether what it is reached by is all that it asks for."""
        asked = [part for part in (self.match, self.rule.condition) if part is not None]
        whole = (
            self.reached.by != "history" and len(asked) == 1 and isinstance(asked[0], p.Compare | p.OneOf | p.Member)
        )
        return whole and not (isinstance(asked[0], p.Member) and asked[0].lasting is not None)


@frozen
class Table:
    """Rules that are looked up together: by the value, the membership or the bound that they ask for."""

    by: By
    key: p.Expression | None
    operator: str
    members: list[Asked]

    def told(self, text: Text) -> str:
        """By what they are looked up, in the words of the rules."""
        if self.key is None:
            return "by the segments that the customer is in" if self.by == "membership" else "by what is remembered"
        asked = text.condition(self.key)
        return f"by the value of {asked}" if self.by == "equality" else f"by their bound of {asked} ({self.operator})"


@frozen
class Bounds:
    """Rules that ask for a number on one side of a bound, in the order of the bounds."""

    operator: str
    bounds: list[int]
    numbers: list[int]

    def within(self, value: int | None) -> list[int]:
        """Those whose bound a value keeps."""
        if value is None:
            return []
        match self.operator:
            case ">=":
                return self.numbers[: bisect_right(self.bounds, value)]
            case ">":
                return self.numbers[: bisect_left(self.bounds, value)]
            case "<=":
                return self.numbers[bisect_left(self.bounds, value) :]
        return self.numbers[bisect_right(self.bounds, value) :]


@frozen
class ByPossession:
    """Rules that ask for a membership, or for something that is remembered: whoever has little is asked about few."""

    numbers: dict[str, tuple[int, ...]]

    def of(self, held: Iterable[str]) -> list[int]:
        table = self.numbers
        return [number for each in held if each in table for number in table[each]]


@define(eq=False)
class Selecting:
    """The rules that events can start. `by_event` has their numbers and matches; `sure` are those of which, where one
    is found, nothing is left to be judged."""

    plan: p.Plan
    source: Source
    by_event: dict[str, list[tuple[int, p.Expression | None]]] = field(factory=dict)
    sure: set[int] = field(factory=set)

    @classmethod
    def of(cls, plan: p.Plan, source: Source) -> "Selecting":
        made = cls(plan, source)
        for number, rule in enumerate(plan.rules):
            for trigger in rule.triggers:
                if isinstance(trigger, p.EventTrigger):
                    made.by_event.setdefault(trigger.event, []).append((number, trigger.match))
        return made

    def asked(self, event: str) -> list[Asked]:
        """The triggers by which an event can start a rule, as they are reached."""
        rules, memories = self.plan.rules, self.source.facts.memories
        return [
            Asked(number, rules[number], event, match, access(match, rules[number].condition, memories))
            for number, match in self.by_event.get(event, ())
        ]

    def function(self, event: str) -> Select | None:
        """What finds the rules that an event can start; None where there are none."""
        asked = self.asked(event)
        if not asked:
            return None
        unit = Unit(f"rules started by {event}")
        written = self._begin(unit, "select")
        found, asked = tables(asked)
        for table in found:
            self._write_table(written, table)
        self.sure.update(each.number for each in asked)
        if len(asked) <= CHUNK:
            self._go_through(written, asked)
        else:
            for start in range(0, len(asked), CHUNK):
                chunk = self.source.constant(self._chunk(event, asked[start : start + CHUNK]))
                unit.add(1, f"{chunk}({PARAMETERS})")
        written.end()
        return self.source.function(unit)

    def _begin(self, unit: Unit, name: str) -> Expressions:
        written = Expressions(self.source, unit)
        written.start = written.item = "f"  # before a flow has started, all of them are the event
        written.function(name, PARAMETERS)
        return written

    def _chunk(self, event: str, asked: list[Asked]) -> Select:
        written = self._begin(Unit(f"rules started by {event}"), "some")
        self._go_through(written, asked)
        written.end()
        return self.source.function(written.unit)

    def _go_through(self, written: Expressions, asked: list[Asked]) -> None:
        written.share([part for each in asked for part in (each.match, each.rule.condition)])
        for each in asked:
            place = f"{each.rule.place} ({rule_name(each.rule)})"
            said = self.source.text.start(each.event, each.match, each.rule.condition)
            written.unit.note(1, f"{place}: {said}", place)
            tests = [written.true(part) for part in (each.match, each.rule.condition) if part is not None]
            guard = f"if {' and '.join(tests)}: " if tests else ""
            written.unit.add(1, f"{guard}found.append({each.number})")

    # ---------------------------------------------------------------------------------------------------------- tables

    def _write_table(self, written: Expressions, table: Table) -> None:
        """Write how a table is looked up."""
        members, key = table.members, table.key
        first = f"{members[0].rule.place} ({rule_name(members[0].rule)})"
        said = f"{len(members)} rules, {table.told(self.source.text)}: {first} ..."
        written.unit.note(1, said, f"{len(members)} rules: {first} ...")
        self.sure.update(each.number for each in members if each.is_only_that)
        match table.by:
            case "membership" | "history":
                name = self.source.constant(ByPossession(_numbers(table)))
                held = "s.members" if table.by == "membership" else "s.memories"
                written.unit.add(1, f"found += {name}.of({held})")
            case "threshold" if key is not None:
                ordered = sorted((each.reached.values[0], each.number) for each in members)
                bounds = Bounds(table.operator, [bound for bound, _ in ordered], [number for _, number in ordered])
                written.unit.add(1, f"found += {self.source.constant(bounds)}.within({written.value(key)})")
            case _ if key is not None:
                name = self.source.constant(_numbers(table))
                written.unit.add(1, f"found += {name}.get({written.value(key)}, ())")


def tables(asked: list[Asked]) -> tuple[list[Table], list[Asked]]:
    """The tables of rules that are reached in one way, where there are enough of them to be looked up; and the other
    rules."""
    groups: dict[tuple[By, p.Expression | None, str], list[Asked]] = defaultdict(list)
    for each in asked:
        if each.reached.by != "nothing":
            groups[each.reached.by, each.reached.key, each.reached.operator].append(each)
    found = [Table(*way, members) for way, members in groups.items() if len(members) >= TABLE]
    taken = {id(each) for table in found for each in table.members}
    return sorted(found, key=lambda table: ORDER.index(table.by)), [each for each in asked if id(each) not in taken]


def _numbers(table: Table) -> dict[Any, tuple[int, ...]]:
    """The rules of a table by what they ask for."""
    found: dict[Any, list[int]] = defaultdict(list)
    for each in table.members:
        for value in dict.fromkeys(each.reached.values):
            found[value].append(each.number)
    return {value: tuple(numbers) for value, numbers in found.items()}
