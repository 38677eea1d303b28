"""A text before it is parsed: where its comments are and how deep its brackets go (`scan`)."""

import re

from attrs import field, frozen

_MARK = re.compile(r'"(?:[^"\\\n]|\\.)*"|"[^\n]*|#[^\n]*|[(){}]')


@frozen
class Layout:
    """`comments` are (start, end) offsets; `depth` is that of the deepest bracket or brace."""

    comments: list[tuple[int, int]] = field(factory=list)
    depth: int = 0


def scan(text: str) -> Layout:
    """One pass over a text, which need not be right."""
    comments: list[tuple[int, int]] = []
    depth = deepest = 0
    for match in _MARK.finditer(text):
        first = text[match.start()]
        if first == "#":
            comments.append(match.span())
        elif first in "({":
            depth += 1
            deepest = max(deepest, depth)
        elif first in ")}":
            depth = max(0, depth - 1)
    return Layout(comments, deepest)
