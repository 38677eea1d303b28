"""A page as one HTML file: without scripts or anything from elsewhere, for light and dark screens, and for paper."""

from collections.abc import Iterator
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
from segdsl.pages.markdown import printable

FIRST_LINE = "<!DOCTYPE html><!-- made by seg docs: written anew each time, so change the rules and not this file -->"

STYLE = """\
:root {
  color-scheme: light dark;
  --ground: #ffffff; --raised: #f5f7f9; --ink: #1b2026; --soft: #535c66; --line: #d5dbe1; --link: #0a58a8;
  --field: #7a3e00;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14181c; --raised: #1d2329; --ink: #e4e8ec; --soft: #a5afb9; --line: #37414a; --link: #8cbcff;
    --field: #f0b878;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body {
  margin: 0; background: var(--ground); color: var(--ink);
  font: 1rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  overflow-wrap: break-word;
}
a { color: var(--link); text-decoration: underline; text-decoration-thickness: 1px; text-underline-offset: 0.15em; }
a:hover { text-decoration-thickness: 2px; }
a:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 2px; }
.skip { position: absolute; left: -100rem; }
.skip:focus { left: 1rem; top: 1rem; background: var(--ground); padding: 0.5rem 1rem; z-index: 1; }
.frame { max-width: 76rem; margin: 0 auto; padding: 0 1.5rem 3rem; }
header { padding: 2.5rem 0 0.5rem; }
h1 { font-size: 2rem; line-height: 1.2; margin: 0; }
h2 { font-size: 1.4rem; margin: 3rem 0 1rem; padding-bottom: 0.3rem; border-bottom: 2px solid var(--line); }
h3 { font-size: 1.1rem; margin: 2rem 0 0.4rem; }
p { margin: 0.5rem 0; max-width: 46rem; }
ul, ol { margin: 0.4rem 0; padding-left: 1.6rem; max-width: 46rem; }
li { margin: 0.2rem 0; }
ul + ul { margin-top: 1rem; }
em { font-style: normal; color: var(--field); }
code {
  font: 0.9em ui-monospace, "SF Mono", Menlo, Consolas, monospace;
  background: var(--raised); border-radius: 3px; padding: 0.1em 0.3em;
}
.wide { overflow-x: auto; margin: 0.8rem 0; }
table { border-collapse: collapse; font-size: 0.95rem; }
th, td {
  text-align: left; vertical-align: top; padding: 0.35rem 1.2rem 0.35rem 0;
  border-bottom: 1px solid var(--line);
}
th { font-weight: 600; color: var(--soft); }
:target { background: var(--raised); }
nav { font-size: 0.95rem; }
nav h2 { font-size: 1rem; margin: 1.5rem 0 0.5rem; border: 0; padding: 0; }
nav ul { list-style: none; padding: 0; margin: 0; }
nav ul ul { padding-left: 1rem; margin-bottom: 0.4rem; }
nav li { margin: 0.1rem 0; }
footer { margin-top: 4rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--soft); }
@media (min-width: 62rem) {
  .columns { display: grid; grid-template-columns: 15rem minmax(0, 1fr); gap: 3rem; }
  nav { position: sticky; top: 0; max-height: 100vh; overflow-y: auto; align-self: start; padding-bottom: 1rem; }
  main > h2:first-child, main > p:first-child { margin-top: 1.5rem; }
}
@media print {
  :root { color-scheme: light; --ground: #fff; --raised: #fff; --ink: #000; --soft: #333; --line: #999; --link: #000;
    --field: #000; }
  body { font-size: 10.5pt; }
  nav, .skip { display: none; }
  .frame { max-width: none; padding: 0; }
  em { font-style: italic; }
  h2, h3 { break-after: avoid; }
  li, tr { break-inside: avoid; }
  .wide { overflow: visible; }
}
"""


def page(document: Document) -> str:
    """The page as HTML, with a comment in its first line that says who made it."""
    return _Writer(document).text()


@define(eq=False)
class _Writer:
    document: Document

    def text(self) -> str:
        title = escaped(self.document.title)
        return "\n".join([
            FIRST_LINE,
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="generator" content="segdsl">',
            f"<title>{title}</title>",
            f"<style>\n{STYLE}</style>",
            "</head>",
            "<body>",
            '<a class="skip" href="#content">To the content</a>',
            '<div class="frame">',
            f"<header><h1>{title}</h1></header>",
            '<div class="columns">',
            '<nav aria-label="Contents">',
            "<h2>Contents</h2>",
            *self._contents(),
            "</nav>",
            '<main id="content">',
            *(line for block in self.document.blocks for line in self._block(block)),
            "</main>",
            "</div>",
            "<footer><p>Made from the rules by segdsl.</p></footer>",
            "</div>",
            "</body>",
            "</html>",
            "",
        ])  # fmt: skip

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


def escaped(text: str) -> str:
    """A text in which nothing is markup."""
    return escape(printable(text))
