"""What holds of every page: links lead somewhere, places have one name each, HTML is well formed and loads nothing."""

import re
from html.parser import HTMLParser

from segdsl.compiler.checked import CheckedProgram
from segdsl.pages import as_html, as_markdown

VOID = {"meta", "br", "hr", "img", "link"}
MARKDOWN_LINK = re.compile(r"(?<!\\)\]\(#([^)\s]+)\)")
MARKDOWN_ANCHOR = re.compile(r'^<a id="([^"]+)"></a>$', re.MULTILINE)


def pages(checked: CheckedProgram, title: str = "Rules") -> tuple[str, str]:
    """A program as Markdown and HTML."""
    return as_markdown(checked, title), as_html(checked, title)


class Reading(HTMLParser):
    """Reads HTML as a browser would, and notes what is wrong with it."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.levels: list[int] = []
        self.wrong: list[str] = []
        self.said: list[str] = []
        self.feed(text)
        self.close()
        self.wrong += [f"{tag} is not closed" for tag in self.open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag not in VOID:
            self.open.append(tag)
        if re.fullmatch("h[1-6]", tag):
            self.levels.append(int(tag[1]))
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            elif name == "href":
                self.links.append(value or "")
            elif name.startswith("on") or name in ("src", "style"):
                self.wrong.append(f"{tag} has {name}")

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"{tag} is closed where it is not open")

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("style", "script"):
            self.said.append(data)


def markdown_mistakes(text: str) -> list[str]:
    anchors = MARKDOWN_ANCHOR.findall(text)
    twice = [f"{each} stands twice" for each in {each for each in anchors if anchors.count(each) > 1}]
    return twice + [f"{each} leads nowhere" for each in MARKDOWN_LINK.findall(text) if each not in anchors]


def html_mistakes(text: str) -> list[str]:
    read = Reading(text)
    twice = [f"{each} stands twice" for each in {each for each in read.ids if read.ids.count(each) > 1}]
    nowhere = [link for link in read.links if not link.startswith("#") or link[1:] not in read.ids]
    steps = [b for a, b in zip(read.levels, read.levels[1:], strict=False) if b > a + 1]
    unwanted = read.tags & {"script", "img", "link", "iframe", "object", "form"}
    return [*read.wrong, *twice, *nowhere, *(f"h{step} stands too deep" for step in steps), *unwanted]
