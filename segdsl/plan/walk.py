"""Walking plans: all parts of an expression, whatever nodes are added later."""

from collections.abc import Iterator

from msgspec import Struct

from segdsl.plan import nodes as p


def walk(node: object) -> Iterator[p.Expression]:
    """An expression (or anything that holds some) and every expression inside it, outermost first."""
    if isinstance(node, tuple):
        for part in node:
            yield from walk(part)
    elif isinstance(node, Struct):
        if isinstance(node, p.Expression):
            yield node
        for name in node.__struct_fields__:
            value = getattr(node, name)
            if isinstance(value, Struct | tuple):
                yield from walk(value)
