"""The edits that mend what the checks complain of, written as they have to stand in the text."""

from collections.abc import Iterable

from segdsl.compiler.context import Gathered
from segdsl.diagnostics.diagnostic import Edit, Fix
from segdsl.diagnostics.source import Source
from segdsl.diagnostics.span import Span
from segdsl.diagnostics.suggest import instead
from segdsl.syntax import ast
from segdsl.syntax.format_values import name, quoted
from segdsl.syntax.words import can_be_bare

_WHOLE_DIGITS = 12
_PLACES = 6
_BOOLEANS = {"yes": "yes", "no": "no", "true": "yes", "false": "no"}


def another_name(of: ast.Name, meant: str | None, candidates: Iterable[str]) -> Fix | None:
    """Another name of a segment or a promotion in the place of `of`: in quotes where it needs them, or had them."""
    if meant is None:
        return None
    return instead(of.span, of.text, meant, candidates, name_at(of, meant))


def name_at(of: ast.Name, meant: str) -> str:
    """The name of a segment or a promotion as it is written in the place of another."""
    had_quotes = of.span.end - of.span.start >= len(of.text) + 2
    return meant if can_be_bare(meant) and not had_quotes else quoted(meant)


def another_field(of: ast.Name, meant: str | None, candidates: Iterable[str]) -> Fix | None:
    """Another name of an attribute or a field in the place of `of`, behind the `this` or `customer` that stands there
    with it and is left out of its text."""
    if meant is None:
        return None
    length = of.span.end - of.span.start
    before = next((word for word in ("this ", "customer ") if length == len(word) + len(of.text)), "")
    return instead(of.span, of.text, meant, candidates, before + meant)


def another_choice(node: ast.Expression, value: str, meant: str | None, choices: Iterable[str]) -> Fix | None:
    """Another of the values that an attribute or a field can have, in quotes."""
    return instead(node.span, value, meant, choices, quoted(meant)) if meant is not None else None


def bracketed(span: Span) -> Fix:
    """Brackets around a stretch, where they change nothing but the look of it."""
    behind = Span(span.source, span.end, span.end)
    return Fix(Span(span.source, span.start, span.start), "(", (Edit(behind, ")"),))


def of_the_kind(left: ast.Expression, right: ast.Expression) -> Fix | None:
    """For two that cannot be compared since one is a text and the other a number, or yes or no: the constant written as
    the other kind. None where there is no constant."""
    for node in (right, left):
        match node:
            case ast.Text(value) if _is_number(value):
                return Fix(node.span, value)
            case ast.Text(value) if value.casefold() in _BOOLEANS:
                return Fix(node.span, _BOOLEANS[value.casefold()])
            case ast.Number(_, written):
                return Fix(node.span, quoted(written))
    return None


def _is_number(value: str) -> bool:
    whole, point, places = value.partition(".")
    digits = whole.isascii() and whole.isdigit() and (places.isascii() and places.isdigit() if point else True)
    return digits and len(whole) <= _WHOLE_DIGITS and len(places) <= _PLACES


def declared(gathered: Gathered, used: Span, text: str) -> Fix | None:
    """A declaration in a line of its own: behind the last segment of the file in which it is `used`, or before the
    first rule."""
    if used.source in gathered.scope.shipped or not 0 <= used.source < len(gathered.sources.sources):
        return None
    source = gathered.sources[used.source]
    segments = [info.node.span.end for info in gathered.scope.segments.values() if info.span.source == used.source]
    at = _line_end(source, max(segments)) if segments else None
    if at is not None:
        return Fix(Span(used.source, at, at), f"\n{text}")
    sentences = [node.span for node in (*gathered.scope.rules, *gathered.scope.activities)]
    at = _paragraph(source, min((span for span in sentences if span.source == used.source), default=used))
    return Fix(Span(used.source, at, at), f"{text}\n\n")


def _line_end(source: Source, offset: int) -> int | None:
    """The end of the line in which a sentence ends; None where another begins on the same line."""
    end = source.text.find("\n", offset)
    end = len(source.text) if end < 0 else end
    rest = source.text[offset:end].strip()
    return end if not rest or rest.startswith("#") else None


def _paragraph(source: Source, sentence: Span) -> int:
    """Where the lines begin that belong together with the sentence: its own, and the comments straight above it."""
    line, column = source.position(sentence.start)
    if source.text[sentence.start - column + 1 : sentence.start].strip():
        return sentence.start  # something stands before it on its line
    while line > 1 and source.line(line - 1).lstrip().startswith("#"):
        line -= 1
    return source.line_starts[line - 1]


def declaration(of: ast.Name) -> str:
    """How the segment of a name is declared that rules can add to."""
    return f"segment {quoted(of.text) if ' ' in of.text else name(of)} by activities"


def is_whole_name(of: ast.Name) -> bool:
    """Whether what stands there is surely a name, and no words of a sentence that it took in: it stands in quotes, or
    its words are capitalised."""
    return of.span.end - of.span.start >= len(of.text) + 2 or all(
        word[0].isupper() and word.replace("-", "").replace("'", "").isalnum() for word in of.text.split(" ")
    )
