"""The nodes of a plan (architecture rule 1): frozen tagged structs, JSON both ways, compared by value.

Expressions are in `expressions`, triggers in `triggers`, rules, segments and promotions in `rules`; the vocabulary and
the plan itself are here, and this module gives all of them. Names are those of the language.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from segdsl.plan.expressions import *  # noqa: F403
from segdsl.plan.expressions import Collection, Memory
from segdsl.plan.rules import *  # noqa: F403
from segdsl.plan.rules import Hold, Limit, Promotion, Rule, Segment
from segdsl.plan.triggers import *  # noqa: F403
from segdsl.values.kinds import Kind

VERSION = 3
"""Of the plan's format. A plan of another version is refused."""


class EventField(Struct, frozen=True):
    """A field of an event on the wire: its kind and the further names it may have there."""

    name: str
    kind: Kind
    wires: tuple[str, ...] = ()


class EventType(Struct, frozen=True):
    """An event that may come in, with its names on the wire; `lines` are the events made of the items of its lists,
    as (list field, event name)."""

    name: str
    wires: tuple[str, ...]
    fields: tuple[EventField, ...]
    lines: tuple[tuple[str, str], ...] = ()
    made: bool = False


class AttributeType(Struct, frozen=True):
    """An attribute of customers. `default` is its value for those of whom nothing else is known. One that is `ruled` is
    set by rules, and an event that carries it is a bad event."""

    name: str
    kind: Kind
    default: Any = None
    ruled: bool = False


class ActionType(Struct, frozen=True):
    """An action's fields and their kinds."""

    name: str
    fields: tuple[EventField, ...]


class Plan(Struct, frozen=True):
    """A whole program. `segments` stand in the order of dependence: each after those its condition reads. `digest` is
    the hash of all that states depend on: reformatting a program, or moving a rule to another file, does not change it.
    `lateness` is how late an event may come (microseconds)."""

    version: int
    digest: str
    zone: str
    events: tuple[EventType, ...]
    attributes: tuple[AttributeType, ...]
    actions: tuple[ActionType, ...]
    segments: tuple[Segment, ...]
    memories: tuple[Memory, ...]
    rules: tuple[Rule, ...]
    lateness: int = 0
    collections: tuple[Collection, ...] = ()
    limits: tuple[Limit, ...] = ()
    holds: tuple[Hold, ...] = ()
    promotions: tuple[Promotion, ...] = ()
