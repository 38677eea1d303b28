"""Rules and segments: the nodes of a plan that do something (language.md section 3)."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from segdsl.plan.expressions import Expression, Window
from segdsl.plan.triggers import Answer, Length, Trigger


class Add(Struct, frozen=True, tag="add"):
    """Add to a segment: for a length of time, until an instant (the sooner, if both are said), or for good."""

    segment: str
    lasting: Length | None = None
    until: int | None = None


class Remove(Struct, frozen=True, tag="remove"):
    segment: str


class SetAttribute(Struct, frozen=True, tag="set"):
    """Set an attribute; an expression that is not known, and `clear`, make it not known."""

    attribute: str
    value: Expression


class Emit(Struct, frozen=True, tag="emit"):
    """Hand an effect to the host."""

    action: str
    fields: tuple[tuple[str, Expression], ...]


class Record(Struct, frozen=True, tag="record"):
    """Make an event of the same customer, in the next step at this instant."""

    event: str
    fields: tuple[tuple[str, Expression], ...]


Action = Add | Remove | SetAttribute | Emit | Record


class Act(Struct, frozen=True, tag="act"):
    """Actions of one stage, all done."""

    stage: int
    actions: tuple[Action, ...]


class Gate(Struct, frozen=True, tag="gate"):
    """Only those for whom the condition is true go on."""

    condition: Expression


class Path(Struct, frozen=True):
    """A way out of a branch. For a random branch `start` and `end` are the stretch of the draw, in millionths."""

    condition: Expression | None
    steps: tuple[Step, ...]
    start: int = 0
    end: int = 0


class Branch(Struct, frozen=True, tag="branch"):
    """`first`: the first path whose condition is true; `all`: every such path; `random`: the one the draw falls in, if
    its condition is true. `seed` and `purpose` make the draw."""

    kind: Literal["first", "all", "random"]
    paths: tuple[Path, ...]
    seed: str = ""
    purpose: str = ""


class AtTime(Struct, frozen=True, tag="at time"):
    """The next moment, now included, at which the clocks in the zone show a time, on a weekday (Monday is 0) if one is
    said."""

    time: int
    day: int | None = None


class AtMoment(Struct, frozen=True, tag="at moment"):
    """An instant that is worked out when the wait begins. Not known: the customer leaves the flow."""

    instant: Expression


class Wait(Struct, frozen=True, tag="wait"):
    """Go on when a length of time has passed.

    Of every kind of wait: `key` is the hash of the rest of the sentence; `fields` are what the rest needs of the event
    at hand, `start` of the event that started the flow."""

    key: str
    length: Length
    fields: tuple[str, ...] = ()
    start: tuple[str, ...] = ()


class WaitUntil(Struct, frozen=True, tag="wait until"):
    """Go on at a moment; one that is past already lets the flow go on at once, in the next step at this instant."""

    key: str
    moment: AtTime | AtMoment
    fields: tuple[str, ...] = ()
    start: tuple[str, ...] = ()


class WaitFor(Struct, frozen=True, tag="wait for"):
    """Go on when the trigger fires, in a later step; if it has not fired `within` the length, the customer leaves the
    flow. The event that answered comes to hand."""

    key: str
    trigger: Answer
    within: Length | None = None
    fields: tuple[str, ...] = ()
    start: tuple[str, ...] = ()


Pause = Wait | WaitUntil | WaitFor
Step = Act | Gate | Branch | Pause


class Rule(Struct, frozen=True):
    """When a trigger fires and the condition is true, the steps are taken. `id` is the hash of the rest without place.
    `begin` and `end` bound the activity: [begin, end). `holdout` is the share (millionths) that never enters.

    A `restarting` rule starts over where another one ignores a trigger while the customer is in its flow. `per` gives
    the value of the starting event by which flows of one customer are told apart. `stops` end the flow."""

    id: str
    place: str
    triggers: tuple[Trigger, ...]
    condition: Expression | None
    steps: tuple[Step, ...]
    activity: str = ""
    begin: int | None = None
    end: int | None = None
    priority: int = 0
    once: bool = False
    holdout: int = 0
    seed: str = ""
    restarting: bool = False
    per: Expression | None = None
    stops: tuple[Trigger, ...] = ()


class Segment(Struct, frozen=True):
    """`added` segments are filled by rules, `derived` ones hold while their condition is true, `listed` ones hold whom
    the host includes. The condition of an `added` one is its `while`."""

    name: str
    kind: Literal["added", "derived", "listed"]
    place: str
    condition: Expression | None = None


class Limit(Struct, frozen=True):
    """At most `number` effects of some actions whose fields meet `where` (of `ItemField`s; None: all) are made for a
    customer within a window that looks back. `scope` is the key of the log of those that were made: the hash of what
    counts, so that limits on the same share it. `key` is the hash of all that has meaning, `text` what was written."""

    key: str
    place: str
    text: str
    scope: str
    number: int
    window: Window
    actions: tuple[str, ...]
    where: Expression | None = None


class Hold(Struct, frozen=True):
    """Effects of some actions whose fields meet `where` are held back while the condition is true for the customer.
    `key` and `text` as in a `Limit`."""

    key: str
    place: str
    text: str
    condition: Expression
    actions: tuple[str, ...]
    where: Expression | None = None


class Promotion(Struct, frozen=True):
    """What a customer has in [begin, end) while the condition is true; without one, everybody. It only reads."""

    name: str
    place: str
    condition: Expression | None = None
    begin: int | None = None
    end: int | None = None

    def runs(self, now: int) -> bool:
        """Whether it is on at an instant, for whomever."""
        return (self.begin is None or self.begin <= now) and (self.end is None or now < self.end)
