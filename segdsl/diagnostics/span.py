"""Places in a text. Every node of every stage carries one, so that a message can always show where."""

from typing import NamedTuple


class Span(NamedTuple):
    """A stretch of one source: `source` is the number the `SourceMap` gave it, `start` and `end` are offsets in code
    points, half-open. Line and column are worked out only for display."""

    source: int
    start: int
    end: int


NOWHERE = Span(-1, 0, 0)
