"""The base of all nodes of the syntax tree."""

from __future__ import annotations

from typing import Any, TypeVar, dataclass_transform

import attrs

from segdsl.diagnostics.span import NOWHERE, Span

T = TypeVar("T")


def out(default: Any) -> Any:
    """A field that does not count when trees are compared."""
    return attrs.field(default=default, eq=False)


@dataclass_transform(frozen_default=True, field_specifiers=(attrs.field, out))
def node(cls: type[T]) -> type[T]:
    # Equality and repr are the base's: a hundred classes with generated ones would cost 15 ms of every start.
    return attrs.frozen(cls, slots=False, eq=False, repr=False)


@node
class Node:
    """Compared by class and fields; the span, and fields made with `out`, do not count."""

    span: Span = attrs.field(default=NOWHERE, eq=False, kw_only=True)

    def _compared(self) -> tuple[Any, ...]:
        return tuple(getattr(self, f.name) for f in attrs.fields(type(self)) if f.eq)

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._compared() == other._compared()

    def __hash__(self) -> int:
        return hash((type(self), self._compared()))

    def __repr__(self) -> str:
        shown = ", ".join(f"{f.name}={getattr(self, f.name)!r}" for f in attrs.fields(type(self)) if f.eq)
        return f"{type(self).__name__}({shown})"
