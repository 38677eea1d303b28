"""Lists and collections in conditions: what is asked of their items (language.md sections 2 and 4).

A list is carried by the event at hand, or by an item that a `where` speaks of; a collection is kept of the customer.
"""

from typing import TYPE_CHECKING, assert_never

from attrs import frozen

from segdsl.compiler.context import BROKEN, Context, Item, Typed, digest
from segdsl.compiler.scope import CollectionInfo
from segdsl.compiler.unknown import UnknownNames
from segdsl.diagnostics.span import Span
from segdsl.diagnostics.suggest import instead, nearest
from segdsl.plan import nodes as p
from segdsl.syntax import ast
from segdsl.values.kinds import BOOLEAN, DURATION, FOLDED, NUMBER, Kind
from segdsl.values.numbers import SCALE

MEASURES: dict[str, p.Measure] = {
    "total": "total",
    "average": "average",
    "smallest": "smallest",
    "largest": "largest",
    "first": "first",
    "latest": "latest",
    "most frequent": "frequent",
}


_MEASURED = {
    "total": "numbers and durations are added up; to count events write `count of ...`",
    "average": "the average is of numbers and durations",
    "smallest": "the smallest is of what has an order: numbers, dates, durations",
    "largest": "the largest is of what has an order: numbers, dates, durations",
}
"""What an aggregate is of."""


@frozen
class Source:
    """Items that are asked for: an expression that gives them, what each of them is, and tests that all have to
    meet."""

    items: p.Expression
    item: Item
    tests: tuple[p.Expression, ...] = ()


