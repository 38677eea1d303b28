"""SEG915: a rule on an order asks for the lines of all orders ever, where those of this one may be meant.

Only where it is denied: `if buys category "Golf"` holds for whoever has just bought, whatever was meant; `if not buys
category "Golf"` leaves out everybody who bought so years ago.
"""

from collections.abc import Iterator

from segdsl.compiler.alongside import Part, unbracketed
from segdsl.compiler.lints.base import Ground, said, warning
from segdsl.diagnostics.diagnostic import Diagnostic
from segdsl.plan import nodes as p
from segdsl.syntax import ast
from segdsl.syntax.format_values import expression

CODE = "SEG915"


def find(ground: Ground) -> Iterator[Diagnostic]:
    for asked in ground.asked:
        if asked.rule is None or asked.waited:
            continue
        orders = {trigger.event for trigger in asked.rule.plan.triggers if isinstance(trigger, p.EventTrigger)}
        if len(asked.rule.plan.triggers) != 1 or not orders:
            continue
        [order] = orders
        for denied, mention in _denied(asked.part):
            lines = next(
                (items for items, event in ground.program.scope.events[order].lines if event in _names(mention)), None
            )
            test = _test(ground, mention) if lines is not None else None
            if test is not None:
                yield warning(
                    CODE,
                    denied.node.span,
                    f"{said(denied.node)} asks for all orders ever, not for the one of this `{order}`",
                    help=f"for the lines of this one write `no item of {lines} where {test}`",
                )


def _denied(part: Part) -> Iterator[tuple[Part, ast.Mention]]:
    """The histories without a window or a count that are denied."""
    node = unbracketed(part.node)
    if isinstance(node, ast.Not):
        inner = unbracketed(node.operand)
        if isinstance(inner, ast.Mention) and inner.window is None and inner.count is None:
            yield part, inner
        return
    for operand in part.operands():
        yield from _denied(operand)


def _names(mention: ast.Mention) -> set[str]:
    """What the event may be called: with a value behind the name, its last words may be a field."""
    words = mention.name.text.split(" ")
    return {" ".join(words[:end]) for end in range(1, len(words) + 1)}


def _test(ground: Ground, mention: ast.Mention) -> str | None:
    """What is asked of a line, as it is asked of an item."""
    if mention.where is not None and mention.match is None:
        return expression(mention.where)
    if mention.match is None or mention.where is not None:
        return None
    name = mention.name.text
    event = next((each for each in ground.program.scope.events if name.startswith(f"{each} ")), None)
    field = name.removeprefix(f"{event} ") if event is not None else _subject(ground, name)
    return f"{field} is {expression(mention.match)}" if field else None


def _subject(ground: Ground, event: str) -> str:
    info = ground.program.scope.events.get(event)
    return info.subject.name if info is not None and info.subject is not None else ""
