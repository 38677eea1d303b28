"""Where the parser stopped, and what stands around it: what the slips look at."""

import re

from attrs import frozen

from segdsl.diagnostics.diagnostic import Diagnostic, Edit, Fix
from segdsl.diagnostics.span import Span
from segdsl.syntax import words
from segdsl.syntax.pieces import OPENERS

INSIDE_TEXT = re.compile(r'"(?:[^"\\\n]|\\.)*"|#[^\n]*')

KEYWORDS = OPENERS | set(words.RESERVED) | set(words.NAME_ENDS) | {
    "path", "branch", "wait", "add", "remove", "set", "clear", "record", "expect", "given", "after", "on", "rule",
    "first", "all", "any", "none", "random", "yes", "no", "known", "enters", "leaves", "every", "day", "days", "times",
    "text", "number", "boolean", "date", "instant", "duration", "activities", "from", "to", "at", "drop", "default",
}  # fmt: skip


@frozen
class Place:
    """Where the parser stopped: `found` is the word there, `before` the declaration up to it, `after` what follows,
    `kinds` the kinds of word that could have stood there. Where a declaration `ended` too early, what was found is its
    last word, with which `before` ends."""

    found: str
    before: str
    after: str
    span: Span
    kinds: set[str]
    ended: bool = False

    @property
    def whole(self) -> str:
        """All of it, as far as it is known: `stretch` gives the spans of its parts."""
        return self.before if self.ended else self.before + self.found + self.after

    @property
    def here(self) -> int:
        """Where in the whole the word stands that was found."""
        return len(self.before) - (len(self.found) if self.ended else 0)

    def stretch(self, start: int, end: int) -> Span:
        base = (self.span.end if self.ended else self.span.start) - len(self.before)
        return Span(self.span.source, base + start, base + end)

    def line_before(self) -> str:
        return self.before.rsplit("\n", 1)[-1]

    def line(self) -> tuple[str, int]:
        """The line of the place, texts and comments blanked out, and where in the whole it begins."""
        start = self.before.rfind("\n") + 1
        end = self.whole.find("\n", self.here)
        line = self.whole[start : end if end >= 0 else len(self.whole)]
        return blanked(line), start

    def find(self, pattern: str, *, flags: int = 0) -> tuple[re.Match[str], int] | None:
        """The last match on the place's line, outside texts, that begins before the place or at it; and where in the
        whole the line begins."""
        line, start = self.line()
        found = [match for match in re.finditer(pattern, line, flags) if match.start() + start <= self.here]
        return (found[-1], start) if found else None

    def part(self, found: tuple[re.Match[str], int], group: int | str = 0) -> Span:
        """The span of a group of what `find` found."""
        match, start = found
        return self.stretch(start + match.start(group), start + match.end(group))


def blanked(line: str) -> str:
    """A line with blanks in the place of its texts and comments."""
    return INSIDE_TEXT.sub(lambda match: " " * len(match.group()), line)


def wrong(
    message: str, span: Span, help: str | None = None, fix: Fix | None = None, *, code: str = "SEG110"
) -> Diagnostic:  # fmt: skip
    return Diagnostic(code, message, span, help=help, fix=fix)


def put(before: Span, text: str) -> Fix:
    """Put a text before a place."""
    return Fix(Span(before.source, before.start, before.start), text)


def around(span: Span, text: str) -> Fix:
    """Put a text before a place and behind it."""
    behind = Span(span.source, span.end, span.end)
    return Fix(Span(span.source, span.start, span.start), text, (Edit(behind, text),))
