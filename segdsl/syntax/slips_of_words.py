"""Slips of words: capitals, words of the language inside names, and such that are misspelt."""

import re

from segdsl.diagnostics.diagnostic import Diagnostic, Fix
from segdsl.diagnostics.span import Span
from segdsl.diagnostics.suggest import instead, nearest
from segdsl.syntax.expected import listed, phrases, written_words
from segdsl.syntax.place import INSIDE_TEXT, KEYWORDS, Place, blanked, wrong
from segdsl.syntax.words import NAME_ENDS

_HEAD = re.compile(
    r"(?P<what>segment|promotion|search\s+rule|(?:(?:dialog|web)\s+)?activity)\s+(?P<name>[^\s\"{][^\"{]*?)?\s*$"
)
_BEHIND_NAME = re.compile(
    r"""\s*(?:\{|\b(?P<word>listed|if|by\s+activities|once|restarting)\b|\bper\s|\bseed\s+"|"""
    r"""\b(?:from|until|priority|holdout)\s+[0-9])"""
)
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


def name_in_quotes(place: Place) -> Diagnostic | None:
    """A name of one's own words that holds a word of the language and stands without quotes."""
    before = blanked(place.line_before())
    head = _HEAD.match(before)
    if head is None or not head["name"] or place.found not in NAME_ENDS or "BARE_NAME" in place.kinds:
        return None
    if set(head["name"].split()) & set(NAME_ENDS):  # the name has ended already
        return None
    rest = blanked(place.after.split("\n", 1)[0])
    behind = _BEHIND_NAME.search(rest)
    tail = rest[: behind.start()] if behind else rest
    start = len(place.before) - len(before) + head.start("name")
    whole = place.stretch(start, place.here + len(place.found) + len(tail.rstrip()))
    written = " ".join(f"{head['name']} {place.found}{tail}".split())
    shown = f'{" ".join(head["what"].split())} "{written}"{" listed" if behind and behind["word"] == "listed" else ""}'
    return wrong(
        f"`{place.found}` cannot stand here; {listed(phrases(place.kinds))} was expected",
        place.span,
        f"a name that holds `{place.found}` stands in quotes: {shown}",
        Fix(whole, f'"{written}"', sure=False),
    )


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
