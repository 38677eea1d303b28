"""Fixes put into a text: those that do not touch one another, all at once."""

from bisect import bisect_left, insort
from collections.abc import Iterable
from itertools import pairwise

from attrs import define, field, frozen

from segdsl.diagnostics.diagnostic import Diagnostic, Edit, Fix
from segdsl.diagnostics.printable import printable
from segdsl.diagnostics.source import SourceMap
from segdsl.diagnostics.span import Span

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
    taken = _Taken()
    for diagnostic in sorted(diagnostics, key=lambda d: (d.span, d.code)):
        fix = diagnostic.fix
        if fix is None or not fix.sure or any(sources[edit.span.source].shipped for edit in fix.edits):
            continue
        if taken.take(fix):
            chosen.append((diagnostic, fix))
    return chosen


@define
class _Taken:
    """The places that are edited already, by source, in the order of the text; and the lines that are put in."""

    places: dict[int, list[tuple[int, int]]] = field(factory=dict)
    lines: set[Span] = field(factory=set)

    def take(self, fix: Fix) -> bool:
        """Take the places of a fix, if none of them is taken."""
        if any(self._touched(edit) for edit in fix.edits):
            return False
        for edit in fix.edits:
            insort(self.places.setdefault(edit.span.source, []), (edit.span.start, edit.span.end))
            if is_line(edit):
                self.lines.add(edit.span)
        return True

    def _touched(self, edit: Edit) -> bool:
        """Whether an edit overlaps one that is taken or stands beside it, so that the one could change what the other
        is about. Several lines can be put into one place."""
        if is_line(edit) and edit.span in self.lines:
            return False
        places = self.places.get(edit.span.source, [])
        at = bisect_left(places, (edit.span.start, edit.span.start))
        return any(start <= edit.span.end and edit.span.start <= end for start, end in places[max(0, at - 1) : at + 1])


def is_line(edit: Edit) -> bool:
    """Whether an edit puts a line of its own behind another one, and does nothing else."""
    return edit.span.start == edit.span.end and edit.text.startswith("\n")


def edits_of(fixes: Iterable[Fix]) -> list[Edit]:
    """The edits of fixes that were chosen; a line that several of them ask for is put in once."""
    return list(dict.fromkeys(edit for fix in fixes for edit in fix.edits))


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
    shown = " ".join(printable(word) for word in text.split())
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
