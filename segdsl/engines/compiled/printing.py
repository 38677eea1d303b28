"""The Python that the compiled engine makes of a plan, whole, for a person who reads it (`seg plan --python`).

Comes in: a plan. Goes out: sections in the order in which an event goes through them: what it does to the history and
to segments, and which rules it can start; then the segments, the rules, the clock, and the rest. Engines generate a
function when it is first needed; here all of them are.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from attrs import frozen

from segdsl.engines.compiled import Compiled
from segdsl.engines.compiled.rules import Ready
from segdsl.engines.compiled.selecting import Bounds, ByPossession
from segdsl.engines.compiled.source import Unit, printable
from segdsl.plan import nodes as p
from segdsl.plan.readers import in_order, remembered, rule_name

_WORD = re.compile(r"\w+")

WIDTH = 110
"""Characters of a constant that are shown."""


@frozen
class Section:
    """Functions that belong together: those of an event, a segment, a rule (`of` is its place), or the like."""

    kind: str
    of: str
    title: str
    text: str


def python_of(plan: p.Plan) -> str:
    """All that is generated for a plan, as one text."""
    return "\n\n".join(section.text for section in sections(plan))


def sections(plan: p.Plan, wanted: Callable[[str, str], bool] = lambda _kind, _of: True) -> Iterator[Section]:
    """The sections that are wanted, by kind and by what they are of; those without a function are left out."""
    compiled = Compiled(plan)
    told = {part.key: compiled.source.text.part(part) for part in remembered(plan)}
    at_once = set(compiled.source.files)  # limits, holds and moments are made ready with the plan
    for kind, of, title, generate in _all(compiled):
        if not wanted(kind, of):
            continue
        before = set(compiled.source.files)
        kept = generate()
        units = [unit for file, unit in list(compiled.source.files.items()) if file not in before]
        if kind == "start":
            units = [compiled.source.files[file] for file in at_once]
        if units:
            yield Section(kind, of, title, _printed(compiled, told, title, units))
        del kept


def _all(compiled: Compiled) -> Iterator[tuple[str, str, str, Callable[[], object]]]:
    """Kind, what it is of, title, and what generates the functions."""
    plan = compiled.plan
    for event in plan.events:
        yield "event", event.name, f"event {event.name}", partial(_event, compiled, event.name)
    for number, segment in enumerate(plan.segments):
        if segment.condition is not None:
            title = f"segment {segment.name} ({segment.place})"
            yield "segment", segment.name, title, partial(compiled.segments.holds, number)
    for ready in sorted(compiled.rounds.rules, key=lambda ready: in_order(ready.rule.place)):
        title = f"{rule_name(ready.rule)} ({ready.rule.place})"
        yield "rule", ready.rule.place, title, partial(_rule, ready)
    yield "clock", "", "the clock: when something turns by itself", lambda: compiled.clock.turning
    yield "start", "", "limits, holds, and moments that conditions wait for", lambda: None
    for promotion in plan.promotions:
        if promotion.condition is not None:
            place = f"{promotion.place} (promotion {promotion.name})"
            title = f"promotion {promotion.name} ({promotion.place})"
            yield "promotion", promotion.name, title, partial(compiled.asked_at, promotion.condition, place)


def _event(compiled: Compiled, event: str) -> None:
    before = len(compiled.history.entering.later)
    compiled.history.on(event)
    for later in compiled.history.entering.later[before:]:
        later.generate()


def _rule(ready: Ready) -> None:
    """All functions of a rule."""
    for made in ("condition", "per", "steps"):
        getattr(ready, made)
    for key in ready.pauses:
        ready.rest(key)
    waits = [pause.trigger for pause, _ in ready.pauses.values() if isinstance(pause, p.WaitFor)]
    for trigger in (*ready.rule.triggers, *ready.rule.stops, *waits):
        if isinstance(trigger, p.EventTrigger | p.CountTrigger):
            ready.match(trigger)
        if isinstance(trigger, p.CountTrigger | p.AfterTrigger):
            ready.value_of(trigger)


def _printed(compiled: Compiled, told: Mapping[str, str], title: str, units: list[Unit]) -> str:
    blocks = [f"# {'-' * max(3, 116 - len(title))} {printable(title)}"]
    for unit in units:
        legend = [f"#   {line}" for line in _legend(compiled, told, unit.text)]
        blocks.append("\n".join([f"# {unit.name}", *legend, unit.text.rstrip("\n")]) + "\n")
    return "\n".join(blocks)


def _legend(compiled: Compiled, told: Mapping[str, str], text: str) -> Iterator[str]:
    """What the keys and constants in a text stand for; `told` says it of keys."""
    words = dict.fromkeys(_WORD.findall(text))
    yield from (f"{word!r}: {printable(told[word])}" for word in words if word in told)
    for word in words:
        if word.startswith("constant_") and word in compiled.source.names:
            yield f"{word} = {_shown(compiled.source.names[word])}"


def _shown(value: Any) -> str:
    """A constant, shortly."""
    match value:
        case ByPossession(numbers):
            return f"by segment {_table(numbers)}"
        case Bounds(operator, bounds, numbers):
            return f"by bound {operator} {_table(dict(zip(bounds, numbers, strict=True)))}"
        case dict():
            return _table(value)
        case p.Rule():
            return f"{rule_name(value)} ({value.place})"
    return _cut(printable(repr(value)))


def _table(table: Mapping[Any, Any]) -> str:
    """The first rows of a table, and how many there are."""
    rows = [f"{key!r}: {_row(value)}" for key, value in list(table.items())[:3]]
    more = f", ... {len(table) - 3:,} more" if len(table) > 3 else ""
    return "{" + _cut(printable(", ".join(rows))) + more + "}"


def _row(value: Any) -> str:
    return f"{len(value)} functions" if isinstance(value, list) else repr(value)


def _cut(text: str) -> str:
    return text if len(text) <= WIDTH else f"{text[: WIDTH - 4]} ..."
