"""A picture in the DOT language, for Graphviz (https://graphviz.org/doc/info/lang.html)."""

from collections.abc import Iterator
from typing import assert_never

from segdsl.drawing.colors import LIGHT
from segdsl.drawing.graph import MADE, Edge, Graph, Group, Node
from segdsl.drawing.layout import lettered
from segdsl.drawing.lettering import plain
from segdsl.drawing.shapes import SHAPES, Shape


def to_dot(graph: Graph) -> str:
    """The picture as a directed graph. The text changes only where the program does: it tells no lines."""
    return "\n".join(_lines(graph)) + "\n"


def _lines(graph: Graph) -> Iterator[str]:
    yield f"digraph {_quoted(graph.title)} {{"
    yield f"  // {MADE}"
    yield f'  graph [rankdir={"TB" if graph.direction == "down" else "LR"}, fontname="sans-serif"];'
    yield '  node [fontname="sans-serif", fontsize=11, style=filled, margin="0.15,0.08"];'
    yield f'  edge [fontname="sans-serif", fontsize=10, color="{LIGHT.edge}"];'
    for group in graph.groups:
        yield from _group(group)
    yield "}"


def _group(group: Group) -> Iterator[str]:
    indent = "  "
    if group.name:
        yield f"  subgraph cluster_{group.id} {{"
        indent = "    "
        notes = "\n" + " · ".join(group.notes) if group.notes else ""
        yield f'{indent}label={_quoted(group.name + notes)}; labeljust=l; color="{LIGHT.frame_line}";'
    for node in group.nodes:
        yield f"{indent}{_node(node)}"
    for edge in group.edges:
        yield f"{indent}{_edge(edge)}"
    if group.name:
        yield "  }"


def _node(node: Node) -> str:
    box = lettered(node)
    lines = [*(box.head.lines if node.head else ()), *(box.text.lines if node.text else ())]
    fill, line = LIGHT.kinds[node.kind]
    tip = "\n".join(part for part in (node.head, node.tip or node.text) if part)
    values = f'fillcolor="{fill}", color="{line}", fontcolor="{LIGHT.ink}"'
    return f"{node.id} [label={_quoted(chr(10).join(lines))}, {_shape(SHAPES[node.kind])}, {values}, " + (
        f"tooltip={_quoted(tip)}];"
    )


def _edge(edge: Edge) -> str:
    values = [f"label={_quoted(edge.label)}"] if edge.label else []
    values += ["style=dashed"] if edge.kind == "reads" else []
    return f"{edge.source} -> {edge.target}" + (f" [{', '.join(values)}];" if values else ";")


def _shape(shape: Shape) -> str:
    match shape:
        case "box":
            return "shape=box"
        case "rounded" | "stadium":
            return 'shape=box, style="filled,rounded"'
        case "clock":
            return 'shape=box, style="filled,rounded,dashed"'
        case "hexagon" | "diamond" | "octagon" | "note":
            return f"shape={shape}"
        case "slanted":
            return "shape=parallelogram"
        case "barred":
            return "shape=box, peripheries=2"
        case "double":
            return 'shape=box, style="filled,rounded", peripheries=2'
    assert_never(shape)


def _quoted(text: str) -> str:
    """A string of DOT, of which nothing is taken for an escape or an entity of HTML.

    >>> _quoted('1 "and" \\\\N &lt;')
    '"1 \\\\"and\\\\" \\\\\\\\N &amp;lt;"'
    """
    escaped = plain(text).replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;").replace("\n", "\\n")
    return f'"{escaped}"'
