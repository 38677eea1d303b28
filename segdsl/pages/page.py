"""A page about a program as HTML: its blocks and phrases, in the frame of all pages."""

from collections.abc import Iterator
from functools import partial
from html import escape
from typing import assert_never

from attrs import define

from segdsl.pages.document import (
    Block,
    Code,
    Document,
    Heading,
    Item,
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
from segdsl.pages.frame import escaped as made_safe
from segdsl.pages.frame import frame, style

escaped = partial(made_safe, kept="\n\t")
"""Blanks stay, since HTML shows them as one."""


def page(document: Document) -> str:
    """The page as HTML, with a comment in its first line that says who made it."""
    return _Writer(document).text()


@define(eq=False)
class _Writer:
    document: Document

    def text(self) -> str:
        body = "\n".join([
            '<div class="columns">',
            '<nav aria-label="Contents">',
            "<h2>Contents</h2>",
            *self._contents(),
            "</nav>",
            '<main id="content">',
            *(line for block in self.document.blocks for line in self._block(block)),
            "</main>",
            "</div>",
            "",
        ])  # fmt: skip
        title = self.document.title
        return frame(title, "docs", style("program"), f"<h1>{escaped(title)}</h1>", body, "rules")

    def _contents(self) -> Iterator[str]:
        headings = [block for block in self.document.blocks if isinstance(block, Heading)]
        yield "<ul>"
        level = 2
        for number, heading in enumerate(headings):
            if heading.level > level:
                yield "<ul>"
            elif heading.level < level:
                yield "</ul></li>"
            level = heading.level
            deeper = number + 1 < len(headings) and headings[number + 1].level > level
            link = f'<a href="#{self._id(heading.target)}">{self.phrase(heading.text)}</a>'
            yield f"<li>{link}" if deeper else f"<li>{link}</li>"
        if level > 2:
            yield "</ul></li>"
        yield "</ul>"

    def _id(self, target: Ref) -> str:
        return escape(self.document.anchors[target])

    def _block(self, block: Block) -> Iterator[str]:
        match block:
            case Heading(level, text, target):
                yield f'<h{level} id="{self._id(target)}">{self.phrase(text)}</h{level}>'
            case Paragraph(text, target):
                place = f' id="{self._id(target)}"' if target is not None else ""
                yield f"<p{place}>{self.phrase(text)}</p>"
            case Listing():
                yield from self._list(block)
            case Table(head, rows):
                yield '<div class="wide"><table>'
                cells = "".join(f'<th scope="col">{escaped(each)}</th>' for each in head)
                yield f"<thead><tr>{cells}</tr></thead>"
                yield "<tbody>"
                for row in rows:
                    yield f"<tr>{''.join(f'<td>{self.phrase(each)}</td>' for each in row)}</tr>"
                yield "</tbody></table></div>"
            case _:
                assert_never(block)

    def _list(self, listing: Listing) -> Iterator[str]:
        tag = "ol" if listing.ordered else "ul"
        yield f"<{tag}>"
        for item in listing.items:
            yield from self._item(item)
        yield f"</{tag}>"

    def _item(self, item: Item) -> Iterator[str]:
        if item.inner is None:
            yield f"<li>{self.phrase(item.text)}</li>"
            return
        yield f"<li>{self.phrase(item.text)}"
        yield from self._list(item.inner)
        yield "</li>"

    def phrase(self, phrase: Phrase) -> str:
        return "".join(map(self.part, phrase))

    def part(self, part: Part) -> str:
        match part:
            case str():
                return escaped(part)
            case Ref():
                label = escaped(self.document.label(part))
                return f'<a href="#{self._id(part)}">{label}</a>' if part in self.document.anchors else label
            case Word(text):
                return f"<em>{escaped(text)}</em>"
            case Quoted(text):
                return f"“{escaped(text)}”"
            case Code(text):
                return f"<code>{escaped(text)}</code>"
            case Strong(inner):
                return f"<strong>{''.join(map(self.part, inner))}</strong>"
        assert_never(part)
