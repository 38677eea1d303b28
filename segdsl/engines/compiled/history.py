"""What is done on an event, by its name: generated when the first one comes, then looked up."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from segdsl.engines.compiled.clock import Clock
from segdsl.engines.compiled.entering import Enter, Entering
from segdsl.engines.compiled.round import Fields, Round
from segdsl.engines.compiled.rules import Ready
from segdsl.engines.compiled.segments import Segments
from segdsl.engines.compiled.selecting import Select, Selecting
from segdsl.plan import nodes as p
from segdsl.plan.needs import Needs
from segdsl.records.inputs import Event
from segdsl.state.customer import State


class On:
    """What is done on an event: `enter` it into the history, look whether any of the segments `touched` has `turned`,
    `select` the rules it can start. `finds`: `enter` tells which segments are touched. `tells`: triggers or collections
    are told of it. `timed`: what the clock can turn may have changed. A part is None where there is nothing to do."""

    __slots__ = ("enter", "finds", "select", "tells", "timed", "touched", "turned")

    def __init__(
        self,
        enter: Enter | None,
        touched: tuple[int, ...],
        turned: Callable[[State, int], bool] | None,
        select: Select | None,
        finds: bool,
        tells: bool,
        timed: bool,
    ) -> None:
        self.enter = enter
        self.touched = touched
        self.turned = turned
        self.select = select
        self.finds = finds
        self.tells = tells
        self.timed = timed


class History:
    """Events, entered. `tells_time`: something reads the instant of an event as its field."""

    def __init__(
        self,
        plan: p.Plan,
        needs: Needs,
        entering: Entering,
        selecting: Selecting,
        segments: Segments,
        clock: Clock,
        rules: list[Ready],
    ) -> None:
        self.needs, self.entering, self.selecting, self.segments = needs, entering, selecting, segments
        self.clock, self.rules = clock, rules
        self.tells_time = _reads_time(plan)
        self.known: dict[str, On] = {}
        self.by_attribute = {
            name: frozenset(segments.number[of] for of in touched) for name, touched in needs.by_attribute.items()
        }

    def on(self, event: str) -> On:
        """What is done on an event."""
        return self.known.get(event) or self._made(event)

    def _made(self, event: str) -> On:
        enter, touched, finds = self.entering.function(event)
        select = self.selecting.function(event)
        for number in self.selecting.sure:
            self.rules[number].is_sure = True
        tells = self.needs.tells_of(event)
        timed = tells or any(self.clock.is_timed(memory.key) for memory in self.needs.memories_of(event))
        turned = None if finds else self.segments.turning(touched, event)
        on = self.known[event] = On(enter, touched, turned, select, finds, tells, timed)
        return on

    def fields(self, event: Event) -> Fields:
        """The fields of an event, as conditions read them."""
        if not self.tells_time:
            return event.fields
        fields = {**event.fields, "time": event.instant}
        if event.received is not None:
            fields["received"] = event.received
        return fields

    def enter(self, event: Event, round_: Round, touched: set[int]) -> None:
        """Enter an event that a rule recorded into the history and into collections, and tell the triggers that count
        or look back. Adds the segments that may be touched."""
        on = self.on(event.name)
        fields = self.fields(event)
        round_.events = [*round_.events, (event.name, fields)]
        if on.enter is not None:
            on.enter(round_.state, event.instant, fields, event.id, touched, round_)
            touched.update(on.touched)
        if event.attributes:
            self.set(round_.state, event.attributes, touched)

    def set(self, state: State, values: Mapping[str, Any], touched: set[int]) -> None:
        """Set attributes; None makes one not known."""
        attributes = state.attributes.copy()
        for name, value in values.items():
            if value is None:
                attributes.pop(name, None)
            else:
                attributes[name] = value
            touched |= self.by_attribute.get(name, frozenset())
        state.attributes = attributes


def _reads_time(plan: p.Plan) -> bool:
    """Whether anything may read the instants of an event as its fields, or keep them: whether their names stand in the
    plan as values. A text of the program that is such a name costs a little, and does no harm."""
    parts = (plan.segments, plan.memories, plan.rules, plan.collections, plan.limits, plan.holds)
    return _INSTANTS.search(msgspec.json.encode(parts)) is not None


_INSTANTS = re.compile(rb'"(?:time|received)"(?!:)')
