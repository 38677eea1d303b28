"""Texts and their names: the one place that turns offsets into lines and columns."""

from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property

from attrs import field, frozen

from segdsl.diagnostics.span import Span


@frozen(eq=False, slots=False)
class Source:
    """One text: `name` as shown to people (a path, or `<text>`), `text` with `\\n` line ends and no byte-order mark.

    `shipped` marks the vocabulary of the package, whose declarations a program may replace.
    """

    name: str
    text: str
    shipped: bool = False

    @cached_property
    def line_starts(self) -> list[int]:
        starts = [0]
        at = self.text.find("\n")
        while at >= 0:
            starts.append(at + 1)
            at = self.text.find("\n", at + 1)
        return starts

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of `offset`, both counted from 1, the column in code points."""
        line = bisect_right(self.line_starts, offset)
        return line, offset - self.line_starts[line - 1] + 1

    def line(self, number: int) -> str:
        """The text of line `number` (from 1), without its end."""
        start = self.line_starts[number - 1]
        end = self.text.find("\n", start)
        return self.text[start:] if end < 0 else self.text[start:end]


@frozen(eq=False)
class SourceMap:
    """The sources of a program, numbered in the order in which they were added."""

    sources: list[Source] = field(factory=list)

    def add(self, source: Source) -> int:
        self.sources.append(source)
        return len(self.sources) - 1

    def __getitem__(self, number: int) -> Source:
        return self.sources[number]

    def __iter__(self) -> Iterator[Source]:
        return iter(self.sources)

    def place(self, span: Span) -> str:
        """`file:line:column` of the span's start; empty for a span that is nowhere."""
        if span.source < 0:
            return ""
        source = self.sources[span.source]
        line, column = source.position(span.start)
        return f"{source.name}:{line}:{column}"

    def text(self, span: Span) -> str:
        return self.sources[span.source].text[span.start : span.end]
