"""SEG902: a condition that always holds."""

from collections.abc import Iterator

from segdsl.compiler.judging import Because, Verdict
from segdsl.compiler.lints.base import Ground, labels_of, said, warning
from segdsl.diagnostics.diagnostic import Diagnostic
from segdsl.syntax import ast

CODE = "SEG902"


def find(ground: Ground) -> Iterator[Diagnostic]:
    for verdict in ground.verdicts:
        if verdict.always and verdict.because in (Because.ITSELF, Because.MATCH, Because.BEFORE):
            yield warning(
                CODE,
                verdict.part.node.span,
                _message(verdict),
                labels=labels_of(ground, verdict),
                help=_help(verdict),
            )


def _message(verdict: Verdict) -> str:
    if verdict.because is Because.MATCH:
        return f"{said(verdict.part.node)} always holds of what starts this rule"
    if verdict.because is Because.BEFORE:
        return f"{said(verdict.part.node)} always holds here: the rule has asked for it before"
    return f"{said(verdict.part.node)} always holds"


def _help(verdict: Verdict) -> str:
    if verdict.because is not Because.ITSELF:
        return "leave it out, or ask for something narrower"
    if isinstance(verdict.part.node, ast.Either):
        return "write `and`, if both are meant"
    if verdict.asked.hold is not None and verdict.part is verdict.asked.part:
        return "so it is always held back: ask for something narrower, or leave the action out of the rules"
    if verdict.asked.segment and verdict.part is verdict.asked.part:
        return f'so every customer is in "{verdict.asked.segment}": ask for something narrower'
    if verdict.asked.promotion and verdict.part is verdict.asked.part:
        return "so everybody has the promotion: ask for something narrower, or leave the `if` out"
    return "leave it out, or mend its values"
