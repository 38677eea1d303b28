"""Text to tree: `parse(source)`. All of a file's mistakes come at once, one for each broken declaration."""

import unicodedata

from lark.exceptions import UnexpectedInput
from lark.utils import TextSlice

from segdsl.diagnostics.diagnostic import Collector
from segdsl.diagnostics.source import Source
from segdsl.diagnostics.span import Span
from segdsl.syntax import ast
from segdsl.syntax.build import Builder
from segdsl.syntax.grammar import parser
from segdsl.syntax.layout import Layout, pieces, scan
from segdsl.syntax.mistakes import explain
from segdsl.values import limits

_BIDIRECTIONAL = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
_SCRIPTS = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE")


def parse(source: Source, number: int, collector: Collector) -> ast.Module:
    """The module a source holds. What is wrong goes to the collector; a declaration that cannot be parsed becomes
    `ast.Broken`. `number` is the source's in its `SourceMap`.

    language.md section 1. Never raises for what a text may hold.
    """
    text = source.text
    if "\x00" in text:
        at = text.index("\x00")
        collector.error("SEG101", Span(number, at, at + 1), "this is not a text: it holds a zero byte")
        return ast.Module(())
    layout = scan(text)
    if layout.too_deep is not None:
        span = Span(number, layout.too_deep, layout.too_deep + 1)
        collector.error("SEG113", span, f"more than {limits.NESTING} brackets stand inside one another",
                        help="give an inner condition a name with `define` or `segment`")  # fmt: skip
        return ast.Module((ast.Broken(text, span=span),))
    _warn_of_characters(text, number, collector)
    declarations = _parse_all(text, number, layout, collector)
    comments = tuple(_comment(text, number, start, end) for start, end in layout.comments)
    return ast.Module(tuple(declarations), comments, span=Span(number, 0, len(text)))


def _parse_all(text: str, number: int, layout: Layout, collector: Collector) -> list[ast.Declaration]:
    found = pieces(text, layout)
    if all(end - start <= limits.DECLARATION_CHARACTERS for start, end in found):
        first = Collector()
        whole = _parse_piece(text, number, 0, len(text), first)
        if whole is not None:
            collector.extend(first)
            return whole
        if len(found) <= 1:
            collector.extend(first)
            return [_broken(text, number, start, end) for start, end in found]
    declarations: list[ast.Declaration] = []
    for start, end in found:
        if end - start > limits.DECLARATION_CHARACTERS:
            collector.error("SEG114", Span(number, start, start + 1), "this declaration is too long",
                            help=f"at most {limits.DECLARATION_CHARACTERS} characters")  # fmt: skip
            parsed = None
        else:
            parsed = _parse_piece(text, number, start, end, collector)
        declarations += parsed if parsed is not None else [_broken(text, number, start, end)]
    return declarations


def _broken(text: str, number: int, start: int, end: int) -> ast.Broken:
    return ast.Broken(text[start:end], span=Span(number, start, end))


def _parse_piece(text: str, number: int, start: int, end: int, collector: Collector) -> list[ast.Declaration] | None:
    try:
        tree = parser().parse(TextSlice(text, start, end))
    except UnexpectedInput as error:
        collector.add(explain(error, text, number, start, end))
        return None
    declarations: list[ast.Declaration] = Builder(number, collector).transform(tree)
    return declarations


def _comment(text: str, number: int, start: int, end: int) -> ast.Comment:
    line = text.rfind("\n", 0, start) + 1
    own_line = not text[line:start].strip()
    return ast.Comment(text[start:end].rstrip(), own_line, span=Span(number, start, end))


def _warn_of_characters(text: str, number: int, collector: Collector) -> None:
    """Characters that make a text read other than it is (language.md section 1)."""
    if text.isascii():
        return
    for at, character in enumerate(text):
        if character in _BIDIRECTIONAL:
            collector.warning("SEG190", Span(number, at, at + 1), "an invisible character turns the direction of the text")
            return
    at = 0
    for word in text.split():
        at = text.index(word, at)
        if not word.isascii() and len({_script(c) for c in word if c.isalpha()} - {""}) > 1:
            collector.warning("SEG191", Span(number, at, at + len(word)), f"`{word}` mixes letters of several alphabets",
                              help="a letter may look like another one and be a different one")  # fmt: skip
        at += len(word)


def _script(character: str) -> str:
    name = unicodedata.name(character, "")
    return next((script for script in _SCRIPTS if name.startswith(script)), "")
