"""SEG908: a moment that lies outside the activity around it. Waits that outlive it have SEG484."""

from collections.abc import Iterator

from segdsl.compiler.alongside import WrittenRule
from segdsl.compiler.lengths import instant_of
from segdsl.compiler.lints.base import Ground, warning
from segdsl.diagnostics.diagnostic import Diagnostic, Label
from segdsl.diagnostics.span import Span
from segdsl.syntax import ast
from segdsl.values.zones import Zone

CODE = "SEG908"


def find(ground: Ground) -> Iterator[Diagnostic]:
    zone = ground.program.scope.zone
    for rule in ground.written.rules:
        if rule.activity is not None:
            yield from _triggers(rule, rule.activity, zone)
            for node in _steps(rule.node.steps):
                yield from _step(node, rule, rule.activity, zone)


def _triggers(rule: WrittenRule, activity: ast.Activity, zone: Zone) -> Iterator[Diagnostic]:
    for trigger in rule.node.triggers:
        if not isinstance(trigger, ast.OnceAt):
            continue
        moment = instant_of(trigger.moment, zone)
        if _before(moment, rule.plan.begin) or (rule.plan.end is not None and moment >= rule.plan.end):
            yield warning(
                CODE,
                trigger.span,
                f'this moment never comes in "{activity.name.text}", which does not run then',
                labels=_bounds(activity),
                help="name a moment between `from` and `until`; the day of `until` is out",
            )


def _step(node: ast.Step, rule: WrittenRule, activity: ast.Activity, zone: Zone) -> Iterator[Diagnostic]:
    begin = rule.plan.begin
    if begin is None:
        return
    if isinstance(node, ast.WaitUntil) and isinstance(node.moment, ast.AtDate):
        if instant_of(node.moment.date, zone) <= begin:
            yield warning(
                CODE,
                node.span,
                f'this moment is past when "{activity.name.text}" begins: nobody waits for it',
                labels=_bounds(activity),
                help="name a moment after `from`, or leave the wait out",
            )
    elif isinstance(node, ast.Act):
        for action in node.actions:
            if isinstance(action, ast.Add) and action.until is not None and instant_of(action.until, zone) <= begin:
                yield warning(
                    CODE,
                    action.until.span,
                    f'this end is past when "{activity.name.text}" begins: nobody becomes a member so',
                    labels=_bounds(activity),
                    help="name an end after `from`; `until` is the first day that is out",
                )


def _before(moment: int, bound: int | None) -> bool:
    return bound is not None and moment < bound


def _bounds(activity: ast.Activity) -> list[Label]:
    return [Label(span, "it runs so long") for span in _places(activity)]


def _places(activity: ast.Activity) -> Iterator[Span]:
    for option in activity.options:
        if isinstance(option, ast.From | ast.Until):
            yield option.span


def _steps(nodes: tuple[ast.Step, ...]) -> Iterator[ast.Step]:
    for node in nodes:
        yield node
        if isinstance(node, ast.Branch):
            for path in node.paths:
                yield from _steps(path.steps)
