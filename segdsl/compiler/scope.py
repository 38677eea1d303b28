"""What a program declares: the names every later stage looks things up in."""

from typing import Literal

from attrs import define, field, frozen

from segdsl.diagnostics.span import Span
from segdsl.syntax import ast
from segdsl.values.kinds import INSTANT, Kind
from segdsl.values.zones import Zone

TIMES = {"time": INSTANT, "received": INSTANT}
"""Fields that every event has."""


@frozen(eq=False)
class FieldInfo:
    name: str
    kind: Kind
    wires: tuple[str, ...]
    span: Span


@define(eq=False)
class EventInfo:
    """An event. One made by `for each` has the `items` it is made of and the event it is `made_of`; its `fields` are
    the item's and then the order's."""

    name: str
    span: Span
    wires: tuple[str, ...] = ()
    fields: dict[str, FieldInfo] = field(factory=dict)
    made_of: str | None = None
    items: str | None = None
    lines: list[tuple[str, str]] = field(factory=list)

    @property
    def subject(self) -> FieldInfo | None:
        return next(iter(self.fields.values()), None)

    def kinds(self) -> dict[str, Kind]:
        """Kinds of all its fields by name, its instants among them."""
        return TIMES | {name: info.kind for name, info in self.fields.items()}


@define(eq=False)
class AttributeInfo:
    """An attribute. `set_by` is the place of a rule that sets it; then events cannot."""

    name: str
    kind: Kind
    span: Span
    default: ast.Expression | None = None
    set_by: Span | None = None


@frozen(eq=False)
class ActionInfo:
    name: str
    span: Span
    fields: dict[str, FieldInfo]

    @property
    def subject(self) -> FieldInfo | None:
        return next(iter(self.fields.values()), None)


@define(eq=False)
class CollectionInfo:
    """A collection. `event` has the name and the fields of what is put in. The keys are `folded` where an event that
    carries one ignores its case."""

    name: str
    span: Span
    event: EventInfo
    node: ast.CollectionDeclaration
    folded: bool = False


@frozen(eq=False)
class SegmentInfo:
    name: str
    span: Span
    kind: Literal["added", "derived", "listed"]
    node: ast.SegmentDeclaration


@frozen(eq=False)
class DefineInfo:
    name: str
    span: Span
    node: ast.Define


@define(eq=False)
class Scope:
    """All declarations of a program by name. Events, attributes, defines and collections share one space of names,
    since each may stand bare in a condition; segments, actions and promotions have their own."""

    zone: Zone = field(factory=lambda: Zone("UTC"))
    zone_span: Span | None = None
    lateness: ast.Lateness | None = None
    events: dict[str, EventInfo] = field(factory=dict)
    attributes: dict[str, AttributeInfo] = field(factory=dict)
    defines: dict[str, DefineInfo] = field(factory=dict)
    collections: dict[str, CollectionInfo] = field(factory=dict)
    actions: dict[str, ActionInfo] = field(factory=dict)
    segments: dict[str, SegmentInfo] = field(factory=dict)
    promotions: dict[str, ast.Promotion] = field(factory=dict)
    limits: list[ast.Limit] = field(factory=list)
    holds: list[ast.Hold] = field(factory=list)
    activities: list[ast.Activity] = field(factory=list)
    rules: list[ast.Rule] = field(factory=list)
    tests: list[ast.TestDeclaration] = field(factory=list)
    broken: list[str] = field(factory=list)
    shipped: set[int] = field(factory=set)

    def may_be_broken(self, name: str) -> bool:
        """Whether a declaration that could not be parsed may have declared the name."""
        return any(name in text for text in self.broken)
