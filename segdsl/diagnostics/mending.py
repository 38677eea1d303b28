"""Fixes put into a text: those that do not touch one another, all at once."""

from collections.abc import Iterable
from itertools import pairwise

from attrs import frozen

from segdsl.diagnostics.diagnostic import Diagnostic, Edit, Fix
from segdsl.diagnostics.source import SourceMap

_SHOWN = 70


@frozen
class Mended:
    """One mistake that was mended: where it was, and the stretch of text before and after; both on one line."""

    code: str
    file: str
    line: int
    before: str
    after: str


def sure_fixes(diagnostics: Iterable[Diagnostic], sources: SourceMap) -> list[tuple[Diagnostic, Fix]]:
    """The diagnostics whose fix is sure, in the order of the text, without those whose edits touch those of an earlier
    one: these come again when that one is mended. The shipped vocabulary is never mended."""
    chosen: list[tuple[Diagnostic, Fix]] = []
    taken: list[Edit] = []
    for diagnostic in sorted(diagnostics, key=lambda d: (d.span, d.code)):
        fix = diagnostic.fix
        if fix is None or not fix.sure or any(sources[edit.span.source].shipped for edit in fix.edits):
            continue
        if any(_touch(edit, other) for edit in fix.edits for other in taken):
            continue
        chosen.append((diagnostic, fix))
        taken += fix.edits
    return chosen


def _touch(one: Edit, other: Edit) -> bool:
    """Whether two edits overlap or stand beside one another, so that the one could change what the other is about."""
    return (
        one.span.source == other.span.source and one.span.start <= other.span.end and other.span.start <= one.span.end
    )


def mended(diagnostic: Diagnostic, fix: Fix, sources: SourceMap) -> Mended:
    """What a fix does, told by the stretch from its first edit to its last; a word beside them where they only put
    something in."""
    edits = [edit for edit in fix.edits if edit.span.source == fix.span.source]
    source = sources[fix.span.source]
    start, end = edits[0].span.start, edits[-1].span.end
    if start == end and not edits[0].text.strip("\n").isspace() and "\n" not in edits[0].text:
        while end < len(source.text) and not source.text[end].isspace():
            end += 1
    changed = edited(source.text, edits)
    after = changed[start : len(changed) - (len(source.text) - end)]
    line, _ = source.position(start)
    return Mended(diagnostic.code, source.name, line, _one_line(source.text[start:end]), _one_line(after))


def _one_line(text: str) -> str:
    shown = " ".join("".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in word) for word in text.split())
    return shown if len(shown) <= _SHOWN else shown[: _SHOWN - 1] + "…"


def edited(text: str, edits: Iterable[Edit]) -> str:
    """A text with edits made, which do not overlap. Raises ValueError where they do."""
    ordered = sorted(edits, key=lambda edit: edit.span)
    for one, other in pairwise(ordered):
        if other.span.start < one.span.end:
            raise ValueError("two edits overlap")
    parts, at = [], 0
    for edit in ordered:
        parts += [text[at : edit.span.start], edit.text]
        at = edit.span.end
    return "".join([*parts, text[at:]])
