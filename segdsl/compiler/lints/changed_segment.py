"""SEG912: a rule asks for a derived segment that its own event has just decided (language.md section 5.4)."""

from collections.abc import Iterator

from segdsl.compiler.judging import Because
from segdsl.compiler.lints.base import Ground, labels_of, quoted, said, warning
from segdsl.diagnostics.diagnostic import Diagnostic
from segdsl.syntax import ast
from segdsl.syntax.format_values import name as text_of

CODE = "SEG912"


def find(ground: Ground) -> Iterator[Diagnostic]:
    for verdict in ground.verdicts:
        if verdict.because is not Because.EVENT or not verdict.segments:
            continue
        several = "their conditions count" if len(verdict.segments) > 1 else "its condition counts"
        shown = text_of(ast.Name(verdict.segments[0]))
        held = "always" if verdict.always else "never"
        yield warning(
            CODE,
            verdict.part.node.span,
            f"{said(verdict.part.node)} {held} holds here: {several} the event at hand already",
            labels=labels_of(ground, verdict),
            help=f"to act on who comes into {quoted(verdict.segments)} or out of it by this event, start the rule so: "
            f"`when enters {shown}`, `when leaves {shown}`",
        )
