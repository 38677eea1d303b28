"""Text to tree: `parse(source)`. All of a file's mistakes come at once, one for each broken declaration."""

from typing import Any

from lark import Tree
from lark.exceptions import UnexpectedInput
from lark.utils import TextSlice

from segdsl.diagnostics.diagnostic import Collector
from segdsl.diagnostics.source import Source
from segdsl.diagnostics.span import Span
from segdsl.syntax import ast
from segdsl.syntax.build import Builder
from segdsl.syntax.characters import INVISIBLE, check_characters
from segdsl.syntax.grammar import parser
from segdsl.syntax.layout import Layout, scan
from segdsl.syntax.mistakes import explain
from segdsl.syntax.pieces import Piece, pieces
from segdsl.values import limits

LEVELS = 200
"""Of nodes inside one another: what later stages, which call themselves, can go down without running out of stack."""

_HARMLESS = 20
"""So few brackets inside one another cannot make more than `LEVELS` levels."""


def parse(source: Source, number: int, collector: Collector) -> ast.Module:
    """The module a source holds. What is wrong goes to the collector; a declaration that cannot be parsed becomes
    `ast.Broken`. `number` is the source's in its `SourceMap`.

    language.md section 1. Never raises for what a text may hold.
    """
    text = source.text
    if not check_characters(text, number, collector):
        span = Span(number, 0, len(text))
        return ast.Module((ast.Broken(text, span=span),), span=span)
    layout = scan(text)
    declarations = _whole(text, number, layout, collector)
    if declarations is None:
        declarations = []
        for piece in pieces(text):
            parsed = _piece(text, number, piece, layout, collector)
            declarations += parsed or [ast.Broken(text[piece.start : piece.end], span=piece.span(number))]
    comments = tuple(_comment(text, number, start, end) for start, end in layout.comments)
    return ast.Module(tuple(declarations), comments, span=Span(number, 0, len(text)))


def _whole(text: str, number: int, layout: Layout, collector: Collector) -> list[ast.Declaration] | None:
    """The declarations of a text without mistakes of syntax; None of another, which has to be cut."""
    if layout.depth > limits.NESTING:
        return None
    if len(text) > limits.DECLARATION_CHARACTERS and any(piece.too_long for piece in pieces(text)):
        return None
    found = Collector()
    declarations = _stretch(text, Span(number, 0, len(text)), layout, found)
    if declarations is not None:
        collector.extend(found)
    return declarations


def _piece(
    text: str, number: int, piece: Piece, layout: Layout, collector: Collector
) -> list[ast.Declaration] | None:  # fmt: skip
    if piece.too_long:
        collector.error("SEG114", Span(number, piece.start, piece.start + 1), "this declaration is too long",
                        help=f"at most {limits.DECLARATION_CHARACTERS} characters")  # fmt: skip
        return None
    if piece.too_deep is not None:
        _too_deep(Span(number, piece.too_deep, piece.too_deep + 1), collector)
        return None
    return _stretch(text, piece.span(number), layout, collector)


def _stretch(text: str, span: Span, layout: Layout, collector: Collector) -> list[ast.Declaration] | None:
    try:
        tree = parser().parse(TextSlice(text, span.start, span.end))
    except UnexpectedInput as error:
        found = explain(error, text, *span)
        if not INVISIBLE.match(text, found.span.start):  # else it was reported with all other characters
            collector.add(found)
        return None
    if layout.depth > _HARMLESS:
        deep = _beyond(tree, LEVELS)
        if deep is not None:
            at = span.start if deep.meta.empty else deep.meta.start_pos
            _too_deep(Span(span.source, at, at + 1), collector)
            return None
    declarations: list[ast.Declaration] = Builder(span.source, collector).build(tree)
    return declarations


def _too_deep(span: Span, collector: Collector) -> None:
    advice = "give an inner condition a name with `define` or `segment`"
    collector.error("SEG113", span, "too much stands inside one another here",
                    help=f"at most {limits.NESTING} brackets or braces; {advice}")  # fmt: skip


def _beyond(tree: Tree[Any], levels: int) -> Tree[Any] | None:
    """The first subtree more than so many levels down."""
    level = [tree]
    for _ in range(levels):
        level = [child for parent in level for child in parent.children if isinstance(child, Tree)]
    return level[0] if level else None


def _comment(text: str, number: int, start: int, end: int) -> ast.Comment:
    line = text.rfind("\n", 0, start) + 1
    own_line = not text[line:start].strip()
    return ast.Comment(text[start:end].rstrip(), own_line, span=Span(number, start, end))
