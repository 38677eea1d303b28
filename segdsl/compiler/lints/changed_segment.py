"""SEG912: a rule asks for a derived segment that its own event has just decided (language.md section 5.4)."""

from collections.abc import Iterator

from segdsl.compiler.judging import Because
from segdsl.compiler.lints.base import Ground, labels_of, quoted, said, warning
from segdsl.diagnostics.diagnostic import Diagnostic

CODE = "SEG912"


def find(ground: Ground) -> Iterator[Diagnostic]:
    for verdict in ground.verdicts:
        if verdict.because is not Because.EVENT or not verdict.segments:
            continue
        several = "their conditions count" if len(verdict.segments) > 1 else "its condition counts"
        held = "always" if verdict.always else "never"
        yield warning(
            CODE,
            verdict.part.node.span,
            f"{said(verdict.part.node)} {held} holds here: {several} the event at hand already",
            labels=labels_of(ground, verdict),
            help=f"a rule sees {quoted(verdict.segments)} with this event in: count one more, as in `at most once` "
            "for the first one, or start the rule with `leaves` or `enters`",
        )
