"""SEG913: `until` the last day of a month, which leaves that day out."""

from collections.abc import Iterator

from segdsl.compiler.lints.base import Ground, warning
from segdsl.diagnostics.diagnostic import Diagnostic, Fix
from segdsl.syntax import ast
from segdsl.values.instants import date_text, to_date

CODE = "SEG913"


def find(ground: Ground) -> Iterator[Diagnostic]:
    for date in _ends(ground):
        if isinstance(date, ast.DateValue) and to_date(date.days + 1).day == 1:
            day, after = date_text(date.days), date_text(date.days + 1)
            yield warning(
                CODE,
                date.span,
                f"`until {day}` leaves that day out",
                help=f"with the last day of the month in it is `until {after}`",
                fix=Fix(date.span, after, sure=False),  # the day may be left out on purpose
            )


def _ends(ground: Ground) -> Iterator[ast.Day]:
    scope = ground.program.scope
    for options in [
        *(each.options for each in scope.activities),
        *(each.options for each in scope.promotions.values()),
    ]:
        for option in options:
            if isinstance(option, ast.Until):
                yield option.date
    for rule in ground.written.rules:
        yield from _added(rule.node.steps)


def _added(nodes: tuple[ast.Step, ...]) -> Iterator[ast.Day]:
    for node in nodes:
        match node:
            case ast.Act(actions):
                for action in actions:
                    if isinstance(action, ast.Add) and action.until is not None:
                        yield action.until
            case ast.Branch(_, paths):
                for path in paths:
                    yield from _added(path.steps)
            case _:
                pass
