"""The base of all nodes of the syntax tree."""

from __future__ import annotations

from typing import Any, TypeVar, dataclass_transform

import attrs

from segdsl.diagnostics.span import NOWHERE, Span

T = TypeVar("T")


def out(*, default: Any) -> Any:
    """A field that does not count when trees are compared."""
    return attrs.field(default=default, eq=False)


@dataclass_transform(frozen_default=True, field_specifiers=(attrs.field, out))
def node(cls: type[T]) -> type[T]:
    # Equality and repr are the base's: a hundred classes with generated ones would cost 15 ms of every start.
    return attrs.frozen(cls, slots=False, eq=False, repr=False)


_names: dict[Any, tuple[str, ...]] = {}


def _compared(cls: Any) -> tuple[str, ...]:
    """The names of the fields that count, worked out once for each class."""
    names = _names.get(cls)
    if names is None:
        names = _names[cls] = tuple(field.name for field in attrs.fields(cls) if field.eq)
    return names


@node
class Node:
    """Compared by class and fields; the span, and fields made with `out`, do not count.

    Loops instead of calls: a tree may be deep, and the stack of whoever compares two is not ours to use up.
    """

    span: Span = attrs.field(default=NOWHERE, eq=False, kw_only=True)

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        pairs: list[tuple[Any, Any]] = [(self, other)]
        while pairs:
            left, right = pairs.pop()
            if type(left) is not type(right):
                return False
            if isinstance(left, Node):
                pairs += [(getattr(left, name), getattr(right, name)) for name in _compared(type(left))]
            elif isinstance(left, tuple):
                if len(left) != len(right):
                    return False
                pairs += zip(left, right, strict=True)
            elif left != right:
                return False
        return True

    def __hash__(self) -> int:
        leaves: list[Any] = []
        waiting: list[Any] = [self]
        while waiting:
            found = waiting.pop()
            if isinstance(found, Node):
                leaves.append(type(found))
                waiting += [getattr(found, name) for name in _compared(type(found))]
            elif isinstance(found, tuple):
                leaves.append(len(found))
                waiting += found
            else:
                leaves.append(found)
        return hash(tuple(leaves))

    def __repr__(self) -> str:
        parts: list[str] = []
        waiting: list[Any] = [self]
        while waiting:
            found = waiting.pop()
            if isinstance(found, _Verbatim):
                parts.append(found)
            elif isinstance(found, Node):
                shown: list[Any] = [_Verbatim(f"{type(found).__name__}(")]
                for name in _compared(type(found)):
                    shown += [_Verbatim(f"{', ' if len(shown) > 1 else ''}{name}="), getattr(found, name)]
                waiting += reversed([*shown, _Verbatim(")")])
            elif isinstance(found, tuple):
                waiting.append(_Verbatim(",)" if len(found) == 1 else ")"))
                for number, item in reversed(list(enumerate(found))):
                    waiting += [item, _Verbatim(", " if number else "(")]
                if not found:
                    waiting.append(_Verbatim("("))
            else:
                parts.append(repr(found))
        return "".join(parts)


class _Verbatim(str):
    """A part of a `repr` that is written as it is."""

    __slots__ = ()
