"""What a condition or value reads: segments, attributes that rules set, and events that rules make."""

from collections.abc import Iterator
from typing import Any

import attrs
from attrs import define, field

from segdsl.compiler.scope import Scope
from segdsl.syntax import ast


@define(eq=False)
class Reads:
    """In the order of the text, each once. A segment is there with whether it is asked for not being in it."""

    segments: dict[tuple[str, bool], None] = field(factory=dict)
    attributes: dict[str, None] = field(factory=dict)
    events: dict[str, None] = field(factory=dict)


@define(eq=False)
class Reader:
    """Reads expressions of one program. An event made of the lines of another counts as that one."""

    scope: Scope

    def of_expression(self, node: ast.Expression, *, about_event: bool = False) -> Reads:
        """`about_event`: it is part of a `where`, whose names are fields of an event."""
        reads = Reads()
        defines: set[tuple[str, bool]] = set()
        waiting: list[tuple[ast.Node, bool, bool]] = [(node, False, about_event)]
        while waiting:
            part, negated, about = waiting.pop()
            inner = [(each, negated, about) for each in children(part)]
            match part:
                case ast.Not(operand):
                    inner = [(operand, not negated, about)]
                case ast.InAny(quantifier, segments):
                    for name in segments:
                        reads.segments[name.text, negated != (quantifier == "none")] = None
                case ast.InSegment(name):
                    reads.segments[name.text, negated] = None
                case ast.Mention(name, match, where):
                    inner = [(each, negated, True) for each in (match, where) if each is not None]
                    if not about:
                        inner += self._mention(part, negated, reads, defines)
                case ast.Source(name, match):
                    inner = [(each, negated, True) for each in children(part)]
                    reads.events |= dict.fromkeys(self.event_of(name, match))
                    reads.events |= dict.fromkeys(self._collected(name.text))
                case ast.Aggregate(_, operand, source) | ast.CountDistinct(operand, source):
                    inner = [(operand, negated, True), (source, negated, about)]
                case ast.ItemTest(_, name):
                    inner = [(each, negated, True) for each in children(part)]
                    reads.events |= dict.fromkeys(self._collected(name.text))
                case _:
                    pass
            waiting += reversed(inner)
        return reads

    def _mention(
        self, node: ast.Mention, negated: bool, reads: Reads, defines: set[tuple[str, bool]]
    ) -> list[tuple[ast.Node, bool, bool]]:  # fmt: skip
        """What a name stands for; a define stands for what it says."""
        name = node.name.text
        own = name.removeprefix("customer ")
        if name in self.scope.defines:
            if (name, negated) in defines:
                return []
            defines.add((name, negated))
            return [(self.scope.defines[name].node.value, negated, False)]
        if name in self.scope.attributes or own in self.scope.attributes:
            reads.attributes[name if name in self.scope.attributes else own] = None
        else:
            reads.events |= dict.fromkeys(self.event_of(node.name, node.match))
        return []

    def event_of(self, name: ast.Name, match: ast.Expression | None) -> list[str]:
        """The event that a name means, the last words of which may name a field; of a line, also what it is of."""
        words = name.text.split(" ")
        least = 0 if match is not None else len(words) - 1
        for cut in range(len(words), least, -1):
            event = self.scope.events.get(" ".join(words[:cut]))
            if event is not None:
                return [event.name] + ([event.made_of] if event.made_of else [])
        return []

    def _collected(self, name: str) -> list[str]:
        """The events that fill and empty a collection."""
        collection = self.scope.collections.get(name)
        if collection is None:
            return []
        return [collection.event.name, *(end.event.text for end in collection.node.ends)]


def children(node: ast.Node) -> Iterator[ast.Node]:
    """The nodes right below a node, in the order of the text."""
    kind: Any = type(node)
    for each in attrs.fields(kind):
        yield from _nodes(getattr(node, each.name))


def _nodes(value: Any) -> Iterator[ast.Node]:
    if isinstance(value, ast.Node):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from _nodes(part)
