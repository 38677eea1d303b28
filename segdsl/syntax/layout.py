"""A text before it is parsed: its comments, its nesting, and where its declarations begin.

Parsing a file as a whole is exact. When that fails, the file is cut at the keywords that open a declaration, and each
piece is parsed by itself, so that one broken declaration hides no other.
"""

import re

from attrs import field, frozen

from segdsl.values import limits

OPENERS = frozenset(
    "zone lateness attribute event collection action define segment when dialog web activity search promotion test".split()
)  # fmt: skip
_PIECE = re.compile(r'"(?:[^"\\\n]|\\.)*"|#[^\n]*|\n|[(){}]|\w+|[^\s\w"#(){}]+|"')
_FIELD = re.compile(r"[ \t]*:")
_SEARCH_RULE = re.compile(r"search\s+rule\b", re.IGNORECASE)


@frozen
class Layout:
    """`comments` are (start, end) offsets; `starts` the offsets at which declarations seem to begin; `too_deep` the
    offset of the first bracket beyond the limit, if any."""

    comments: list[tuple[int, int]] = field(factory=list)
    starts: list[int] = field(factory=list)
    too_deep: int | None = None


def scan(text: str) -> Layout:
    comments: list[tuple[int, int]] = []
    starts: list[int] = []
    depth = braces = indent = line_start = 0
    fresh_line = True
    for match in _PIECE.finditer(text):
        piece = match.group()
        if piece == "\n":
            fresh_line, line_start = True, match.end()
            continue
        if piece[0] == "#":
            comments.append(match.span())
            continue
        if piece in "({":
            depth += 1
            braces += piece == "{"
            if depth > limits.NESTING:
                return Layout(comments, starts, match.start())
        elif piece in ")}":
            depth = max(0, depth - 1)
            braces = max(0, braces - (piece == "}"))
        elif fresh_line and piece.lower() in OPENERS:
            column = match.start() - line_start
            if (piece in OPENERS or column == 0) and _opens(text, match, column, braces, indent):
                starts.append(match.start())
                depth = braces = 0
                indent = column
        fresh_line = False
    return Layout(comments, starts)


def _opens(text: str, match: re.Match[str], column: int, braces: int, indent: int) -> bool:
    """Whether an opening keyword at the start of a line opens a declaration: in braces it may be a field's name, and
    `when` there belongs to an activity."""
    if _FIELD.match(text, match.end()) or (match.group().lower() == "search" and not _SEARCH_RULE.match(text, match.start())):
        return False
    if braces == 0 or column == 0:
        return True
    return match.group() != "when" and column <= indent


def pieces(text: str, layout: Layout) -> list[tuple[int, int]]:
    """The text cut at its declarations, as (start, end), blank stretches left out."""
    cuts = [0, *layout.starts, len(text)]
    found = [(start, end) for start, end in zip(cuts, cuts[1:], strict=False) if start < end]
    commented = sorted(layout.comments)
    return [(start, end) for start, end in found if _has_words(text, start, end, commented)]


def _has_words(text: str, start: int, end: int, comments: list[tuple[int, int]]) -> bool:
    at = start
    for begin, stop in comments:
        if stop <= start or begin >= end:
            continue
        if text[at:begin].strip():
            return True
        at = stop
    return bool(text[at:end].strip())
