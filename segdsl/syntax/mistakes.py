"""A syntax error as its author should read it: what was found, what was expected, what to write instead."""

import re
from collections.abc import Callable

from lark.exceptions import UnexpectedInput, UnexpectedToken

from segdsl.diagnostics.diagnostic import Diagnostic, Label
from segdsl.diagnostics.span import Span
from segdsl.syntax import words
from segdsl.syntax.expected import accepted, listed, phrases
from segdsl.syntax.place import INSIDE_TEXT, Place
from segdsl.syntax.slips import AT_THE_END, SLIPS

_WORD = re.compile(r"\w+|[^\w\s]")
_SIGNS = re.compile(r"[<>=!&|]{2,3}|/[/*]|--")
_TEXT = re.compile(r'"(?:[^"\\\n]|\\.){0,38}"')
_BRACKETS = re.compile(r'"(?:[^"\\\n]|\\.)*"|#[^\n]*|[(){}]')
_NAMING = re.compile(r"(?:event|attribute|action|define|collection)\b")
_SHOWN = 40
_AROUND = 2000


def explain(error: UnexpectedInput, text: str, source: int, start: int, end: int) -> Diagnostic:
    """The diagnostic for an error in the declaration that spans [start, end) of the text."""
    at = error.pos_in_stream if error.pos_in_stream is not None else end
    kinds = accepted(error)
    ended = isinstance(error, UnexpectedToken) and error.token.type == "$END"
    if ended or at >= end or not text[at:end].strip():
        at = _last_word_end(text, start, end)
        word = _last_word(text, start, at)
        place = Place(word, text[max(start, at - _AROUND) : at], "", Span(source, at - len(word), at), kinds, True)
        return _first_of(AT_THE_END, place) or _too_early(place, text, start)
    found = _found(text, at)
    span = Span(source, at, at + len(found))
    before, after = text[max(start, at - _AROUND) : at], text[span.end : min(end, span.end + _AROUND)]
    place = Place(found, before, after, span, kinds)
    return _first_of(SLIPS, place) or _plain(place)


def _found(text: str, at: int) -> str:
    match = _TEXT.match(text, at) or _SIGNS.match(text, at) or _WORD.match(text, at)
    return match.group()[:_SHOWN] if match else text[at]


def _last_word_end(text: str, start: int, end: int) -> int:
    """Where the words of a stretch end, comments and blanks behind them left out."""
    at = end
    while True:
        while at > start and text[at - 1].isspace():
            at -= 1
        line = max(text.rfind("\n", start, at) + 1, start)
        comment = next((m for m in INSIDE_TEXT.finditer(text, line, at) if m.group()[0] == "#"), None)
        if comment is None:
            return at
        at = comment.start()


def _last_word(text: str, start: int, at: int) -> str:
    match = re.search(r"\w{1,40}$|[^\w\s]$", text[max(start, at - _SHOWN) : at])
    return match.group() if match else text[max(start, at - 1) : at]


def _first_of(checks: tuple[Callable[[Place], Diagnostic | None], ...], place: Place) -> Diagnostic | None:
    return next((found for found in (check(place) for check in checks) if found is not None), None)


def _too_early(place: Place, text: str, start: int) -> Diagnostic:
    labels: tuple[Label, ...] = ()
    at = _unmatched(text, start, place.span.end) if place.kinds & {"RPAR", "RBRACE"} else None
    if at is not None:
        labels = (Label(Span(place.span.source, at, at + 1), f"this `{text[at]}` is not closed"),)
    return Diagnostic("SEG110", f"this ends too early{_expected(place.kinds)}", place.span, labels=labels)


def _unmatched(text: str, start: int, end: int) -> int | None:
    """The last bracket or brace of a stretch that is not closed in it."""
    closed = 0
    marks = [match for match in _BRACKETS.finditer(text, start, end) if match.group() in "(){}"]
    for match in reversed(marks):
        closed += 1 if match.group() in ")}" else -1
        if closed < 0:
            return match.start()
    return None


def _plain(place: Place) -> Diagnostic:
    help_ = None
    naming = place.kinds == {"NAME"} or not place.kinds & {"NAME", "ACT_NAME", "BARE_NAME", "LISTED_NAME"}
    if place.found in words.RESERVED and naming and _NAMING.match(place.line_before()):
        help_ = f"`{place.found}` cannot be part of this name: it is a word of the language"
    shown = f"`{place.found}`" if place.found.isprintable() else f"the invisible character U+{ord(place.found[0]):04X}"
    return Diagnostic("SEG110", f"{shown} cannot stand here{_expected(place.kinds)}", place.span, help=help_)


def _expected(kinds: set[str]) -> str:
    few = phrases(kinds)
    return f"; {listed(few)} was expected" if few else ""
