"""Slips of conditions: membership, counts, spans of time and what is not known, as people say them elsewhere."""

import re

from segdsl.diagnostics.diagnostic import Diagnostic, Fix
from segdsl.diagnostics.span import Span
from segdsl.syntax.place import Place, put, wrong

_LENGTH = r"(?P<length>[0-9]+\s+(?:calendar\s+)?(?:second|minute|hour|day|week|month|year)s?)"


def last_days(place: Place) -> Diagnostic | None:
    """`in the last 30 days`, `during the past week`."""
    found = place.find(r"\b(?P<words>(?:in|over|during|within|for)\s+(?:the\s+)?(?:last|past|previous)\s+)(?=[0-9])")
    found = found or place.find(r"\b(?P<words>in\s+)(?=[0-9]+\s+(?:day|week|month|year|hour)s?\b)")
    if found is None or re.search(r"\bthen\s+$", found[0].string[: found[0].start()]):
        return None
    length = re.match(_LENGTH, found[0].string[found[0].end() :])
    span = place.part(found, "words")
    help_ = f"write `within {length.group() if length else '30 days'}`"
    shown = Span(span.source, span.start, span.end - 1)
    return wrong("a look back is written with `within`", shown, help_, Fix(span, "within "))


def membership(place: Place) -> Diagnostic | None:
    """`in Skiers`, `in any(Skiers)`, `customer is in segment Skiers`."""
    is_in = place.find(r"(?P<words>\b(?:(?:the\s+)?customers?\s+)?(?:is|are)\s+)(?P<not>not\s+)?in\s+segment\b")
    if is_in is not None and place.found in ("is", "in", "not", "customer"):
        match, start = is_in
        before = place.whole[: start + match.start()].rstrip()
        if re.search(r"(?:\b(?:if|and|or|while|not|expect|given)|\()$", before):
            help_ = f"write `{'not ' if match['not'] else ''}in segment ...`: it is about the customer anyway"
            words = place.part(is_in, "words")
            shown = Span(words.source, words.start, words.start + len(match["words"].rstrip()))
            return wrong(f"`{match['words'].strip()}` is too much here", shown, help_, Fix(words, ""))
    if place.kinds == {"_SEGMENT"} and re.search(r"\bin\s+$", place.before):
        behind = re.match(r'[\w ]*?\s*(?P<text>"[^"\n]*")', place.after)
        if behind is not None:
            help_ = (
                f"what is in a collection is asked with `any item of {place.found} where product is {behind['text']}`"
            )
            return wrong(f"`{place.found}` cannot stand here; `segment` was expected", place.span, help_)
        help_ = f"write `in segment {place.found}{'(...)' if place.found in ('any', 'all', 'none') else ''}`"
        message = f"`{place.found}` cannot stand here; `segment` was expected"
        return wrong(message, place.span, help_, put(place.span, "segment "))
    return None


def membership_turned(place: Place) -> Diagnostic | None:
    """`Skiers in segment`."""
    found = place.find(r"(?:\b(?:if|and|or|expect|not)|\()\s+(?P<all>(?P<name>[^\s()][^()\n]*?)\s+in\s+segment)\b")
    if found is None or place.found != "segment":
        return None
    span = place.part(found, "all")
    help_ = f"write `in segment {found[0]['name']}`"
    return wrong("the name of the segment comes last", span, help_, Fix(span, f"in segment {found[0]['name']}"))


def known_empty(place: Place) -> Diagnostic | None:
    """`is null`, where the parser stops at it."""
    if place.found.lower() not in ("null", "none", "empty", "missing", "unknown", "blank"):
        return None
    before = re.search(r"\bis\s+(not\s+)?$", place.before)
    if before is None:
        return None
    right = "is known" if before[1] else "is not known"
    span = Span(place.span.source, place.stretch(before.start(), before.end()).start, place.span.end)
    return wrong(f"`{place.found}` is not a word of the language", place.span, f"write `{right}`", Fix(span, right))