class ItemTests(UnknownNames):
    """The part of the walk that knows lists and collections."""

    if TYPE_CHECKING:

        def value(self, node: ast.Expression, context: Context) -> Typed: ...
        def condition(self, node: ast.Expression, context: Context) -> p.Expression: ...
        def list_at_hand(self, of: ast.Name, context: Context) -> tuple[p.Expression, Kind] | None: ...

    def has_items(self, of: ast.Name, context: Context) -> bool:
        """Whether a name is that of a collection, or of a list that is at hand."""
        if self.list_at_hand(of, context) is not None:
            return True
        return context.item is None and of.text in self.scope.collections

    def item_test(self, node: ast.ItemTest, context: Context) -> Typed:
        """`any item of` and `no item of`: how many there are."""
        source = self._source(node.name, None, context, node.span)
        if source is None:
            return BROKEN
        count = p.Aggregate("count", source.items, self._where(source, node.where, context), None)
        return Typed(BOOLEAN, p.Compare("=" if node.negated else ">=", count, p.Constant(0 if node.negated else SCALE)))

    def over_items(
        self, node: ast.Aggregate | ast.CountDistinct | ast.CountOf | ast.TimeSince, context: Context
    ) -> Typed:
        """An aggregate over a collection or a list."""
        asked = node.source
        if asked.match is not None:
            self.error("SEG307", asked.span, f"no value can stand behind the name of `{asked.name.text}`",
                       help=f"ask for a field: `{asked.name.text} where ...`")  # fmt: skip
            return BROKEN
        source = self._source(asked.name, asked.window, context, asked.span)
        if source is None:
            return BROKEN
        where = self._where(source, asked.where, context)
        match node:
            case ast.CountOf():
                return Typed(NUMBER, p.Aggregate("count", source.items, where, None))
            case ast.TimeSince():
                return self._time_since(node, source, where)
            case ast.CountDistinct(operand):
                typed = self.value(operand, context.inside(source.item))
                self.measured("count of distinct", typed, operand.span)
                counted = p.Fold(typed.node) if typed.kind == FOLDED else typed.node
                return Typed(NUMBER, p.Aggregate("distinct", source.items, where, counted))
            case ast.Aggregate(function, operand):
                typed = self.value(operand, context.inside(source.item))
                kind = self.measured(function, typed, operand.span)
                counted = p.Fold(typed.node) if kind == FOLDED and function == "most frequent" else typed.node
                return Typed(kind, p.Aggregate(MEASURES[function], source.items, where, counted))
        assert_never(node)

    def _time_since(self, node: ast.TimeSince, source: Source, where: p.Expression | None) -> Typed:
        """The time since the latest put of what is in a collection still."""
        if not isinstance(source.items, p.Items):
            self.error("SEG314", node.span, "`time since` looks at events or at a collection, not at a list",
                       help="all items of a list came with their event")  # fmt: skip
            return BROKEN
        if node.source.window is not None:
            self.error("SEG314", node.source.window.span, "`time since` looks at the latest item, without a window")
        return Typed(DURATION, p.Aggregate("when", source.items, where, None), since=True)

    def _source(self, of: ast.Name, window: ast.Window | None, context: Context, span: Span) -> Source | None:
        """The items that a name stands for; if there are none, it was complained about."""
        at_hand = self.list_at_hand(of, context)
        collection = self.scope.collections.get(of.text)
        if at_hand is not None and collection is not None and context.item is None:
            self.error("SEG210", of.span, f"`{of.text}` is a list of the event and a collection of the customer",
                       help="rename the collection")  # fmt: skip
            return None
        if at_hand is not None:
            if window is not None:
                self.error("SEG307", span, f"`{of.text}` is a list of the event at hand, without a history")
                return None
            return Source(at_hand[0], Item(of.text, _item_kinds(at_hand[1])))
        if collection is None:
            self._no_items(of, context)
            return None
        if context.item is not None:
            self.error("SEG312", of.span, "a `where` speaks of its event alone, not of a collection",
                       help="put what concerns the customer beside it, with `and`")  # fmt: skip
            return None
        tests, span_of_time = self.window_of(window)
        key = self.gathered.collect(collected(collection))
        return Source(p.Items(key, span_of_time), Item(collection.event.name, collection.event.kinds()), tests)

    def _where(self, source: Source, where: ast.Expression | None, context: Context) -> p.Expression | None:
        tests = source.tests
        if where is not None:
            tests = (self.condition(where, context.inside(source.item)), *tests)
        if not tests:
            return None
        return tests[0] if len(tests) == 1 else p.Both(tests)

    def _no_items(self, of: ast.Name, context: Context) -> None:
        """Complain of a name that is neither a collection nor a list."""
        if self.scope.may_be_broken(of.text):
            return
        at_hand = context.item.kinds if context.item is not None else context.event or {}
        lists = [name for name, kind in at_hand.items() if kind.name == "list"]
        names = [*(self.scope.collections if context.item is None else ()), *lists]
        meant = nearest(of.text, names)
        self.error(
            "SEG211",
            of.span,
            f"`{of.text}` is neither a collection nor a list of the event",
            help=f"did you mean `{meant}`?"
            if meant
            else f"declare it: collection {of.text} of adds to cart by product",
            fix=instead(of.span, of.text, meant, names),
        )

    def measured(self, function: str, typed: Typed, span: Span) -> Kind:
        """The kind of an aggregate's answer."""
        if typed == BROKEN:
            return BROKEN.kind
        fits = {
            "total": typed.kind in (NUMBER, DURATION),
            "average": typed.kind in (NUMBER, DURATION),
            "smallest": typed.kind.is_ordered,
            "largest": typed.kind.is_ordered,
        }.get(function, typed.kind.name not in ("list", "record"))
        if not fits:
            self.error("SEG308", span, f"there is no `{function}` of {typed.kind}", help=_MEASURED.get(function))
            return BROKEN.kind
        return typed.kind


def collected(info: CollectionInfo) -> p.Collection:
    """A collection as the plan has it, without the fields that are kept of its items: those depend on who reads it."""
    by: p.Expression = p.ItemField(info.node.key.text)
    if info.folded:
        by = p.Fold(by)
    drops = {end.event.text for end in info.node.ends if end.kind == "drop"}
    clears = {end.event.text for end in info.node.ends if end.kind == "clear"}
    made = p.Collection(
        "", "", info.event.name, by, tuple(p.Drop(each, by) for each in sorted(drops)), tuple(sorted(clears))
    )
    return p.Collection(digest(made), info.name, made.event, made.by, made.drops, made.clears)


def _item_kinds(kind: Kind) -> dict[str, Kind]:
    """The fields of a list's items; a plain item is called `it`."""
    item = kind.item
    if item is None:
        return {}
    if item.name == "record":
        return {field.name: field.kind for field in item.fields}
    return {"": item}
