"""Values and effects in the words of the language, for what tests, explanations and the prompt tell."""

from collections.abc import Iterable
from typing import Any

from segdsl.records.outcomes import Effect, HeldBy
from segdsl.values import wire
from segdsl.values.instants import instant_text
from segdsl.values.kinds import Kind

NOT_KNOWN = "not known"

_ITEMS = 10
"""Items of a list that are said."""


def said(kind: Kind | None, value: Any) -> str:
    """A run-time value as the language writes it; instants in UTC. Without a kind, as a JSON value."""
    if value is None:
        return NOT_KNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    if kind is None:
        return wire.shown(value)
    if kind.name == "list":
        items = [said(kind.item, each) for each in value[:_ITEMS]]
        return listed([*items, "..."] if len(value) > _ITEMS else items)
    encoded = wire.encode(kind, value)
    return wire.shown(encoded) if kind.is_text or isinstance(encoded, dict) else str(encoded)


def listed(values: Iterable[str]) -> str:
    """Values in brackets."""
    return f"({', '.join(values)})"


def effect_said(effect: Effect) -> str:
    """An effect as the language says it."""
    fields = [f"{name} = {wire.shown(value)}" for name, value in effect.fields.items()]
    return effect.action + (f" with {', '.join(fields)}" if fields else "")


def held_said(by: HeldBy) -> str:
    """What kept an effect back: `limit 3 within 7 days for send email (rules.seg:12): 3 made since ...`."""
    said_ = f"{by.text} ({by.place})"
    return said_ if by.since is None else f"{said_}: {by.made:,} made since {instant_text(by.since)}"
