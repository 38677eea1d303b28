"""What a picture shows, whatever format it is written in: nodes, edges, and the named boxes they stand in."""

import re
from collections import Counter
from hashlib import sha256
from typing import Literal

from attrs import define, field, frozen

Kind = Literal[
    "trigger", "condition", "branch", "wait", "action", "stop",
    "added", "derived", "listed", "activity", "rule", "attribute", "event", "promotion", "host",
]  # fmt: skip
"""The first line are those of a flow, in the order of the legend; the second those of segments."""

NAMES: dict[Kind, str] = {
    "trigger": "trigger", "condition": "condition", "branch": "branch", "wait": "wait", "action": "action",
    "stop": "stop", "added": "segment by activities", "derived": "derived segment", "listed": "listed segment",
    "activity": "activity", "rule": "rule", "attribute": "attribute set by rules", "event": "event made by rules",
    "promotion": "promotion", "host": "host",
}  # fmt: skip
"""What people read in the legend."""

MADE = "made by seg graph"
"""By these words in its head a picture is known that may be replaced."""

EdgeKind = Literal["goes on", "writes", "reads"]
Direction = Literal["down", "right"]
Theme = Literal["light", "dark", "auto"]

_SHOWN = 28


@frozen
class Node:
    """`head` is its name, where it has one; `text` a sentence of the author's, a line end where a new part begins;
    `place` is `file:line`. `tip` is more than is shown, for whoever points at it."""

    id: str
    kind: Kind
    text: str = ""
    head: str = ""
    place: str = ""
    tip: str = ""


@frozen
class Edge:
    source: str
    target: str
    label: str = ""
    kind: EdgeKind = "goes on"


@frozen
class Group:
    """A part of a picture. One with a `name` has a box around it, with `notes` under the name."""

    id: str
    name: str = ""
    notes: tuple[str, ...] = ()
    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()


@frozen
class Graph:
    """A picture. Edges join nodes of one group; `description` is for those who cannot see it."""

    title: str
    description: str
    direction: Direction
    groups: tuple[Group, ...]

    @property
    def kinds(self) -> list[Kind]:
        """The kinds of node that occur, in the order of the legend."""
        found = {node.kind for group in self.groups for node in group.nodes}
        return [kind for kind in NAMES if kind in found]


@define
class Ids:
    """Ids made of words, so that they say the same whatever stands before or behind: the same words again get a number.

    They begin with a letter, and hold letters, digits and `_` alone.
    """

    given: Counter[str] = field(factory=Counter)

    def of(self, kind: str, name: str) -> str:
        """Of a name: as it is if it is plain, else with a hash that tells it from names that look alike."""
        plain = slug(name)
        exact = name == plain.replace("_", " ") and "_" not in name
        return self.counted(f"{kind}_{plain}" if exact else f"{kind}_{plain}_{digest(name)}")

    def counted(self, wanted: str) -> str:
        self.given[wanted] += 1
        times = self.given[wanted]
        return wanted if times == 1 else f"{wanted}_{times}"


def digest(*texts: str) -> str:
    """Six digits that stand for texts."""
    return sha256("\0".join(texts).encode("utf-8", "surrogatepass")).hexdigest()[:6]


def slug(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "_", text)[:_SHOWN].strip("_") or "x"
