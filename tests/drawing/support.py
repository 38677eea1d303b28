"""Reading a picture in a test: what overlaps, and what is where it should not be."""

from collections.abc import Iterator
from itertools import combinations, pairwise
from xml.etree import ElementTree as ET

from segdsl.drawing.graph import Graph
from segdsl.drawing.layout import Box, Frame, Picture, label_size
from segdsl.host.program import check_texts
from segdsl.syntax import ast

SVG = "{http://www.w3.org/2000/svg}"
CLOSE = 0.06
"""Coordinates are written with one digit behind the point."""

Rectangle = tuple[float, float, float, float]


def checked(text: str, name: str = "shop.seg"):
    return check_texts([(name, text)])


def texts(graph: Graph, kind: str) -> list[str]:
    """What stands in the nodes of a kind."""
    return [node.text or node.head for group in graph.groups for node in group.nodes if node.kind == kind]


def edges(graph: Graph) -> set[tuple[str, str, str]]:
    """From what to what, with the label."""
    said = {node.id: node.head or node.text for group in graph.groups for node in group.nodes}
    return {(said[e.source], e.label, said[e.target]) for group in graph.groups for e in group.edges}


def sides(box: Box | Frame) -> Rectangle:
    return box.x, box.y, box.x + box.width, box.y + box.height


def overlap(a: Rectangle, b: Rectangle) -> bool:
    return a[0] < b[2] - CLOSE and b[0] < a[2] - CLOSE and a[1] < b[3] - CLOSE and b[1] < a[3] - CLOSE


def overlapping(rectangles: list[Rectangle]) -> list[tuple[Rectangle, Rectangle]]:
    rising = sorted(rectangles)
    return [(a, b) for a, b in combinations(rising, 2) if overlap(a, b)]


def labels(picture: Picture) -> list[Rectangle]:
    found = []
    for route in picture.routes:
        if route.label is not None:
            width, height = label_size(route.edge.label)
            x, y = route.label
            found.append((x - width / 2, y - height / 2, x + width / 2, y + height / 2))
    return found


def faults(picture: Picture) -> Iterator[str]:
    """All that is wrong with the places of things."""
    boxes = [sides(box) for box in picture.boxes]
    for a, b in overlapping(boxes + labels(picture)):
        yield f"overlap: {a} {b}"
    for a, b in overlapping([sides(frame) for frame in picture.frames]):
        yield f"frames overlap: {a} {b}"
    whole = (0.0, 0.0, picture.width, picture.height)
    for each in [*boxes, *labels(picture), *(sides(frame) for frame in picture.frames)]:
        if not (whole[0] <= each[0] and whole[1] <= each[1] and each[2] <= whole[2] and each[3] <= whole[3]):
            yield f"outside: {each}"
    by_id = {box.node.id: box for box in picture.boxes}
    for route in picture.routes:
        for end, point in ((route.edge.source, route.points[0]), (route.edge.target, route.points[-1])):
            if not on_outline(by_id[end], point):
                yield f"{route.edge} does not meet {end} at {point}"
        ends = {route.edge.source, route.edge.target}
        for point in along(route.points, picture.down):
            for box in picture.boxes:
                if box.node.id not in ends and inside(sides(box), point):
                    yield f"{route.edge} runs over {box.node.id}"


def inside(rectangle: Rectangle, point: tuple[float, float]) -> bool:
    left, top, right, bottom = rectangle
    return left + CLOSE < point[0] < right - CLOSE and top + CLOSE < point[1] < bottom - CLOSE


def on_outline(box: Box, point: tuple[float, float]) -> bool:
    left, top, right, bottom = sides(box)
    x, y = point
    meets = min(abs(x - left), abs(x - right), abs(y - top), abs(y - bottom))
    slanted = 20.0 if box.shape not in ("box", "barred") else 0.0
    return left - CLOSE <= x <= right + CLOSE and top - CLOSE <= y <= bottom + CLOSE and meets <= slanted + CLOSE


def along(points: tuple[tuple[float, float], ...], down: bool) -> Iterator[tuple[float, float]]:
    """Points on an edge as it is drawn: bends between the points of its route."""
    for (x1, y1), (x2, y2) in pairwise(points):
        for step in range(1, 12):
            t = step / 12
            bent = 3 * t * t - 2 * t * t * t  # where the controls of the bend stand
            straight = 1.5 * t * (1 - t) * (1 - t) + 1.5 * t * t * (1 - t) + t * t * t
            x, y = (bent, straight) if down else (straight, bent)
            yield x1 + (x2 - x1) * x, y1 + (y2 - y1) * y


def parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg)


def all_rules(program) -> int:
    """How many rules the modules of a program hold, those of the vocabulary aside."""
    count = 0
    for number, module in enumerate(program.modules):
        for node in module.declarations if number not in program.scope.shipped else ():
            parts = node.body if isinstance(node, ast.Activity) else (node,)
            count += sum(isinstance(part, ast.Rule) for part in parts)
    return count
