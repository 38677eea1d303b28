"""SEG904: a path of `branch first` that nobody takes, since the paths before it take everybody who could."""

from collections.abc import Iterator

from segdsl.compiler.judging import Because
from segdsl.compiler.lints.base import Ground, said, warning
from segdsl.diagnostics.diagnostic import Diagnostic, Label

CODE = "SEG904"


def find(ground: Ground) -> Iterator[Diagnostic]:
    for verdict in ground.verdicts:
        path = verdict.asked.path
        if verdict.because is not Because.PATHS or path is None:
            continue
        before = verdict.before
        what = f"the path for {said(path.condition)}" if path.condition is not None else "this path"
        what = "`otherwise`" if path.otherwise else what
        labels = []
        if before is not None and before.part.node.span.source >= 0:
            labels = [Label(before.part.node.span, "this takes them already")]
        yield warning(
            CODE,
            path.condition.span if path.condition is not None else path.span,
            f"{what} is never taken: the paths before it take everybody who could",
            labels=labels,
            help="put the narrower condition first, or write `branch all` if both are to be done",
        )
