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
from segdsl.syntax.characters import check_characters
from segdsl.syntax.grammar import parser
from segdsl.syntax.layout import scan
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
        return ast.Module((_broken(text, number, 0, len(text)),), span=Span(number, 0, len(text)))
    layout = scan(text)
    declarations = None
    if layout.depth <= limits.NESTING and len(text) <= limits.DECLARATION_CHARACTERS:
        whole = Collector()
        declarations = _parse_piece(text, number, Piece(0, len(text)), whole, layout.depth)
        if declarations is not None:
            collector.extend(whole)
    if declarations is None:
        declarations = []
        for piece in pieces(text):
            parsed = _parse_piece(text, number, piece, collector, layout.depth)
            declarations += parsed if parsed is not None else [_broken(text, number, piece.start, piece.end)]
    comments = tuple(_comment(text, number, start, end) for start, end in layout.comments)
    return ast.Module(tuple(declarations), comments, span=Span(number, 0, len(text)))


def _broken(text: str, number: int, start: int, end: int) -> ast.Broken:
    return ast.Broken(text[start:end], span=Span(number, start, end))


def _parse_piece(
    text: str, number: int, piece: Piece, collector: Collector, depth: int
) -> list[ast.Declaration] | None:  # fmt: skip
    if piece.end - piece.start > limits.DECLARATION_CHARACTERS:
        collector.error("SEG114", Span(number, piece.start, piece.start + 1), "this declaration is too long",
                        help=f"at most {limits.DECLARATION_CHARACTERS} characters")  # fmt: skip
        return None
    if piece.too_deep is not None:
        _too_deep(Span(number, piece.too_deep, piece.too_deep + 1), collector)
        return None
    try:
        tree = parser().parse(TextSlice(text, piece.start, piece.end))
    except UnexpectedInput as error:
        collector.add(explain(error, text, number, piece.start, piece.end))
        return None
    if depth > _HARMLESS:
        deep = _beyond(tree, LEVELS)
        if deep is not None:
            at = piece.start if deep.meta.empty else deep.meta.start_pos
            _too_deep(Span(number, at, at + 1), collector)
            return None
    declarations: list[ast.Declaration] = Builder(number, collector).build(tree)
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
