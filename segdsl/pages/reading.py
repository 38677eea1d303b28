"""What conditions, triggers and steps read: events, attributes, segments, defines, collections."""

from collections.abc import Iterable, Iterator

from segdsl.pages.document import Ref
from segdsl.pages.names import At, Names
from segdsl.syntax import ast


def reads(nodes: Iterable[ast.Node | None], at: At, names: Names) -> Iterator[Ref]:
    """What some nodes read, in no order; the steps of a sentence stand one behind the other. Nodes may be deep."""
    waiting: list[tuple[object, At]] = [(tuple(nodes), at)]
    while waiting:
        node, at = waiting.pop()
        match node:
            case tuple():
                waiting += _in_order(node, at, names)
            case ast.Mention(name, match, where):
                yield from _mentioned(node, at, names)
                event = names.event_of(name.text, match)[0]
                waiting += [(match, at), (where, at.inside(names.fields(event)))]
            case ast.Source(name, match, where):
                event = names.event_of(name.text, match)[0]
                yield from _looked_at(event, names)
                waiting += [(match, at), (where, at.inside(_fields(event, at, names)))]
            case ast.Aggregate(_, operand, source) | ast.CountDistinct(operand, source):
                event = names.event_of(source.name.text, source.match)[0]
                waiting += [(operand, at.inside(_fields(event, at, names))), (source, at)]
            case ast.ItemTest(_, name, where):
                yield from _looked_at(name.text, names)
                waiting.append((where, at.inside(names.items(name.text, at))))
            case ast.EventTrigger(name, match, where):
                event = names.event_of(name.text, match)[0]
                yield from _looked_at(event, names)
                waiting += [(match, at), (where, at.inside(names.fields(event)))]
            case ast.NearDate(_, name):
                yield from _mentioned(ast.Mention(name), at, names)
            case ast.InAny(_, segments):
                yield from (Ref("segment", each.text) for each in segments)
            case ast.InSegment(segment) | ast.Enters(segment) | ast.Leaves(segment):
                yield Ref("segment", segment.text)
            case ast.Add() | ast.Remove() | ast.ClearAttribute():
                pass
            case ast.Node():
                waiting += [(each, at) for each in vars(node).values()]


def _in_order(nodes: tuple[object, ...], at: At, names: Names) -> list[tuple[object, At]]:
    placed: list[tuple[object, At]] = []
    for node in nodes:
        placed.append((node, at))
        if isinstance(node, ast.WaitFor):
            at = names.after(node, at)
    return placed


def _fields(event: str, at: At, names: Names) -> frozenset[str]:
    known = event in names.scope.events or event in names.scope.collections
    return names.fields(event) if known else names.items(event, at)


def _looked_at(name: str, names: Names) -> Iterator[Ref]:
    if name in names.scope.collections:
        yield Ref("collection", name)
    elif name in names.scope.events:
        yield Ref("event", name)


def _mentioned(node: ast.Mention, at: At, names: Names) -> Iterator[Ref]:
    name = node.name.text
    if name.startswith("this ") or at.item is not None:
        return
    if name.startswith("customer "):
        yield Ref("attribute", name.removeprefix("customer "))
    elif names.is_history(node, at):
        yield from _looked_at(names.event_of(name, node.match)[0], names)
    elif name in at.event:
        return
    elif name in names.scope.attributes:
        yield Ref("attribute", name)
    elif name in names.scope.defines:
        yield Ref("define", name)
    elif name == "age":
        yield Ref("attribute", "birth date")
