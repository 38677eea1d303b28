"""Rules and activities: what fires them, when they run, and that what they do makes sense (language.md section 3)."""

from collections.abc import Callable, Iterable

import msgspec
from attrs import define, field

from segdsl.compiler.actions import ActionChecker
from segdsl.compiler.conflicts import warn_of_conflicts
from segdsl.compiler.context import Context, Gathered, digest
from segdsl.compiler.expressions import Expressions
from segdsl.compiler.rounds import check_rounds
from segdsl.compiler.scope import EventInfo
from segdsl.compiler.segments import SegmentTable, check_said_once, check_span
from segdsl.compiler.steps import StepChecker
from segdsl.compiler.triggers import TriggerChecker, told_apart
from segdsl.compiler.waits import WaitChecker, fields_needed, keyed
from segdsl.diagnostics.diagnostic import Label
from segdsl.diagnostics.span import Span
from segdsl.plan import nodes as p
from segdsl.syntax import ast
from segdsl.values.kinds import ERROR, Kind

STARTS = {"web": "views spot", "search rule": "searches"}
"""The event that each of these kinds of activity starts with."""

_WITH_EVENT = (ast.EventTrigger, ast.CountedTrigger, ast.AfterEach, ast.AfterLast)


class Anything(dict[str, Kind]):
    """The fields of an event that is not known: it was complained about, and whatever is read of it agrees."""

    def get(self, name: str, default: object = None) -> Kind:
        return ERROR

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str)

    def __missing__(self, name: str) -> Kind:
        return ERROR


