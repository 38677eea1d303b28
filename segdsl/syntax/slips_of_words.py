"""Slips of words: capitals, and words of the language that are misspelt."""

import re

from segdsl.diagnostics.diagnostic import Diagnostic, Fix
from segdsl.diagnostics.span import Span
from segdsl.diagnostics.suggest import instead, nearest
from segdsl.syntax.expected import written_words
from segdsl.syntax.place import INSIDE_TEXT, KEYWORDS, Place, wrong

_JOINING = ("when", "then", "if", "and", "or", "where", "within", "otherwise", "while")


def capital(place: Place) -> Diagnostic | None:
    """A word of the language that is written with a capital: here, or before on the line, where a name took it in."""
    if place.found != place.found.lower() and place.found.lower() in KEYWORDS:
        return _lower(place.found, place.span)
    line = INSIDE_TEXT.sub(lambda m: " " * len(m.group()), place.line_before())
    start = len(place.before) - len(line)
    for match in re.finditer(r"\b[A-Z]\w*", line):
        if match.group().lower() in _JOINING:
            return _lower(match.group(), place.stretch(start + match.start(), start + match.end()))
    return None


def _lower(word: str, span: Span) -> Diagnostic:
    help_ = f"write `{word.lower()}`: the words of the language are lower case"
    return wrong(f"`{word}` is written in lower case here", span, help_, Fix(span, word.lower()), code="SEG111")


def one_time(place: Place) -> Diagnostic | None:
    if place.found not in ("time", "x") or "_TIMES" not in place.kinds:
        return None
    help_ = "write `once`, `twice` or `3 times`"
    return wrong("a count is written with `times`", place.span, help_, Fix(place.span, "times"))


def misspelt(place: Place) -> Diagnostic | None:
    """A word that is nearly one of those that could stand here."""
    if not place.found[0].isalpha() or place.found in KEYWORDS:
        return None
    could = written_words(place.kinds)
    meant = nearest(place.found, could)
    if place.ended or meant is None:
        return None
    fix = instead(place.span, place.found, meant, could)
    return wrong(f"`{place.found}` cannot stand here", place.span, f"did you mean `{meant}`?", fix)
