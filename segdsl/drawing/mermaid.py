"""A picture as Mermaid text, which GitHub, GitLab and many wikis show as a picture (https://mermaid.js.org)."""

import re
from collections.abc import Iterator
from typing import assert_never

from segdsl.drawing.colors import LIGHT
from segdsl.drawing.graph import MADE, Edge, Graph, Group, Node
from segdsl.drawing.lettering import plain
from segdsl.drawing.shapes import SHAPES

_CODED = re.compile(r"""["#&<`*_~$|{}\[\]\\]|^\s*[->+=]|(?<=\d)[.)](?=\s|$)""")
"""What could be taken for a part of Mermaid, of HTML or of Markdown, such as a list: it is written as a code."""

_NAMED = {'"': "#quot;", "<": "#lt;", "&": "#amp;", "$": "#36;#8203;"}
"""Two `$` would make a formula, even as codes, were there nothing between them."""


def to_mermaid(graph: Graph) -> str:
    """The picture as a flowchart of Mermaid 11. The text changes only where the program does: it tells no lines."""
    return "\n".join(_lines(graph)) + "\n"


def _lines(graph: Graph) -> Iterator[str]:
    down = graph.direction == "down"
    yield f"flowchart {'TD' if down else 'LR'}"
    yield f"  %% {MADE}"
    for kind in graph.kinds:
        fill, line = LIGHT.kinds[kind]
        dashed = ",stroke-dasharray:5 3" if kind == "wait" else ""
        yield f"  classDef {kind} fill:{fill},stroke:{line},color:{LIGHT.ink}{dashed}"
    for group in graph.groups:
        yield from _group(group, down)


def _group(group: Group, down: bool) -> Iterator[str]:
    indent = "  "
    if group.name:
        notes = "".join(f", {note}" for note in group.notes[1:])
        # On one line: of a second one the first node would stand in the way.
        said = label(f"{': '.join([group.name, *group.notes[:1]])}{notes}".replace("\n", " "))
        yield f'  subgraph {group.id}["{said}"]'
        indent = "    "
        yield f"{indent}direction {'TB' if down else 'LR'}"
    for node in group.nodes:
        yield f"{indent}{node.id}{_shape(node)}:::{node.kind}"
    for edge in group.edges:
        yield f"{indent}{_edge(edge)}"
    if group.name:
        yield "  end"


def _edge(edge: Edge) -> str:
    arrow = "-.->" if edge.kind == "reads" else "-->"
    said = f'|"{label(edge.label)}"|' if edge.label else ""
    return f"{edge.source} {arrow}{said} {edge.target}"


def _shape(node: Node) -> str:
    head = f"<b>{label(node.head)}</b>" if node.head else ""
    text = f'"{"<br/>".join(part for part in (head, label(node.text)) if part)}"'
    shape = SHAPES[node.kind]
    match shape:
        case "box" | "note":
            return f"[{text}]"
        case "rounded" | "clock":
            return f"({text})"
        case "stadium":
            return f"([{text}])"
        case "hexagon":
            return f"{{{{{text}}}}}"
        case "diamond":
            return f"{{{text}}}"
        case "slanted":
            return f"[/{text}/]"
        case "barred":
            return f"[[{text}]]"
        case "octagon":
            return f"[/{text}\\]"
        case "double":
            return f"[({text})]"
    assert_never(shape)


def label(text: str) -> str:
    """Text between quotation marks, of which nothing is taken for anything but text.

    >>> label('say "1 < 2"')
    'say #quot;1 #lt; 2#quot;'
    """
    return "<br/>".join(_CODED.sub(_code, line) for line in plain(text).split("\n"))


def _code(found: re.Match[str]) -> str:
    return "".join(each if each.isspace() else _NAMED.get(each, f"#{ord(each)};") for each in found.group())
