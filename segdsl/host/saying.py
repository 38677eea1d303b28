"""Values and effects in the words of the language, for what tests, explanations and the prompt tell."""

from collections.abc import Iterable
from typing import Any

from segdsl.values import wire
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
