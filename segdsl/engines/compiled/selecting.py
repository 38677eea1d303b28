"""Which rules an event can start: a generated function for each event, and tables for rules that ask for one value, one
membership or one bound among many (architecture rule 12).

Comes in: a snapshot and the event. Goes out: the numbers of rules, some of them perhaps too many: each is judged in
full. The cost is that of the rules found and of those that nothing can be looked up of.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from attrs import define, field, frozen

from segdsl.engines.compiled.expressions import Expressions
from segdsl.engines.compiled.source import Source, Unit
from segdsl.plan import nodes as p
from segdsl.plan.index import Access, access

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
    match: p.Expression | None
    reached: Access

    @property
    def is_only_that(self) -> bool:
        """Whether what it is reached by is all that it asks for."""
        asked = [part for part in (self.match, self.rule.condition) if part is not None]
        whole = len(asked) == 1 and isinstance(asked[0], p.Compare | p.OneOf | p.Member)
        return whole and not (isinstance(asked[0], p.Member) and asked[0].lasting is not None)


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
class ByMembership:
    """Rules that ask for a membership: whoever is in few segments is asked about few."""

    numbers: dict[str, tuple[int, ...]]

    def of(self, members: Iterable[str]) -> list[int]:
        table = self.numbers
        return [number for segment in members if segment in table for number in table[segment]]


@define(eq=False)
class Selecting:
    """The rules that events can start. `by_event` has them as they are reached; `sure` are those of which, where one is
    found, nothing is left to be judged."""

    source: Source
    memories: Mapping[str, p.Memory]
    by_event: dict[str, list[Asked]] = field(factory=dict)
    sure: set[int] = field(factory=set)

    @classmethod
    def of(cls, plan: p.Plan, source: Source, memories: Mapping[str, p.Memory]) -> "Selecting":
        made = cls(source, memories)
        for number, rule in enumerate(plan.rules):
            for trigger in rule.triggers:
                if isinstance(trigger, p.EventTrigger):
                    reached = access(trigger.match, rule.condition)
                    made.by_event.setdefault(trigger.event, []).append(Asked(number, rule, trigger.match, reached))
        return made

    def function(self, event: str) -> Select | None:
        """What finds the rules that an event can start; None where there are none."""
        asked = self.by_event.get(event, [])
        if not asked:
            return None
        unit = Unit(f"rules started by {event}")
        written = self._begin(unit, "select")
        asked = self._write_equalities(written, asked)
        asked = self._write_memberships(written, asked)
        asked = self._write_thresholds(written, asked)
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
        written = Expressions(self.source, self.memories, unit)
        written.start = written.item = "f"  # before a flow has started, all of them are the event
        written.function(name, PARAMETERS)
        return written

    def _chunk(self, event: str, asked: list[Asked]) -> Select:
        written = self._begin(Unit(f"rules started by {event}"), "some")
        self._go_through(written, asked)
        written.end()
        return self.source.function(written.unit)

    def _go_through(self, written: Expressions, asked: list[Asked]) -> None:
        written.share([(each.match, each.rule.condition) for each in asked])
        for each in asked:
            place = each.rule.place
            written.unit.note(1, f"{place}{f' ({each.rule.activity})' if each.rule.activity else ''}", place)
            tests = [written.true(part) for part in (each.match, each.rule.condition) if part is not None]
            guard = f"if {' and '.join(tests)}: " if tests else ""
            written.unit.add(1, f"{guard}found.append({each.number})", place)

    # ---------------------------------------------------------------------------------------------------------- tables

    def _write_equalities(self, written: Expressions, asked: list[Asked]) -> list[Asked]:
        """Write the tables of those that ask for a value. Gives the others, here and below."""
        groups, others = _grouped(asked, "equality", lambda each: each.key)
        for key, members in groups.items():
            table: dict[Any, list[int]] = defaultdict(list)
            self.sure.update(each.number for each in members if each.is_only_that)
            for each in members:
                for value in dict.fromkeys(each.reached.values):
                    table[value].append(each.number)
            name = self.source.constant({value: tuple(numbers) for value, numbers in table.items()})
            self._note(written, members, "by the value they ask for")
            written.unit.add(1, f"found += {name}.get({written.value(key)}, ())")
        return others

    def _write_memberships(self, written: Expressions, asked: list[Asked]) -> list[Asked]:
        groups, others = _grouped(asked, "membership", lambda each: each.by)
        for members in groups.values():
            table: dict[str, list[int]] = defaultdict(list)
            self.sure.update(each.number for each in members if each.is_only_that)
            for each in members:
                for segment in dict.fromkeys(each.reached.values):
                    table[segment].append(each.number)
            name = self.source.constant(ByMembership({segment: tuple(found) for segment, found in table.items()}))
            self._note(written, members, "by the segments that the customer is in")
            written.unit.add(1, f"found += {name}.of(s.members)")
        return others

    def _write_thresholds(self, written: Expressions, asked: list[Asked]) -> list[Asked]:
        groups, others = _grouped(asked, "threshold", lambda each: (each.key, each.operator))
        for (key, operator), members in groups.items():
            self.sure.update(each.number for each in members if each.is_only_that)
            ordered = sorted((each.reached.values[0], each.number) for each in members)
            bounds = Bounds(operator, [bound for bound, _ in ordered], [number for _, number in ordered])
            self._note(written, members, f"by their bound: {operator}")
            written.unit.add(1, f"found += {self.source.constant(bounds)}.within({written.value(key)})")
        return others

    @staticmethod
    def _note(written: Expressions, members: list[Asked], how: str) -> None:
        written.unit.note(1, f"{len(members)} rules, {how}: {members[0].rule.place} ...")


def _grouped(asked: list[Asked], by: str, key: Callable[[Access], Any]) -> tuple[dict[Any, list[Asked]], list[Asked]]:
    """Those that are reached in one way, where there are enough of them to be looked up; and the others."""
    groups: dict[Any, list[Asked]] = defaultdict(list)
    for each in asked:
        if each.reached.by == by:
            groups[key(each.reached)].append(each)
    large = {what: members for what, members in groups.items() if len(members) >= TABLE}
    taken = {id(each) for members in large.values() for each in members}
    return large, [each for each in asked if id(each) not in taken]
