"""SEG901: a condition that can never hold."""

from collections.abc import Iterator

from segdsl.compiler.alongside import WrittenRule
from segdsl.compiler.judging import Because, Verdict
from segdsl.compiler.lints.base import Ground, labels_of, said, warning
from segdsl.diagnostics.diagnostic import Diagnostic
from segdsl.diagnostics.span import Span
from segdsl.plan import nodes as p
from segdsl.syntax import ast

CODE = "SEG901"


def find(ground: Ground) -> Iterator[Diagnostic]:
    for verdict in ground.verdicts:
        if not verdict.always and verdict.because in (Because.ITSELF, Because.MATCH, Because.BEFORE):
            yield warning(
                CODE,
                verdict.part.node.span,
                _message(verdict),
                labels=labels_of(ground, verdict),
                help=_help(ground, verdict),
            )
    for rule in ground.written.rules:
        for trigger in rule.plan.triggers:
            if isinstance(trigger, _ON_EVENTS) and trigger.match is not None and ground.reasoner.never(trigger.match):
                yield warning(
                    CODE,
                    _place(rule, trigger.event),
                    f"no `{trigger.event}` is ever as this rule wants it: what it asks of it never holds together",
                    help="mend the values behind the event, or leave this trigger out",
                )


_ON_EVENTS = (p.EventTrigger, p.CountTrigger, p.AfterTrigger)


def _place(rule: WrittenRule, event: str) -> Span:
    """The place of the rule's trigger on an event."""
    for node in rule.node.triggers:
        inner = node.trigger if isinstance(node, ast.CountedTrigger | ast.AfterEach | ast.AfterLast) else node
        if isinstance(inner, ast.EventTrigger) and inner.name.text.startswith(event) and (inner.where or inner.match):
            return node.span
    return rule.node.triggers[0].span


def _message(verdict: Verdict) -> str:
    if verdict.pair is not None:
        one, other = verdict.pair
        return f"{said(one.node)} and {said(other.node)} never hold together"
    if verdict.because is Because.MATCH:
        return f"{said(verdict.part.node)} can never hold of what starts this rule"
    if verdict.because is Because.BEFORE:
        return f"{said(verdict.part.node)} can never hold here: the rule has asked for something else before"
    return f"{said(verdict.part.node)} can never hold"


def _help(ground: Ground, verdict: Verdict) -> str:
    asked = verdict.asked
    if verdict.pair is not None and verdict.part is asked.part:
        meant = "write `or`, if one of them is enough"
    elif verdict.because in (Because.MATCH, Because.BEFORE):
        meant = "take one of the two conditions back, or ask for this in a rule of its own"
    elif isinstance(verdict.part.node, ast.Between):
        meant = "the smaller value stands first: between 18 and 25"
    else:
        meant = "mend the values, or leave this part out"
    if asked.hold is not None and verdict.part is asked.part:
        return f"so nothing is ever held back here: {meant}"
    if asked.segment and verdict.part is asked.part:
        derived = ground.program.scope.segments[asked.segment].kind == "derived"
        return f'so nobody is ever in "{asked.segment}"{"" if derived else ", whatever rules add"}: {meant}'
    if asked.promotion and verdict.part is asked.part:
        return f'so nobody ever has the promotion "{asked.promotion}": {meant}'
    return meant
