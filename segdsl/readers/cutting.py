"""JSON cut into pieces of one value each: a line each, or the items of an array, or values over several lines.

Comes in: an open binary stream. Goes out: `Piece`s, or blocks of lines, as they arrive, none held that is longer than
the limit. Which of the two it is, is seen at the start: an input whose first line is a lone `{`, or that begins with
`[`, is cut at brackets; every other at line ends, so that one broken line harms no other. Is no format.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import NamedTuple

from segdsl.readers.lines import HEAD, Block, Flaw, Line, Stream, blocks_of, chunks

_LOOK = 65_536
"""Bytes in which the first line that is not blank is looked for."""

_BEGIN = re.compile(rb"[^\s,]")
_IN_TEXT = re.compile(rb'["\\\n]')
_IN_BRACKETS = re.compile(rb'["\[\]{}\n]')
_IN_SCALAR = re.compile(rb'["\[\]{,\n]')


class Piece(NamedTuple):
    """A value as text: its line, from 1; what is wrong with it; where it is not a line of its own the how many-th it is
    that begins on its line, from 1, else 0. The flaw `open` is for the last one, which may be whole all the same."""

    place: int
    text: bytes
    flaw: Flaw
    item: int = 0


def pieces(stream: Stream, limit: int, source: str) -> Iterator[Piece]:
    """The values of a stream, each of at most `limit` bytes: of longer ones only the head is given, as `long`.

    A line that is blank is a piece all the same. Raises InputError as `lines` does.
    """
    for part in blocks(stream, limit, source):
        if isinstance(part, Piece):
            yield part
        else:
            for place, line in enumerate(part.lines, part.place):
                yield Piece(place, line, "")


def blocks(stream: Stream, limit: int, source: str) -> Iterator[Block | Piece]:
    """The same, but lines with which nothing is wrong in blocks, as they have come together."""
    arriving = chunks(stream, source)
    head: list[bytes | None] = []
    for chunk in arriving:
        head.append(chunk)
        if chunk is None or (spread := _is_spread(b"".join(filter(None, head)))) is not None:
            break
    else:
        spread = False
    whole = chain(head, arriving)
    if head and head[-1] is not None and spread:
        return _Cutter(limit).cut(whole)
    return (Piece(*part) if isinstance(part, Line) else part for part in blocks_of(whole, limit))


def _is_spread(start: bytes) -> bool | None:
    """Whether values are spread over several lines, or many of them stand in one; None if that cannot be said yet."""
    text = start.lstrip()
    if text.startswith(b"["):
        return True
    line, end, _ = text.partition(b"\n")
    if text and not b"{".startswith(line.rstrip()):
        return False
    return bool(text) if end else (False if len(start) > _LOOK else None)


class _Cutter:
    """Cuts at brackets. What stands between values (blanks, commas, the brackets of arrays around them) is passed over:
    only an array that is never closed is told of, at the end. A quote that is never closed ends with its line."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.line = 1
        self.place = self.item = 0
        self.open = self.depth = 0
        self.scalar = self.quoted = self.escaped = False
        self.begun = False
        self.held: list[bytes] = []
        self.size = 0

    def cut(self, arriving: Iterable[bytes | None]) -> Iterator[Piece]:
        for chunk in arriving:
            if chunk is None:
                yield Piece(self.line, b"".join(self.held), "cut")
                return
            yield from self._cut(chunk)
        if self.begun:
            yield self._piece("open")
        elif self.open > 0:
            yield Piece(self.line, b"[", "open", self.item + 1)

    def _cut(self, chunk: bytes) -> Iterator[Piece]:
        at = 0
        while at < len(chunk):
            if not self.begun:
                at = self._begin(chunk, at)
                continue
            until, done = self._go_on(chunk, at)
            self._hold(chunk[at:until])
            at = until
            if done:
                yield self._piece("")

    def _begin(self, chunk: bytes, at: int) -> int:
        """Go to the start of the next value, past what stands between values."""
        found = _BEGIN.search(chunk, at)
        end = found.start() if found else len(chunk)
        self.line += chunk.count(b"\n", at, end)
        if found is None:
            return end
        match found[0]:
            case b"[":
                self.open += 1
                return end + 1
            case b"]":
                self.open -= 1
                return end + 1
        self.item = self.item + 1 if self.place == self.line else 1
        self.place = self.line
        self.begun, self.depth, self.scalar = True, 0, found[0] != b"{"
        self.quoted = self.escaped = False
        return end

    def _go_on(self, chunk: bytes, at: int) -> tuple[int, bool]:
        """How far the value goes in this chunk, and whether it ends there."""
        while at < len(chunk):
            if self.escaped:
                self.escaped = False
                at += chunk[at : at + 1] != b"\n"  # a line's end cannot be escaped
                continue
            found = self._pattern().search(chunk, at)
            if found is None:
                return len(chunk), False
            at, sign = found.start(), found[0]
            if sign == b"\n":
                if self.scalar:
                    return at, True
                self.line += 1
                self.quoted = False
            elif self.quoted:
                self.escaped = sign == b"\\"
                self.quoted = sign != b'"'
            elif sign == b'"':
                self.quoted = True
            elif self.scalar:
                return at, True
            else:
                self.depth += 1 if sign in b"{[" else -1
                if self.depth == 0:
                    return at + 1, True
            at += 1
        return at, False

    def _pattern(self) -> re.Pattern[bytes]:
        if self.quoted:
            return _IN_TEXT
        return _IN_SCALAR if self.scalar else _IN_BRACKETS

    def _hold(self, part: bytes) -> None:
        if self.size > self.limit:
            return
        self.held.append(part)
        self.size += len(part)
        if self.size > self.limit:
            self.held = [b"".join(self.held)[:HEAD]]

    def _piece(self, flaw: Flaw) -> Piece:
        long = self.size > self.limit
        piece = Piece(self.place, b"".join(self.held)[: HEAD if long else None], "long" if long else flaw, self.item)
        self.begun, self.held, self.size = False, [], 0
        return piece
