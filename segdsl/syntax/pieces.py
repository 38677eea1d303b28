"""A text with mistakes, cut where its declarations seem to begin, so that one broken declaration hides no other.

Parsing a file as a whole is exact; only when that fails is it cut, and each piece parsed by itself. Lines and their
indentation decide, for brackets and quotation marks may be what is broken.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from attrs import define, field, frozen

from segdsl.diagnostics.span import Span
from segdsl.values import limits

OPENERS = frozenset((
    "zone", "lateness", "attribute", "event", "collection", "action", "define", "segment", "when", "dialog", "web",
    "activity", "search", "promotion", "limit", "hold", "test",
))  # fmt: skip
"""The first words of declarations."""

_ACTIVITIES = frozenset(("activity", "dialog", "web", "search"))
_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"|"[^\n]*|#[^\n]*|\n|[(){}]|[^\s"#(){}]+')
_FIELD = re.compile(r"\w+[ \t]*:")
_SEARCH_RULE = re.compile(r"search\s+rule\b", re.IGNORECASE)
_NO_NAME = re.compile(r"//|--|[$@;%^~?|\\\\'`]")
_INSPECTED = 300

_SHAPES = {
    "zone": r'zone\s+"',
    "lateness": r"lateness\s+[0-9]",
    "attribute": r"attribute\s+[^:\n]+:",
    "event": r"event\s+[^{\n]*\{|event\s.*\sfor\s+each\s|event\s.*\sas\s*[(\"]",
    "collection": r"collection\s.*\sof\s.*\sby\s",
    "action": r"action\s+[^{\n]*\{",
    "define": r"define\s.*\sas\s",
    "segment": r"segment\s.*\s(?:if\s|by\s+activities|listed)",
    "activity": r"activity\s+[^{\n]*\{",
    "dialog": r"dialog\s+activity\s",
    "web": r"web\s+activity\s",
    "search": r"search\s+rule\b",
    "promotion": r"promotion\s.*\s(?:from|until|if)\s",
    "limit": r"limit\s+[0-9][^\n]*\sfor\s",
    "hold": r"hold\s[^\n]*\swhile\s",
    "test": r'test\s+"',
}
"""How a whole declaration looks: one that is indented deeper than the one before it is cut off only if it does."""

_CONTINUING = frozenset((
    "and", "any", "as", "at", "average", "before", "between", "by", "clear", "contains", "count", "default", "drop",
    "each", "ends", "every", "exactly", "expect", "fewer", "for", "from", "given", "holdout", "if", "in", "is",
    "least", "listed", "more", "most", "no", "none", "not", "of", "on", "once", "or", "otherwise", "path", "per",
    "priority", "random", "remove", "restarting", "seed", "since", "starts", "stop", "the", "then", "to", "twice",
    "until", "wait", "where", "while", "with", "within", "without",
))  # fmt: skip
"""Words with which a line goes on that began before."""

_WANTING = frozenset((
    "add", "after", "all", "and", "any", "as", "before", "between", "by", "contains", "default", "each", "enters",
    "every", "for", "from", "if", "in", "is", "leaves", "none", "not", "of", "or", "otherwise", "path", "per", "record",
    "remove", "set", "since", "stop", "than", "then", "to", "until", "when", "where", "while", "with", "within",
    "without",
))  # fmt: skip
"""Words after which something must follow."""


@frozen
class Piece:
    """What seems to be one declaration, from offset `start` to `end`. `too_deep` is the offset of the first bracket
    beyond the limit, if there is one."""

    start: int
    end: int
    too_deep: int | None = None

    @property
    def too_long(self) -> bool:
        return self.end - self.start > limits.DECLARATION_CHARACTERS

    def span(self, source: int) -> Span:
        return Span(source, self.start, self.end)


class _Token(NamedTuple):
    """`column` is where it stands on its line if nothing stands before it there, else -1; `apart` is whether an empty
    line stands before it."""

    text: str
    start: int
    column: int
    apart: bool = False


def pieces(text: str) -> list[Piece]:
    """The text cut at its declarations; stretches of blanks and comments are left out."""
    tokens = list(_tokens(text))
    if not tokens:
        return []
    closed = _closed(text, tokens)
    cutter = _Cutter(text, closed)
    for token in tokens:
        cutter.take(token)
    return [Piece(piece.start, piece.end, piece.too_deep) for piece in cutter.found]


def _tokens(text: str) -> Iterator[_Token]:
    line_start, fresh, opened, empty, apart = 0, True, 0, True, False
    for match in _TOKEN.finditer(text):
        piece, start = match.group(), match.start()
        if piece == "\n":
            apart = apart or empty
            line_start, fresh, opened, empty = match.end(), True, 0, True
            continue
        empty = False
        if piece[0] == "#":
            continue
        yield _Token(piece, start, start - line_start if fresh else -1, apart)
        fresh = apart = False
        opened += (piece == "{") - (piece == "}")
        if piece[0] == '"' and (len(piece) == 1 or piece[-1] != '"'):
            # A text that is not closed takes the rest of its line with it, but not a brace the declaration needs.
            rest = piece.rstrip()
            if rest[-1] == "{" or (rest[-1] == "}" and opened > 0):
                yield _Token(rest[-1], start + len(rest) - 1, -1)


def _closed(text: str, tokens: list[_Token]) -> set[int]:
    """The offsets of the opening braces that have a closing one, in the same declaration as far as can be told."""
    waiting: list[int] = []
    closed: set[int] = set()
    kind = ""
    for token in tokens:
        opens = token.column == 0 and token.text in OPENERS and not _FIELD.match(text, token.start)
        if opens and (token.text != "when" or kind not in _ACTIVITIES):
            waiting.clear()
            kind = token.text
        if token.text == "{":
            waiting.append(token.start)
        elif token.text == "}" and waiting:
            closed.add(waiting.pop())
    return closed


@define
class _Open:
    start: int
    end: int
    too_deep: int | None = None


@define
class _Cutter:
    """Goes over the tokens and remembers what it needs of the declaration it is in."""

    text: str
    closed: set[int]
    found: list[_Open] = field(factory=list)
    kind: str = ""
    indent: int = 0
    before: str = ""
    braces: list[int] = field(factory=list)
    depth: int = 0
    flush: bool = False

    def take(self, token: _Token) -> None:
        if self.before == "{" and len(self.braces) == 1 and token.column >= 0:
            self.flush = token.column <= self.indent and token.text != "}"
        if not self.found or (token.column >= 0 and self._begins(token)):
            self.found.append(_Open(token.start, token.start))
            self.kind, self.indent = token.text.lower(), max(token.column, 0)
            self.braces, self.depth, self.flush = [], 0, False
        self._count(token)
        self.found[-1].end = max(self.found[-1].end, token.start + len(token.text))
        self.before = token.text.lower()

    def _count(self, token: _Token) -> None:
        if token.text in ("(", "{"):
            self.depth += 1
            if self.depth > limits.NESTING and self.found[-1].too_deep is None:
                self.found[-1].too_deep = token.start
            if token.text == "{":
                self.braces.append(token.start)
        elif token.text in (")", "}"):
            self.depth = max(0, self.depth - 1)
            if token.text == "}" and self.braces:
                self.braces.pop()

    def _begins(self, token: _Token) -> bool:
        """Whether a declaration begins with a line's first token."""
        flush_left = token.column <= self.indent
        word = token.text if token.text in OPENERS or not flush_left else token.text.lower()
        if _FIELD.match(self.text, token.start):
            return False
        if word == "when":
            return self._begins_rule(flush_left)
        if word in OPENERS and (word != "search" or _SEARCH_RULE.match(self.text, token.start)):
            line = self.text[token.start : token.start + _INSPECTED].split("\n", 1)[0]
            return flush_left or (not self.braces and re.match(_SHAPES[word], line) is not None)
        outside = self.depth == 0 or (token.apart and not self._in_closed_braces())
        return flush_left and outside and not self._goes_on(word, token.apart)

    def _goes_on(self, word: str, apart: bool) -> bool:
        """Whether a line that begins with what opens no declaration belongs to the one before it."""
        if word in _WANTING or self._wants_more():
            return not apart or word in ("and", "or", "then", "otherwise", "path")
        if word[0].isalpha():
            return word in _CONTINUING and not apart
        return _NO_NAME.match(word) is None

    def _begins_rule(self, flush_left: bool) -> bool:
        """`when` opens a rule, but one in an activity's braces belongs to the activity, even where it is not indented
        or a brace is missing."""
        if self.before == "stop":
            return False
        if not self.braces:
            return flush_left or self.kind not in _ACTIVITIES
        return flush_left and not (self.flush and self._in_closed_braces())

    def _in_closed_braces(self) -> bool:
        return bool(self.braces) and self.braces[-1] in self.closed

    def _wants_more(self) -> bool:
        return self.before in _WANTING or self.before[-1] in ",(=<>+-*/"
