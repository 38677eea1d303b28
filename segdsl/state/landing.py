"""What the rules of a step want, and what of it lands (language.md sections 5.6, 5.7 and 5.12)."""

from hashlib import sha256
from typing import Any

import msgspec
from attrs import define, field

from segdsl.plan import nodes as p
from segdsl.records.outcomes import Because


@define
class Wish:
    """One action of a rule that fired, with its value where it has one: the fields of an effect or a recorded event,
    the value of an attribute, the end of a membership (None: for good). `flow` tells the flows of one rule apart."""

    rule: p.Rule
    stage: int
    action: p.Action
    value: Any = None
    flow: str = ""


@define
class Landing:
    """What a step's wishes come to. `added` and `removed` are segments with the rule that decided, `ends` until when
    those added are kept (None: for good); `values` are the attributes set, and `setters` the rules that did; `recorded`
    are the events made."""

    added: dict[str, p.Rule] = field(factory=dict)
    removed: dict[str, p.Rule] = field(factory=dict)
    ends: dict[str, int | None] = field(factory=dict)
    values: dict[str, Any] = field(factory=dict)
    setters: dict[str, p.Rule] = field(factory=dict)
    effects: list[Wish] = field(factory=list)
    recorded: list[Wish] = field(factory=list)


def land(wishes: list[Wish]) -> Landing:
    """If one step both adds to and removes from a segment, the higher priority wins; equal priority: remove wins.
    Several adds together give the latest end. Of several values for an attribute the higher priority wins, then the
    greater value."""
    landing = Landing()
    memberships: dict[str, Wish] = {}
    sets: dict[str, Wish] = {}
    for wish in wishes:
        match wish.action:
            case p.Add(segment) | p.Remove(segment):
                if isinstance(wish.action, p.Add):
                    known = segment in landing.ends
                    landing.ends[segment] = later_end(landing.ends[segment], wish.value) if known else wish.value
                before = memberships.get(segment)
                if before is None or _membership_order(wish) > _membership_order(before):
                    memberships[segment] = wish
            case p.SetAttribute(attribute):
                before = sets.get(attribute)
                if before is None or _value_order(wish) > _value_order(before):
                    sets[attribute] = wish
            case p.Emit():
                landing.effects.append(wish)
            case p.Record():
                landing.recorded.append(wish)
    for segment, wish in memberships.items():
        side = landing.added if isinstance(wish.action, p.Add) else landing.removed
        side[segment] = wish.rule
    landing.values = {attribute: wish.value for attribute, wish in sets.items()}
    landing.setters = {attribute: wish.rule for attribute, wish in sets.items()}
    return landing


def deciding(wish: Wish, landing: Landing) -> p.Rule | None:
    """The rule to whose action a wish gives way; None: it lands."""
    match wish.action:
        case p.Add(segment):
            return landing.removed.get(segment)
        case p.Remove(segment):
            return landing.added.get(segment)
        case p.SetAttribute(attribute):
            return landing.setters[attribute] if landing.setters[attribute] is not wish.rule else None
        case p.Emit() | p.Record():
            return None


def later_end(one: int | None, other: int | None) -> int | None:
    """The later of two ends of a membership; none at all is the latest."""
    return None if one is None or other is None else max(one, other)


def _membership_order(wish: Wish) -> tuple[int, bool, str]:
    return wish.rule.priority, isinstance(wish.action, p.Remove), wish.rule.id


def _value_order(wish: Wish) -> tuple[int, bool, Any]:
    value = wish.value
    if isinstance(value, tuple | list | dict):  # lists and records have no order of their own: that of their text
        value = msgspec.json.encode(value, order="deterministic")
    return wish.rule.priority, value is not None, 0 if value is None else value


def because(reason: str, rule: p.Rule, cause: str) -> Because:
    return Because(reason, rule.place, rule.id, cause)


def effect_id(customer: str, cause: str, wish: Wish, nth: int) -> str:
    """The same for the same customer, cause, rule, flow, stage and how many-th, for ever: `customer` is the name by
    which chance is drawn, so that a guest's effects keep their ids when the guest becomes an account."""
    parts = "\x1f".join((customer, cause, wish.rule.id, str(wish.stage), *([wish.flow] if wish.flow else []), str(nth)))
    return sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()[:24]
