"""A picture as SVG: one file that needs nothing else, in light or dark colours, or in those of who looks at it."""

from itertools import pairwise
from xml.etree import ElementTree as ET

from segdsl.drawing import shapes
from segdsl.drawing.colors import style
from segdsl.drawing.graph import MADE, NAMES, Graph, Node, Theme
from segdsl.drawing.layout import (
    LEGEND,
    PADDING,
    SMALL,
    Box,
    Entry,
    Frame,
    Picture,
    Route,
    label_size,
    picture,
)
from segdsl.drawing.lettering import LINE, SIZE, plain

Point = tuple[float, float]

ARROW = 8.0
ICON = (26.0, 14.0)
"""The size of a shape in the legend."""


def to_svg(graph: Graph, theme: Theme = "auto") -> str:
    """The picture as an SVG document. `auto` follows the viewer's preference, light where there is none."""
    return drawn(picture(graph), theme)


def drawn(made: Picture, theme: Theme = "auto") -> str:
    """A picture that is laid out already."""
    width, height = number(made.width), number(made.height)
    root = ET.Element(
        "svg",
        {"xmlns": "http://www.w3.org/2000/svg", "class": "segdsl", "role": "img", "width": width, "height": height,
         "viewBox": f"0 0 {width} {height}"},
    )  # fmt: skip
    root.append(ET.Comment(f" {MADE} "))
    ET.SubElement(root, "title").text = plain(made.graph.title)
    ET.SubElement(root, "desc").text = plain(made.graph.description)
    ET.SubElement(root, "style").text = style(theme)
    ET.SubElement(root, "rect", {"class": "paper", "width": width, "height": height})
    for frame in made.frames:
        _frame(root, frame)
    edges = ET.SubElement(root, "g", {"class": "edges"})
    for route in made.routes:
        _edge(edges, route, made.down)
    for box in made.boxes:
        _box(root, box)
    for route in made.routes:
        if route.label is not None:
            _label(root, route.edge.label, route.label, "back" if made.frames else "paper")
    for entry in made.legend:
        _entry(root, entry)
    ET.indent(root, " ")
    return ET.tostring(root, encoding="unicode") + "\n"


def number(value: float) -> str:
    """A coordinate with a digit behind the point, if it is needed.

    >>> number(12.04), number(7.25)
    ('12', '7.2')
    """
    return f"{value:.1f}".removesuffix(".0")


# --------------------------------------------------------------------------------------------------------------- shapes


def _box(root: ET.Element, box: Box) -> None:
    group = ET.SubElement(root, "g", {"class": f"node {box.node.kind}", "id": box.node.id})
    ET.SubElement(group, "title").text = plain(tip(box.node))
    _shape(group, box.shape, box.x, box.y, box.width, box.height)
    around = shapes.room(box.shape)
    middle = box.x + box.width / 2
    if box.shape == "clock":
        middle = box.x + (around.left + box.width - around.right) / 2
        _clock(group, box.x + around.left - CLOCK_LEFT, box.y + box.height / 2)
    head = box.head.lines if box.node.head else ()
    text = box.text.lines if box.node.text else ()
    # The base line of letters is about a third of their size under the middle of their line.
    y = box.y + (box.height - (len(head) + len(text)) * LINE) / 2 + LINE / 2 + SIZE * 0.35
    for line in head:
        _text(group, line, middle, y, "head")
        y += LINE
    for line in text:
        _text(group, line, middle, y, "text")
        y += LINE


def tip(node: Node) -> str:
    """What is said to whoever points at a node: all of its text, and its place."""
    return "\n".join(part for part in (node.head, node.tip or node.text, node.place) if part)


CLOCK_LEFT = 11.0


def _shape(group: ET.Element, shape: shapes.Shape, x: float, y: float, width: float, height: float) -> None:
    corners = shapes.corners(shape, x, y, width, height)
    if corners:
        ET.SubElement(group, "polygon", {"class": "shape", "points": " ".join(map(_pair, corners))})
        return
    _rectangle(group, x, y, width, height, shapes.radius(shape, height), "shape")
    if shape == "double":
        _rectangle(group, x + 3, y + 3, width - 6, height - 6, 6.0, "line")
    if shape == "barred":
        for at in (x + 6, x + width - 6):
            path = f"M{_pair((at, y))} V{number(y + height)}"
            ET.SubElement(group, "path", {"class": "line", "d": path})


