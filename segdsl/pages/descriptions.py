"""Comments that describe: those that stand directly above a declaration, and the one with which a file begins."""

import re
from collections.abc import Iterable

from attrs import frozen

from segdsl.diagnostics.source import Source
from segdsl.syntax import ast

Paragraphs = tuple[str, ...]

_STROKES = re.compile(r"[-=*_~+]{4}")


@frozen(eq=False)
class Descriptions:
    """The comments of one source that stand on lines of their own, by the number of the line."""

    source: Source
    lines: dict[int, ast.Comment]

    @classmethod
    def of(cls, source: Source, comments: Iterable[ast.Comment]) -> "Descriptions":
        found = {source.position(each.span.start)[0]: each for each in comments if each.own_line}
        return cls(source, found)

    def above(self, node: ast.Node, inside: ast.Node | None = None) -> Paragraphs:
        """What the lines directly above a node say, nearest above all; of a node `inside` another, only those that
        stand in it as well."""
        number = self.source.position(node.span.start)[0] - 1
        earliest = inside.span.start if inside is not None else -1
        said: list[str] = []
        while number in self.lines and self.lines[number].span.start > earliest:
            said.append(self.lines[number].text)
            number -= 1
        return _paragraphs(reversed(said))

    def beginning(self, first: ast.Node | None) -> Paragraphs:
        """What a file begins with, where that does not belong to its first declaration."""
        start = next((n for n, line in enumerate(self.source.text.split("\n"), 1) if line.strip()), 0)
        number, said = start, []
        while number in self.lines:
            said.append(self.lines[number].text)
            number += 1
        belongs = first is not None and number == self.source.position(first.span.start)[0]
        return () if belongs else _paragraphs(said)


def _paragraphs(comments: Iterable[str]) -> Paragraphs:
    """Comments without their `#`, joined. An empty one parts paragraphs; one that begins with a stroke is a heading
    between declarations, and left out."""
    found: list[list[str]] = [[]]
    for comment in comments:
        text = comment.lstrip("#").strip()
        if _STROKES.match(text) or not any(character.isalnum() for character in text):
            found.append([])
        else:
            found[-1].append(text)
    return tuple(" ".join(part) for part in found if part)
