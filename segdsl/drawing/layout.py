"""A place for everything in a picture, in pixels: boxes, the ways of edges, labels, frames and the legend.

What hangs together is laid out by itself (`coordinates.py`), then set side by side, in the order of the text, in rows
about as wide as the whole is high.
"""

from collections.abc import Sequence
from math import sqrt

from attrs import evolve, frozen

from segdsl.drawing import shapes
from segdsl.drawing.coordinates import Size, placed
from segdsl.drawing.graph import NAMES, Edge, Graph, Group, Kind, Node
from segdsl.drawing.layers import Link
from segdsl.drawing.lettering import BOLD, LINE, SIZE, Lettering, plain, text_width, wrapped

TEXT_WIDTH = 236.0
"""Lines in boxes are at most so wide."""

SMALL = 11.5
"""Letters of labels, notes and the legend."""

MARGIN = 20.0
PADDING = 18.0
HEADING = 46.0
"""The room for the name of a group and its notes."""

GAP_DOWN, GAP_RIGHT = 17.0, 26.0
BETWEEN = 34.0
FRAMES_BETWEEN = 24.0
NARROWEST = 620.0
LEGEND = 40.0


@frozen
class Box:
    """A node at its place. `head` and `text` are its lines, as they fit."""

    node: Node
    x: float
    y: float
    width: float
    height: float
    head: Lettering
    text: Lettering

    @property
    def shape(self) -> shapes.Shape:
        return shapes.SHAPES[self.node.kind]


@frozen
class Route:
    """An edge at its place: points from box to box, `label` the middle of its label."""

    edge: Edge
    points: tuple[tuple[float, float], ...]
    label: tuple[float, float] | None = None


@frozen
class Frame:
    """The box of a group. `name` and `notes` are one line each, as they fit."""

    group: Group
    x: float
    y: float
    width: float
    height: float
    name: str
    notes: str


@frozen
class Entry:
    """A kind in the legend, with the place of its small shape."""

    kind: Kind
    x: float
    y: float


@frozen
class Picture:
    """All of it. `down` says which way it runs."""

    graph: Graph
    width: float
    height: float
    boxes: tuple[Box, ...]
    routes: tuple[Route, ...]
    frames: tuple[Frame, ...]
    legend: tuple[Entry, ...]

    @property
    def down(self) -> bool:
        return self.graph.direction == "down"


@frozen
class Part:
    """Some of a picture, from (0, 0) on."""

    width: float
    height: float
    boxes: tuple[Box, ...] = ()
    routes: tuple[Route, ...] = ()
    frames: tuple[Frame, ...] = ()


def picture(graph: Graph) -> Picture:
    """Lay out a graph. Deterministic: the same graph is laid out the same."""
    whole = _beside([_framed(group, graph.direction == "down") for group in graph.groups], FRAMES_BETWEEN)
    entries, width, height = _legend(graph, max(whole.width, NARROWEST))
    moved = _moved(whole, MARGIN, MARGIN)
    top = MARGIN + whole.height + (FRAMES_BETWEEN if whole.height else 0.0)
    legend = tuple(Entry(entry.kind, entry.x + MARGIN, entry.y + top) for entry in entries)
    return Picture(
        graph, max(whole.width, width) + 2 * MARGIN, top + height + MARGIN / 2,
        moved.boxes, moved.routes, moved.frames, legend,
    )  # fmt: skip


# ---------------------------------------------------------------------------------------------------------------- boxes


def lettered(node: Node) -> Box:
    """A node's box around its text, at no place yet."""
    shape = shapes.SHAPES[node.kind]
    head, text = wrapped(plain(node.head), TEXT_WIDTH / BOLD), wrapped(plain(node.text), TEXT_WIDTH)
    lines = (len(head.lines) if node.head else 0) + (len(text.lines) if node.text else 0)
    width = max(head.width * BOLD if node.head else 0.0, text.width if node.text else 0.0)
    wide, high = shapes.size(shape, width, lines * LINE)
    return Box(node, 0.0, 0.0, round(wide), round(high), head, text)


def label_size(text: str) -> tuple[float, float]:
    """The room that a label takes."""
    return text_width(plain(text), SMALL) + 8.0, 16.0


# --------------------------------------------------------------------------------------------------------------- groups


def _framed(group: Group, down: bool) -> Part:
    """A group laid out; one with a name in a frame."""
    parts = [_laid_out(nodes, edges, down) for nodes, edges in _connected(group)]
    # What nothing leads to or from stands behind the rest; in a flow it stands where it is said.
    inner = _beside(parts if down else sorted(parts, key=lambda part: len(part.boxes) == 1), BETWEEN)
    if not group.name:
        return inner
    notes = plain(" · ".join(group.notes))
    wished = max(text_width(plain(group.name), SIZE + 2) * BOLD, text_width(notes, SMALL))
    width = max(inner.width, min(wished, max(inner.width, TEXT_WIDTH * 2))) + 2 * PADDING
    moved = _moved(inner, PADDING, PADDING + HEADING)
    height = inner.height + 2 * PADDING + HEADING
    available = width - 2 * PADDING
    name = wrapped(plain(group.name), available / BOLD, SIZE + 2, most=1).lines[0]
    frame = Frame(group, 0.0, 0.0, width, height, name, wrapped(notes, available, SMALL, most=1).lines[0])
    return evolve(moved, width=width, height=height, frames=(frame,))


