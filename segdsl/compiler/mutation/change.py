"""One change of a node: what it becomes, and how to tell a person."""

from typing import Any

import attrs
from attrs import frozen

from segdsl.diagnostics.span import Span
from segdsl.syntax import ast


@frozen
class Change:
    """What a node becomes (None: it is left out); `before` became `after` at `span`, as a person reads it."""

    node: ast.Node | None
    span: Span
    before: str
    after: str = ""


def replaced(change: Change, node: ast.Node) -> Change:
    """The same change, as one of a node around it."""
    return Change(node, change.span, change.before, change.after)


def evolved(node: Any, **changes: object) -> Any:
    """A node with other values in some fields."""
    return attrs.evolve(node, **changes)
