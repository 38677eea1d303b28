"""Diagnostics as people read them, and as JSON."""

from collections.abc import Iterable, Iterator
from typing import Any

from segdsl.diagnostics.diagnostic import Diagnostic, Label, Severity
from segdsl.diagnostics.source import Source, SourceMap
from segdsl.diagnostics.span import Span
from segdsl.diagnostics.width import width

LINE_WIDTH = 120
NARROWEST = 30
"""Columns that a sentence gets on the narrowest terminal."""
COLORS = {"error": "\x1b[1;31m", "warning": "\x1b[1;33m", "help": "\x1b[1;36m", "place": "\x1b[2m", "off": "\x1b[0m"}


def render_all(diagnostics: Iterable[Diagnostic], sources: SourceMap, *, color: bool = False) -> str:
    """All of them, one after the other, with the lines of source they speak of."""
    return "\n".join(render(diagnostic, sources, color=color) for diagnostic in diagnostics)


def render(
    diagnostic: Diagnostic, sources: SourceMap, *, color: bool = False, columns: int | None = None
) -> str:  # fmt: skip
    """One diagnostic: what, where, the line with the place underlined, related places, and what to do. With `columns`
    its sentences are broken into lines of at most so many; lines of source never are."""

    def paint(name: str, text: str) -> str:
        return f"{COLORS[name]}{text}{COLORS['off']}" if color else text

    severity = diagnostic.severity.value
    head = f"{severity}[{diagnostic.code}]"
    lines = [paint(severity, head) + wrapped(f": {diagnostic.message}", columns, len(head), 2)]
    mark = "^" if diagnostic.severity is Severity.ERROR else "~"
    lines += _shown(diagnostic.span, sources, mark, "", paint)
    for label in diagnostic.labels:
        lines += _shown(label.span, sources, "-", label.message, paint)
    if diagnostic.help:
        lines.append(f"  {paint('help', 'help')}" + wrapped(f": {diagnostic.help}", columns, 6, 8))
    return "\n".join(lines) + "\n"


def wrapped(text: str, columns: int | None, before: int, indent: int) -> str:
    """A sentence broken at its blanks, so that no line is wider than `columns`: `before` of them are taken on its first
    line, each further one is indented. None: as it is."""
    if columns is None or before + width(text) <= columns:
        return text
    room, lines, line = max(columns, NARROWEST), [], ""
    taken = before
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if line and taken + width(longer) > room:
            lines.append(line)
            line, taken = word, indent
        else:
            line = longer
    return ("\n" + " " * indent).join([*lines, line])


def _shown(span: Span, sources: SourceMap, mark: str, note: str, paint: Any) -> Iterator[str]:
    if span.source < 0:
        return
    source = sources[span.source]
    line, column = source.position(span.start)
    if not source.text:
        yield paint("place", f"  --> {source.name}")
        return
    yield paint("place", f"  --> {source.name}:{line}:{column}")
    text, before, length = _excerpt(source, span, line, column)
    gutter = f"{line:>4}"
    yield f"{paint('place', gutter + ' |')} {text}"
    under = " " * width(text[:before]) + mark * max(1, width(text[before : before + length]))
    yield f"{paint('place', '     |')} {under}{' ' + note if note else ''}"


def _excerpt(source: Source, span: Span, line: int, column: int) -> tuple[str, int, int]:
    """The line (or as much of a long one as fits), the place in it, and how much of it is meant. Characters that would
    move the underline are shown as a dot."""
    text = source.line(line)
    start = column - 1
    length = max(1, min(span.end - span.start, len(text) - start))
    if len(text) > LINE_WIDTH:
        cut = max(0, min(start - 20, len(text) - LINE_WIDTH))
        text, start = text[cut : cut + LINE_WIDTH], start - cut
        length = max(1, min(length, len(text) - start))
    return "".join(_shown_as(text, at) for at in range(len(text))), start, length


def _shown_as(text: str, at: int) -> str:
    """A character of a line as it is shown: a dot for one that no terminal shows, or that would turn the text; the one
    that joins two pictures to one stays."""
    character = text[at]
    if character.isprintable():
        return character
    if character.isspace() and character not in "\x0b\x0c\x1c\x1d\x1e\x1f\x85\u2028\u2029":
        return " "
    joins = character == "\u200d" and 0 < at < len(text) - 1 and text[at - 1] > "\u2190" and text[at + 1] > "\u2190"
    return character if joins else "·"


def as_json(diagnostic: Diagnostic, sources: SourceMap) -> dict[str, Any]:
    """One diagnostic as a JSON object; lines and columns from 1, columns in code points."""
    found: dict[str, Any] = {
        "code": diagnostic.code,
        "severity": diagnostic.severity.value,
        "message": diagnostic.message,
        **_place(diagnostic.span, sources),
    }
    if diagnostic.help:
        found["help"] = diagnostic.help
    if diagnostic.labels:
        found["related"] = [_related(label, sources) for label in diagnostic.labels]
    if diagnostic.fix:
        edits = [{**_place(edit.span, sources), "text": edit.text} for edit in diagnostic.fix.edits]
        found["fix"] = {"sure": diagnostic.fix.sure, "edits": edits}
    return found


def _related(label: Label, sources: SourceMap) -> dict[str, Any]:
    return {**_place(label.span, sources), "message": label.message}


def _place(span: Span, sources: SourceMap) -> dict[str, Any]:
    if span.source < 0:
        return {}
    source = sources[span.source]
    line, column = source.position(span.start)
    end_line, end_column = source.position(max(span.start, span.end))
    return {"file": source.name, "line": line, "column": column, "end_line": end_line, "end_column": end_column}
