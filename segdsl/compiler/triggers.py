"""Triggers: what fires a rule, stops a flow or answers a wait (language.md section 3).

Comes in: a trigger's node and where it stands. Goes out: its plan node and the event whose fields it brings to hand.
"""

from typing import assert_never

import msgspec
from attrs import define

from segdsl.compiler.context import Context, Gathered, digest
from segdsl.compiler.expressions import Expressions, fold
from segdsl.compiler.lengths import distance, length
from segdsl.compiler.scope import EventInfo
from segdsl.diagnostics.diagnostic import Label
from segdsl.diagnostics.span import Span
from segdsl.plan import nodes as p
from segdsl.plan.walk import walk
from segdsl.syntax import ast
from segdsl.syntax.format_values import duration
from segdsl.values.kinds import DATE, FOLDED, INSTANT, Kind

Lowered = tuple[p.Trigger | None, EventInfo | None]


@define(eq=False)
class TriggerChecker:
    """Checks and lowers the triggers of a program. `per` is the field by which flows of an activity are told apart."""

    gathered: Gathered
    expressions: Expressions
    per: ast.Per | None = None

    def start(self, node: ast.Trigger) -> Lowered:
        """A trigger that starts a rule, without what it has to keep of its event: see `keeping`."""
        return self._trigger(node, Context("rule"), matching=False)

    def stop(self, node: ast.Trigger) -> p.Trigger | None:
        """A trigger that ends a flow: of an activity with `per`, the flow for the value that its event carries."""
        # Only a plain event is matched with the flow at once. A count and a look back are of events before; what they
        # come to is compared with the flow by the value of `per` (see the engine).
        at_once = isinstance(node, ast.EventTrigger)
        found, event = self._trigger(node, Context("rule"), matching=at_once)
        if event is not None and not at_once:
            self._tells_apart(event, node.span)
        return self.keeping(found, ()) if found is not None else None

    def answer(self, node: ast.Trigger, context: Context) -> Lowered:
        """A trigger that a flow waits for; `this FIELD` in it is a field of the flow's event."""
        return self._trigger(node, context, matching=True)

    def _trigger(self, node: ast.Trigger, context: Context, *, matching: bool) -> Lowered:
        match node:
            case ast.EventTrigger():
                return self._event(node, context, matching=matching)
            case ast.CountedTrigger():
                return self._counted(node, context, matching=matching)
            case ast.AfterEach() | ast.AfterLast():
                return self._after(node)
            case ast.Enters(segment):
                return (p.EntersTrigger(segment.text) if self._segment(segment) else None), None
            case ast.Leaves(segment):
                return (p.LeavesTrigger(segment.text) if self._segment(segment) else None), None
            case ast.NearDate():
                return self._near_date(node), None
            case ast.EveryDay(at):
                return p.ScheduleTrigger("day", (), _time(at)), None
            case ast.EveryWeekday(days, at):
                return p.ScheduleTrigger("week", tuple(sorted(set(days))), _time(at)), None
            case ast.EveryMonth(day, at):
                return p.ScheduleTrigger("month", (day,), _time(at)), None
            case ast.OnceAt(moment):
                return p.ScheduleTrigger("once", (), 0, self.expressions.instant(moment)), None
        assert_never(node)

    # ------------------------------------------------------------------------------------------------------- on events

    def _event(self, node: ast.EventTrigger, context: Context, *, matching: bool) -> Lowered:
        found = self.expressions.event_of(node.name, node.match)
        if found is None:
            self.expressions.unknown_event(node.name)
            return None, None
        event, named = found
        tests = self.expressions.where(event, named, node.match, node.where, context)
        if matching:
            tests += self._same_value(node, event)
        matched = tests[0] if len(tests) == 1 else p.Both(tests) if tests else None
        return p.EventTrigger(event.name, matched), event

    def _same_value(self, node: ast.EventTrigger, event: EventInfo) -> tuple[p.Expression, ...]:
        """With `per`: the event has the value by which the flow is told apart. One without the field is about all of
        the customer's flows."""
        kind = self._tells_apart(event, node.span)
        if self.per is None or kind is None:
            return ()
        name = self.per.field.text
        one, other = told_apart(name, kind, item=True), told_apart(name, kind, start=True)
        return (p.Compare("=", one, other),)

    def _tells_apart(self, event: EventInfo, span: Span) -> Kind | None:
        """The kind of the event's `per` field; None, with a warning, where it has no such field."""
        if self.per is None:
            return None
        name = self.per.field.text
        kind = event.kinds().get(name)
        if kind is None:
            self.gathered.collector.warning(
                "SEG483",
                span,
                f"`{event.name}` carries no `{name}`, so it is about every flow of the customer",
                labels=[Label(self.per.span, f"flows are told apart by `{name}`")],
                help=f"name an event that carries `{name}`, if only its own flow is meant",
            )
        return kind

    def _counted(self, node: ast.CountedTrigger, context: Context, *, matching: bool) -> Lowered:
        trigger, event = self._event(node.trigger, context, matching=matching)
        if not isinstance(trigger, p.EventTrigger) or event is None:
            return None, event
        if node.number < 1:
            self.expressions.error("SEG413", node.span, "a count is completed after one event or more")
        within = self.expressions.looking_back(node.within) if node.within is not None else None
        per = self._value(event, item=True) if not matching else None
        counted = p.CountTrigger("", trigger.event, trigger.match, node.number, within, per)
        return msgspec.structs.replace(counted, key=digest(counted)), event

    def _value(self, event: EventInfo, *, item: bool = False) -> p.Expression | None:
        """The value by which an event is told apart from others of its name; None where all are as one."""
        kind = event.kinds().get(self.per.field.text) if self.per is not None else None
        return told_apart(self.per.field.text, kind, item=item) if self.per is not None and kind is not None else None

    def _after(self, node: ast.AfterEach | ast.AfterLast) -> Lowered:
        trigger, event = self._event(node.trigger, Context("rule"), matching=False)
        if not isinstance(trigger, p.EventTrigger) or event is None:
            return None, event
        without = None
        if node.without is not None:
            looking_back = Context("rule", event=event.kinds(), event_name=event.name)
            without = self._event(node.without, looking_back, matching=True)[0]
        per = self._value(event)
        each = isinstance(node, ast.AfterEach)
        delay = length(node.delay)
        made = p.AfterTrigger(
            "", trigger.event, trigger.match, delay, each, without if isinstance(without, p.EventTrigger) else None, per
        )
        return made, event

    def keeping(self, trigger: p.Trigger, fields: tuple[str, ...]) -> p.Trigger:
        """A trigger that looks back, with what the rule needs of its event, and its key."""
        if not isinstance(trigger, p.AfterTrigger):
            return trigger
        own = {node.name for node in walk((trigger.without, trigger.per)) if isinstance(node, p.Field)}
        kept = msgspec.structs.replace(trigger, fields=tuple(sorted({*fields, *own})))
        return msgspec.structs.replace(kept, key=digest(kept))

    # -------------------------------------------------------------------------------------------- on segments and dates

    def _segment(self, name: ast.Name) -> bool:
        reads = set(self.gathered.reads)
        declared = self.expressions.segment(name)
        self.gathered.reads = reads  # listening to a segment does not read it in this step
        return declared

    def _no_attribute(self, name: ast.Name) -> None:
        before = self.gathered.collector.errors
        self.expressions.value(ast.Mention(name, span=name.span), Context("rule", event={}))
        if self.gathered.collector.errors == before and not self.gathered.scope.may_be_broken(name.text):
            self.expressions.error(
                "SEG307",
                name.span,
                f"`{name.text}` is no date that an attribute holds",
                help="only an attribute's date can bring a moment about: a `define` and what is worked out cannot",
            )

    def _near_date(self, node: ast.NearDate) -> p.DateTrigger | None:
        name = node.name.text
        attribute = self.gathered.scope.attributes.get(name)
        if attribute is None and name in self.gathered.scope.events:
            when = f"{duration(node.distance)} after" if node.distance is not None else "1 day after"
            self.expressions.error(
                "SEG307",
                node.name.span,
                f"`{name}` is an event, not a date",
                help=f"write `{when} each {name}`, or `{when} the last {name}`",
            )
            return None
        if attribute is None:
            self._no_attribute(node.name)
            return None
        if attribute.kind not in (DATE, INSTANT):
            self.expressions.error(
                "SEG307",
                node.name.span,
                f"`{node.name.text}` is no date",
                labels=[Label(attribute.span, f"it is {attribute.kind}")],
            )
            return None
        time = node.at.time if node.at is not None else None
        of = attribute.kind.name
        away = distance(node, attribute.kind)
        return p.DateTrigger(node.name.text, of, away, node.every_year, time)  # type: ignore[arg-type]


def told_apart(name: str, kind: Kind, *, item: bool = False, start: bool = False) -> p.Expression:
    """The value of a `per` field: of an event that a trigger is about (`item`), of the one that started the flow
    (`start`), or of the one at hand."""
    read: p.Expression = p.ItemField(name) if item else p.Field(name, start)
    return fold(read) if kind == FOLDED else read


def _time(at: ast.ClockTime | None) -> int:
    return at.time if at is not None else 0
