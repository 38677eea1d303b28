"""Triggers: the nodes of a plan that tell when a rule starts, a flow ends or a wait is answered (language.md 3).

The fields of the event that a trigger is about are read as `ItemField`; `Field` reads those of the flow that waits, or
of the event that `without` looks back on.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from segdsl.plan.expressions import Expression, Window


class Length(Struct, frozen=True):
    """A length of time ahead (negative: back): microseconds, and calendar months and days in the zone."""

    fixed: int = 0
    months: int = 0
    days: int = 0


class EventTrigger(Struct, frozen=True, tag="event"):
    """Fires on an event, if `match` is true."""

    event: str
    match: Expression | None = None


class CountTrigger(Struct, frozen=True, tag="count"):
    """Fires when `number` such events have come, within a window if one is said; then it counts anew. Events that
    differ in the value of `per` are counted apart. `key` is the hash of the rest."""

    key: str
    event: str
    match: Expression | None
    number: int
    within: Window | None = None
    per: Expression | None = None


class AfterTrigger(Struct, frozen=True, tag="after"):
    """Fires some time after every such event (`each`) or after the latest one only, unless an event `without` came in
    between. `fields` are what is kept of the event; `per` tells apart events that do not replace one another. `key` is
    the hash of the rest."""

    key: str
    event: str
    match: Expression | None
    delay: Length
    each: bool
    without: EventTrigger | None = None
    per: Expression | None = None
    fields: tuple[str, ...] = ()


class DateTrigger(Struct, frozen=True, tag="date"):
    """Fires at a moment near a date (or instant) that an attribute holds: `distance` away from it, at the local `time`
    if one is said, every year if so said (29 February is kept on the 28th in other years)."""

    attribute: str
    of: Literal["date", "instant"]
    distance: Length
    every_year: bool = False
    time: int | None = None


class ScheduleTrigger(Struct, frozen=True, tag="schedule"):
    """Fires for every customer known then: every `day`, every `week` on some `days` (Monday is 0), every `month` on a
    day (the last one of a month that has no such day), at a local time; or `once` at an instant."""

    every: Literal["day", "week", "month", "once"]
    days: tuple[int, ...] = ()
    time: int = 0
    instant: int = 0


class EntersTrigger(Struct, frozen=True, tag="enters"):
    """Fires when the customer becomes a member of a segment, for whatever reason."""

    segment: str


class LeavesTrigger(Struct, frozen=True, tag="leaves"):
    """Fires when the customer ceases to be a member of a segment, for whatever reason."""

    segment: str


Trigger = EventTrigger | CountTrigger | AfterTrigger | DateTrigger | ScheduleTrigger | EntersTrigger | LeavesTrigger
Answer = EventTrigger | CountTrigger | EntersTrigger | LeavesTrigger
"""What a flow can wait for."""
