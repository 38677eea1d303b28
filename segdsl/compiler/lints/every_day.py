"""SEG907: an effect for every customer, every day."""

from collections.abc import Iterator

from segdsl.compiler.alongside import WrittenRule
from segdsl.compiler.lints.base import Ground, warning
from segdsl.diagnostics.diagnostic import Diagnostic
from segdsl.plan import nodes as p
from segdsl.syntax import ast

CODE = "SEG907"

DAILY = 5
"""On so many days of the week a rule is as good as daily."""


def find(ground: Ground) -> Iterator[Diagnostic]:
    for rule in ground.written.rules:
        trigger = next((node for node in rule.node.triggers if _daily(node)), None)
        if trigger is None or rule.plan.condition is not None or rule.plan.once:
            continue
        effect = _sent_to_all(rule)
        if effect is not None:
            yield warning(
                CODE,
                trigger.span,
                f"every customer gets `{effect.action}` every day",
                help="say for whom it is: `when every day at 09:00 if in segment ... then ...`",
            )


def _daily(node: ast.Trigger) -> bool:
    return isinstance(node, ast.EveryDay) or (isinstance(node, ast.EveryWeekday) and len(set(node.days)) >= DAILY)


def _sent_to_all(rule: WrittenRule) -> p.Emit | None:
    """An effect that no condition stands before."""
    for step in rule.plan.steps:
        match step:
            case p.Act():
                effect = next((action for action in step.actions if isinstance(action, p.Emit)), None)
                if effect is not None:
                    return effect
            case p.Wait() | p.WaitUntil():
                pass
            case p.Gate() | p.Branch() | p.WaitFor():
                return None
    return None
