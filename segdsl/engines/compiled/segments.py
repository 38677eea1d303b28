"""Segments, judged: generated conditions, and who has to be looked at when something has changed.

Comes in: a state and what was touched. Goes out: memberships as seen, and changes. Segments stand in the order in which
they depend on each other; one that changes touches those that read it.
"""

from collections.abc import Callable, Iterable
from heapq import heapify, heappop, heappush

from segdsl.engines.base import Step
from segdsl.engines.compiled.expressions import Expressions
from segdsl.engines.compiled.round import Round
from segdsl.engines.compiled.source import Source, Unit
from segdsl.plan import nodes as p
from segdsl.plan.blank import may_hold
from segdsl.plan.needs import Needs
from segdsl.records.outcomes import Because, Change
from segdsl.state.customer import State, Stay
from segdsl.state.landing import later_end

Holds = Callable[[State, int], bool]

FEW = 24
"""So many segments are looked at in one function after an event; more only where something they read has changed."""


class Segments:
    """The segments of a plan, by their number in its order."""

    def __init__(self, plan: p.Plan, needs: Needs, source: Source) -> None:
        self.source = source
        self.all = plan.segments
        self.number = {segment.name: number for number, segment in enumerate(plan.segments)}
        self.readers = [
            sorted(self.number[reader] for reader in needs.readers_of(segment.name)) for segment in plan.segments
        ]
        self._holds: list[Holds | None] = [None] * len(plan.segments)
        blank = may_hold(plan)
        self.judged = [n for n, segment in enumerate(plan.segments) if segment.condition is not None]
        self.blank = [n for n in self.judged if plan.segments[n].name in blank]
        """Those that may hold for a customer of whom nothing is known."""

    # -------------------------------------------------------------------------------------------------- generated code

    def holds(self, number: int) -> Holds:
        """Whether the condition of a segment is true, as a function."""
        made = self._holds[number]
        if made is None:
            segment = self.all[number]
            unit = Unit(f"segment {segment.name}")
            written = self._begin(unit, f"segment_{number}", f"{segment.place} (segment {segment.name})")
            if segment.condition is not None:
                unit.note(1, self.source.text.condition(segment.condition))
                written.begin_body()
            unit.add(1, f"return {written.true(segment.condition)}")
            written.end()
            made = self._holds[number] = self.source.function(unit)
        return made

    def turning(self, numbers: Iterable[int], event: str) -> Callable[[State, int], bool] | None:
        """Whether any of a few segments would change, as one function; None where there is none to look at."""
        some = [self.all[number] for number in numbers]
        if not some:
            return None
        unit = Unit(f"segments after {event}")
        written = self._begin(unit, "turned", "")
        written.share([segment.condition for segment in some])
        unit.add(1, "if s.listed: return True")
        for segment in some:
            place = f"{segment.place} (segment {segment.name})"
            said = self.source.text.condition(segment.condition) if segment.condition is not None else ""
            unit.note(1, f"{place}: {said}", place)
            name = self.source.constant(segment.name)
            beneath = f"{name} in s.added and " if segment.kind == "added" else ""
            shown, holds = written.local("members"), written.true(segment.condition)
            unit.add(1, f"if ({name} in {shown}) != ({beneath}{holds}): return True")
        unit.add(1, "return False")
        written.end()
        return self.source.function(unit)

    def _begin(self, unit: Unit, name: str, place: str) -> Expressions:
        written = Expressions(self.source, unit)
        written.event = written.start = written.item = "NONE"
        written.function(name, "s, now", place)
        return written

    # --------------------------------------------------------------------------------------------------------- judging

    def judge(self, touched: Iterable[int], round_: Round, step: Step, cause: str) -> None:
        """Bring segments that have a condition up to date, in their order, and those that read one that changed."""
        waiting = list(touched)
        if len(waiting) > 1:
            heapify(waiting)
        done = -1
        while waiting:
            at = heappop(waiting)
            if at == done:
                continue
            done = at
            segment = self.all[at]
            why = round_.reasons.get(segment.name) if round_.reasons else None
            if self.show(at, step, round_, why, cause):
                for reader in self.readers[at]:
                    heappush(waiting, reader)

    def show(self, number: int, step: Step, round_: Round, why: Because | None, cause: str = "") -> bool:
        """Settle whether a customer is seen as a member: exclude beats include beats what goes on beneath. Gives
        whether that changed. Without a reason it is the condition."""
        state = round_.state
        segment = self.all[number]
        name = segment.name
        listed = state.listed.get(name)
        if listed is not None:
            member = listed
        elif segment.kind == "listed":
            member = False
        else:
            member = (segment.kind == "derived" or name in state.added) and (
                segment.condition is None or self.holds(number)(state, round_.now)
            )
        if member == (name in state.members):
            return False
        if member:
            state.members = {**state.members, name: round_.now}
        else:
            state.members = {other: since for other, since in state.members.items() if other != name}
        because = why or Because("condition", segment.place, "", cause)
        change = Change(state.customer, name, member, round_.now, round_.arrival, round_.number, because)
        step.changes.append(change)
        return True

    def show_added(self, name: str, step: Step, round_: Round, why: Because) -> Iterable[int]:
        """Show what rules or an end did to a membership. Gives the segments to be judged: those that read it, or, where
        it has a `while` condition, itself in its turn."""
        number = self.number[name]
        if self.all[number].condition is not None:
            round_.reasons = {**round_.reasons, name: why}
            return (number,)
        return self.readers[number] if self.show(number, step, round_, why) else ()

    def has_condition(self, name: str) -> bool:
        """Whether a segment holds, or is seen, only while something is true."""
        return self.all[self.number[name]].condition is not None

    @staticmethod
    def ending(state: State, now: int) -> list[tuple[str, Stay]]:
        """The memberships whose end has come."""
        return [(name, stay) for name, stay in state.added.items() if stay.end is not None and stay.end <= now]

    def end(self, ending: list[tuple[str, Stay]], round_: Round, step: Step) -> set[int]:
        """Take away memberships whose end has come. Gives the segments that read them."""
        state = round_.state
        touched: set[int] = set()
        for name, stay in sorted(ending, key=lambda each: each[0]):
            state.added = {other: its for other, its in state.added.items() if other != name}
            why = Because("ended", stay.because.place, stay.because.rule)
            touched.update(self.show_added(name, step, round_, why))
        return touched

    def add(self, name: str, why: Because, end: int | None, round_: Round) -> bool:
        """Have a rule add a customer: for longer, if it had been added before. Gives whether that changes anything."""
        state = round_.state
        stay = state.added.get(name)
        if stay is not None:
            later = later_end(stay.end, end)
            if later == stay.end:
                return False
            state.added = {**state.added, name: Stay(stay.because, later)}
        elif end is None or end > round_.now:
            state.added = {**state.added, name: Stay(why, end)}
        else:
            return False
        return True

    def remove(self, name: str, round_: Round) -> bool:
        """Have a rule remove a customer. Gives whether that changes anything."""
        state = round_.state
        if name not in state.added:
            return False
        state.added = {other: stay for other, stay in state.added.items() if other != name}
        return True
