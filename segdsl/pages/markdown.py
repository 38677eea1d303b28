"""A page as GitHub-flavoured Markdown: the same page always gives the same text, and each place keeps its anchor."""

import re
from collections.abc import Iterator, Sequence
from typing import assert_never

from attrs import define

from segdsl.diagnostics.printable import printable
from segdsl.pages.document import (
    Block,
    Code,
    Document,
    Heading,
    Listing,
    Paragraph,
    Part,
    Phrase,
    Quoted,
    Ref,
    Strong,
    Table,
    Word,
)

FIRST_LINE = "<!-- made by seg docs: written anew each time, so change the rules and not this file -->"

_SPECIAL = re.compile(r"[\\`*_\[\]<>#|~$@]|&(?=#?\w)|:(?=//|[A-Za-z+-][\w+-]*:)|(?<=www)\.")
_LINE_START = re.compile(r"\s*(?:[-+=](?=\s|$|[-+=])|\d+[.)])")


def markdown(document: Document) -> str:
    """The page as Markdown, with a comment in its first line that says who made it."""
    return _Writer(document).text()


def escaped(text: str) -> str:
    """A text in which nothing is markup, on one line."""
    line = " ".join(printable(text, kept="\n\t").split())
    if text[:1].isspace():
        line = f" {line}"
    if text[-1:].isspace() and line.strip():
        line += " "
    return _SPECIAL.sub(lambda found: f"\\{found.group()}", line)


@define(eq=False)
class _Writer:
    document: Document

    def text(self) -> str:
        parts = [FIRST_LINE, f"# {escaped(self.document.title)}", "\n".join(self._contents())]
        before: Block | None = None
        mark = "-"
        for block in self.document.blocks:
            # Of two lists in a row, the second has another mark: else they would be one.
            mark = "*" if isinstance(before, Listing) and isinstance(block, Listing) and mark == "-" else "-"
            parts.append("\n".join(self._block(block, mark)))
            before = block
        return "\n\n".join(part for part in parts if part) + "\n"

    def _contents(self) -> Iterator[str]:
        for block in self.document.blocks:
            if isinstance(block, Heading):
                yield f"{'  ' * (block.level - 2)}- [{self._plain(block.text)}](#{self.document.anchors[block.target]})"

    def _block(self, block: Block, mark: str) -> Iterator[str]:
        match block:
            case Heading(level, text, target):
                yield self._anchor(target)
                yield ""
                yield f"{'#' * level} {self.phrase(text)}"
            case Paragraph(text, target):
                if target is not None:
                    yield self._anchor(target)
                    yield ""
                yield self._started(text)
            case Listing():
                yield from self._list(block, "", mark)
            case Table(head, rows):
                yield self._row([escaped(each) for each in head])
                yield self._row(["---"] * len(head))
                for row in rows:
                    yield self._row([self.phrase(each) for each in row])
            case _:
                assert_never(block)

    def _anchor(self, target: Ref) -> str:
        return f'<a id="{self.document.anchors[target]}"></a>'

    def _row(self, cells: Sequence[str]) -> str:
        return f"| {' | '.join(cells)} |"

    def _list(self, listing: Listing, indent: str, bullet: str) -> Iterator[str]:
        for number, item in enumerate(listing.items, 1):
            mark = f"{number}." if listing.ordered else bullet
            yield f"{indent}{mark} {self._started(item.text)}"
            if item.inner is not None:
                yield from self._list(item.inner, indent + " " * (len(mark) + 1), "-")

    def _started(self, phrase: Phrase) -> str:
        """A phrase at the beginning of a line, where some signs mean more."""
        text = self.phrase(phrase).strip()
        found = _LINE_START.match(text)
        return f"{text[: found.end() - 1]}\\{text[found.end() - 1 :]}" if found else text

    def _plain(self, phrase: Phrase) -> str:
        return "".join(escaped(each) if isinstance(each, str) else self.part(each) for each in phrase)

    def phrase(self, phrase: Phrase) -> str:
        return "".join(map(self.part, phrase))

    def part(self, part: Part) -> str:
        match part:
            case str():
                return escaped(part)
            case Ref():
                label = escaped(self.document.label(part))
                anchor = self.document.anchors.get(part)
                return f"[{label}](#{anchor})" if anchor is not None else label
            case Word(text):
                return f"*{escaped(text)}*"
            case Quoted(text):
                return f"“{escaped(text)}”"
            case Code(text):
                return code(text)
            case Strong(inner):
                return f"**{''.join(map(self.part, inner)).strip()}**"
        assert_never(part)


def code(text: str) -> str:
    """As code, which may hold back-ticks; a stroke is escaped for the tables it may stand in."""
    line = " ".join(printable(text, kept="\n\t").split())
    if not line:
        return "``"
    if "|" in line:
        return escaped(line)
    fence = "`" * (max((len(run) for run in re.findall("`+", line)), default=0) + 1)
    pad = " " if line[0] == "`" or line[-1] == "`" else ""
    return f"{fence}{pad}{line}{pad}{fence}"