def _rectangle(
    group: ET.Element, x: float, y: float, width: float, height: float, radius: float, kind: str
) -> None:  # fmt: skip
    ET.SubElement(
        group, "rect",
        {"class": kind, "x": number(x), "y": number(y), "width": number(width), "height": number(height),
         "rx": number(radius)},
    )  # fmt: skip


def _clock(group: ET.Element, x: float, y: float) -> None:
    ET.SubElement(group, "circle", {"class": "line", "cx": number(x), "cy": number(y), "r": "6.5"})
    ET.SubElement(group, "path", {"class": "line", "d": f"M{number(x)} {number(y - 4)} v4 l3 2"})


def _text(group: ET.Element, text: str, x: float, y: float, kind: str) -> None:
    ET.SubElement(group, "text", {"class": kind, "x": number(x), "y": number(y)}).text = text


def _pair(point: Point) -> str:
    return f"{number(point[0])},{number(point[1])}"


# ---------------------------------------------------------------------------------------------------------------- edges


def _edge(group: ET.Element, route: Route, down: bool) -> None:
    points = list(route.points)
    tip_, before = points[-1], points[-2]
    forwards = (tip_[1] > before[1]) if down else (tip_[0] > before[0])
    back = -ARROW if forwards else ARROW
    base = (tip_[0], tip_[1] + back) if down else (tip_[0] + back, tip_[1])
    points[-1] = base
    path = f"M{_pair(points[0])}" + "".join(_bend(a, b, down) for a, b in pairwise(points))
    kind = route.edge.kind.replace(" ", "-")
    ET.SubElement(group, "path", {"class": f"edge {kind}", "d": path})
    side = ARROW * 0.45
    wings = [(base[0] - side, base[1]), (base[0] + side, base[1])]
    if not down:
        wings = [(base[0], base[1] - side), (base[0], base[1] + side)]
    ET.SubElement(group, "polygon", {"class": "arrow", "points": " ".join(map(_pair, [tip_, *wings]))})


def _bend(start: Point, end: Point, down: bool) -> str:
    """On to the next point: straight, or in a bend that leaves and arrives along the layers' direction."""
    (x1, y1), (x2, y2) = start, end
    if abs(x1 - x2) < 0.1 or abs(y1 - y2) < 0.1:
        return f" L{_pair(end)}"
    middle = (y1 + y2) / 2 if down else (x1 + x2) / 2
    controls = ((x1, middle), (x2, middle)) if down else ((middle, y1), (middle, y2))
    return f" C{_pair(controls[0])} {_pair(controls[1])} {_pair(end)}"


def _label(root: ET.Element, text: str, at: Point, behind: str) -> None:
    width, height = label_size(text)
    group = ET.SubElement(root, "g", {"class": "label"})
    _rectangle(group, at[0] - width / 2, at[1] - height / 2, width, height, 4.0, behind)
    _text(group, plain(text), at[0], at[1] + SMALL * 0.35, "note")


# --------------------------------------------------------------------------------------------------- frames, the legend


def _frame(root: ET.Element, frame: Frame) -> None:
    group = ET.SubElement(root, "g", {"class": "group", "id": frame.group.id})
    ET.SubElement(group, "title").text = plain("\n".join((frame.group.name, *frame.group.notes)))
    _rectangle(group, frame.x, frame.y, frame.width, frame.height, 10.0, "frame")
    _text(group, frame.name, frame.x + PADDING, frame.y + PADDING + 12, "name")
    if frame.notes:
        _text(group, frame.notes, frame.x + PADDING, frame.y + PADDING + 32, "note")


def _entry(root: ET.Element, entry: Entry) -> None:
    group = ET.SubElement(root, "g", {"class": f"legend {entry.kind}"})
    shape = shapes.SHAPES[entry.kind]
    width, height = ICON
    _shape(group, shape, entry.x, entry.y + 3, width, height)
    if shape == "clock":
        scaled = ET.SubElement(
            group, "g", {"transform": f"translate({number(entry.x + width / 2)} {number(entry.y + 10)}) scale(.75)"}
        )
        _clock(scaled, 0.0, 0.0)
    _text(group, NAMES[entry.kind], entry.x + LEGEND - 7, entry.y + 10 + SMALL * 0.35, "note")