def _connected(group: Group) -> list[tuple[list[Node], list[Edge]]]:
    """The parts of a group that hang together, in the order of their first nodes."""
    leader = {node.id: node.id for node in group.nodes}

    def find(node: str) -> str:
        while leader[node] != node:
            leader[node] = leader[leader[node]]
            node = leader[node]
        return node

    for edge in group.edges:
        leader[find(edge.target)] = find(edge.source)
    parts: dict[str, tuple[list[Node], list[Edge]]] = {}
    for node in group.nodes:
        parts.setdefault(find(node.id), ([], []))[0].append(node)
    for edge in group.edges:
        parts[find(edge.source)][1].append(edge)
    return list(parts.values())


def _laid_out(nodes: Sequence[Node], edges: Sequence[Edge], down: bool) -> Part:
    """Nodes that hang together, and their edges."""
    numbers = {node.id: number for number, node in enumerate(nodes)}
    boxes = [lettered(node) for node in nodes]
    links = [Link(numbers[edge.source], numbers[edge.target], _turned(label_size(edge.label), down) if edge.label
             else None) for edge in edges]  # fmt: skip
    found = placed([_size(box, down) for box in boxes], links, GAP_DOWN if down else GAP_RIGHT)
    placed_boxes = []
    for box, (across, along) in zip(boxes, found.nodes, strict=True):
        x, y = (across - box.width / 2, along) if down else (along, across - box.height / 2)
        placed_boxes.append(evolve(box, x=x, y=y))
    routes = []
    for number, (edge, route) in enumerate(zip(edges, found.routes, strict=True)):
        points = [_turned(point, down) for point in route]
        if not down:
            _meet(points, placed_boxes[numbers[edge.source]], 0)
            _meet(points, placed_boxes[numbers[edge.target]], -1)
        label = found.labels.get(number)
        routes.append(Route(edge, tuple(points), _turned(label, down) if label else None))
    width, height = _turned((found.across, found.along), down)
    return Part(width, height, tuple(placed_boxes), tuple(routes))


def _size(box: Box, down: bool) -> Size:
    return Size(box.width, box.height) if down else Size(box.height, box.width, max(0.0, box.height - 16.0))


def _turned(point: tuple[float, float], down: bool) -> tuple[float, float]:
    return point if down else (point[1], point[0])


def _meet(points: list[tuple[float, float]], box: Box, end: int) -> None:
    """Move an end of a route from the side of a box's rectangle to the outline of its shape."""
    x, y = points[end]
    right = x > box.x + box.width / 2
    off = y - (box.y + box.height / 2)
    inset = shapes.inset(box.shape, off, box.width, box.height, right=right)
    points[end] = (x - inset if right else x + inset, y)


# -------------------------------------------------------------------------------------------------------------- packing


def _beside(parts: Sequence[Part], between: float) -> Part:
    """Parts side by side in rows; a low one stands under the one before it where there is room in the row."""
    area = sum((part.width + between) * (part.height + between) for part in parts)
    limit = max(NARROWEST, 1.25 * sqrt(area), *(part.width for part in parts))
    rows: list[list[list[int]]] = []
    for number, part in enumerate(parts):
        if rows and _stacks(parts, rows[-1], part, between):
            rows[-1][-1].append(number)
        elif rows and _width(parts, rows[-1], between) + between + part.width <= limit:
            rows[-1].append([number])
        else:
            rows.append([[number]])
    made: list[Part] = []
    y = 0.0
    for row in rows:
        x = 0.0
        for column in row:
            top = y
            for number in column:
                made.append(_moved(parts[number], x, top))
                top += parts[number].height + between
            x += max(parts[number].width for number in column) + between
        y += max(_height(parts, column, between) for column in row) + between
    width = max((_width(parts, row, between) for row in rows), default=0.0)
    return Part(
        width, max(0.0, y - between),
        tuple(box for part in made for box in part.boxes),
        tuple(route for part in made for route in part.routes),
        tuple(frame for part in made for frame in part.frames),
    )  # fmt: skip


def _stacks(parts: Sequence[Part], row: list[list[int]], part: Part, between: float) -> bool:
    """Whether a part goes under the last column of a row."""
    column = row[-1]
    room = max(_height(parts, each, between) for each in row)
    wide = max(parts[number].width for number in column)
    return part.width <= 1.3 * wide and _height(parts, column, between) + between + part.height <= room


def _height(parts: Sequence[Part], column: list[int], between: float) -> float:
    return sum(parts[number].height for number in column) + between * (len(column) - 1)


def _width(parts: Sequence[Part], row: list[list[int]], between: float) -> float:
    return sum(max(parts[number].width for number in column) for column in row) + between * (len(row) - 1)


def _moved(part: Part, right: float, down: float) -> Part:
    def point(at: tuple[float, float]) -> tuple[float, float]:
        return at[0] + right, at[1] + down

    return evolve(
        part,
        boxes=tuple(evolve(box, x=box.x + right, y=box.y + down) for box in part.boxes),
        routes=tuple(
            evolve(route, points=tuple(map(point, route.points)), label=point(route.label) if route.label else None)
            for route in part.routes
        ),
        frames=tuple(evolve(frame, x=frame.x + right, y=frame.y + down) for frame in part.frames),
    )


def _legend(graph: Graph, limit: float) -> tuple[list[Entry], float, float]:
    """The kinds that occur, from (0, 0) on, and the size of them all."""
    entries: list[Entry] = []
    x = y = widest = 0.0
    for kind in graph.kinds:
        width = LEGEND + text_width(NAMES[kind], SMALL) + 18.0
        if entries and x + width > limit:
            x, y = 0.0, y + 24.0
        entries.append(Entry(kind, x, y))
        x += width
        widest = max(widest, x)
    return entries, widest, y + 24.0 if entries else 0.0
