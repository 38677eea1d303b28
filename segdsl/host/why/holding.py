"""What collections hold, looked at from behind: which events put in what, and what took it out.

Comes in: a collection of the plan and the events that were entered. Goes out: what is held and what was, each with the
events that decided it.
"""

from collections.abc import Iterable
from functools import partial
from typing import Any

from attrs import define

from segdsl.engines.reference.witness import Sighting
from segdsl.host.why.solving import Value, about
from segdsl.plan import nodes as p
from segdsl.records.inputs import Event
from segdsl.state.collections import after_event


@define(eq=False)
class Held:
    """An item that was put into a collection, and the event after which it was there no more (None: it still is). One
    that was replaced is gone by the event that came in its place."""

    put: Sighting
    gone: Sighting | None = None


def held(collection: p.Collection, entered: Iterable[Sighting], now: int, value: Value) -> list[Held]:
    """All that was ever put in by an instant, in order."""
    ever: list[Held] = []
    items: list[list[Any]] = []
    for sighting in entered:
        event = sighting.node
        assert isinstance(event, Event), "an event was entered"
        if event.instant > now or event.name not in collection.events:
            continue
        worth = partial(about, fields=sighting.fields, value=value)
        each = Held(sighting)
        before = items
        items, _ = after_event(collection, before, event.name, event.instant, worth, each)
        there = {id(item[2]) for item in items}
        for other in before:
            if id(other[2]) not in there:
                other[2].gone = sighting
        if id(each) in there:
            ever.append(each)
    return ever
