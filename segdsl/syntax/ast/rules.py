"""Triggers, steps and actions (language.md section 3)."""

from __future__ import annotations

from segdsl.syntax.ast.expressions import ClockTime, Day, Duration, Expression, Name, Percent, Text, Within
from segdsl.syntax.ast.node import Node, node


@node
class EventTrigger(Node):
    name: Name
    match: Expression | None = None
    where: Expression | None = None


@node
class CountedTrigger(Node):
    trigger: EventTrigger
    number: int
    within: Within | None = None


@node
class Enters(Node):
    segment: Name


@node
class Leaves(Node):
    segment: Name


@node
class AfterEach(Node):
    delay: Duration
    trigger: EventTrigger
    without: EventTrigger | None = None


@node
class AfterLast(Node):
    delay: Duration
    trigger: EventTrigger
    without: EventTrigger | None = None


@node
class NearDate(Node):
    """A date held by `name`, or a moment before or after it: `direction` is before, after or on."""

    direction: str
    name: Name
    distance: Duration | None = None
    every_year: bool = False
    at: ClockTime | None = None


@node
class EveryDay(Node):
    at: ClockTime | None = None


@node
class EveryWeekday(Node):
    days: tuple[int, ...]
    at: ClockTime | None = None


@node
class EveryMonth(Node):
    day: int
    at: ClockTime | None = None


@node
class OnceAt(Node):
    moment: Day


@node
class Gate(Node):
    condition: Expression


@node
class Wait(Node):
    length: Duration


@node
class WaitUntil(Node):
    moment: Moment


@node
class AtTime(Node):
    time: ClockTime


@node
class AtDay(Node):
    day: int
    time: ClockTime


@node
class AtDate(Node):
    date: Day


@node
class WaitFor(Node):
    trigger: EventTrigger | CountedTrigger | Enters | Leaves
    within: Within | None = None


@node
class Path(Node):
    share: Percent | None
    condition: Expression | None
    steps: tuple[Step, ...]
    otherwise: bool = False


@node
class Branch(Node):
    """`kind` is first, all or random."""

    kind: str
    paths: tuple[Path, ...]
    seed: Text | None = None


@node
class Assignment(Node):
    name: Name
    value: Expression


@node
class Add(Node):
    segments: tuple[Name, ...]
    lasting: Duration | None = None
    until: Day | None = None


@node
class Remove(Node):
    segments: tuple[Name, ...]


@node
class SetAttribute(Node):
    name: Name
    value: Expression


@node
class ClearAttribute(Node):
    name: Name


@node
class Record(Node):
    name: Name
    assignments: tuple[Assignment, ...] = ()


@node
class Perform(Node):
    """Any declared action."""

    name: Name
    match: Expression | None = None
    assignments: tuple[Assignment, ...] = ()


@node
class Act(Node):
    actions: tuple[Action, ...]


Trigger = (
    EventTrigger
    | CountedTrigger
    | Enters
    | Leaves
    | AfterEach
    | AfterLast
    | NearDate
    | EveryDay
    | EveryWeekday
    | EveryMonth
    | OnceAt
)
Moment = AtTime | AtDay | AtDate | NearDate
Action = Add | Remove | SetAttribute | ClearAttribute | Record | Perform
Step = Gate | Wait | WaitUntil | WaitFor | Branch | Act