@define(eq=False)
class RuleChecker:
    """Checks and lowers the rules of a program. `place` tells the `file:line` of a span."""

    gathered: Gathered
    expressions: Expressions
    table: SegmentTable
    place: Callable[[Span], str]
    rules: dict[str, p.Rule] = field(factory=dict)
    spans: dict[str, Span] = field(factory=dict)

    def check_all(self) -> list[p.Rule]:
        for rule in self.gathered.scope.rules:
            self._rule(rule, None)
        for activity in self.gathered.scope.activities:
            self._activity(activity)
        warn_of_conflicts(self.rules.values(), self.spans, self.gathered.collector)
        self._check_rounds()
        return list(self.rules.values())

    def _check_rounds(self) -> None:
        scope = self.gathered.scope
        check_rounds(
            self.rules.values(),
            self.table.conditions,
            self.gathered.memories,
            self.gathered.collections,
            {name: tuple(line for _, line in info.lines) for name, info in scope.events.items()},
            self.spans,
            {name: info.span for name, info in scope.segments.items()},
            self.gathered.collector,
        )

    # ------------------------------------------------------------------------------------------------------ activities

    def _activity(self, node: ast.Activity) -> None:
        check_said_once(node.options, self.expressions)
        for option in node.options:
            self._option(option)
        begin, end = check_span(node.options, self.expressions)
        if not any(isinstance(part, ast.Rule) for part in node.body):
            self.gathered.collector.warning(
                "SEG415",
                node.name.span,
                f'the activity "{node.name.text}" has no rule',
                help="an activity without a `when` never does anything",
            )
        per = next((option for option in node.options if isinstance(option, ast.Per)), None)
        triggers = TriggerChecker(self.gathered, self.expressions, per)
        around = Around(node, triggers, WaitChecker(self.expressions, triggers, begin, end), per)
        made: list[p.Rule] = []
        stops: list[p.Trigger] = []
        for part in node.body:
            if isinstance(part, ast.Stop):
                found = [triggers.stop(trigger) for trigger in part.triggers]
                stops += [trigger for trigger in found if trigger is not None]
                continue
            self._check_start(node.kind, part)
            rule = self._rule(part, around)
            if rule is not None:
                made.append(rule)
        for rule in made:
            self.rules[rule.id] = self._of_activity(rule, node, begin, end, stops)
            self.gathered.written.carry(rule, self.rules[rule.id])

    def _option(self, option: ast.Option) -> None:
        match option:
            case ast.Holdout(share) if not 0 < share.value <= 1_000_000:
                self.expressions.error(
                    "SEG404",
                    share.span,
                    f"`{share.written}` is not a share",
                    help="a share is above 0% and at most 100%",
                )
            case _:
                pass

    def _of_activity(
        self, rule: p.Rule, node: ast.Activity, begin: int | None, end: int | None, stops: list[p.Trigger]
    ) -> p.Rule:
        changes: dict[str, object] = {"begin": begin, "end": end, "seed": _seed(node), "stops": tuple(stops)}
        for option in node.options:
            match option:
                case ast.Priority(value):
                    changes["priority"] = value
                case ast.Once():
                    changes["once"] = True
                case ast.Restarting():
                    changes["restarting"] = True
                case ast.Holdout(share):
                    changes["holdout"] = share.value
                case _:
                    pass
        return msgspec.structs.replace(rule, **changes)

    def _check_start(self, kind: str, rule: ast.Rule) -> None:
        wanted = STARTS.get(kind)
        if wanted is None:
            return
        what = "a web activity" if kind == "web" else "a search rule"
        for trigger in rule.triggers:
            if not isinstance(trigger, ast.EventTrigger) or self._event_name(trigger) != wanted:
                self.expressions.error(
                    "SEG406",
                    trigger.span,
                    f"{what} starts with `{wanted}`",
                    help="another trigger belongs in a dialog activity, or in a rule of its own",
                )

    def _event_name(self, trigger: ast.EventTrigger) -> str:
        found = self.expressions.event_of(trigger.name, trigger.match)
        return found[0].name if found else trigger.name.text

    # ----------------------------------------------------------------------------------------------------------- rules

    def _rule(self, node: ast.Rule, around: "Around | None") -> p.Rule | None:
        errors = self.gathered.collector.errors
        around = around or self._alone()
        activity = around.node
        found = [around.triggers.start(trigger) for trigger in node.triggers]
        fields, names = _common([event for _, event in found])
        if any(
            event is None and isinstance(t, _WITH_EVENT) for t, (_, event) in zip(node.triggers, found, strict=True)
        ):
            fields = Anything()
        name = activity.name.text if activity else ""
        context = Context("rule", event=fields, event_name=names, activity=name if activity else None)
        fires = [trigger for trigger, _ in found if trigger is not None]
        per = self._told_apart(around.per, fields, names)
        condition = self.expressions.condition(node.condition, context) if node.condition is not None else None
        steps = self._steps(node, context, around, fires)
        needed = fields_needed((condition, steps)) | ({around.per.field.text} if around.per else set())
        kept = [around.triggers.keeping(trigger, tuple(sorted(needed))) for trigger in fires]
        for made, written in zip(kept, [t for t, (of, _) in zip(node.triggers, found, strict=True) if of], strict=True):
            self.gathered.written.note(made, written)
        fires = _in_order(kept)
        body: tuple[object, ...] = ("rule", name, fires, condition, steps)
        if self.gathered.collector.errors > errors:
            # What is wrong is not in the plan's nodes, so the text tells such rules apart.
            body = (*body, repr(node))
        rule = p.Rule(digest(body), self.place(node.span), tuple(fires), condition, steps, activity=name, per=per)
        if rule.id in self.rules or rule.id in self.spans:
            self.gathered.collector.warning(
                "SEG417",
                node.span,
                "this rule is written twice, and counts once",
                labels=[Label(self.spans[rule.id], "the same rule")],
                help="leave one of the two out",
            )
            return None
        self.rules[rule.id] = rule
        self.spans[rule.id] = node.span
        self.gathered.written.note(rule, node)
        return rule

    def _alone(self) -> "Around":
        triggers = TriggerChecker(self.gathered, self.expressions)
        return Around(None, triggers, WaitChecker(self.expressions, triggers), None)

    def _steps(self, node: ast.Rule, context: Context, around: "Around", fires: list[p.Trigger]) -> tuple[p.Step, ...]:
        activity = around.node
        draws_for = digest(tuple(_in_order(fires))) if activity else ""
        actions = ActionChecker(self.gathered, self.expressions)
        steps = StepChecker(self.gathered, self.expressions, self.table, actions, around.waits, draws_for)
        lowered = steps.steps(node.steps, context, seed=_seed(activity) if activity else "")
        per = around.per.field.text if around.per else None
        return keyed(lowered, activity.name.text if activity else "", per, self.gathered.written)

    def _told_apart(self, per: ast.Per | None, fields: dict[str, Kind], names: str) -> p.Expression | None:
        """The value by which flows of one customer are told apart."""
        if per is None:
            return None
        kind = fields.get(per.field.text)
        if kind is None:
            self.expressions.unknown_field(per.field, names, fields)
        elif kind.name in ("list", "record"):
            self.expressions.error("SEG303", per.field.span, f"flows cannot be told apart by {kind.name}s")
        elif kind != ERROR:
            return told_apart(per.field.text, kind)
        return None


@define(eq=False)
class Around:
    """What stands around a rule: its activity, if it has one, and how its triggers and waits are read there."""

    node: ast.Activity | None
    triggers: TriggerChecker
    waits: WaitChecker
    per: ast.Per | None


def _in_order(triggers: Iterable[p.Trigger]) -> list[p.Trigger]:
    return sorted(triggers, key=msgspec.json.encode)


def _common(events: Iterable[EventInfo | None]) -> tuple[dict[str, Kind], str]:
    """The fields that all triggers bring, with one kind; and how to call what brings them."""
    fields: dict[str, Kind] | None = None
    names = []
    for event in events:
        kinds = event.kinds() if event else {}
        names.append(event.name if event else "this trigger")
        fields = kinds if fields is None else {n: k for n, k in fields.items() if kinds.get(n) == k}
    return fields or {}, " or ".join(dict.fromkeys(names))


def _seed(node: ast.Activity) -> str:
    written = next((option.text.value for option in node.options if isinstance(option, ast.Seed)), None)
    return written if written is not None else node.name.text
