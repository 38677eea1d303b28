"""Values and expressions: conditions and arithmetic share one ladder (language.md section 4); types sort them out."""

from __future__ import annotations

from segdsl.syntax.ast.node import Node, node, out


@node
class Name(Node):
    """A name as written in the text, blanks folded: of a segment, event, attribute, field, action or activity."""

    text: str


@node
class Text(Node):
    value: str


@node
class Number(Node):
    """`value` in millionths; `written` as in the text."""

    value: int
    written: str = out(default="")


@node
class Percent(Node):
    """A share or a number of hundredths: `value` in millionths of the whole."""

    value: int
    written: str = out(default="")


@node
class Boolean(Node):
    value: bool


@node
class Duration(Node):
    """`7 calendar days`: `unit` in the singular. Months and years are always calendar lengths."""

    count: int
    unit: str
    calendar: bool = False


@node
class DateValue(Node):
    """Days since 1970-01-01."""

    days: int


@node
class InstantValue(Node):
    """`moment` in microseconds: an instant if `fixed`, else a local moment of the program's zone."""

    moment: int
    fixed: bool
    written: str = out(default="")


@node
class ClockTime(Node):
    """Microseconds since midnight."""

    time: int


@node
class Brackets(Node):
    inner: Expression


@node
class Either(Node):
    operands: tuple[Expression, ...]


@node
class Both(Node):
    operands: tuple[Expression, ...]


@node
class Not(Node):
    operand: Expression


@node
class Comparison(Node):
    left: Expression
    operator: str
    right: Expression


@node
class Is(Node):
    operand: Expression
    negated: bool
    value: Expression


@node
class IsKnown(Node):
    operand: Expression
    negated: bool


@node
class In(Node):
    operand: Expression
    negated: bool
    choices: tuple[Expression, ...]


@node
class Between(Node):
    operand: Expression
    low: Expression
    high: Expression


@node
class TextTest(Node):
    left: Expression
    operator: str
    right: Expression


@node
class Sum(Node):
    """`rest` holds (`+` or `-`, operand)."""

    first: Expression
    rest: tuple[tuple[str, Expression], ...]


@node
class Product(Node):
    """`rest` holds (`*` or `/`, operand)."""

    first: Expression
    rest: tuple[tuple[str, Expression], ...]


@node
class Minus(Node):
    operand: Expression


@node
class Mention(Node):
    """A name in a condition: an event's history, an attribute, a field or a define. Resolving tells which."""

    name: Name
    match: Expression | None = None
    where: Expression | None = None
    count: Count | None = None
    window: Window | None = None


@node
class CountIs(Node):
    """`at least 3 times`; `word` is `once` or `twice` where that was written, `test` None where none was."""

    test: str | None
    number: int
    word: str | None = None


@node
class CountRange(Node):
    low: int
    high: int


@node
class Within(Node):
    length: Duration


@node
class WithinNext(Node):
    length: Duration


@node
class Ago(Node):
    older: Duration
    younger: Duration


@node
class Since(Node):
    start: Day


@node
class Before(Node):
    end: Day


@node
class InAny(Node):
    """`quantifier` is any, all or none."""

    quantifier: str
    segments: tuple[Name, ...]


@node
class InSegment(Node):
    segment: Name
    lasting: Duration | None = None


@node
class Source(Node):
    """What an aggregate looks at: an event's history or a collection."""

    name: Name
    match: Expression | None = None
    where: Expression | None = None
    window: Window | None = None


@node
class Aggregate(Node):
    """`function` is total, average, smallest, largest, first, latest or most frequent."""

    function: str
    operand: Expression
    source: Source


@node
class CountDistinct(Node):
    operand: Expression
    source: Source


@node
class CountOf(Node):
    source: Source


@node
class TimeSince(Node):
    source: Source


@node
class ItemTest(Node):
    """`any item of` or `no item of` a collection or a list."""

    negated: bool
    name: Name
    where: Expression | None = None


@node
class OnDays(Node):
    """Monday is 0."""

    days: tuple[int, ...]
    weekdays: bool = False
    start: ClockTime | None = None
    end: ClockTime | None = None


@node
class Chance(Node):
    share: Percent
    seed: Text


Literal = Text | Number | Percent | Boolean | Duration | DateValue | InstantValue | ClockTime
Condition = Either | Both | Not | Comparison | Is | IsKnown | In | Between | TextTest
Test = InAny | InSegment | ItemTest | OnDays | Chance
Expression = (
    Literal
    | Condition
    | Test
    | Brackets
    | Sum
    | Product
    | Minus
    | Mention
    | Aggregate
    | CountDistinct
    | CountOf
    | TimeSince
)
Day = DateValue | InstantValue
Count = CountIs | CountRange
Window = Within | WithinNext | Ago | Since | Before
