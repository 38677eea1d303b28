"""What rules do at once when they start, deed by deed, with the conditions on the way, and whether one rule starts
wherever another does. For the lints that compare rules.
"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from segdsl.compiler.alongside import WrittenRule
from segdsl.compiler.reasoning import Reasoner
from segdsl.diagnostics.span import Span
from segdsl.plan import nodes as p
from segdsl.plan.walk import structs
from segdsl.syntax import ast


@frozen(eq=False)
class Deed:
    """One action that a rule takes without waiting, where all `needs` hold. Those of a random branch, and of the paths
    behind others in `branch first`, are left out."""

    rule: WrittenRule
    needs: tuple[p.Expression, ...]
    action: p.Action
    span: Span

    @property
    def condition(self) -> p.Expression:
        return p.Both(self.needs)


def deeds_of(rule: WrittenRule) -> Iterator[Deed]:
    needs = (rule.plan.condition,) if rule.plan.condition is not None else ()
    yield from _deeds(rule, rule.node.steps, rule.plan.steps, needs)


def _deeds(
    rule: WrittenRule, nodes: tuple[ast.Step, ...], steps: tuple[p.Step, ...], needs: tuple[p.Expression, ...]
) -> Iterator[Deed]:
    for node, step in zip(nodes, steps, strict=True):
        match node, step:
            case ast.Act(), p.Act():
                for action, span in zip(step.actions, _places(node), strict=True):
                    yield Deed(rule, needs, action, span)
            case _, p.Gate(condition):
                needs = (*needs, condition)
            case ast.Branch(), p.Branch("all" | "first" as kind):
                paths = list(zip(node.paths, step.paths, strict=True))
                for written, path in paths if kind == "all" else paths[:1]:
                    further = (path.condition,) if path.condition is not None else ()
                    yield from _deeds(rule, written.steps, path.steps, (*needs, *further))
            case _:
                return


def _places(node: ast.Act) -> Iterator[Span]:
    """The places of an act's actions: each segment that is added to is an action of the plan."""
    for action in node.actions:
        if isinstance(action, ast.Add | ast.Remove):
            for name in action.segments:
                yield name.span
        else:
            yield action.span


def all_at_once(rule: p.Rule) -> bool:
    """Whether its deeds are all that a rule does: it waits for nothing and draws nothing."""
    return not any(
        isinstance(node, p.Wait | p.WaitUntil | p.WaitFor | p.Record)
        or (isinstance(node, p.Branch) and node.kind != "all")
        for node in structs(rule.steps)
    )


def starts_wherever(one: p.Rule, other: p.Rule, reasoner: Reasoner) -> bool:
    """Whether one rule starts wherever the other does, as far as triggers and activities go."""
    return (
        (one.begin is None or (other.begin is not None and one.begin <= other.begin))
        and (one.end is None or (other.end is not None and one.end >= other.end))
        and not one.once
        and (not one.holdout or (one.holdout, one.seed) == (other.holdout, other.seed))
        and all(any(_takes(mine, theirs, reasoner) for mine in one.triggers) for theirs in other.triggers)
    )


def _takes(one: p.Trigger, other: p.Trigger, reasoner: Reasoner) -> bool:
    """Whether one trigger fires wherever the other does."""
    if one == other:
        return True
    if not isinstance(one, p.EventTrigger) or not isinstance(other, p.EventTrigger | p.CountTrigger):
        return False
    if one.event != other.event:
        return False
    return one.match is None or (other.match is not None and reasoner.implies(other.match, one.match))


def fires_on(trigger: p.Trigger) -> str:
    """By what rules are told apart that could start together: the event, else the trigger itself."""
    if isinstance(trigger, p.EventTrigger | p.CountTrigger):
        return trigger.event
    return repr(trigger)
