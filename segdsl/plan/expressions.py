"""Expressions and memories: the nodes of a plan that give a value (architecture rule 1).

An expression gives a run-time value of `segdsl.values`, or None for *not known*; a condition is an expression whose
value is a truth. Instants and durations are microseconds, numbers millionths, dates days since 1970.
"""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

from segdsl.values.operations import Comparator as Comparator
from segdsl.values.operations import TextTest as TextTest

Measure = Literal["count", "distinct", "total", "average", "smallest", "largest", "first", "latest", "frequent", "when"]
"""What a memory answers. `when` is the instant of the latest event."""


class Constant(Struct, frozen=True, tag="constant"):
    """A value written in the program; None is *not known*."""

    value: Any


class Field(Struct, frozen=True, tag="field"):
    """A field of the event at hand. `time` and `received` are its instants. With `start` it is one of the event that
    started the flow, where a `wait for` has brought another one to hand."""

    name: str
    start: bool = False


class ItemField(Struct, frozen=True, tag="item"):
    """A field of the remembered event, or of the list's item, that a `where` or an operand speaks of. An empty name is
    the item itself."""

    name: str


class Attribute(Struct, frozen=True, tag="attribute"):
    """An attribute of the customer."""

    name: str


class Now(Struct, frozen=True, tag="now"):
    """The instant of the step; `what` may be its local `date`, `time of day` or `weekday` instead."""

    what: Literal["instant", "date", "time of day", "weekday"] = "instant"


class Age(Struct, frozen=True, tag="age"):
    """Whole years since a date (language.md section 4, `age`)."""

    birth: Expression


class Start(Struct, frozen=True, tag="start"):
    """The first instant of a date in the zone, or the one at which its clocks show `time`."""

    date: Expression
    time: int = 0


class DateOf(Struct, frozen=True, tag="date of"):
    """The local date of an instant."""

    instant: Expression


class Arithmetic(Struct, frozen=True, tag="arithmetic"):
    """`exact` numbers are millionths, multiplied and divided with rounding; `whole` are instants, durations and dates,
    added and subtracted as they are; `scaled` is a duration times or divided by a number; `ratio` a duration by a
    duration."""

    operator: Literal["+", "-", "*", "/"]
    left: Expression
    right: Expression
    domain: Literal["exact", "whole", "scaled", "ratio"] = "exact"


class Shift(Struct, frozen=True, tag="shift"):
    """An instant or a date moved by calendar lengths, in the zone. Where the month has no such day it is its last day;
    with `up`, the first instant of the day after that: the first moment that reaches so far back or ahead."""

    moment: Expression
    months: int
    days: int
    of: Literal["instant", "date"]
    up: bool = False


class Fold(Struct, frozen=True, tag="fold"):
    """Text without its case."""

    text: Expression


class Recall(Struct, frozen=True, tag="recall"):
    """What a memory answers now. `filter`, for a memory that keeps whole entries, picks those that are meant: it may
    speak of the remembered event and of the event at hand."""

    memory: str
    filter: Expression | None = None


class Items(Struct, frozen=True, tag="items"):
    """The items of a collection (by its key), in the order in which they were put in; with a window, those that were
    put in within it. Each has the instant of that as `time`."""

    collection: str
    window: Window | None = None


class Aggregate(Struct, frozen=True, tag="aggregate"):
    """A measure over items: those of a collection, or of a list that the event at hand or the remembered event carries.
    `when` is of collections alone."""

    measure: Measure
    items: Expression
    where: Expression | None
    operand: Expression | None


class Compare(Struct, frozen=True, tag="compare"):
    operator: Comparator
    left: Expression
    right: Expression


class TestText(Struct, frozen=True, tag="text"):
    operator: TextTest
    left: Expression
    right: Expression


class Contains(Struct, frozen=True, tag="contains"):
    """Whether a list holds a value; `folded` ignores case."""

    items: Expression
    item: Expression
    folded: bool = False


class OneOf(Struct, frozen=True, tag="one of"):
    operand: Expression
    values: tuple[Any, ...]


class Known(Struct, frozen=True, tag="known"):
    operand: Expression


class Both(Struct, frozen=True, tag="and"):
    operands: tuple[Expression, ...]


class Either(Struct, frozen=True, tag="or"):
    operands: tuple[Expression, ...]


class Negation(Struct, frozen=True, tag="not"):
    operand: Expression


class Member(Struct, frozen=True, tag="member"):
    """Whether the customer is in a segment; with `lasting`, for at least that long without a break."""

    segment: str
    lasting: int | None = None


class OnDays(Struct, frozen=True, tag="on days"):
    """Whether the local day is one of `days` (Monday is 0); with times of day, whether a window that starts on one of
    them is open. A window whose end is not later than its start runs past midnight."""

    days: tuple[int, ...]
    start: int | None = None
    end: int | None = None


class Chance(Struct, frozen=True, tag="chance"):
    """True for a stable share (millionths) of the customers."""

    seed: str
    purpose: str
    share: int


Expression = (
    Constant
    | Field
    | ItemField
    | Attribute
    | Now
    | Age
    | Start
    | DateOf
    | Arithmetic
    | Shift
    | Fold
    | Recall
    | Items
    | Aggregate
    | Compare
    | TestText
    | Contains
    | OneOf
    | Known
    | Both
    | Either
    | Negation
    | Member
    | OnDays
    | Chance
)


# ------------------------------------------------------------------------------------------------------------- memories


class Window(Struct, frozen=True):
    """How far a memory looks back: (now - older, now - younger]. A length is microseconds, calendar months and calendar
    days together. `calendar` windows of days begin with the first instant of a local day and have it in."""

    older: int = 0
    older_months: int = 0
    older_days: int = 0
    younger: int = 0
    younger_months: int = 0
    younger_days: int = 0
    whole_days: bool = False


class Memory(Struct, frozen=True):
    """The state that one history condition needs (architecture rule 7). `key` is the hash of the rest.

    `where` and `operand` speak of the remembered event alone. `keep` bounds how many of the latest entries answer the
    question (None: all in the window). `fields`, where not empty, makes the memory keep these fields of each event, for
    a `Recall` with a filter.
    """

    key: str
    event: str
    measure: Measure
    where: Expression | None = None
    operand: Expression | None = None
    window: Window | None = None
    keep: int | None = None
    fields: tuple[str, ...] = ()


class Drop(Struct, frozen=True):
    """An event that takes an item out of a collection: the one with the key that it carries."""

    event: str
    by: Expression


class Collection(Struct, frozen=True):
    """What a customer has together now (language.md section 2): the latest `event` for each key `by`, until an event
    drops it or `clears` all. `by` speaks of the event as an item. `fields` are those that are kept of each item, for
    all that reads the collection. `key` is the hash of the rest without these and the `name`."""

    key: str
    name: str
    event: str
    by: Expression
    drops: tuple[Drop, ...] = ()
    clears: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()

    @property
    def events(self) -> tuple[str, ...]:
        """All events that change it, each once."""
        return tuple(dict.fromkeys((self.event, *(drop.event for drop in self.drops), *self.clears)))
