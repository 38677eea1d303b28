"""What came of a run, in the shape in which an example's `expected.json` says it."""

import json
from typing import Any

import segdsl
from segdsl.records.outcomes import Effect, Outcome


def effects_of(outcomes: list[Outcome]) -> dict[str, list[dict[str, Any]]]:
    return by_customer([effect for outcome in outcomes for effect in outcome.effects])


def by_customer(effects: list[Effect]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for effect in effects:
        at = effect.time.strftime("%Y-%m-%dT%H:%M:%SZ")
        found.setdefault(effect.customer, []).append({"at": at, "action": effect.action} | effect.fields)
    return {customer: in_step_order(each) for customer, each in found.items()}


def held_of(outcomes: list[Outcome]) -> dict[str, list[dict[str, Any]]]:
    """Effects that limits and holds kept back, with what kept each of them."""
    held = [each for outcome in outcomes for each in outcome.held]
    found: dict[str, list[dict[str, Any]]] = {}
    for each in held:
        [(customer, [effect])] = by_customer([each.effect]).items()
        found.setdefault(customer, []).append(effect | {"by": [by.kind for by in each.by]})
    return {customer: in_step_order(each) for customer, each in found.items()}


def rejects_of(outcomes: list[Outcome]) -> list[dict[str, Any]]:
    rejects = [outcome.reject for outcome in outcomes if outcome.reject]
    return sorted(({"line": each.place, "reason": each.reason} for each in rejects), key=lambda each: each["line"])


def members_of(engine: segdsl.Engine) -> dict[str, list[str]]:
    return {name: [member.customer for member in engine.members(name)] for name in engine.segments}


def in_step_order(effects: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Effects of one step have no order that a reader could tell: by time, then by what they say."""
    return sorted(effects, key=lambda effect: (effect["at"], json.dumps(effect, sort_keys=True)))
