"""SEG917: an action that names a promotion which is not there: called nearly as one that is, or over by then."""

from collections.abc import Iterator

from segdsl.compiler.alongside import WrittenRule
from segdsl.compiler.lints.base import Ground, warning
from segdsl.diagnostics.diagnostic import Diagnostic, Fix, Label
from segdsl.diagnostics.suggest import nearest
from segdsl.syntax import ast
from segdsl.syntax.format_values import quoted

CODE = "SEG917"
FIELD = "promotion"
"""The field of an action that names a promotion."""


def find(ground: Ground) -> Iterator[Diagnostic]:
    if not ground.program.scope.promotions:
        return  # the shop's promotions stand elsewhere
    for rule in ground.written.rules:
        for action in _performed(rule.node.steps):
            for text in _named(ground, action):
                yield from _doubt(ground, rule, text)


def _doubt(ground: Ground, rule: WrittenRule, text: ast.Text) -> Iterator[Diagnostic]:
    promotions = ground.program.scope.promotions
    if text.value not in promotions:
        meant = nearest(text.value, promotions)
        if meant is not None:
            yield warning(
                CODE,
                text.span,
                f'no promotion is called "{text.value}"',
                labels=[Label(promotions[meant].name.span, "this one has nearly that name")],
                help=f'did you mean "{meant}"? A promotion that is not there gives nothing, and nobody is told',
                fix=Fix(text.span, quoted(meant), sure=False),
            )
        return
    end = ground.program.table.promotions[text.value].end
    if end is not None and rule.plan.begin is not None and end <= rule.plan.begin:
        until = next(option for option in promotions[text.value].options if isinstance(option, ast.Until))
        yield warning(
            CODE,
            text.span,
            f'the promotion "{text.value}" is over when this activity begins',
            labels=[Label(until.span, "it ends here")],
            help="nobody can use it any more: name one that is on, or let it end later",
        )


def _named(ground: Ground, action: ast.Perform) -> Iterator[ast.Text]:
    """The promotion that an action names in so many words."""
    info = ground.program.scope.actions.get(action.name.text)
    if info is None or FIELD not in info.fields:
        return
    if info.subject is not None and info.subject.name == FIELD and isinstance(action.match, ast.Text):
        yield action.match
    for assignment in action.assignments:
        if assignment.name.text == FIELD and isinstance(assignment.value, ast.Text):
            yield assignment.value


def _performed(nodes: tuple[ast.Step, ...]) -> Iterator[ast.Perform]:
    for node in nodes:
        match node:
            case ast.Act(actions):
                yield from (action for action in actions if isinstance(action, ast.Perform))
            case ast.Branch(_, paths):
                for path in paths:
                    yield from _performed(path.steps)
            case _:
                pass
