"""Going over a tree in a test."""

from collections.abc import Iterator

import attrs

from segdsl.syntax import ast


def walk(node: object) -> Iterator[ast.Node]:
    """A node and all below it."""
    if isinstance(node, ast.Node):
        yield node
        for field in attrs.fields(type(node)):
            yield from walk(getattr(node, field.name))
    elif isinstance(node, tuple):
        for item in node:
            yield from walk(item)


def kinds_of_node() -> set[type[ast.Node]]:
    found = (getattr(ast, name) for name in ast.__all__)
    return {kind for kind in found if isinstance(kind, type) and issubclass(kind, ast.Node)} - {ast.Node}
