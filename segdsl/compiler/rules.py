"""Rules and activities: what fires them, when they run, and that what they do makes sense (language.md section 3)."""

from collections.abc import Callable, Iterable

import msgspec
from attrs import define, field

from segdsl.compiler.actions import ActionChecker
from segdsl.compiler.conflicts import warn_of_conflicts
from segdsl.compiler.context import Context, Gathered, Item, digest
from segdsl.compiler.expressions import Expressions
from segdsl.compiler.scope import EventInfo
from segdsl.compiler.segments import SegmentTable, check_span
from segdsl.compiler.steps import StepChecker
from segdsl.diagnostics.diagnostic import Label
from segdsl.diagnostics.span import Span
from segdsl.plan import nodes as p
from segdsl.syntax import ast
from segdsl.values.kinds import DATE, ERROR, INSTANT, Kind

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
        return list(self.rules.values())

    # ------------------------------------------------------------------------------------------------------ activities

    def _activity(self, node: ast.Activity) -> None:
        seen: dict[type[ast.Option], ast.Option] = {}
        for option in node.options:
            if type(option) in seen:
                self.expressions.error(
                    "SEG207",
                    option.span,
                    "this is said twice",
                    labels=[Label(seen[type(option)].span, "first said here")],
                )
            seen[type(option)] = option
            self._option(option)
        begin, end = check_span(node.options, self.expressions)
        if not any(isinstance(part, ast.Rule) for part in node.body):
            self.gathered.collector.warning(
                "SEG415",
                node.name.span,
                f'the activity "{node.name.text}" has no rule',
                help="an activity without a `when` never does anything",
            )
        made: list[p.Rule] = []
        for part in node.body:
            if isinstance(part, ast.Stop):
                for trigger in part.triggers:
                    self._trigger(trigger)
                self.gathered.not_yet(part.span, "`stop when`")
                continue
            self._check_start(node.kind, part)
            rule = self._rule(part, node)
            if rule is not None:
                made.append(self._of_activity(rule, node, begin, end))
        for rule in made:
            self.rules[rule.id] = rule

    def _option(self, option: ast.Option) -> None:
        match option:
            case ast.Holdout(share) if not 0 < share.value <= 1_000_000:
                self.expressions.error(
                    "SEG404",
                    share.span,
                    f"`{share.written}` is not a share",
                    help="a share is above 0% and at most 100%",
                )
            case ast.Restarting():
                self.gathered.not_yet(option.span, "`restarting`")
            case ast.Per():
                self.gathered.not_yet(option.span, "`per`")
            case _:
                pass

    def _of_activity(self, rule: p.Rule, node: ast.Activity, begin: int | None, end: int | None) -> p.Rule:
        changes: dict[str, object] = {"begin": begin, "end": end, "seed": _seed(node)}
        for option in node.options:
            match option:
                case ast.Priority(value):
                    changes["priority"] = value
                case ast.Once():
                    changes["once"] = True
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

    def _rule(self, node: ast.Rule, activity: ast.Activity | None) -> p.Rule | None:
        errors = self.gathered.collector.errors
        unready = len(self.gathered.unready)
        triggers = [self._trigger(trigger) for trigger in node.triggers]
        fields, names = _common([found for _, found in triggers])
        if any(
            found is None and isinstance(t, _WITH_EVENT) for t, (_, found) in zip(node.triggers, triggers, strict=True)
        ):
            fields = Anything()
        context = Context("rule", event=fields, event_name=names, activity=activity.name.text if activity else None)
        actions = ActionChecker(self.gathered, self.expressions)
        fires = tuple(sorted((t for t, _ in triggers if t is not None), key=msgspec.json.encode))
        draws_for = digest(fires) if activity else ""
        steps = StepChecker(self.gathered, self.expressions, self.table, actions, self._trigger, draws_for)
        condition = self.expressions.condition(node.condition, context) if node.condition is not None else None
        lowered = steps.steps(node.steps, context, seed=_seed(activity) if activity else "")
        name = activity.name.text if activity else ""
        body: tuple[object, ...] = ("rule", name, fires, condition, lowered)
        if len(self.gathered.unready) > unready or self.gathered.collector.errors > errors:
            # What cannot be run yet, or is wrong, is not in the plan's nodes, so the text tells such rules apart.
            body = (*body, repr(node))
        rule = p.Rule(digest(body), self.place(node.span), fires, condition, lowered, activity=name)
        if rule.id in self.rules or rule.id in self.spans:
            self.gathered.collector.warning(
                "SEG417",
                node.span,
                "this rule is written twice, and counts once",
                labels=[Label(self.spans[rule.id], "the same rule")],
            )
            return None
        self.rules[rule.id] = rule
        self.spans[rule.id] = node.span
        return rule

    # -------------------------------------------------------------------------------------------------------- triggers

    def _trigger(self, node: ast.Trigger) -> tuple[p.Trigger | None, EventInfo | None]:
        """A trigger's node and the event whose fields it brings."""
        match node:
            case ast.EventTrigger():
                return self._event_trigger(node)
            case ast.CountedTrigger(trigger):
                self.gathered.not_yet(node.span, "a counting trigger")
                return None, self._event_trigger(trigger)[1]
            case ast.AfterEach(_, trigger, without) | ast.AfterLast(_, trigger, without):
                if without is not None:
                    self._event_trigger(without)
                self.gathered.not_yet(node.span, "a trigger some time after an event")
                return None, self._event_trigger(trigger)[1]
            case ast.Enters(segment) | ast.Leaves(segment):
                self.expressions.segment(segment)
                self.gathered.not_yet(node.span, "`enters` and `leaves`")
            case ast.NearDate(_, name):
                self._date(name)
                self.gathered.not_yet(node.span, "a trigger on a date")
            case ast.EveryDay() | ast.EveryWeekday() | ast.EveryMonth() | ast.OnceAt():
                self.gathered.not_yet(node.span, "a trigger by the clock")
        return None, None

    def _date(self, name: ast.Name) -> None:
        attribute = self.gathered.scope.attributes.get(name.text)
        if attribute is None:
            self.expressions.value(ast.Mention(name, span=name.span), Context("rule", event={}))
        elif attribute.kind not in (DATE, INSTANT):
            self.expressions.error(
                "SEG307",
                name.span,
                f"`{name.text}` is no date",
                labels=[Label(attribute.span, f"it is {attribute.kind}")],
            )

    def _event_trigger(self, node: ast.EventTrigger) -> tuple[p.Trigger | None, EventInfo | None]:
        found = self.expressions.event_of(node.name, node.match)
        if found is None:
            self.expressions.unknown_event(node.name)
            return None, None
        event, named = found
        item = Item(event.name, event.kinds(), p.Field)
        tests = self.expressions.where(event, named, node.match, node.where, Context("rule"), item)
        matched = tests[0] if len(tests) == 1 else p.Both(tests) if tests else None
        return p.Trigger(event.name, matched), event


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
