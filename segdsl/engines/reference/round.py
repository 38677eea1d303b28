"""One step at one instant: what it is about, and which triggers fire in it (language.md sections 3 and 5.4 to 5.5)."""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AnySet
from functools import partial
from typing import Any

from attrs import define, field

from segdsl.engines.reference.due import fires_now
from segdsl.engines.reference.evaluate import View, evaluate, holds
from segdsl.plan import nodes as p
from segdsl.plan.needs import Needs
from segdsl.records.outcomes import Because
from segdsl.state.collections import after_event
from segdsl.state.customer import Pending, Waiting
from segdsl.state.moments import plus
from segdsl.state.windows import leaves
from segdsl.values import limits

Fields = Mapping[str, Any]
NONE: Fields = {}
"""The fields of no event: what is at hand after a transition or a moment of the calendar."""


@define
class Round:
    """A step at (`view.now`, `arrival`, `number`): arrival 0 is the clock's, number 0 the first at its instant.

    `cause` tells effects of one input or instant from those of another. `events` are the input, or what the step before
    recorded, as (name, fields). `entered` and `left` are the segments that differ from the snapshot before. `counted`
    and `due` are the events at hand for counting triggers that are complete, and for those that look back, by key.
    `full` are the names of collections that had no room for an event.
    `begun` are the waits at which flows have arrived in this step. `reasons` say why a membership with a `while`
    condition is judged, where it is not for the condition. `known` are segments that are no news when they are entered:
    those that a guest was in who has just turned out to be this customer."""

    view: View
    arrival: int
    number: int
    cause: str
    events: list[tuple[str, Fields]] = field(factory=list)
    entered: set[str] = field(factory=set)
    left: set[str] = field(factory=set)
    counted: dict[str, list[Fields]] = field(factory=dict)
    due: dict[str, list[Fields]] = field(factory=dict)
    begun: list[Waiting] = field(factory=list)
    reasons: dict[str, Because] = field(factory=dict)
    known: AnySet[str] = frozenset()
    full: list[str] = field(factory=list)

    @property
    def by_clock(self) -> bool:
        """Whether this is the step that the clock itself brings about."""
        return self.arrival == 0 and self.number == 0

    @property
    def key(self) -> tuple[int, int, int]:
        """The order key of what is seen from this step."""
        return self.view.now, self.arrival, self.number

    def fires(self, trigger: p.Trigger, view: View | None = None) -> Iterator[Fields]:
        """The event at hand of each time that a trigger fires in this step. `view` is that of a flow which waits."""
        match trigger:
            case p.EventTrigger(event, match):
                view = view or self.view
                for name, fields in self.events:
                    if name == event and holds(match, view.about(fields)):
                        yield fields
            case p.CountTrigger(key):
                yield from self.counted.get(key, ())
            case p.AfterTrigger(key):
                yield from self.due.get(key, ())
            case p.EntersTrigger(segment):
                if segment in self.entered:
                    yield NONE
            case p.LeavesTrigger(segment):
                if segment in self.left:
                    yield NONE
            case p.DateTrigger() | p.ScheduleTrigger():
                if self.by_clock and fires_now(trigger, self.view):
                    yield NONE

    # ------------------------------------------------------------------------- what is kept of events, and by triggers

    def collect(self, collection: p.Collection, event: str, about: View) -> None:
        """Let an event take items out of a collection, and put itself in. `about` is the view in which the event is
        spoken of as an item."""
        state = self.view.state
        kept = {name: about.item[name] for name in collection.fields if name in about.item}
        before = state.collections.get(collection.key, [])
        items, full = after_event(collection, before, event, about.now, partial(evaluate, view=about), kept)
        if full:
            self.full.append(collection.name)
        if items:
            state.collections[collection.key] = items
        else:
            state.collections.pop(collection.key, None)

    def tell_triggers(self, name: str, fields: Fields, needs: Needs) -> None:
        """Let the triggers that count, and those that look back, know of an event."""
        state, about = self.view.state, self.view.about(fields)
        for key, count in needs.counts.get(name, {}).items():
            if holds(count.match, about):
                tally, complete = tallied(count, state.tallies.get(key, []), about)
                state.tallies[key] = tally
                if complete:
                    self.counted.setdefault(key, []).append(fields)
        for key, after in needs.without.get(name, {}).items():
            without = after.without
            if without is not None and key in state.pending:
                kept = [e for e in state.pending[key] if not holds(without.match, about.of_flow(e.fields))]
                self._keep(key, kept)
        for after in needs.after.get(name, {}).values():
            if holds(after.match, about):
                self._look_back(after, fields)

    def _look_back(self, after: p.AfterTrigger, fields: Fields) -> None:
        view, state = self.view, self.view.state
        value = evaluate(after.per, view.of_flow(fields)) if after.per is not None else None
        kept = {name: fields[name] for name in after.fields if name in fields}
        pending = Pending(plus(view.now, after.delay, view.zone), kept, value)
        others = state.pending.get(after.key, [])
        if not after.each:
            others = [each for each in others if each.value != value]
        self._keep(after.key, [*others, pending][-limits.WINDOW_ENTRIES :])

    def _keep(self, key: str, pending: list[Pending]) -> None:
        if pending:
            self.view.state.pending[key] = pending
        else:
            self.view.state.pending.pop(key, None)

    def take_due(self) -> None:
        """Take the events out of the state on which it is now time to look back."""
        for key, pending in list(self.view.state.pending.items()):
            ripe = [each for each in pending if each.due <= self.view.now]
            if ripe:
                self.due[key] = [each.fields for each in ripe]
                self._keep(key, [each for each in pending if each.due > self.view.now])


def tallied(count: p.CountTrigger, tally: list[Any], view: View) -> tuple[list[Any], bool]:
    """The events counted, as (instant, value of `per`), with one more at `view.now`, and whether that completes the
    count of its value, which then begins anew."""
    within = count.within
    value = evaluate(count.per, view) if count.per is not None else None
    tally = [*(each for each in tally if within is None or view.now < leaves(within, each[0], view.zone))]
    same = sum(1 for each in tally if each[1] == value)
    if same + 1 >= count.number:
        return [each for each in tally if each[1] != value], True
    return [*tally, [view.now, value]], False
