"""Walking plans: all parts of an expression, whatever nodes are added later; and changing them."""

from collections.abc import Callable, Iterator
from operator import attrgetter, is_not
from typing import Any, TypeVar, cast, get_args

from msgspec import Struct
from msgspec.structs import replace

from segdsl.plan import nodes as p

E = TypeVar("E", bound=p.Expression)
N = TypeVar("N", bound=Struct | tuple[Any, ...])

EXPRESSIONS = frozenset(get_args(p.Expression))
"""The classes of expressions, which are soon looked up."""

HOLDING = (Struct, tuple)
"""What can hold nodes: the values of all other fields are plain."""


def depth(node: object) -> int:
    """How deep the parts of an expression stand inside one another."""
    deepest = 0
    waiting: list[tuple[object, int]] = [(node, 1)]
    while waiting:
        part, level = waiting.pop()
        deepest = max(deepest, level)
        if isinstance(part, Struct):
            parts = (getattr(part, name) for name in part.__struct_fields__)
            waiting += [(inner, level + 1) for inner in parts if isinstance(inner, Struct | tuple)]
        elif isinstance(part, tuple):
            waiting += [(inner, level) for inner in part if isinstance(inner, Struct | tuple)]
    return deepest


def walk(node: object, inside: Callable[[Struct], bool] | None = None) -> Iterator[p.Expression]:
    """An expression (or anything that holds some) and every expression inside it, outermost first. `inside` says
    whether to go into one."""
    for part in structs(node, inside):
        if type(part) in EXPRESSIONS:
            yield cast(p.Expression, part)


def item_fields(node: object) -> set[str]:
    """The fields that an expression reads of the item it speaks of: not those of the items of a list that this one
    carries."""
    match node:
        case p.ItemField(name):
            return {name}
        case p.Aggregate(_, items):
            return item_fields(items)
        case tuple():
            return set().union(*map(item_fields, node))
        case Struct():
            return set().union(*(item_fields(getattr(node, name)) for name in node.__struct_fields__))
    return set()


def structs(node: object, inside: Callable[[Struct], bool] | None = None) -> Iterator[Struct]:
    """A node of a plan (or a tuple of some) and every node inside it, outermost first. `inside` says whether to go into
    one."""
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, tuple):
            parts = part
        elif isinstance(part, Struct):
            yield part
            if inside is not None and not inside(part):
                continue
            parts = parts_of(part)
        else:
            continue
        waiting += [each for each in reversed(parts) if isinstance(each, HOLDING)]


def parts_of(node: Struct) -> tuple[Any, ...]:
    """The values of a node's fields."""
    kind = type(node)
    getter = _GETTERS.get(kind)
    if getter is None:
        names = kind.__struct_fields__
        one = attrgetter(*names) if names else lambda node: ()
        getter = _GETTERS[kind] = one if len(names) != 1 else lambda node: (one(node),)
    return getter(node)


_GETTERS: dict[type[Struct], Callable[[Any], tuple[Any, ...]]] = {}
"""By class: plans of many rules are walked often, and asking for all fields at once takes a third of the time."""


def outermost(kind: type[E], node: object) -> Iterator[E]:
    """The expressions of a kind inside an expression, without those inside another of them: of histories, say, not
    those that their own tests ask for."""
    if isinstance(node, kind):
        yield node
    elif isinstance(node, tuple):
        for part in node:
            yield from outermost(kind, part)
    elif isinstance(node, Struct):
        for name in node.__struct_fields__:
            yield from outermost(kind, getattr(node, name))


def rewritten(node: N, change: Callable[[p.Expression], p.Expression]) -> N:
    """A node of a plan (or a tuple of some) with each expression in it changed, innermost first. What nothing was
    changed in is the same object as before."""
    if isinstance(node, tuple):
        parts = [rewritten(part, change) if isinstance(part, HOLDING) else part for part in node]
        return cast(N, tuple(parts)) if any(map(is_not, parts, node)) else node
    changes: dict[str, object] = {}
    for name, value in zip(node.__struct_fields__, parts_of(node), strict=True):
        if isinstance(value, HOLDING) and (new := rewritten(value, change)) is not value:
            changes[name] = new
    made = replace(node, **changes) if changes else node
    return cast(N, change(cast(p.Expression, made))) if type(made) in EXPRESSIONS else made
