"""History and aggregates: from a source of events to a memory and what is asked of it (section 4).

The compiler chooses here, for each distinct condition, the smallest state that answers it (architecture rule 7): a
count compared with a number needs only so many of the latest events.
"""

from typing import TYPE_CHECKING, assert_never

from segdsl.compiler.context import BROKEN, Context, Item, Typed
from segdsl.compiler.items import MEASURES, ItemTests
from segdsl.compiler.scope import EventInfo, FieldInfo
from segdsl.diagnostics.diagnostic import Fix
from segdsl.diagnostics.span import Span
from segdsl.plan import nodes as p
from segdsl.plan.walk import walk
from segdsl.syntax import ast
from segdsl.values.kinds import DURATION, FOLDED, NUMBER
from segdsl.values.numbers import SCALE


class History(ItemTests):
    """The part of the walk that knows events of the past."""

    if TYPE_CHECKING:

        def condition(self, node: ast.Expression, context: Context) -> p.Expression: ...
        def event_of(self, of: ast.Name, match: ast.Expression | None) -> tuple[EventInfo, FieldInfo | None] | None: ...

    def between_events(self, span: Span, what: str, context: Context) -> None:
        if context.lasting:
            self.error(
                "SEG409",
                span,
                f"{what} cannot stand in a {context.place}",
                help=f"a {context.place} holds between events; ask for the day or time in a rule",
            )

    # --------------------------------------------------------------------------------------------------------- `where`

    def item(self, event: EventInfo) -> Item:
        return Item(event.name, event.kinds())

    def where(
        self,
        event: EventInfo,
        field: FieldInfo | None,
        match: ast.Expression | None,
        where: ast.Expression | None,
        context: Context,
        item: Item | None = None,
    ) -> tuple[p.Expression, ...]:
        """The conditions that an event has to meet, all of them: the value behind its name, and its `where`."""
        item = item or self.item(event)
        inside = context.inside(item)
        tests: list[p.Expression] = []
        if match is not None and field is None:
            self.error("SEG204", match.span, f"`{event.name}` has no field that a value could be compared with",
                       help=f"leave the value out, or declare a field: event {event.name} {{ ... }}")  # fmt: skip
        elif match is not None and field is not None:
            read = ast.Mention(ast.Name(field.name, span=match.span), span=match.span)
            tests.append(self.condition(ast.Is(read, False, match, span=match.span), inside))
        if where is not None:
            test = self.condition(where, inside)
            tests += test.operands if isinstance(test, p.Both) else (test,)
        return tuple(tests)

    # ------------------------------------------------------------------------------------------------------- counting

    def counted(
        self, event: EventInfo, where: tuple[p.Expression, ...], count: ast.Count | None, window: ast.Window | None
    ) -> p.Expression:
        """`places order at least 3 times within 90 days`. None said: at least once."""
        low, high = self.bounds(count)
        keep = (low or 0) if high is None else high + 1
        recall = self._recall(event, "count", where, None, window, keep)
        tests: list[p.Expression] = []
        if low is not None:
            tests.append(p.Compare(">=", recall, p.Constant(low * SCALE)))
        if high is not None:
            tests.append(p.Compare("<=", recall, p.Constant(high * SCALE)))
        return tests[0] if len(tests) == 1 else p.Both(tuple(tests))

    def bounds(self, count: ast.Count | None) -> tuple[int | None, int | None]:
        """Least and most of a count; one that cannot be is complained about."""
        match count:
            case ast.CountIs("fewer than", 0):
                self.error("SEG413", count.span, "no count is fewer than 0")
            case ast.CountRange(low, high) if low > high:
                self.error(
                    "SEG413",
                    count.span,
                    f"no count is from {low} to {high}",
                    help="the smaller one stands first",
                    fix=Fix(count.span, f"from {high} to {low} times", sure=False),
                )
        return bounds_of(count)

    def _recall(
        self,
        event: EventInfo,
        measure: p.Measure,
        where: tuple[p.Expression, ...],
        operand: p.Expression | None,
        window: ast.Window | None,
        keep: int | None = None,
    ) -> p.Recall:
        """The memory for a question, and the asking. What speaks of the event at hand cannot be settled when the past
        event comes, so such a memory keeps the fields it needs and is filtered when it is asked."""
        bounds, span = self.window_of(window)
        where = where + bounds
        later = tuple(test for test in where if any(isinstance(node, p.Field) for node in walk(test)))
        at_once = _all(tuple(test for test in where if test not in later))
        if later:
            asked = _all(later)
            needed = {node.name for node in walk(asked) if isinstance(node, p.ItemField)}
            needed |= {node.name for node in walk(operand) if isinstance(node, p.ItemField)}
            kept = tuple(sorted(needed or {"time"}))  # without a field it would not be filtered when it is asked
            memory = p.Memory("", event.name, measure, at_once, operand, span, None, kept)
            return p.Recall(self.gathered.remember(memory), asked)
        if measure == "count" and span is None:
            keep = None  # a plain number counts for ever
        return p.Recall(self.gathered.remember(p.Memory("", event.name, measure, at_once, operand, span, keep)))

    # ------------------------------------------------------------------------------------------------------ aggregates

    def aggregate(
        self, node: ast.Aggregate | ast.CountDistinct | ast.CountOf | ast.TimeSince, context: Context
    ) -> Typed:
        source = node.source
        if self.has_items(source.name, context):
            return self.over_items(node, context)
        if context.item is not None:
            self.error("SEG312", node.span, f"a `where` speaks of {context.item.about} alone, not of history")
            return BROKEN
        found = self.event_of(source.name, source.match)
        if found is None:
            self.unknown_event(source.name, source=True)
            return BROKEN
        event, field = found
        where = self.where(event, field, source.match, source.where, context)
        match node:
            case ast.CountOf():
                return Typed(NUMBER, self._recall(event, "count", where, None, source.window))
            case ast.TimeSince():
                recall = self._recall(event, "when", where, None, None)
                if source.window is not None:
                    self.error("SEG314", source.window.span, "`time since` looks at the latest event, without a window")
                return Typed(DURATION, recall, since=True)
            case ast.CountDistinct(operand):
                typed = self._operand(operand, self.item(event), context)
                self.measured("count of distinct", typed, operand.span)
                counted = p.Fold(typed.node) if typed.kind == FOLDED else typed.node
                return Typed(NUMBER, self._recall(event, "distinct", where, counted, source.window))
            case ast.Aggregate(function, operand):
                typed = self._operand(operand, self.item(event), context)
                kind = self.measured(function, typed, operand.span)
                counted = p.Fold(typed.node) if kind == FOLDED and function == "most frequent" else typed.node
                return Typed(kind, self._recall(event, MEASURES[function], where, counted, source.window))
        assert_never(node)

    def _operand(self, node: ast.Expression, item: Item, context: Context) -> Typed:
        typed = self.value(node, context.inside(item))
        if any(isinstance(part, p.Field) for part in walk(typed.node)):
            self.error("SEG308", node.span, "what is added up speaks of each past event alone")
            return BROKEN
        return typed


def _all(tests: tuple[p.Expression, ...]) -> p.Expression | None:
    if not tests:
        return None
    return tests[0] if len(tests) == 1 else p.Both(tests)


def bounds_of(count: ast.Count | None) -> tuple[int | None, int | None]:
    """Least and most of a count; None: no bound. Nothing said is at least once."""
    match count:
        case None:
            return 1, None
        case ast.CountIs("at least", number):
            return number, None
        case ast.CountIs("more than", number):
            return number + 1, None
        case ast.CountIs("at most", number):
            return None, number
        case ast.CountIs("fewer than", number):
            return None, number - 1
        case ast.CountIs(_, number):
            return number, number
        case ast.CountRange(low, high):
            return low, high
    assert_never(count)
