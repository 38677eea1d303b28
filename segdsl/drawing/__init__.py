"""Pictures of a program: what its rules do, step by step, and how its segments hang together.

    graph = drawing.flow_graph(segdsl.check("shop.seg"))
    text = drawing.to_svg(graph, "dark")

Comes in: a `CheckedProgram`. `flow.py` and `segments.py` make a `Graph` of it, which `svg.py`, `mermaid.py` and
`dot.py` write as text; for SVG, `layout.py` gives every box its place. Nothing is read or written here. The names for
others are imported when they are first used, so that a start costs what it needs.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from segdsl.drawing.dot import to_dot
    from segdsl.drawing.flow import activity_names, flow_graph
    from segdsl.drawing.graph import Graph
    from segdsl.drawing.mermaid import to_mermaid
    from segdsl.drawing.segments import segment_graph
    from segdsl.drawing.svg import to_svg

_PLACES = {
    "Graph": "graph", "activity_names": "flow", "flow_graph": "flow", "segment_graph": "segments", "to_dot": "dot",
    "to_mermaid": "mermaid", "to_svg": "svg",
}  # fmt: skip

__all__ = ["Graph", "activity_names", "flow_graph", "segment_graph", "to_dot", "to_mermaid", "to_svg"]


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module 'segdsl.drawing' has no attribute {name!r}")
    return getattr(import_module(f"segdsl.drawing.{_PLACES[name]}"), name)
