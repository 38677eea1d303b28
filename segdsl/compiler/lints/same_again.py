"""SEG903: a rule that does only what another rule does for the same customers."""

from collections import defaultdict
from collections.abc import Iterator

from segdsl.compiler.alongside import WrittenRule
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
    at_once = {rule.plan.id for rule in ground.written.rules if all_at_once(rule.plan)}
    for deed in ground.deeds:
        if deed.rule.plan.id not in at_once:
            continue
        rules[deed.rule.plan.id].append(deed)
        for event in {fires_on(trigger) for trigger in deed.rule.plan.triggers}:
            same[event, deed.action].append(deed)
    told: set[str] = set()
    for deeds in rules.values():
        wider = _wider(ground, deeds, rules, same, told)
        if wider is not None:
            told.add(deeds[0].rule.plan.id)
            yield _warning(deeds, wider)


def _wider(
    ground: Ground, deeds: list[Deed], rules: dict[str, list[Deed]], same: By, told: set[str]
) -> WrittenRule | None:
    """Another rule that does all this rule does, wherever this rule does it."""
    own = deeds[0].rule.plan
    event = fires_on(own.triggers[0])
    rarest = min((same[event, deed.action] for deed in deeds), key=len)
    for rule in {deed.rule.plan.id: deed.rule for deed in rarest[:COMPARED]}.values():
        if rule.plan.id == own.id or rule.plan.id in told or rule.plan.priority < own.priority:
            continue
        theirs = rules[rule.plan.id]
        if (
            {deed.action for deed in deeds} <= {deed.action for deed in theirs}
            and starts_wherever(rule.plan, own, ground.reasoner)
            and all(_done_too(ground, deed, theirs) for deed in deeds)
        ):
            return rule
    return None


def _done_too(ground: Ground, deed: Deed, theirs: list[Deed]) -> bool:
    return any(
        each.action == deed.action and ground.reasoner.implies(deed.condition, each.condition)
        for each in theirs[:COMPARED]
    )


def _warning(deeds: list[Deed], wider: WrittenRule) -> Diagnostic:
    rule = deeds[0].rule
    effect = next((deed.action for deed in deeds if isinstance(deed.action, p.Emit)), None)
    if effect is not None:
        message = f"whoever this rule is for gets `{effect.action}` twice: another rule does the same for them"
    else:
        message = "this rule adds nothing: another rule does the same for the same customers"
    return warning(
        CODE,
        rule.node.span,
        message,
        labels=[Label(wider.node.span, "the other rule")],
        help="leave one of them out, or give them conditions that exclude each other",
    )
