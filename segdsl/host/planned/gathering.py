"""All that is told of a plan, gathered event by event from the engine that would run it."""

from attrs import evolve

from segdsl.engines.compiled import Compiled
from segdsl.engines.compiled.selecting import TABLE
from segdsl.host.planned.clock import by_itself
from segdsl.host.planned.kept import kept_of
from segdsl.host.planned.parts import Kept, OfEvent, Planned, Work
from segdsl.host.planned.starts import Starts
from segdsl.host.program import Program
from segdsl.plan import nodes as p


def planned(program: Program) -> Planned:
    """What the compiler made of a program."""
    plan = program.plan
    compiled = Compiled(plan)
    kept = kept_of(plan)
    starts = Starts(plan, compiled)
    told = [_event(event, compiled, kept, starts) for event in plan.events]
    noticed = {event.name for event in told if event.does_something}
    lines = {event.name: tuple(name for _, name in event.lines if name in noticed) for event in plan.events}
    events = [evolve(event, lines=lines[event.name]) for event in told]
    return Planned(
        tuple(rule.place for rule in plan.rules),
        len(plan.segments),
        tuple(event for event in events if event.does_something),
        len(events),
        tuple(kept),
        by_itself(plan, compiled),
        _by_attribute(compiled),
        TABLE,
    )


def _event(event: p.EventType, compiled: Compiled, kept: list[Kept], starts: Starts) -> OfEvent:
    history = compiled.history
    guarded = history.entering.guarded(event.name)
    ways, found = starts.of_event(event.name)
    tables = starts.tables_of_the_past(guarded)
    numbers = sorted({number for each in guarded for number in each.segments})
    alone = len(guarded) - sum(table.members for table in tables)
    work = Work(
        alone + sum(table.most for table in tables),
        len(numbers),
        len(ways) - sum(table.members for table in found) + sum(table.most for table in found),
    )
    return OfEvent(
        event.name,
        tuple(each for each in kept if event.name in each.events),
        tuple(compiled.segments.all[number].name for number in numbers),
        tuple(ways),
        (*tables, *found),
        work,
    )


def _by_attribute(compiled: Compiled) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The segments that are judged when an attribute changes."""
    found = compiled.history.by_attribute
    names = {name: sorted(compiled.segments.all[number].name for number in numbers) for name, numbers in found.items()}
    return tuple((name, tuple(segments)) for name, segments in sorted(names.items()))
