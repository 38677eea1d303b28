"""SEG916: a rule asks for a collection that its own event has just cleared (language.md sections 2 and 5.4)."""

from collections.abc import Iterator

from segdsl.compiler.judging import Because, Verdict
from segdsl.compiler.lints.base import Ground, said, warning
from segdsl.diagnostics.diagnostic import Diagnostic, Label
from segdsl.diagnostics.span import Span
from segdsl.plan import nodes as p
from segdsl.plan.walk import structs
from segdsl.syntax import ast

CODE = "SEG916"


def find(ground: Ground) -> Iterator[Diagnostic]:
    for verdict in ground.verdicts:
        if verdict.because is Because.EVENT and verdict.asked.rule is not None:
            happened = {each.event for facts in verdict.asked.begun for each in facts.happened if each.now}
            for key in dict.fromkeys(_collections(verdict.part.condition)):
                if any(key in ground.emptied.get(event, ()) for event in happened):
                    yield _of_verdict(ground, verdict, key)
                    break
    for deed in ground.deeds:
        events = {each.event for each in deed.rule.plan.triggers if isinstance(each, p.EventTrigger | p.CountTrigger)}
        if len(deed.rule.plan.triggers) == 1 and len(events) == 1:
            [event] = events
            for node in structs(deed.action):
                match node:
                    case p.Aggregate(_, p.Items(key)) if key in ground.emptied.get(event, ()):
                        yield _of_value(ground, node, key, event, deed.span)


def _collections(condition: p.Expression) -> Iterator[str]:
    return (node.collection for node in structs(condition) if isinstance(node, p.Items))


def _of_verdict(ground: Ground, verdict: Verdict, key: str) -> Diagnostic:
    held, name = "always" if verdict.always else "never", ground.program.collections[key].name
    event = next(
        each.event for facts in verdict.asked.begun for each in facts.happened
        if each.now and key in ground.emptied.get(each.event, ())
    )  # fmt: skip
    return warning(
        CODE,
        verdict.part.node.span,
        f"{said(verdict.part.node)} {held} holds here: `{event}` has cleared `{name}` already",
        labels=_cleared(ground, name, event),
        help=_help(ground, name, event),
    )


def _of_value(ground: Ground, node: p.Aggregate, key: str, event: str, span: Span) -> Diagnostic:
    name = ground.program.collections[key].name
    written = ground.program.written.get(node)
    what = said(written) if isinstance(written, ast.Expression) else f"what is asked of `{name}`"
    nothing = "0" if node.measure in ("count", "distinct", "total") else "not known"
    return warning(
        CODE,
        written.span if written is not None else span,
        f"{what} is always {nothing} here: `{event}` has cleared `{name}` already",
        labels=_cleared(ground, name, event),
        help=_help(ground, name, event),
    )


def _cleared(ground: Ground, name: str, event: str) -> list[Label]:
    """Where the collection says so, if that is in the program's own text."""
    scope = ground.program.scope
    ends = scope.collections[name].node.ends
    spans = [end.span for end in ends if end.kind == "clear" and end.event.text == event]
    return [Label(span, "it is cleared here") for span in spans if span.source not in scope.shipped]


def _help(ground: Ground, name: str, event: str) -> str:
    """The list of the event that may be meant, that of its lines, else the events that were put in."""
    put = ground.program.scope.collections[name].event
    fields = ground.program.scope.events[event].fields.values()
    lists = [each.name for each in fields if each.kind.item is not None and each.kind.item.name == "record"]
    if lists:
        return f"if what `{event}` brings is meant, ask for its `{lists[0]}`, as in `any item of {lists[0]}`"
    return f"to ask for what was put in, ask for the events, as in `count of {put.name} within 7 days`"
