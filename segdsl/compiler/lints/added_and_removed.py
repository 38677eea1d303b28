"""SEG905: one event both adds to a segment and removes from it. Remove wins, so that the add never comes to anything.

Rules without any condition on the same event are told of where rules are checked (SEG481).
"""

from collections import defaultdict
from collections.abc import Iterator

from segdsl.compiler.deeds import Deed, fires_on, starts_wherever
from segdsl.compiler.lints.base import Ground, warning
from segdsl.diagnostics.diagnostic import Diagnostic, Label
from segdsl.plan import nodes as p

CODE = "SEG905"

COMPARED = 24
"""With so many removes each add is compared, so that many rules take no more time."""


def find(ground: Ground) -> Iterator[Diagnostic]:
    removes: dict[tuple[str, str], list[Deed]] = defaultdict(list)
    for deed in ground.deeds:
        if isinstance(deed.action, p.Remove):
            for event in {fires_on(trigger) for trigger in deed.rule.plan.triggers}:
                removes[event, deed.action.segment].append(deed)
    for deed in ground.deeds:
        if isinstance(deed.action, p.Add):
            event = fires_on(deed.rule.plan.triggers[0])
            for other in removes[event, deed.action.segment][:COMPARED]:
                if _undone(ground, deed, other):
                    yield _warning(deed, other, deed.action.segment)
                    break


def _undone(ground: Ground, add: Deed, remove: Deed) -> bool:
    """Whether the remove comes with every add, and is not less important."""
    own, other = add.rule.plan, remove.rule.plan
    if other.priority < own.priority or (_plain(add) and _plain(remove)):
        return False
    if own is not other and not (starts_wherever(other, own, ground.reasoner) and _always_free(other)):
        return False
    return ground.reasoner.implies(add.condition, remove.condition)


def _always_free(rule: p.Rule) -> bool:
    """Whether a customer can never be in the rule's flow already, in which case it would not start."""
    return rule.restarting or not any(isinstance(step, p.Wait | p.WaitUntil | p.WaitFor) for step in rule.steps)


def _plain(deed: Deed) -> bool:
    rule = deed.rule.plan
    bounded = rule.begin is not None or rule.end is not None or rule.once or rule.holdout
    matched = any(not isinstance(each, p.EventTrigger) or each.match is not None for each in rule.triggers)
    return not deed.needs and not bounded and not matched


def _warning(add: Deed, remove: Deed, segment: str) -> Diagnostic:
    return warning(
        CODE,
        add.span,
        f'whoever is added to "{segment}" here is removed from it by the same event; remove wins',
        labels=[Label(remove.span, "removed here")],
        help="give the rules conditions that exclude each other, or the add a higher priority, in an activity",
    )
