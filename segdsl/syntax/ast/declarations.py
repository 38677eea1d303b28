"""Declarations, tests and whole files (language.md sections 2, 3, 6 and 7)."""

from __future__ import annotations

from typing import Literal

from segdsl.syntax.ast.expressions import Count, Day, Duration, Expression, Name, Percent, Text, Within
from segdsl.syntax.ast.node import Node, node, out
from segdsl.syntax.ast.rules import Assignment, Step, Trigger


@node
class SimpleType(Node):
    """text, text ignoring case, number, boolean, date, instant or duration."""

    name: str


@node
class OneOfType(Node):
    choices: tuple[str, ...]


@node
class ListType(Node):
    item: Type


@node
class RecordType(Node):
    fields: tuple[FieldDeclaration, ...]


@node
class FieldDeclaration(Node):
    name: Name
    type: Type
    wires: tuple[str, ...] = ()


@node
class Zone(Node):
    name: Text


@node
class Lateness(Node):
    length: Duration


@node
class AttributeDeclaration(Node):
    name: Name
    type: Type
    default: Expression | None = None


@node
class EventDeclaration(Node):
    name: Name
    wires: tuple[str, ...] = ()
    fields: tuple[FieldDeclaration, ...] = ()


@node
class LinesDeclaration(Node):
    """`event buys for each items of places order`."""

    name: Name
    items: Name
    event: Name


@node
class CollectionEnd(Node):
    """`drop` takes out the item of the event's key, `clear` all items."""

    kind: str
    event: Name


@node
class CollectionDeclaration(Node):
    name: Name
    event: Name
    key: Name
    ends: tuple[CollectionEnd, ...] = ()


@node
class ActionDeclaration(Node):
    name: Name
    fields: tuple[FieldDeclaration, ...] = ()


@node
class Define(Node):
    name: Name
    value: Expression


@node
class SegmentDeclaration(Node):
    """`kind` is added, derived or listed; `condition` that of `while` or `if`."""

    name: Name
    kind: Literal["added", "derived", "listed"]
    condition: Expression | None = None


@node
class From(Node):
    date: Day


@node
class Until(Node):
    date: Day


@node
class Priority(Node):
    value: int


@node
class Once(Node):
    pass


@node
class Restarting(Node):
    pass


@node
class Per(Node):
    field: Name


@node
class Holdout(Node):
    share: Percent


@node
class Seed(Node):
    text: Text


@node
class Promotion(Node):
    name: Name
    options: tuple[From | Until, ...] = ()
    condition: Expression | None = None


@node
class Limit(Node):
    """`limit 3 within 7 days for send email, send push where kind is "marketing"`; `where` asks about the fields of the
    actions."""

    number: int
    within: Within
    actions: tuple[Name, ...]
    where: Expression | None = None


@node
class Hold(Node):
    """`hold send email, send push while marketing consent is not yes`; `where` as in a `Limit`."""

    actions: tuple[Name, ...]
    where: Expression | None
    condition: Expression


@node
class Rule(Node):
    triggers: tuple[Trigger, ...]
    condition: Expression | None
    steps: tuple[Step, ...]


@node
class Stop(Node):
    triggers: tuple[Trigger, ...]


@node
class Activity(Node):
    """`kind` is dialog, web, search rule, or empty."""

    kind: str
    name: Name
    options: tuple[Option, ...]
    body: tuple[Rule | Stop, ...]


@node
class Given(Node):
    name: Name
    value: Expression


@node
class GivenMember(Node):
    segment: Name


@node
class GivenExcluded(Node):
    segment: Name


@node
class Occurrence(Node):
    name: Name
    match: Expression | None = None
    assignments: tuple[Assignment, ...] = ()


@node
class Happens(Node):
    """Without a `moment` it is a column of the test's table, and the first words of what happens are its name."""

    moment: Day | None
    occurrence: Occurrence | None = None


@node
class Later(Node):
    """Without a `delay` it is a column of the test's table, and the first words of what happens are its name."""

    delay: Duration | None
    occurrence: Occurrence | None = None


@node
class Expect(Node):
    condition: Expression


@node
class ExpectEffect(Node):
    name: Name
    match: Expression | None = None
    assignments: tuple[Assignment, ...] = ()
    absent: bool = False
    count: Count | None = None


@node
class ExpectPromotion(Node):
    name: Name
    absent: bool = False


@node
class Row(Node):
    """`(150000, "CA", yes)`: a value for each column of a table."""

    values: tuple[Expression, ...]


@node
class Table(Node):
    """`for each pay, skier in (150000, yes), (90000, no) {`: a test for each row. The brace is the span's end."""

    columns: tuple[Name, ...]
    rows: tuple[Row, ...]


@node
class TestDeclaration(Node):
    name: Text
    lines: tuple[TestLine, ...]
    table: Table | None = None


@node
class Broken(Node):
    """A declaration that could not be parsed. `text` is kept so that names declared in it are not called unknown."""

    text: str = ""


@node
class Comment(Node):
    """`text` with its `#`, `own_line` where nothing but blanks stands before it."""

    text: str
    own_line: bool


@node
class Module(Node):
    declarations: tuple[Declaration, ...]
    comments: tuple[Comment, ...] = out(default=())


Type = SimpleType | OneOfType | ListType | RecordType
Option = From | Until | Priority | Once | Restarting | Per | Holdout | Seed
TestLine = Given | GivenMember | GivenExcluded | Happens | Later | Expect | ExpectEffect | ExpectPromotion
Declaration = (
    Zone
    | Lateness
    | AttributeDeclaration
    | EventDeclaration
    | LinesDeclaration
    | CollectionDeclaration
    | ActionDeclaration
    | Define
    | SegmentDeclaration
    | Promotion
    | Limit
    | Hold
    | Rule
    | Activity
    | TestDeclaration
    | Broken
)
