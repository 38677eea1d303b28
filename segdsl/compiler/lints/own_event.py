"""SEG911: a condition that the event at hand itself decides, since it is counted already (language.md section 5.4)."""

from collections.abc import Iterator

from segdsl.compiler.alongside import unbracketed
from segdsl.compiler.judging import Because, Verdict
from segdsl.compiler.lints.base import Ground, said, warning
from segdsl.diagnostics.diagnostic import Diagnostic, Label
from segdsl.plan import nodes as p
from segdsl.plan.walk import walk
from segdsl.syntax import ast
from segdsl.syntax.format_values import expression

CODE = "SEG911"


def find(ground: Ground) -> Iterator[Diagnostic]:
    for verdict in ground.verdicts:
        if verdict.because is not Because.EVENT or verdict.segments or verdict.asked.rule is None:
            continue
        if any(isinstance(node, p.Items) for node in walk(verdict.part.condition)):
            continue  # SEG916 tells of collections that are cleared
        triggers = verdict.asked.rule.node.triggers
        yield warning(
            CODE,
            verdict.part.node.span,
            f"{said(verdict.part.node)} {'always' if verdict.always else 'never'} holds here: {_why(ground, verdict)}",
            labels=[] if _answered(verdict) else [Label(each.span, "this event") for each in triggers],
            help=_help(ground, verdict),
        )


def _why(ground: Ground, verdict: Verdict) -> str:
    if any(isinstance(node, ast.TimeSince) for node in _inside(verdict.part.node)):
        return "the latest one is the event at hand, of just now"
    if verdict.asked.waited and not _answered(verdict):
        return "the event that started the rule counts, however long ago"
    return "the event at hand is counted already"


def _help(ground: Ground, verdict: Verdict) -> str:
    event = next(
        (ground.program.memories[n.memory].event for n in walk(verdict.part.condition) if isinstance(n, p.Recall)), ""
    )
    if any(isinstance(node, ast.TimeSince) for node in _inside(verdict.part.node)):
        return f"to ask for the ones before, look back past it: `not {event} from 180 days to 1 second ago`"
    if verdict.asked.waited and not _answered(verdict):
        return f"say since when, as in `not {event} within 7 days`, or count it: `{event} exactly once`"
    return f"for the first one write `{_counted(verdict, event, 1)}`, for a later one `{_counted(verdict, event, 2)}`"


def _counted(verdict: Verdict, event: str, number: int) -> str:
    """The history that is asked for, with a count."""
    count = ast.CountIs("exactly", 1, "once") if number == 1 else ast.CountIs("at least", 2, "twice")
    asked = next((node for node in _inside(verdict.part.node) if isinstance(node, ast.Mention)), None)
    if asked is None:
        return expression(ast.Mention(ast.Name(event), count=count))
    return expression(ast.Mention(asked.name, asked.match, asked.where, count, asked.window))


def _answered(verdict: Verdict) -> bool:
    """Whether the event at hand is one that the rule has waited for."""
    asked = verdict.asked
    return asked.waited and any(event.now for facts in asked.begun for event in facts.happened)


def _inside(node: ast.Expression) -> Iterator[ast.Expression]:
    """A plain comparison and its two sides."""
    node = unbracketed(node)
    yield node
    match node:
        case ast.Comparison(left, _, right):
            yield from (unbracketed(left), unbracketed(right))
        case ast.Not(operand):
            yield from _inside(operand)
        case _:
            pass
