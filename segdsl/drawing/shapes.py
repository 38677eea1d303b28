"""The shapes of nodes: which kind has which, how much room text has in it, and where an edge meets its side.

Kinds differ in shape and not in colour alone, for those who cannot tell the colours apart, and for print.
"""

from math import sqrt
from typing import Literal

from attrs import frozen

from segdsl.drawing.graph import Kind

Shape = Literal["box", "rounded", "stadium", "hexagon", "diamond", "octagon", "slanted", "barred", "double", "note",
                "clock"]  # fmt: skip

SHAPES: dict[Kind, Shape] = {
    "trigger": "stadium", "condition": "hexagon", "branch": "diamond", "wait": "clock", "action": "box",
    "stop": "octagon", "added": "rounded", "derived": "hexagon", "listed": "double", "activity": "barred",
    "rule": "box", "attribute": "slanted", "event": "stadium", "promotion": "octagon", "host": "note",
}  # fmt: skip

CUT = 12.0
"""How far the slanted sides of a shape reach in, at most."""

ROUND = 18.0
"""The radius of a stadium's ends, at most."""

CLOCK = 20.0
"""The room for the clock of a wait, left of its text."""


@frozen
class Room:
    """Around the text in a shape: left, right, and above as below."""

    left: float
    right: float
    above: float


def room(shape: Shape) -> Room:
    match shape:
        case "hexagon" | "slanted":
            return Room(20.0, 20.0, 9.0)
        case "stadium" | "octagon" | "barred":
            return Room(17.0, 17.0, 9.0)
        case "clock":
            return Room(13.0 + CLOCK, 14.0, 9.0)
        case _:
            return Room(13.0, 13.0, 9.0)


def size(shape: Shape, width: float, height: float) -> tuple[float, float]:
    """Of a shape around text of a size."""
    if shape == "diamond":
        return width + 44.0, height + 24.0
    around = room(shape)
    return width + around.left + around.right, height + 2 * around.above


def corners(shape: Shape, x: float, y: float, width: float, height: float) -> list[tuple[float, float]]:
    """The corners of a shape that is a polygon; none of one that is a rectangle."""
    right, bottom, middle = x + width, y + height, y + height / 2
    cut = _cut(shape, height)
    match shape:
        case "diamond":
            return [(x + width / 2, y), (right, middle), (x + width / 2, bottom), (x, middle)]
        case "hexagon":
            return [(x + cut, y), (right - cut, y), (right, middle), (right - cut, bottom), (x + cut, bottom),
                    (x, middle)]  # fmt: skip
        case "octagon":
            return [(x + cut, y), (right - cut, y), (right, y + cut), (right, bottom - cut), (right - cut, bottom),
                    (x + cut, bottom), (x, bottom - cut), (x, y + cut)]  # fmt: skip
        case "slanted":
            return [(x + cut, y), (right, y), (right - cut, bottom), (x, bottom)]
        case "note":
            return [(x, y), (right - cut, y), (right, y + cut), (right, bottom), (x, bottom)]
        case _:
            return []


def _cut(shape: Shape, height: float) -> float:
    return min(CUT, height * (0.28 if shape == "octagon" else 0.34))


def radius(shape: Shape, height: float) -> float:
    """Of the corners of a shape that is a rectangle."""
    match shape:
        case "stadium":
            return min(height / 2, ROUND)
        case "rounded" | "double" | "clock":
            return 9.0
        case _:
            return 3.0


def inset(shape: Shape, off: float, width: float, height: float, *, right: bool) -> float:
    """How far in from a side's outermost line the outline is, `off` pixels below the side's middle."""
    half, cut = height / 2, _cut(shape, height)
    match shape:
        case "diamond":
            return width / 2 * abs(off) / half
        case "hexagon":
            return cut * abs(off) / half
        case "slanted":
            share = (half - off) / height
            return cut * (1 - share if right else share)
        case "octagon":
            return max(0.0, abs(off) - (half - cut))
        case "note":
            return max(0.0, -off - (half - cut)) if right else 0.0
        case _:
            r = radius(shape, height)
            past = max(0.0, abs(off) - (half - r))
            return r - sqrt(r * r - past * past)
