"""What to say of an expectation of a test that was not met: what was found, and the values that tell why."""

from collections.abc import Iterator

from attrs import frozen

from segdsl.compiler.trials import Expected
from segdsl.engines.base import Prepared
from segdsl.host.effects import effect_said, held_said
from segdsl.host.saying import said
from segdsl.plan import nodes as p
from segdsl.plan.walk import walk
from segdsl.records.outcomes import Effect, Held
from segdsl.state.customer import State
from segdsl.syntax.format_values import expression
from segdsl.values.instants import instant_text

SHOWN = 5
"""So many effects are listed; a test seldom has more."""


@frozen
class Found:
    """What was found instead of what a test expected, and lines that tell why."""

    found: str
    why: tuple[str, ...] = ()


def unmet_condition(prepared: Prepared, state: State, now: int, part: Expected, answer: bool | None) -> Found:
    """How a condition turned out at an instant, with the values it looks at, and the memberships where it speaks of
    them."""
    outcome = {True: "so", False: "not so", None: "not known"}[answer]
    found = f"{outcome} at {instant_text(now)}"
    worth = prepared.looking(state, now)
    why = [f"{each.written} is {said(each.kind, worth(each.node))}" for each in part.looks_at]
    if any(isinstance(node, p.Member) for node in walk(part.condition)):
        members = [f"{name} since {instant_text(since)}" for name, since in sorted(state.members.items())]
        found += f", a member of {', '.join(members) or 'no segment'}"
        why += _listed(state, part.condition)
    return Found(found, tuple(why))


def unmet_promotion(prepared: Prepared, state: State, now: int, promotion: p.Promotion, part: Expected | None) -> Found:
    """Why a customer has a promotion, or has it not: its bounds, or how its condition turned out."""
    if promotion.begin is not None and now < promotion.begin:
        return Found(f"it is {instant_text(now)}, and it begins at {instant_text(promotion.begin)}")
    if promotion.end is not None and now >= promotion.end:
        return Found(f"it is {instant_text(now)}, and it was over at {instant_text(promotion.end)}")
    if part is None:
        return Found(f"it has no condition: at {instant_text(now)} everybody has it")
    found = unmet_condition(prepared, state, now, part, prepared.ask(state, part.condition, now))
    return Found(f"`{expression(part.written)}` is {found.found}", found.why)


def _listed(state: State, condition: p.Expression) -> Iterator[str]:
    """What the host said of the segments that a condition names."""
    for name in sorted({node.segment for node in walk(condition) if isinstance(node, p.Member)}):
        if name in state.listed:
            yield f"{'included in' if state.listed[name] else 'excluded from'} {name} by what is given"


def unmet_effect(action: str, meant: list[Effect], effects: list[Effect]) -> Found:
    """What was done instead of an effect that was expected; `meant` are those that came although none was."""
    same = meant or [effect for effect in effects if effect.action == action]
    if same:
        return Found(_at_most(same))
    others = f"done so far: {_at_most(effects)}" if effects else "nothing was done so far"
    return Found(f"no {action} at all", (others,))


def unmet_held(held: list[Held]) -> Found:
    """What kept back an effect that was expected, each time that it was wanted."""
    shown = held[:SHOWN]
    more = f"; and {len(held) - SHOWN} more" if len(held) > SHOWN else ""
    found = "; ".join(f"it was held back at {instant_text(each.effect.instant)}" for each in shown) + more
    return Found(found, tuple(dict.fromkeys(held_said(by) for each in shown for by in each.by)))


def _at_most(effects: list[Effect]) -> str:
    more = f"; and {len(effects) - SHOWN} more" if len(effects) > SHOWN else ""
    return "; ".join(f"{effect_said(effect)} at {instant_text(effect.instant)}" for effect in effects[:SHOWN]) + more
