"""What the author wrote for each node of a plan: the way back from a plan to the text.

Explanations, coverage and pictures of a run speak of plan nodes; people want to read their own words, and where they
stand. Nodes are told apart by identity: two that mean the same may stand in two places. What stands in a define is
shown as it is written there.
"""

from attrs import define, field

from segdsl.syntax import ast
from segdsl.values.kinds import Kind


@define(eq=False)
class Written:
    """Syntax by plan node, and the kinds of values. What nobody wrote down, such as a bound that the compiler put in,
    has none."""

    nodes: dict[int, tuple[object, ast.Node]] = field(factory=dict)
    kinds: dict[int, Kind] = field(factory=dict)

    def note(self, node: object, written: ast.Node, kind: Kind | None = None) -> None:
        """Remember what a node was written as; of several the innermost, which is noted first."""
        self.nodes.setdefault(id(node), (node, written))  # the node is kept, so that no other gets its identity
        if kind is not None:
            self.kinds.setdefault(id(node), kind)

    def carry(self, node: object, made: object) -> None:
        """A node was made from another, and is written as that one was."""
        found = self.get(node)
        if found is not None:
            self.note(made, found)

    def get(self, node: object) -> ast.Node | None:
        """The syntax that became a node of the plan."""
        found = self.nodes.get(id(node))
        return found[1] if found is not None else None

    def kind(self, node: object) -> Kind | None:
        """The kind of an expression's value."""
        return self.kinds.get(id(node))
