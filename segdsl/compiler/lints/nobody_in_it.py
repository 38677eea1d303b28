"""SEG906: a segment `by activities` that no rule adds to."""

from collections.abc import Iterator

from segdsl.compiler.lints.base import Ground, warning
from segdsl.diagnostics.diagnostic import Diagnostic, Label
from segdsl.diagnostics.span import Span
from segdsl.plan import nodes as p
from segdsl.plan.walk import structs
from segdsl.syntax.format_values import name as shown

CODE = "SEG906"


def find(ground: Ground) -> Iterator[Diagnostic]:
    if not ground.program.rules:
        return  # a file of segments alone: its rules stand elsewhere
    acts = [node for rule in ground.program.rules for node in structs(rule.steps)]
    added = {node.segment for node in acts if isinstance(node, p.Add)}
    removed = {node.segment for node in acts if isinstance(node, p.Remove)}
    read = _read(ground)
    for name, info in ground.program.scope.segments.items():
        if info.kind != "added" or name in added or info.span.source in ground.program.scope.shipped:
            continue
        if name in removed and name not in read:
            message = f'rules remove from "{name}", and none adds to it'
        elif name in read:
            message = f'"{name}" is asked for, and no rule adds to it'
        else:
            message = f'no rule adds to "{name}", and none asks for it'
        yield warning(
            CODE,
            info.span,
            message,
            labels=[Label(read[name], "asked for here")] if name in read and read[name] != info.span else [],
            help=f"write a rule that adds to {shown(info.node.name)}, or declare it `listed`, if the host fills it",
        )


def _read(ground: Ground) -> dict[str, Span]:
    """The segments that conditions and triggers ask for, with a place that does."""
    found: dict[str, Span] = {}
    for asked in ground.asked:
        for node in structs(asked.part.condition):
            if isinstance(node, p.Member):
                found.setdefault(node.segment, asked.part.node.span)
    for rule in ground.written.rules:
        for node in structs((rule.plan.triggers, rule.plan.steps, rule.plan.stops)):
            if isinstance(node, p.EntersTrigger | p.LeavesTrigger):
                found.setdefault(node.segment, rule.node.span)
    return found