def aggregate(place: Place) -> Diagnostic | None:
    functions = "total|average|smallest|largest|first|latest"
    match = re.search(rf"\b({functions})\s+((?:\w+\s+)?\w+)\s+$", place.before)
    if place.found != "of" or match is None:
        return None
    function, what = match.groups()
    at = place.stretch(match.end(1), match.end(1))
    help_ = f"write `{function} of {what} of ...`"
    return wrong(f"`{function}` is written `{function} of`", place.span, help_, Fix(at, " of"))


def window_behind(place: Place) -> Diagnostic | None:
    """`count of places order >= 3 within 30 days`."""
    compared = re.search(
        r"\b(?:count|total|average|smallest|largest)\s+of\s[^\n]*?(?P<bound>\s*(?:[<>]=?|=)\s*[0-9_.]+)\s*$",
        place.before,
    )
    if place.found not in ("within", "since", "before", "from") or compared is None:
        return None
    help_ = "write the length of time first, as in `count of places order within 30 days >= 3`"
    return wrong("the time to look back on stands before the comparison", place.span, help_)


def number_of(place: Place) -> Diagnostic | None:
    """`number of orders`."""
    before = re.search(r"\bnumber\s+$", place.before)
    if place.found != "of" or before is None:
        return None
    span = Span(place.span.source, place.stretch(before.start(), before.start()).start, place.span.end)
    help_ = "write `count of`, and the event, as in `count of places order`"
    return wrong("`number of` is written `count of`", span, help_, Fix(span, "count of", sure=False))


def count_first(place: Place) -> Diagnostic | None:
    """`more than 3 orders`."""
    count = re.match(r"(more than|less than|fewer than|at least|at most|exactly|over)\s+([0-9]+)\s+(\w+)",
                     place.found + place.after)  # fmt: skip
    if count is None or "_COUNT_OF" not in place.kinds:
        return None
    bound = {"less than": "fewer than", "over": "more than"}.get(count[1], count[1])
    help_ = f"write the event first: `places order {bound} {count[2]} times`"
    span = Span(place.span.source, place.span.start, place.span.start + count.end())
    return wrong("a count stands behind its event", span, help_)


def count_without_bound(place: Place) -> Diagnostic | None:
    """`places order 3 times`, `3 times per week`."""
    number = re.search(r"([0-9]+)\s+$", place.before)
    if place.found not in ("times", "time", "x") or number is None or "_TIMES" in place.kinds:
        return None
    per = re.match(r"\s+(?:per|a|an|each|every)\s+(day|week|month|year)\b", place.after)
    within = f" within {'7 days' if per[1] == 'week' else f'1 {per[1]}'}" if per else ""
    help_ = f"write `at least {number[1]} times{within}`, or `exactly {number[1]} times{within}`"
    start = place.stretch(number.start(), number.start()).start
    span = Span(place.span.source, start, place.span.end + (per.end() if per else 0))
    fix = Fix(span, f"at least {number[1]} times{within}", sure=False)
    return wrong("a count says whether it is the least, the most or the exact one", span, help_, fix)


def between_to(place: Place) -> Diagnostic | None:
    """`between 18 to 25`, `between 18 - 25`."""
    if place.found not in ("to", "until", "-") or not re.search(r"\bbetween\s+\S+\s*$", place.before):
        return None
    return wrong("the ends of `between` are joined by `and`", place.span, "write `between 18 and 25`",
                 Fix(place.span, "and"))  # fmt: skip


def comma(place: Place) -> Diagnostic | None:
    """A comma between conditions."""
    if place.found != "," or not place.kinds >= {"_AND", "_OR"}:
        return None
    joined = re.match(r"\s*(?:and|or)\b", place.after)
    if joined:
        return wrong("no comma stands between conditions", place.span, "leave it out", Fix(place.span, ""))
    fix = Fix(place.span, " and", sure=False)
    return wrong("conditions are joined by `and` or `or`", place.span, "write `and` if both have to hold", fix)
