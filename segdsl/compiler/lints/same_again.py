"""SEG903: a rule that does only what another rule does for the same customers."""

from collections import defaultdict
from collections.abc import Iterator

from segdsl.compiler.deeds import Deed, all_at_once, fires_on, starts_wherever
from segdsl.compiler.lints.base import Ground, warning
from segdsl.diagnostics.diagnostic import Diagnostic, Label
from segdsl.plan import nodes as p

CODE = "SEG903"

COMPARED = 24
"""With so many rules that do the same on the same event each rule is compared, so that many rules take no more time."""

By = dict[tuple[str, p.Action], list[Deed]]


def find(ground: Ground) -> Iterator[Diagnostic]:
    rules: dict[str, list[Deed]] = defaultdict(list)
    same: By = defaultdict(list)
    for deed in ground.deeds:
        if not all_at_once(deed.rule.plan):
            continue
        rules[deed.rule.plan.id].append(deed)
        for event in {fires_on(trigger) for trigger in deed.rule.plan.triggers}:
            same[event, deed.action].append(deed)
    told: set[str] = set()
    for deeds in rules.values():
        wider = _wider(ground, deeds, same, told)
        if wider is not None:
            told.add(deeds[0].rule.plan.id)
            yield _warning(deeds, wider)


def _wider(ground: Ground, deeds: list[Deed], same: By, told: set[str]) -> Deed | None:
    """A deed of another rule that does all this rule does, wherever this rule does it."""
    first = deeds[0]
    own = first.rule.plan
    for other in same[fires_on(own.triggers[0]), first.action][:COMPARED]:
        rule = other.rule.plan
        if rule.id == own.id or rule.id in told or rule.priority < own.priority:
            continue
        if not starts_wherever(rule, own, ground.reasoner):
            continue
        theirs = [each for each in same[fires_on(own.triggers[0]), first.action] if each.rule is other.rule]
        if all(_done_too(ground, each, same, other) for each in deeds) and theirs:
            return other
    return None


def _done_too(ground: Ground, deed: Deed, same: By, by: Deed) -> bool:
    candidates = same[fires_on(deed.rule.plan.triggers[0]), deed.action]
    return any(each.rule is by.rule and ground.reasoner.implies(deed.condition, each.condition) for each in candidates)


def _warning(deeds: list[Deed], wider: Deed) -> Diagnostic:
    rule, other = deeds[0].rule, wider.rule
    effect = next((deed.action for deed in deeds if isinstance(deed.action, p.Emit)), None)
    if effect is not None:
        message = f"whom this rule is for gets `{effect.action}` twice: another rule does the same for them"
    else:
        message = "this rule adds nothing: another rule does the same for the same customers"
    return warning(
        CODE,
        rule.node.span,
        message,
        labels=[Label(other.node.span, "the other rule")],
        help="leave one of them out, or give them conditions that exclude each other",
    )
